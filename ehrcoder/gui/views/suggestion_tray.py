"""The tray at the right: suggestions to decide, and all there is to know about the current one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ehrcoder.core.assignments import Decision
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.ids import SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.models.suggestions import SuggestionModel, SuggestionRow
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import SuggestionDelegate
from ehrcoder.gui.views.panes import Pane, WithEmptyState
from ehrcoder.gui.views.record_pane import QuietListView
from ehrcoder.gui.words import counted

_ALTERNATIVES_SHOWN = 5


class SuggestionTray(Pane):
    """The list of suggestions with its current one; moving in it never decides anything."""

    current_changed = Signal(object)
    """SuggestionRow, or None"""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Suggestions"))
        self.model = SuggestionModel(self)
        self.view = QuietListView()
        self.view.setObjectName("suggestion_list")
        self.view.setAccessibleName(self.tr("Suggestions"))
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.delegate = SuggestionDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.selectionModel().currentChanged.connect(self._moved)
        self._stack = WithEmptyState(self.view)
        self.body.addWidget(self._stack, 1)
        self.detail = QLabel()
        self.detail.setObjectName("suggestion_detail")
        self.detail.setAccessibleName(self.tr("Current suggestion"))
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.detail.setWordWrap(True)
        self.detail.setContentsMargins(14, 4, 14, 2)
        self.detail.hide()
        self.body.addWidget(self.detail)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 0, 8, 8)
        buttons.setSpacing(4)
        for name in ("accept", "reject", "replace", "new_code"):
            buttons.addWidget(actions.button(name, self))
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def show_view(self, view: RecordView) -> None:
        """Show a record's suggestions, keeping the current one where it is still there."""
        current = self.current
        self.model.set_view(view)
        undecided = len(view.undecided)
        if not view.suggestions:
            self._stack.show_empty(self._why_empty(view))
            self.aside.clear()
        else:
            self._stack.show_empty("")
            self.aside.setText(
                self.tr("{0} to decide").format(undecided) if undecided else self.tr("all decided")
            )
        if current is not None:
            index = self.model.index_of(current.suggestion.suggestion_id)
            if index.isValid() and index != self.view.currentIndex():
                self.view.setCurrentIndex(index)
        self._show_detail()

    def clear(self) -> None:
        """Show nothing."""
        self.model.clear()
        self.aside.clear()
        self._stack.show_empty(self.tr("Suggestions of the open record appear here."))
        self._show_detail()

    @property
    def current(self) -> SuggestionRow | None:
        """The current suggestion."""
        return self.model.row(self.view.currentIndex())

    def go_to(self, suggestion_id: SuggestionId) -> None:
        """Make a suggestion the current one."""
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

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.delegate.set_theme(theme)
        self.view.viewport().update()

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_detail()
        self.current_changed.emit(self.model.row(current))

    def _why_empty(self, view: RecordView) -> str:
        if view.runs:
            return self.tr("The engine proposes no code for this record.\n\n"
                           "Codes can be entered with N (selected words) or Ctrl+K.")
        if not view.documents:
            return self.tr("This record has no note to propose codes from.")
        return self.tr("Nothing was proposed for this record yet.\n\nF5 proposes codes.")

    def _show_detail(self) -> None:
        row = self.current
        self.detail.setVisible(row is not None)
        if row is not None:
            self.detail.setText(self._detail_of(row))

    def _detail_of(self, row: SuggestionRow) -> str:
        suggestion = row.suggestion
        system = SHORT_NAME_OF_SYSTEM.get(suggestion.coding.system, suggestion.coding.system)
        lines = [
            f"{suggestion.coding.code}  {suggestion.coding.display}",
            f"{system} {suggestion.coding.version}  ·  " + counted(
                len(suggestion.evidence), self.tr("supported in 1 place"),
                self.tr("supported in {0} places (Space)"),
            ) + self._assertions(suggestion),
        ]
        if suggestion.explanation:
            lines.append(suggestion.explanation)
        if row.decision is Decision.UNDECIDED or row.decision is Decision.REJECTED:
            for number, other in enumerate(suggestion.alternatives[:_ALTERNATIVES_SHOWN], start=1):
                lines.append(f"{number}   {other.coding.code}  {other.coding.display}")
        return "\n".join(lines)

    def _assertions(self, suggestion: CodeSuggestion) -> str:
        said = sorted({each.assertion.value for each in suggestion.evidence})
        return f"  ·  {', '.join(said)}" if said else ""
