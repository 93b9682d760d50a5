"""The queue at the left: find a record, see where it stands, open it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListView, QWidget

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow
from ehrcoder.gui.models.record_list import QueueFilter, RecordListModel
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import RecordDelegate
from ehrcoder.gui.views.panes import Pane, WithEmptyState


class QuietListView(QListView):
    """A list in which typed letters jump nowhere, so that a wrong key never loses the place."""

    activated_by_key = Signal(QModelIndex)

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.activated_by_key.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class RecordPane(Pane):
    """The list of records with its filter."""

    chosen = Signal(object)
    """RecordId of the record to open"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Records"))
        self.model = RecordListModel(self)
        self.view = QuietListView()
        self.view.setObjectName("record_list")
        self.view.setAccessibleName(self.tr("Records"))
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.delegate = RecordDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.clicked.connect(self._choose)
        self.view.activated_by_key.connect(self._choose)
        self.search = QLineEdit()
        self.search.setObjectName("record_filter")
        self.search.setAccessibleName(self.tr("Filter records by title"))
        self.search.setPlaceholderText(self.tr("Filter by title"))
        self.search.setClearButtonEnabled(True)
        self.which = QComboBox()
        self.which.setObjectName("record_state_filter")
        self.which.setAccessibleName(self.tr("Which records are shown"))
        self.which.view().setAccessibleName(self.which.accessibleName())
        for value, words in (
            (QueueFilter.ALL, self.tr("All")), (QueueFilter.OPEN, self.tr("Open")),
            (QueueFilter.SIGNED, self.tr("Signed")),
        ):
            self.which.addItem(words, value)
        self.search.textChanged.connect(self._filter)
        self.which.currentIndexChanged.connect(self._filter)
        filters = QHBoxLayout()
        filters.setContentsMargins(8, 0, 8, 0)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.which)
        self.body.addLayout(filters)
        self._stack = WithEmptyState(self.view)
        self.body.addWidget(self._stack, 1)
        self._stack.show_empty(self.tr("Opening the workspace…"))

    def show_rows(self, rows: tuple[RecordRow, ...]) -> None:
        """Show these records, keeping the current one."""
        current = self.model.row(self.view.currentIndex())
        self.model.set_rows(rows)
        if current is not None:
            self.view.setCurrentIndex(self.model.index_of(current.record_id))
        self._say_how_many()

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
        self.model.set_filter(self.search.text(), self.which.currentData())
        if current is not None:
            self.view.setCurrentIndex(self.model.index_of(current.record_id))
        self._say_how_many()

    def _say_how_many(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.aside.setText(str(total) if shown == total else self.tr("{0} of {1}").format(shown, total))
        if not total:
            self._stack.show_empty(
                self.tr("No records yet.\n\nImport notes, tables or FHIR bundles with Ctrl+O.")
            )
        elif not shown:
            self._stack.show_empty(self.tr("No record fits the filter."))
        else:
            self._stack.show_empty("")
