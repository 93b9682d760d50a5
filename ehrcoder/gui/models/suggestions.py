"""The suggestions of the open record with what was decided about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ehrcoder.core.assignments import Decision
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.ids import SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.words import decision_word, kind_word, plain_tip


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRow:
    """A suggestion as the tray shows it; `replaced_by` is the code that was assigned in its place."""

    suggestion: CodeSuggestion
    decision: Decision
    replaced_by: str = ""

    @property
    def quote(self) -> str:
        """The first words that support it, on one line."""
        if not self.suggestion.evidence:
            return ""
        return " ".join(self.suggestion.evidence[0].quote.split())


class SuggestionModel(QAbstractListModel):
    """Suggestions in the order of their rank; a decision never moves them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[SuggestionRow, ...] = ()

    def set_view(self, view: RecordView) -> None:
        """Show a record's suggestions; where only decisions changed, the rows stay where they are."""
        rows = tuple(_row(view, suggestion) for suggestion in view.suggestions)
        same = [row.suggestion.suggestion_id for row in rows] == [
            row.suggestion.suggestion_id for row in self._rows
        ]
        if not same:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
        self._rows = rows
        for place in changed:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 0))

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._rows = ()
        self.endResetModel()

    @property
    def rows(self) -> tuple[SuggestionRow, ...]:
        """The rows from top to bottom."""
        return self._rows

    def row(self, index: AnyIndex) -> SuggestionRow | None:
        """Return the row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, suggestion_id: SuggestionId) -> QModelIndex:
        """Return where a suggestion is shown, an invalid index where it is not."""
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
            return self.tr("{0}, {1} {2}, {3}, confidence {4} percent, quote: {5}").format(
                decision_word(row.decision), coding.code, coding.display, kind_word(row.suggestion.kind),
                round(row.suggestion.confidence * 100), row.quote or self.tr("none"),
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            name = SHORT_NAME_OF_SYSTEM.get(coding.system, coding.system)
            return plain_tip(f"{name} {coding.code}\n{coding.display}")
        return None


def _row(view: RecordView, suggestion: CodeSuggestion) -> SuggestionRow:
    decision = view.decision(suggestion.suggestion_id)
    replaced_by = ""
    if decision is Decision.REPLACED and (assigned := view.assignment_of(suggestion.suggestion_id)):
        replaced_by = assigned.coding.code
    return SuggestionRow(suggestion=suggestion, decision=decision, replaced_by=replaced_by)
