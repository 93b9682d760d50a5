"""A read-only table over immutable rows, given as columns that each know their heading and their text.

What is sorted or filtered is the view of the rows alone: `given` keeps them all in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QIcon

from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.words import plain_tip

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """A column: its heading, and how it gets its text, tooltip and icon from a row; `key` sorts, else the text does."""

    heading: str
    text: Callable[[Row], str]
    tooltip: Callable[[Row], str] | None = None
    icon: Callable[[Row], QIcon] | None = None
    align_right: bool = False
    key: Callable[[Row], Any] | None = None

    def sort_key(self, row: Row) -> Any:
        """Return what a row is compared by; texts without regard to case."""
        return self.key(row) if self.key is not None else self.text(row).casefold()


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows by columns; every answer comes from memory."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._given: tuple[Row, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._sorted_by = -1
        self._order = Qt.SortOrder.AscendingOrder
        self._text = ""

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; where the number of those shown stays the same, selection and place stay too."""
        self._given = tuple(rows)
        fresh = self._arranged()
        if len(fresh) == len(self._rows):
            self._rows = fresh
            if fresh:
                self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(self._columns) - 1))
            return
        self.beginResetModel()
        self._rows = fresh
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Show the rows by a column; -1 shows them as they were given. The chosen row stays chosen."""
        self.layoutAboutToBeChanged.emit()
        held = [(index, self.row(index)) for index in self.persistentIndexList()]
        self._sorted_by, self._order = column, order
        self._rows = self._arranged()
        for index, row in held:
            place = next((place for place, each in enumerate(self._rows) if each is row), -1)
            self.changePersistentIndex(index, self.index(place, index.column()) if place >= 0 else ROOT)
        self.layoutChanged.emit()

    def set_filter(self, text: str) -> None:
        """Show the rows that hold every word of the text in some column."""
        self.beginResetModel()
        self._text = text.casefold().strip()
        self._rows = self._arranged()
        self.endResetModel()

    @property
    def sorted_by(self) -> str:
        """The heading that the rows are sorted by; empty where they stand as they were given."""
        return self._columns[self._sorted_by].heading if self._sorted_by >= 0 else ""

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is on."""
        return bool(self._text)

    @property
    def given(self) -> tuple[Row, ...]:
        """Every row in the order in which they were given, shown or not."""
        return self._given

    def _arranged(self) -> tuple[Row, ...]:
        rows = self._given
        if self._text:
            words = self._text.split()
            rows = tuple(row for row in rows if _holds(words, (each.text(row) for each in self._columns)))
        if self._sorted_by >= 0:
            rows = tuple(sorted(rows, key=self._columns[self._sorted_by].sort_key,
                                reverse=self._order is Qt.SortOrder.DescendingOrder))
        return rows

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are shown, from top to bottom."""
        return self._rows

    def row(self, index: AnyIndex) -> Row | None:
        """Return the row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def first_where(self, fits: Callable[[Row], bool]) -> QModelIndex:
        """Return the index of the first row that fits, an invalid one where none does."""
        for place, row in enumerate(self._rows):
            if fits(row):
                return self.index(place, 0)
        return ROOT

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        column = self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip((column.tooltip or column.text)(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.heading}: {(column.tooltip or column.text)(row)}"
            case Qt.ItemDataRole.DecorationRole:
                return column.icon(row) if column.icon is not None else None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
            case _:
                return row if role == ROW_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            column = self._columns[section]
            side = Qt.AlignmentFlag.AlignRight if column.align_right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


def _holds(words: Sequence[str], cells: Iterable[str]) -> bool:
    line = " ".join(cells).casefold()
    return all(word in line for word in words)
