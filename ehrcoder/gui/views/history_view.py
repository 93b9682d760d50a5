"""The history of a record's decisions as a table: when, who, what, why."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.views.panes import WithEmptyState
from ehrcoder.usecases.audit_trail import HistoryLine


class HistoryView(QWidget):
    """Every decision of a record, the latest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._codes: dict[str, str] = {}
        self.model: TableModel[HistoryLine] = TableModel(
            (
                Column(heading=self.tr("#"), text=lambda line: str(line.sequence), align_right=True),
                Column(heading=self.tr("When"),
                       text=lambda line: line.at.astimezone().strftime("%Y-%m-%d\n%H:%M:%S")),
                Column(heading=self.tr("Who"), text=lambda line: line.coder_id),
                Column(heading=self.tr("What"), text=self._what),
                Column(heading=self.tr("Why"), text=lambda line: line.reason),
            ),
            self,
        )
        self.table = plain_table(self.tr("History of decisions"), "history_table")
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._stack = WithEmptyState(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._stack)

    def show_view(self, view: RecordView) -> None:
        """Show a record's history."""
        self._codes = codes_by_suggestion(view)
        self.model.set_rows(tuple(reversed(view.history)))
        self._stack.show_empty("" if view.history else self.tr(
            "Nothing was decided about this record yet.\n\n"
            "Every decision will stand here with its time, its coder and its reason."
        ))

    def _what(self, line: HistoryLine) -> str:
        """Return what was done; a suggestion that gave no code is named by its code, not by its id."""
        return line_words(line, self._codes)


def line_words(line: HistoryLine, codes: Mapping[str, str]) -> str:
    """Return a line of the history as a sentence; `codes` names suggestions by their code."""
    text = line.text
    for suggestion_id, code in codes.items():
        if suggestion_id in text:
            text = text.replace(suggestion_id, code)
    return text[:1].upper() + text[1:]


def codes_by_suggestion(view: RecordView) -> dict[str, str]:
    """Return the code and title of every suggestion by its id."""
    return {each.suggestion_id: f"{each.coding.code} {each.coding.display}" for each in view.suggestions}


def plain_table(accessible_name: str, object_name: str) -> QTableView:
    """Return a read-only table of rows."""
    table = QTableView()
    table.setObjectName(object_name)
    table.setAccessibleName(accessible_name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setResizeContentsPrecision(40)
    table.verticalHeader().setResizeContentsPrecision(0)
    table.horizontalHeader().setAccessibleName(accessible_name)
    return table
