"""A popup that asks for one key: why a suggestion is rejected, or whether a diagnosis was present on admission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from ehrcoder.gui.dialogs.overlay import Overlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer, the key that gives it, and the value that it stands for."""

    key: str
    words: str
    value: Any


class _ChoiceList(QListWidget):
    def __init__(self, pressed: Callable[[str], None]) -> None:
        super().__init__()
        self._pressed = pressed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pressed("\n")
        elif event.key() == Qt.Key.Key_Down and not self.selectedItems():
            self.setCurrentRow(0)
        elif event.text() and event.text().isprintable():
            self._pressed(event.text())
        else:
            super().keyPressEvent(event)


class ChoicePopup(Overlay):
    """Answers by their keys; Enter takes the marked one, Esc none."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=420)
        self.beside_the_note()
        self.list = _ChoiceList(self._pressed)
        self.list.setObjectName("choices")
        self.list.setAccessibleName(self.tr("Answers"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _: self._pressed("\n"))
        self.column.addWidget(self.list)
        self.column.addWidget(self.muted(self.tr("Press a key, or ↑ ↓ and Enter. Esc leaves everything as it is.")))
        self._choices: tuple[Choice, ...] = ()
        self._chosen: Callable[[Any], None] | None = None

    def ask(self, title: str, choices: Sequence[Choice], chosen: Callable[[Any], None]) -> None:
        """Ask; `chosen` is called with the value of the answer."""
        self._choices, self._chosen = tuple(choices), chosen
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self.list.clear()
        for choice in self._choices:
            item = QListWidgetItem(f"{choice.key.upper()}    {choice.words}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.key}: {choice.words}")
            self.list.addItem(item)
        row = self.list.sizeHintForRow(0) + 2
        self.list.setFixedHeight(row * len(self._choices) + 10)
        self.list.clearSelection()
        self.open(self.list)

    def _pressed(self, key: str) -> None:
        if key == "\n":
            # The current row is no answer: a list that gets the focus makes its first row the current one.
            marked = self.list.selectedItems()
            found = self._choices[self.list.row(marked[0])] if marked else None
        else:
            found = next((each for each in self._choices if each.key.casefold() == key.casefold()), None)
        if found is not None and self._chosen is not None:
            self.dismiss()
            self._chosen(found.value)
