"""The suggestions of the open record with what was decided about each: filtered and ordered, never decided here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ehrcoder.core.assignments import Decision
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM, CodeKind
from ehrcoder.core.ids import SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.words import decision_word, kind_word, percent, plain_tip
from ehrcoder.usecases.foresee_edits import Outlook

SURE = 0.9


class TrayFilter(StrEnum):
    """Which suggestions are listed."""

    ALL = "all"
    TO_DECIDE = "to-decide"
    DIAGNOSES = "diagnoses"
    PROCEDURES = "procedures"
    OUTCOMES = "outcomes"
    SURE = "sure"
    WITH_ERRORS = "with-errors"
    COMMENTED = "commented"


class TrayOrder(StrEnum):
    """In which order they are listed."""

    RANK = "rank"
    PLACE = "place"
    CODE = "code"
    SUREST = "surest"
    LEAST_SURE = "least-sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRow:
    """A suggestion as the tray shows it; `replaced_by` is the code that was assigned in its place."""

    suggestion: CodeSuggestion
    decision: Decision
    replaced_by: str = ""
    errors: tuple[str, ...] = ()
    """The code edits of level error that accepting it would raise."""
    warnings: tuple[str, ...] = ()
    comments: int = 0

    @property
    def quote(self) -> str:
        """The first words that support it, on one line."""
        if not self.suggestion.evidence:
            return ""
        return " ".join(self.suggestion.evidence[0].quote.split())


_FITS: dict[TrayFilter, Callable[[SuggestionRow], bool]] = {
    TrayFilter.ALL: lambda row: True,
    TrayFilter.TO_DECIDE: lambda row: row.decision is Decision.UNDECIDED,
    TrayFilter.DIAGNOSES: lambda row: row.suggestion.kind is CodeKind.DIAGNOSIS,
    TrayFilter.PROCEDURES: lambda row: row.suggestion.kind is CodeKind.PROCEDURE,
    TrayFilter.OUTCOMES: lambda row: row.suggestion.kind is CodeKind.OUTCOME,
    TrayFilter.SURE: lambda row: row.suggestion.confidence >= SURE,
    TrayFilter.WITH_ERRORS: lambda row: bool(row.errors or row.warnings),
    TrayFilter.COMMENTED: lambda row: row.comments > 0,
}
_ORDERS: dict[TrayOrder, Callable[[SuggestionRow], Any]] = {
    TrayOrder.RANK: lambda row: row.suggestion.rank,
    TrayOrder.PLACE: lambda row: min((each.span.start for each in row.suggestion.evidence), default=1 << 40),
    TrayOrder.CODE: lambda row: row.suggestion.coding.code,
    TrayOrder.SUREST: lambda row: -row.suggestion.confidence,
    TrayOrder.LEAST_SURE: lambda row: row.suggestion.confidence,
}


class SuggestionModel(QAbstractListModel):
    """A decision never moves a suggestion, nor takes it out of the list before the filter is chosen again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[SuggestionRow, ...] = ()
        self._rows: tuple[SuggestionRow, ...] = ()
        self._text = ""
        self._which = TrayFilter.ALL
        self._order = TrayOrder.RANK
        self._outlook = Outlook()

    def set_view(self, view: RecordView) -> None:
        """Show a record's suggestions; where only decisions changed, the rows stay where they are."""
        fresh = tuple(_row(view, suggestion, self._outlook) for suggestion in view.suggestions)
        same = [row.suggestion.suggestion_id for row in fresh] == [
            row.suggestion.suggestion_id for row in self._all
        ]
        self._all = fresh
        if not same:
            self._apply()
            return
        by_id = {row.suggestion.suggestion_id: row for row in fresh}
        rows = tuple(by_id[row.suggestion.suggestion_id] for row in self._rows)
        changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
        self._rows = rows
        for place in changed:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 0))

    def set_outlook(self, view: RecordView, outlook: Outlook) -> None:
        """Show what accepting each suggestion would run into."""
        self._outlook = outlook
        self.set_view(view)

    def set_filter(self, text: str, which: TrayFilter, order: TrayOrder) -> None:
        """List what fits, in an order."""
        self._text, self._which, self._order = text.casefold().strip(), which, order
        self._apply()

    @property
    def is_filtered(self) -> bool:
        """Whether a filter was chosen."""
        return bool(self._text) or self._which is not TrayFilter.ALL

    def clear(self) -> None:
        """Show nothing."""
        self._outlook = Outlook()
        self._all = ()
        self._apply()

    def _apply(self) -> None:
        self.beginResetModel()
        self._rows = tuple(sorted((row for row in self._all if self._fits(row)), key=_ORDERS[self._order]))
        self.endResetModel()

    def _fits(self, row: SuggestionRow) -> bool:
        if not _FITS[self._which](row):
            return False
        coding = row.suggestion.coding
        return not self._text or self._text in f"{coding.code} {coding.display} {row.quote}".casefold()

    @property
    def rows(self) -> tuple[SuggestionRow, ...]:
        """The listed rows from top to bottom."""
        return self._rows

    def row(self, index: AnyIndex) -> SuggestionRow | None:
        """Return the row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, suggestion_id: SuggestionId) -> QModelIndex:
        """Return where a suggestion is listed, an invalid index where it is not."""
        for place, row in enumerate(self._rows):
            if row.suggestion.suggestion_id == suggestion_id:
                return self.index(place, 0)
        return ROOT

    def next_undecided(self, start: int) -> int | None:
        """Return the place of the first undecided suggestion behind `start`, from the top again at the end."""
        places = [*range(start + 1, len(self._rows)), *range(start + 1)]
        for place in places:
            if place < len(self._rows) and self._rows[place].decision is Decision.UNDECIDED:
                return place
        return None

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        coding = row.suggestion.coding
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{coding.code} {coding.display}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = self.tr("{0}, {1} {2}, {3}, confidence {4}, quote: {5}").format(
                decision_word(row.decision), coding.code, coding.display, kind_word(row.suggestion.kind),
                percent(row.suggestion.confidence), row.quote or self.tr("none"),
            )
            return f"{told}, {self.tr('error if accepted')}" if row.errors else told
        if role == Qt.ItemDataRole.ToolTipRole:
            name = SHORT_NAME_OF_SYSTEM.get(coding.system, coding.system)
            return plain_tip("\n".join([f"{name} {coding.code}", coding.display, *row.errors, *row.warnings]))
        return None


def _row(view: RecordView, suggestion: CodeSuggestion, outlook: Outlook) -> SuggestionRow:
    decision = view.decision(suggestion.suggestion_id)
    replaced_by = ""
    if decision is Decision.REPLACED and (assigned := view.assignment_of(suggestion.suggestion_id)):
        replaced_by = assigned.coding.code
    found = outlook.findings.get(suggestion.suggestion_id, ()) if decision is Decision.UNDECIDED else ()
    return SuggestionRow(
        suggestion=suggestion, decision=decision, replaced_by=replaced_by,
        errors=tuple(each.message for each in found if each.severity.value == "error"),
        warnings=tuple(each.message for each in found if each.severity.value == "warning"),
        comments=sum(1 for each in view.comments if each.suggestion_id == suggestion.suggestion_id),
    )
