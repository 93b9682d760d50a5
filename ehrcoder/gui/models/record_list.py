"""The queue of records: filters and orders rows in memory, a hundred thousand of them without a pause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow, RecordStatus
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.words import counted, percent, plain_tip, status_word


class QueueFilter(StrEnum):
    """Which records the queue shows."""

    ALL = "all"
    OPEN = "open"
    TO_DECIDE = "to-decide"
    READY = "ready"
    NEW = "new"
    DRAFTS = "drafts"
    FLAGGED = "flagged"
    ON_HOLD = "on-hold"
    RECODE = "recode"
    """Codes of it were retired or revised by a later edition."""
    SIGNED = "signed"
    ORIGINALS = "originals"
    """Records with a masked version, which takes their place in the queue; signed ones are among the signed too."""


class QueueOrder(StrEnum):
    """In which order the queue shows them."""

    IMPORT = "import"
    LEAST_SURE = "least-sure"
    MOST_TO_DECIDE = "most-to-decide"
    TITLE = "title"
    LONGEST = "longest"


_FITS: dict[QueueFilter, Callable[[RecordRow], bool]] = {
    QueueFilter.ALL: lambda row: True,
    QueueFilter.OPEN: lambda row: row.status is not RecordStatus.SIGNED,
    QueueFilter.TO_DECIDE: lambda row: row.status is not RecordStatus.SIGNED and row.undecided_count > 0,
    QueueFilter.READY: lambda row: (
        row.status in (RecordStatus.PROPOSED, RecordStatus.IN_PROGRESS) and not row.undecided_count
        and row.assignment_count > 0 and not row.held_for
    ),
    QueueFilter.NEW: lambda row: row.status is RecordStatus.NEW,
    QueueFilter.DRAFTS: lambda row: row.is_draft,
    QueueFilter.FLAGGED: lambda row: row.flag is not None,
    QueueFilter.ON_HOLD: lambda row: bool(row.held_for),
    QueueFilter.RECODE: lambda row: bool(row.recode),
    QueueFilter.SIGNED: lambda row: row.status is RecordStatus.SIGNED,
    QueueFilter.ORIGINALS: lambda row: row.masked_as is not None,
}
_WITH_ORIGINALS = (QueueFilter.SIGNED, QueueFilter.ORIGINALS)
_ORDERS: dict[QueueOrder, Callable[[RecordRow], Any]] = {
    QueueOrder.IMPORT: lambda row: 0,
    QueueOrder.LEAST_SURE: lambda row: 2.0 if row.least_confidence is None else row.least_confidence,
    QueueOrder.MOST_TO_DECIDE: lambda row: -row.undecided_count,
    QueueOrder.TITLE: lambda row: row.title.casefold(),
    QueueOrder.LONGEST: lambda row: -row.text_length,
}


class RecordListModel(QAbstractListModel):
    """Rows that fit the filter, in the chosen order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RecordRow] = []
        self._place: dict[RecordId, int] = {}
        self._sought: list[str] = []
        self._ordered: list[int] = []
        self._shown: list[int] = []
        self._text = ""
        self._which = QueueFilter.ALL
        self._originals = 0
        self._order = QueueOrder.IMPORT

    def set_rows(self, rows: tuple[RecordRow, ...]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self._originals = sum(1 for row in rows if row.masked_as is not None)
        self._place = {row.record_id: place for place, row in enumerate(rows)}
        self._sought = []
        self._ordered = self._in_order()
        self._shown = self._fitting()
        self.endResetModel()

    def set_filter(self, text: str, which: QueueFilter) -> None:
        """Show the rows whose title holds the text, of the chosen state."""
        self.beginResetModel()
        self._text, self._which = text.casefold().strip(), which
        self._shown = self._fitting()
        self.endResetModel()

    def set_order(self, order: QueueOrder) -> None:
        """Show the rows in another order."""
        self.beginResetModel()
        self._order = order
        self._ordered = self._in_order()
        self._shown = self._fitting()
        self.endResetModel()

    def change_row(self, row: RecordRow) -> None:
        """Show one row as it is now; it keeps its place until filter or order is applied again."""
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

    def row_of(self, record_id: RecordId | None) -> RecordRow | None:
        """Return a record's row, shown or not."""
        place = self._place.get(record_id) if record_id is not None else None
        return self._rows[place] if place is not None else None

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
        """Return the record behind this one that waits for work, from the top again at the end.

        Signed ones, those on hold, and originals of masked versions do not wait.
        """
        start = 0
        if record_id is not None and (index := self.index_of(record_id)).isValid():
            start = index.row() + 1
        for place in [*self._shown[start:], *self._shown[:start]]:
            row = self._rows[place]
            is_waiting = row.status is not RecordStatus.SIGNED and not row.held_for and row.masked_as is None
            if is_waiting and row.record_id != record_id:
                return row.record_id
        return None

    @property
    def total(self) -> int:
        """How many records there are, shown or not; an original and its masked version count once."""
        return len(self._rows) - self._originals

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
        """Return where a record stands and why it is still in the queue, the most telling first."""
        is_open = row.status in (RecordStatus.PROPOSED, RecordStatus.IN_PROGRESS)
        parts: list[str] = []
        if row.masked_as is not None:
            parts.append(self.tr("Original of a masked version"))
        if row.held_for:
            parts.append(self.tr("On hold: {0}").format(row.held_for))
        if row.flag is not None:
            parts.append(self.tr("Flagged: {0}").format(row.flag) if row.flag else self.tr("Flagged"))
        if row.recode:
            parts.append(self.tr("Codes changed: {0}").format(row.recode.replace("!", self.tr(" (no longer valid)"))))
        if row.is_draft:
            parts.append(self.tr("Draft"))
        if is_open and row.undecided_count:
            parts.append(self.tr("{0} to decide").format(row.undecided_count))
        elif is_open and row.assignment_count:
            parts.append(self.tr("Ready to sign"))
        else:
            parts.append(status_word(row.status))
        if self._order is QueueOrder.LEAST_SURE and row.least_confidence is not None:
            parts.append(self.tr("least sure {0}").format(percent(row.least_confidence)))
        elif self._order is QueueOrder.LONGEST:
            parts.append(self.tr("{0} characters").format(f"{row.text_length:,}"))
        if row.assignment_count:
            parts.append(counted(row.assignment_count, self.tr("1 code"), self.tr("{0} codes")))
        if not row.document_count:
            parts.append(self.tr("no note"))
        return "  ·  ".join(parts)

    def _in_order(self) -> list[int]:
        places = range(len(self._rows))
        if self._order is QueueOrder.IMPORT:
            return list(places)
        key = _ORDERS[self._order]
        values = [key(row) for row in self._rows]
        return sorted(places, key=values.__getitem__)

    def _fitting(self) -> list[int]:
        text = self._text
        places: Iterable[int] = self._ordered
        rows = self._rows
        if self._which is not QueueFilter.ALL:
            fits = _FITS[self._which]
            places = [place for place in places if fits(rows[place])]
        if self._originals and self._which not in _WITH_ORIGINALS:
            places = [place for place in places if rows[place].masked_as is None]
        if text:
            if not self._sought:
                self._sought = [
                    f"{row.title} {row.source_format} {row.flag or ''} {row.held_for} {row.recode}".casefold()
                    for row in self._rows
                ]
            sought = self._sought
            places = [place for place in places if text in sought[place]]
        return list(places)
