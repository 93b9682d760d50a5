"""Gives actions other keys. A key that clashes is named with the action that has it, and is not taken."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from ehrcoder.core.errors import EhrCoderError
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.key_map import Clash, shown

_NAME = Qt.ItemDataRole.UserRole + 1


class RebindPopup(Overlay):
    """Every action with its keys; the marked one can be given others."""

    def __init__(self, host: QWidget, actions: ActionSet, changed: Callable[[], None]) -> None:
        super().__init__(host, self.tr("Change the keys"), width=760, height=640)
        self._actions = actions
        self._changed = changed
        self.words = QLineEdit()
        self.words.setObjectName("rebind_filter")
        self.words.setAccessibleName(self.tr("Filter the actions"))
        self.words.setPlaceholderText(self.tr("Filter by action or key"))
        self.words.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setObjectName("rebind_actions")
        self.tree.setAccessibleName(self.tr("Actions and their keys"))
        self.tree.setHeaderLabels([self.tr("Action"), self.tr("Keys"), self.tr("Where")])
        self.tree.header().setAccessibleName(self.tr("Actions and their keys"))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.tree.setSortingEnabled(True)
        self.tree.setColumnWidth(0, 380)
        self.tree.setColumnWidth(1, 180)
        self.tree.currentItemChanged.connect(self._on_current)
        self.edit = QKeySequenceEdit()
        self.edit.setObjectName("rebind_key")
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(self.tr("New key"))
        field = self.edit.findChild(QLineEdit)
        if field is not None:
            field.setAccessibleName(self.tr("New key"))
            field.setPlaceholderText(self.tr("Press the new key"))
        self.edit.keySequenceChanged.connect(self._on_key)
        self.verdict = QLabel()
        self.verdict.setObjectName("rebind_verdict")
        self.verdict.setWordWrap(True)
        self.take = self._button("rebind_take", self.tr("Take this key"), self.tr("Give the marked action this key"))
        self.none = self._button("rebind_none", self.tr("No key"), self.tr("Leave the marked action without a key"))
        self.back = self._button("rebind_back", self.tr("As delivered"), self.tr("Give the marked action its own keys"))
        self.all_back = self._button(
            "rebind_reset", self.tr("All as delivered"), self.tr("Give every action its own keys again")
        )
        self.close_button = self._button("rebind_close", self.tr("Close"), self.tr("Close (Esc)"))
        self.take.clicked.connect(self._take)
        self.none.clicked.connect(lambda: self._set(()))
        self.back.clicked.connect(self._give_back)
        self.all_back.clicked.connect(self._reset)
        self.close_button.clicked.connect(self.dismiss)
        line = QHBoxLayout()
        for widget in (self.edit, self.take, self.none, self.back):
            line.addWidget(widget)
        self.column.addWidget(self.words)
        self.column.addWidget(self.tree, 1)
        self.column.addLayout(line)
        self.column.addWidget(self.verdict)
        self.button_row(self.all_back, self.close_button)

    def ask(self) -> None:
        """Show every action with its keys."""
        self._fill()
        self.words.clear()
        self.open(self.tree)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        return button

    def _fill(self) -> None:
        marked = self._current()
        self.tree.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as in the menus
        self.tree.clear()
        for spec in self._actions.specs:
            keys = "  ".join(self._actions.shown_keys(spec.name))
            where = {"window": self.tr("everywhere"), "review": self.tr("suggestions, note"),
                     "codes": self.tr("suggestions, note, codes"), "history": self.tr("history")}[spec.scope.value]
            changed = self._actions.key_map.is_changed(spec.name)
            item = QTreeWidgetItem([spec.text.rstrip("…"), f"{keys} ✎" if changed else keys, where])
            item.setData(0, _NAME, spec.name)
            item.setToolTip(0, spec.tip)
            self.tree.addTopLevelItem(item)
            if spec.name == marked or (not marked and self.tree.topLevelItemCount() == 1):
                self.tree.setCurrentItem(item)

    def _filter(self, text: str) -> None:
        sought = text.casefold()
        for place in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(place)
            if item is not None:
                item.setHidden(sought not in f"{item.text(0)} {item.text(1)}".casefold())

    def _current(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def _on_current(self) -> None:
        self.edit.clear()
        self._on_key()

    def _on_key(self) -> None:
        key, name = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText), self._current()
        clashes = self._actions.key_map.clashes(name, [key]) if key and name else ()
        self.take.setEnabled(bool(key and name) and not clashes)
        self.verdict.setText(" ".join(self._told(each) for each in clashes))

    def _told(self, clash: Clash) -> str:
        if not clash.with_action:
            return self.tr("{0} moves and confirms everywhere; no action can have it.").format(shown(clash.key))
        other = self._actions[clash.with_action].text().rstrip("…")
        return self.tr("{0} belongs to “{1}” already. Give that one another key first.").format(shown(clash.key), other)

    def _take(self) -> None:
        self._set((self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText),))

    def _give_back(self) -> None:
        spec = next((each for each in self._actions.specs if each.name == self._current()), None)
        if spec is not None:
            clashes = self._actions.key_map.clashes(spec.name, spec.keys)
            if clashes:
                self.verdict.setText(" ".join(self._told(each) for each in clashes))
            else:
                self._set(spec.keys)

    def _set(self, keys: tuple[str, ...]) -> None:
        name = self._current()
        if name:
            self._store(lambda: self._actions.key_map.set_keys(name, keys))

    def _reset(self) -> None:
        self._store(self._actions.key_map.reset)

    def _store(self, change: Callable[[], None]) -> None:
        told = ""
        try:
            change()
        except EhrCoderError as error:
            told = f"{error.what} {error.kept} {error.next_step}"
        self._actions.take_keys()
        self._fill()
        self.verdict.setText(told)
        self._changed()
