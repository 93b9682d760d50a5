"""What a code search found: assignable codes, and headers that are shown but cannot be chosen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.words import plain_tip
from ehrcoder.ports import SearchHit


class SearchHitModel(QAbstractListModel):
    """Hits, best first, those that can be assigned before headers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()

    def set_hits(self, hits: tuple[SearchHit, ...]) -> None:
        """Show these hits."""
        self.beginResetModel()
        self._hits = hits
        self.endResetModel()

    def hit(self, index: AnyIndex) -> SearchHit | None:
        """Return the hit at an index."""
        return self._hits[index.row()] if index.isValid() and index.row() < len(self._hits) else None

    def next_choice(self, start: int, step: int) -> int | None:
        """Return the next place that can be chosen in a direction, or None."""
        place = start + step
        while 0 <= place < len(self._hits):
            if self._hits[place].concept.is_billable:
                return place
            place += step
        return None

    def note(self, hit: SearchHit) -> str:
        """Return the code system with the term or words that were met, or why a header cannot be chosen."""
        name = SHORT_NAME_OF_SYSTEM.get(hit.concept.coding.system, hit.concept.coding.system)
        if hit.concept.is_billable:
            return f"{name} · {hit.matched}" if hit.matched else name
        return self.tr("{0} header: choose a more specific code below it").format(name)

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        hit = self.hit(index)
        if hit is None or not hit.concept.is_billable:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hit(index)
        if hit is None:
            return None
        coding = hit.concept.coding
        if role == ROW_ROLE:
            return hit
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{coding.code} {coding.display}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            words = f"{coding.code} {coding.display}, {self.note(hit)}"
            return plain_tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return None
