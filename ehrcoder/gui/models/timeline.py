"""The changes of a record, filtered by words and ordered by time."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.timeline import TimelineRow
from ehrcoder.gui.words import plain_tip


class TimelineModel(QAbstractListModel):
    """Rows from memory; the latest first unless it is turned round."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[TimelineRow, ...] = ()
        self._rows: tuple[TimelineRow, ...] = ()
        self._text = ""
        self._latest_first = True

    def set_rows(self, rows: tuple[TimelineRow, ...]) -> None:
        """Show these changes."""
        self._all = rows
        self._apply()

    def set_filter(self, text: str, *, latest_first: bool) -> None:
        """Show the changes whose words hold the text."""
        self._text, self._latest_first = text.casefold().strip(), latest_first
        self._apply()

    def row(self, index: AnyIndex) -> TimelineRow | None:
        """Return the row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, version: int) -> QModelIndex:
        """Return where the change that made a version is shown."""
        for place, row in enumerate(self._rows):
            if row.version == version:
                return self.index(place, 0)
        return ROOT

    @property
    def rows(self) -> tuple[TimelineRow, ...]:
        """The rows from top to bottom."""
        return self._rows

    def _apply(self) -> None:
        self.beginResetModel()
        rows = [row for row in self._all if not self._text or self._text in row.sentence.casefold()]
        self._rows = tuple(reversed(rows) if self._latest_first else rows)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.what} {row.code} {row.title}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.sentence
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(row.sentence)
        return None
