"""The key sheet: every action with its key, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ehrcoder.gui.actions import ActionSet, ActionSpec, shown_keys
from ehrcoder.gui.dialogs.overlay import Overlay


class KeySheet(Overlay):
    """All keys, in two columns of groups."""

    def __init__(self, host: QWidget, actions: ActionSet) -> None:
        super().__init__(host, self.tr("Keys"), width=1020, height=690)
        self.column.addWidget(self.muted(self.tr(
            "Single letters act only while the suggestions or the note have the focus. Enter never signs."
        )))
        content = QWidget()
        columns = QGridLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setHorizontalSpacing(36)
        left, right = QVBoxLayout(), QVBoxLayout()
        for group, specs in actions.groups().items():
            side = left if specs[0].name in ("next", "import", "propose") else right
            side.addLayout(self._group(group, specs))
        left.addStretch(1)
        right.addStretch(1)
        columns.addLayout(left, 0, 0)
        columns.addLayout(right, 0, 1)
        self.area = QScrollArea()
        self.area.setObjectName("key_sheet")
        self.area.setAccessibleName(self.tr("Keys"))
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.column.addWidget(self.area, 1)
        self.close_button = close = QPushButton(self.tr("Close"))
        close.setObjectName("key_sheet_close")
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Close the key sheet (Esc)"))
        close.clicked.connect(self.dismiss)
        self.button_row(close)

    def _group(self, group: str, specs: tuple[ActionSpec, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        title = QLabel(group)
        title.setObjectName("paneTitle")
        title.setContentsMargins(0, 8, 0, 2)
        grid.addWidget(title, 0, 0, 1, 2)
        row = 1
        for spec in specs:
            if spec.name.startswith("alternative_") and spec.name != "alternative_1":
                continue
            is_range = spec.name == "alternative_1"
            text = "1 – 9" if is_range else "  ".join(shown_keys(spec))
            if not text:
                continue
            keys = QLabel(text)
            keys.setObjectName("paneTitle")
            keys.setMinimumWidth(120)
            keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            words = self.tr("Take the ranked alternative with this number") if is_range else spec.text.rstrip("…")
            grid.addWidget(keys, row, 0)
            grid.addWidget(QLabel(words), row, 1)
            row += 1
        return grid
