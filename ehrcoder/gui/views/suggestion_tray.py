"""The tray at the right: suggestions to decide, and all there is to know about the current one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ehrcoder.core.assignments import Decision
from ehrcoder.core.ids import SuggestionId
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.models.suggestions import SuggestionModel, SuggestionRow, TrayFilter, TrayOrder
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import SuggestionDelegate
from ehrcoder.gui.views.lists import QuietListView, choice_box
from ehrcoder.gui.views.panes import Pane, WithEmptyState
from ehrcoder.gui.views.suggestion_detail import SuggestionDetail
from ehrcoder.usecases.foresee_edits import Outlook


class SuggestionTray(Pane):
    """The list of suggestions with its current one; moving in it never decides anything."""

    current_changed = Signal(object)
    """SuggestionRow, or None"""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Suggestions"))
        self._record: RecordView | None = None
        self.model = SuggestionModel(self)
        self.view = QuietListView("suggestion_list", self.tr("Suggestions"))
        self.view.setModel(self.model)
        self.delegate = SuggestionDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.selectionModel().currentChanged.connect(self._moved)
        self.heading.addWidget(self.icon_button(actions, "filter_tray"))
        self.body.addWidget(self._build_filter())
        self._stack = WithEmptyState(self.view)
        self.body.addWidget(self._stack, 1)
        self._is_awaited = False
        self._stack.show_empty(self.tr("Suggestions of the open record appear here."))
        self.detail = SuggestionDetail()
        self.detail.hide()
        self.body.addWidget(self.detail)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 0, 8, 8)
        buttons.setSpacing(4)
        for name in ("accept", "reject", "replace", "ladder", "new_code"):
            button = actions.button(name, self)
            if name in ("ladder", "new_code"):
                self.icon_only(button)
            buttons.addWidget(button)
        buttons.addStretch(1)
        for name in ("comment", "flag"):
            buttons.addWidget(self.icon_only(actions.button(name, self)))
        self.body.addLayout(buttons)
        self.foot = buttons

    def _build_filter(self) -> QWidget:
        self.words = QLineEdit()
        self.words.setObjectName("tray_filter")
        self.words.setAccessibleName(self.tr("Filter suggestions by code or words"))
        self.words.setPlaceholderText(self.tr("Code or words"))
        self.words.setClearButtonEnabled(True)
        self.which = choice_box("tray_which", self.tr("Which suggestions are listed"), (
            (TrayFilter.ALL, self.tr("All")), (TrayFilter.TO_DECIDE, self.tr("To decide")),
            (TrayFilter.DIAGNOSES, self.tr("Diagnoses")), (TrayFilter.PROCEDURES, self.tr("Procedures")),
            (TrayFilter.OUTCOMES, self.tr("Outcomes")), (TrayFilter.SURE, self.tr("90 % and more")),
            (TrayFilter.WITH_ERRORS, self.tr("With code edits")), (TrayFilter.COMMENTED, self.tr("Commented")),
        ))
        self.order = choice_box("tray_order", self.tr("Order of the suggestions"), (
            (TrayOrder.RANK, self.tr("By rank")), (TrayOrder.PLACE, self.tr("As in the note")),
            (TrayOrder.CODE, self.tr("By code")), (TrayOrder.SUREST, self.tr("Surest first")),
            (TrayOrder.LEAST_SURE, self.tr("Least sure first")),
        ))
        self.words.textChanged.connect(self._filter)
        self.words.returnPressed.connect(self.view.setFocus)
        self.which.currentIndexChanged.connect(self._filter)
        self.order.currentIndexChanged.connect(self._filter)
        self.filter_line = QWidget()
        line = QHBoxLayout(self.filter_line)
        line.setContentsMargins(8, 0, 8, 2)
        line.setSpacing(6)
        line.addWidget(self.words, 2)
        line.addWidget(self.which, 2)
        line.addWidget(self.order, 2)
        self.filter_line.hide()
        return self.filter_line

    def show_view(self, view: RecordView) -> None:
        """Show a record's suggestions, keeping the current one where it is still there."""
        current = self.current
        self._record = view
        self.model.set_view(view)
        self._say_where()
        self._keep(current)

    def show_awaited(self, *, is_awaited: bool) -> None:
        """Say whether the engine is about to list codes here, or has to be asked for them."""
        if is_awaited is not self._is_awaited:
            self._is_awaited = is_awaited
            self._say_where()

    def show_outlook(self, view: RecordView, outlook: Outlook) -> None:
        """Show what accepting each suggestion would run into."""
        self.model.set_outlook(view, outlook)
        self._show_detail()

    def clear(self) -> None:
        """Show nothing; the filter is taken off, so that nothing of the next record is hidden."""
        self._record = None
        self.show_everything()
        self.model.clear()
        self.aside.clear()
        self._stack.show_empty(self.tr("Suggestions of the open record appear here."))
        self._show_detail()

    @property
    def current(self) -> SuggestionRow | None:
        """The current suggestion."""
        return self.model.row(self.view.currentIndex())

    def go_to(self, suggestion_id: SuggestionId) -> None:
        """Make a suggestion the current one; a filter that hides it is taken off."""
        if not self.model.index_of(suggestion_id).isValid():
            self.show_everything()
        self.view.setCurrentIndex(self.model.index_of(suggestion_id))

    def step(self, offset: int) -> None:
        """Move to the next (1) or previous (-1) suggestion; at either end nothing happens."""
        place = self.view.currentIndex().row() + offset
        if 0 <= place < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(place, 0))

    def go_to_undecided(self) -> bool:
        """Move to the next undecided suggestion; tell whether there is one."""
        place = self.model.next_undecided(self.view.currentIndex().row())
        if place is None:
            return False
        self.view.setCurrentIndex(self.model.index(place, 0))
        return True

    def toggle_filter(self) -> None:
        """Show the filter with the focus in it; once more takes it off and away."""
        if self.filter_line.isVisible():
            self.show_everything()
            self.view.setFocus()
        else:
            self.filter_line.show()
            self.words.setFocus()

    def show_everything(self) -> None:
        """Take the filter off and hide it."""
        for box in (self.which, self.order):
            box.setCurrentIndex(0)
        self.words.clear()
        self.filter_line.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.delegate.set_theme(theme)
        self.detail.set_theme(theme)
        self.view.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.detail.set_room(self.height())

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_detail()
        self.current_changed.emit(self.model.row(current))

    @Slot()
    def _filter(self) -> None:
        current = self.current
        self.model.set_filter(
            self.words.text(), TrayFilter(self.which.currentData()), TrayOrder(self.order.currentData())
        )
        self._say_where()
        self._keep(current)

    def _keep(self, current: SuggestionRow | None) -> None:
        if current is not None:
            index = self.model.index_of(current.suggestion.suggestion_id)
            if index.isValid() and index != self.view.currentIndex():
                self.view.setCurrentIndex(index)
        if not self.view.currentIndex().isValid() and self.model.is_filtered and self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(0, 0))
        self._show_detail()

    def _say_where(self) -> None:
        view = self._record
        if view is None:
            return
        undecided = len(view.undecided)
        if not view.suggestions:
            self._stack.show_empty(self._why_empty(view))
            self.aside.clear()
            return
        told = self.tr("{0} to decide").format(undecided) if undecided else self.tr("all decided")
        if self.model.is_filtered:
            told = self.tr("{0} of {1} listed  ·  {2}").format(self.model.rowCount(), len(view.suggestions), told)
        self.aside.setText(told)
        self._stack.show_empty("" if self.model.rowCount() else self.tr(
            "No suggestion fits the filter.\n\nCtrl+L takes it off."
        ))

    def _why_empty(self, view: RecordView) -> str:
        if self._is_awaited:
            return self.tr("The engine is reading this note.\n\nIts codes will be listed here.")
        if view.runs:
            return self.tr("The engine proposes no code for this record.\n\n"
                           "Codes can be entered with N (selected words) or Ctrl+K.")
        if not view.documents:
            return self.tr("This record has no note to propose codes from.")
        return self.tr("Nothing was proposed for this record yet.\n\nF5 proposes codes.")

    def _show_detail(self) -> None:
        row = self.current
        self.detail.setVisible(row is not None)
        if row is not None and self._record is not None:
            is_open = row.decision in (Decision.UNDECIDED, Decision.REJECTED)
            self.detail.show_row(row, self._record, alternatives=is_open)
