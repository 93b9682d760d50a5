"""The queue of records: filters and orders rows in memory, a hundred thousand of them without a pause."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow, RecordStatus
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.words import counted, plain_tip, status_word


class QueueFilter(StrEnum):
    """Which records the queue shows."""

    OPEN = "open"
    ALL = "all"
    SIGNED = "signed"


class RecordListModel(QAbstractListModel):
    """Rows in the order of import, those that fit the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RecordRow] = []
        self._place: dict[RecordId, int] = {}
        self._sought: list[str] = []
        self._shown: list[int] = []
        self._text = ""
        self._which = QueueFilter.ALL

    def set_rows(self, rows: tuple[RecordRow, ...]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self._place = {row.record_id: place for place, row in enumerate(rows)}
        self._sought = [f"{row.title} {row.source_format}".casefold() for row in rows]
        self._shown = self._fitting()
        self.endResetModel()

    def set_filter(self, text: str, which: QueueFilter) -> None:
        """Show the rows whose title holds the text, of the chosen state."""
        self.beginResetModel()
        self._text, self._which = text.casefold().strip(), which
        self._shown = self._fitting()
        self.endResetModel()

    def change_row(self, row: RecordRow) -> None:
        """Show one row as it is now; it stays in the list until the filter is applied again."""
        place = self._place.get(row.record_id)
        if place is None:
            return
        self._rows[place] = row
        index = self.index_of(row.record_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def row(self, index: AnyIndex) -> RecordRow | None:
        """Return the row at an index."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        return self._rows[self._shown[index.row()]]

    def index_of(self, record_id: RecordId) -> QModelIndex:
        """Return where a record is shown, an invalid index where it is not."""
        place = self._place.get(record_id)
        if place is None:
            return ROOT
        try:
            return self.index(self._shown.index(place), 0)
        except ValueError:
            return ROOT

    def next_open(self, record_id: RecordId | None) -> RecordId | None:
        """Return the record behind this one that is not signed, from the top again at the end."""
        start = 0
        if record_id is not None and (index := self.index_of(record_id)).isValid():
            start = index.row() + 1
        for place in [*self._shown[start:], *self._shown[:start]]:
            row = self._rows[place]
            if row.status is not RecordStatus.SIGNED and row.record_id != record_id:
                return row.record_id
        return None

    @property
    def total(self) -> int:
        """How many records there are, shown or not."""
        return len(self._rows)

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = f"{row.title}, {self.state_words(row)}, {row.source_format}"
            return plain_tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return None

    def state_words(self, row: RecordRow) -> str:
        """Return where a record stands and why it is still in the queue."""
        is_open = row.status in (RecordStatus.PROPOSED, RecordStatus.IN_PROGRESS)
        parts: list[str] = []
        if is_open and row.undecided_count:
            parts.append(self.tr("{0} to decide").format(row.undecided_count))
        elif is_open and row.assignment_count:
            parts.append(self.tr("Ready to sign"))
        else:
            parts.append(status_word(row.status))
        if row.assignment_count:
            parts.append(counted(row.assignment_count, self.tr("1 code"), self.tr("{0} codes")))
        if not row.document_count:
            parts.append(self.tr("no note"))
        return "  ·  ".join(parts)

    def _fitting(self) -> list[int]:
        text, which = self._text, self._which
        places = range(len(self._rows))
        if which is not QueueFilter.ALL:
            wanted = which is QueueFilter.SIGNED
            places = [p for p in places if (self._rows[p].status is RecordStatus.SIGNED) is wanted]
        if text:
            places = [p for p in places if text in self._sought[p]]
        return list(places)
