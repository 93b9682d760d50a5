"""The key sheet: every action with its present keys, made from the table of actions when it is opened."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.gui.actions import ActionSet, ActionSpec
from ehrcoder.gui.dialogs.overlay import Overlay

_COLUMNS = 3


class KeySheet(Overlay):
    """All keys, in columns of groups."""

    def __init__(self, host: QWidget, actions: ActionSet) -> None:
        super().__init__(host, self.tr("Keys"), width=1320, height=760)
        self._actions = actions
        self.column.addWidget(self.muted(self.tr(
            "Single letters act only while the suggestions or the note have the focus. Esc comes back to them from "
            "anywhere. Enter confirms inside popups only and never signs. Ctrl+Shift+K changes keys."
        )))
        self.words = QLineEdit()
        self.words.setObjectName("key_sheet_filter")
        self.words.setAccessibleName(self.tr("Filter the keys"))
        self.words.setPlaceholderText(self.tr("Filter by key or words"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._fill)
        self.column.addWidget(self.words)
        self.area = QScrollArea()
        self.area.setObjectName("key_sheet")
        self.area.setAccessibleName(self.tr("Keys"))
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys scroll it from the button
        self.column.addWidget(self.area, 1)
        self.close_button = close = QPushButton(self.tr("Close"))
        close.setObjectName("key_sheet_close")
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Close the key sheet (Esc)"))
        close.clicked.connect(self.dismiss)
        for each in (close, self.words):
            each.installEventFilter(self)
        copy = self.push_button("key_sheet_copy", self.tr("Copy all"), self.tr(
            "Copy what is listed, a line for each key"), self._copy)
        self.button_row(copy, close)

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        self.words.clear()
        self._fill()
        self.open(self.close_button)

    def _fill(self) -> None:
        content = QWidget()
        line = QHBoxLayout(content)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(28)
        for groups in self._columns():
            column = QVBoxLayout()
            for group, specs in groups:
                column.addLayout(self._group(group, specs))
            column.addStretch(1)
            line.addLayout(column, 1)
        self.area.setWidget(content)

    def _copy(self) -> None:
        lines = [f"{' / '.join(self._actions.shown_keys(spec.name))}\t{spec.text.rstrip('…')}"
                 for column in self._columns() for _, specs in column for spec in specs]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_ours = watched in (self.close_button, self.words)
        if is_ours and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            bar = self.area.verticalScrollBar()
            step = {Qt.Key.Key_Down: 60, Qt.Key.Key_Up: -60, Qt.Key.Key_PageDown: bar.pageStep(),
                    Qt.Key.Key_PageUp: -bar.pageStep()}.get(Qt.Key(event.key()))
            if step is not None:
                bar.setValue(bar.value() + step)
                return True
        return super().eventFilter(watched, event)

    def _columns(self) -> list[list[tuple[str, list[ActionSpec]]]]:
        """Spread the groups over the columns, the longest first, each into the shortest column so far."""
        groups = [
            (group, [spec for spec in specs if self._is_listed(spec)])
            for group, specs in self._actions.groups().items()
        ]
        columns: list[list[tuple[str, list[ActionSpec]]]] = [[] for _ in range(_COLUMNS)]
        for group in sorted(groups, key=lambda each: -len(each[1])):
            if group[1]:
                min(columns, key=lambda each: sum(len(specs) + 2 for _, specs in each)).append(group)
        return columns

    def _is_listed(self, spec: ActionSpec) -> bool:
        is_further_alternative = spec.name.startswith("alternative_") and spec.name != "alternative_1"
        keys = self._actions.shown_keys(spec.name)
        line = f"{' '.join(keys)} {spec.text} {spec.group}".casefold()
        return (bool(keys) and not is_further_alternative
                and all(word in line for word in self.words.text().casefold().split()))

    def _group(self, group: str, specs: list[ActionSpec]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        title = QLabel(group)
        title.setObjectName("paneTitle")
        title.setContentsMargins(0, 10, 0, 2)
        grid.addWidget(title, 0, 0, 1, 2)
        for row, spec in enumerate(specs, start=1):
            is_range = spec.name == "alternative_1"
            keys = QHBoxLayout()
            keys.setSpacing(3)
            keys.addStretch(1)
            for key in ("1 – 9",) if is_range else self._actions.shown_keys(spec.name):
                cap = QLabel(key)
                cap.setObjectName("keycap")
                keys.addWidget(cap)
            words = self.tr("Take the ranked alternative with this number") if is_range else spec.text.rstrip("…")
            told = QLabel(words)
            told.setWordWrap(True)
            told.setToolTip(spec.tip)
            grid.addLayout(keys, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(told, row, 1)
        return grid
