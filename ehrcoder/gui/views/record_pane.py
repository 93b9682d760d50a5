"""The queue at the left: find a record, see where it stands and why, open it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow
from ehrcoder.gui.models.record_list import QueueFilter, QueueOrder, RecordListModel
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import RecordDelegate
from ehrcoder.gui.views.lists import QuietListView, choice_box
from ehrcoder.gui.views.panes import Pane, WithEmptyState


class RecordPane(Pane):
    """The list of records with its filter and its order."""

    chosen = Signal(object)
    """RecordId of the record to open"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Records"))
        self.model = RecordListModel(self)
        self.view = QuietListView("record_list", self.tr("Records"))
        self.view.setModel(self.model)
        self.delegate = RecordDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.clicked.connect(self._choose)
        self.view.activated_by_key.connect(self._choose)
        self.search = QLineEdit()
        self.search.setObjectName("record_filter")
        self.search.setAccessibleName(self.tr("Filter records by title"))
        self.search.setPlaceholderText(self.tr("Filter by title"))
        self.search.setClearButtonEnabled(True)
        self.search.returnPressed.connect(self.view.setFocus)
        self.which = choice_box("record_state_filter", self.tr("Which records are shown"), (
            (QueueFilter.ALL, self.tr("All current records")), (QueueFilter.OPEN, self.tr("Open")),
            (QueueFilter.TO_DECIDE, self.tr("To decide")), (QueueFilter.READY, self.tr("Ready to sign")),
            (QueueFilter.NEW, self.tr("New")), (QueueFilter.DRAFTS, self.tr("Drafts")),
            (QueueFilter.FLAGGED, self.tr("Flagged")), (QueueFilter.ON_HOLD, self.tr("On hold")),
            (QueueFilter.RECODE, self.tr("Codes changed by an edition")), (QueueFilter.SIGNED, self.tr("Signed")),
            (QueueFilter.ORIGINALS, self.tr("Originals of masked versions")),
        ))
        self.order = choice_box("record_order", self.tr("Order of the records"), (
            (QueueOrder.IMPORT, self.tr("As imported")), (QueueOrder.LEAST_SURE, self.tr("Least sure first")),
            (QueueOrder.MOST_TO_DECIDE, self.tr("Most to decide")), (QueueOrder.TITLE, self.tr("By title")),
            (QueueOrder.LONGEST, self.tr("Longest first")),
        ))
        self.search.textChanged.connect(self._filter)
        self.which.currentIndexChanged.connect(self._filter)
        self.order.currentIndexChanged.connect(self._sort)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 8, 0)
        line.addWidget(self.search)
        boxes = QVBoxLayout()
        boxes.setContentsMargins(8, 0, 8, 2)
        boxes.setSpacing(4)
        boxes.addWidget(self.which)
        boxes.addWidget(self.order)
        self.body.addLayout(line)
        self.body.addLayout(boxes)
        self._stack = WithEmptyState(self.view)
        self.body.addWidget(self._stack, 1)
        self._stack.show_empty(self.tr("Opening the workspace…"))

    def show_rows(self, rows: tuple[RecordRow, ...]) -> None:
        """Show these records, keeping the current one."""
        current = self.model.row(self.view.currentIndex())
        self.model.set_rows(rows)
        self._keep(current)

    def change_row(self, row: RecordRow) -> None:
        """Show one record as it is now."""
        self.model.change_row(row)
        self._say_how_many()

    def mark_open(self, record_id: RecordId) -> None:
        """Mark the record that is open."""
        index = self.model.index_of(record_id)
        if index.isValid():
            self.view.setCurrentIndex(index)

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.delegate.set_theme(theme)
        self.view.viewport().update()

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row(index)
        if row is not None:
            self.chosen.emit(row.record_id)

    @Slot()
    def _filter(self) -> None:
        current = self.model.row(self.view.currentIndex())
        self.model.set_filter(self.search.text(), QueueFilter(self.which.currentData()))
        self._keep(current)

    @Slot()
    def _sort(self) -> None:
        current = self.model.row(self.view.currentIndex())
        self.model.set_order(QueueOrder(self.order.currentData()))
        self._keep(current)

    def _keep(self, current: RecordRow | None) -> None:
        if current is not None:
            self.view.setCurrentIndex(self.model.index_of(current.record_id))
        self._say_how_many()

    def _say_how_many(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        is_whole = shown == total or self.which.currentData() is QueueFilter.ORIGINALS
        self.aside.setText(f"{shown:,}" if is_whole else self.tr("{0} of {1}").format(f"{shown:,}", f"{total:,}"))
        if not total:
            self._stack.show_empty(
                self.tr("No records yet.\n\nImport notes, tables or FHIR bundles with Ctrl+O.")
            )
        elif not shown:
            self._stack.show_empty(self.tr(
                "No record fits the filter.\n\nClear the words, or choose All current records."))
        else:
            self._stack.show_empty("")
