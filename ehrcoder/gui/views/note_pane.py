"""The centre: who the record is about, its documents with their sections, find, and the history of decisions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import SuggestionId
from ehrcoder.core.records import RecordRow
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.history_view import HistoryView
from ehrcoder.gui.views.note_view import Mark, NoteView
from ehrcoder.gui.views.panes import Pane, WithEmptyState
from ehrcoder.gui.words import patient_line, plain_tip, status_word

_OFFSET_ROLE = Qt.ItemDataRole.UserRole + 1


class NotePane(Pane):
    """A record's documents and its history."""

    evidence_missing = Signal()

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Record"))
        self.sections_wanted = True
        self._view: RecordView | None = None
        self._current: SuggestionId | None = None
        self.title.setObjectName("recordTitle")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.patient = QLabel()
        self.patient.setObjectName("muted")
        self.patient.setTextFormat(Qt.TextFormat.PlainText)
        self.patient.setWordWrap(True)
        self.patient.setContentsMargins(12, 0, 12, 0)
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setWordWrap(True)
        self.notice.hide()
        notice_line = QHBoxLayout()
        notice_line.setContentsMargins(12, 0, 12, 0)
        notice_line.addWidget(self.notice)
        self.note = NoteView()
        self.sections = QListWidget()
        self.sections.setObjectName("sections")
        self.sections.setAccessibleName(self.tr("Sections of the note"))
        self.sections.setMaximumWidth(190)
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sections.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.sections.itemClicked.connect(self._go_to_section)
        self.sections.itemActivated.connect(self._go_to_section)
        self.documents = QComboBox()
        self.documents.setObjectName("documents")
        self.documents.setAccessibleName(self.tr("Document of this record"))
        self.documents.view().setAccessibleName(self.documents.accessibleName())
        self.documents.activated.connect(self._document_chosen)
        self.history = HistoryView(actions)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("note_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its bar of tabs takes the focus
        self.tabs.setAccessibleName(self.tr("Note or history"))
        self.tabs.tabBar().setAccessibleName(self.tr("Note or history"))
        self.tabs.addTab(self._note_page(), self.tr("Note"))
        self.tabs.addTab(self.history, self.tr("History"))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.patient)
        column.addLayout(notice_line)
        column.addWidget(self.tabs, 1)
        self._stack = WithEmptyState(content)
        self.body.addWidget(self._stack, 1)
        self.clear()

    def _note_page(self) -> QWidget:
        self.find_line = QLineEdit()
        self.find_line.setObjectName("find_in_note")
        self.find_line.setAccessibleName(self.tr("Find in note"))
        self.find_line.setPlaceholderText(self.tr("Find in note; Enter goes to the next place, Esc closes"))
        self.find_line.textChanged.connect(self._find_first)
        self.find_line.returnPressed.connect(self.find_again)
        self.find_result = QLabel()
        self.find_result.setObjectName("muted")
        self._find_bar = QWidget()
        bar = QHBoxLayout(self._find_bar)
        bar.setContentsMargins(10, 4, 10, 0)
        bar.addWidget(self.find_line, 1)
        bar.addWidget(self.find_result)
        self._find_bar.hide()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.sections)
        self._splitter.addWidget(self.note)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([170, 600])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        self._document_line = QWidget()
        line = QHBoxLayout(self._document_line)
        line.setContentsMargins(6, 0, 6, 0)
        line.addWidget(self.documents, 1)
        column.addWidget(self._document_line)
        column.addWidget(self._find_bar)
        column.addWidget(self._splitter, 1)
        return page

    def clear(self) -> None:
        """Show that no record is open."""
        self._view = None
        self.title.setText(self.tr("No record is open"))
        self.aside.clear()
        self.note.show_document(None)
        self._stack.show_empty(self.tr(
            "Choose a record at the left: Ctrl+1, then ↑ ↓ and Enter.\n\n"
            "Where none is listed yet, Ctrl+O imports notes, tables and FHIR bundles; "
            "Help has a tour on a fictional record."
        ))

    def show_view(self, view: RecordView, row: RecordRow | None) -> None:
        """Show a record that was just opened."""
        self._view, self._current = view, None
        self.title.setText(row.title if row is not None else view.record.source_name)
        self.patient.setText(patient_line(view.record))
        self.documents.clear()
        for number, document in enumerate(view.documents, start=1):
            name = document.document.title or document.document.type or self.tr("Document")
            self.documents.addItem(self.tr("{0} of {1}: {2}").format(number, len(view.documents), name))
        self._document_line.setVisible(len(view.documents) > 1)
        self._stack.show_empty("" if view.documents else self.tr(
            "This record has no note, so nothing can be proposed for it.\n\n"
            "Its codes can be entered with Ctrl+K."
        ))
        self._show_document(0)
        self.show_note()
        self.update_view(view, row)

    def update_view(self, view: RecordView, row: RecordRow | None) -> None:
        """Show what changed in the open record."""
        self._view = view
        if row is not None:
            self.aside.setText(status_word(row.status))
        signature = view.coding.signature
        notes = list(view.record.import_notes)
        if signature is not None:
            notes.insert(0, self.tr("Signed by {0} on {1}. Ctrl+Shift+A opens it for an amendment.").format(
                signature.coder_id, signature.at.astimezone().strftime("%Y-%m-%d %H:%M")
            ))
        if view.coding.held_for:
            notes.insert(0, self.tr("On hold: {0}. Ctrl+H releases it.").format(view.coding.held_for))
        if view.coding.flag is not None:
            notes.insert(0, self.tr("Flagged{0}. F takes the flag off.").format(
                f": {view.coding.flag}" if view.coding.flag else ""
            ))
        of_record = [each for each in view.comments if each.suggestion_id is None and each.assignment_id is None]
        notes += [f"{each.coder_id}: {each.text}" for each in of_record if each.action.value == "comment"]
        self.notice.setText("\n".join(notes))
        self.notice.setVisible(bool(notes))
        self.history.show_view(view)
        self.tabs.setTabText(1, self.tr("History ({0})").format(len(view.history)))
        self._draw_marks()

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.note.set_theme(theme)
        self.history.set_theme(theme)

    def show_current(self, suggestion_id: SuggestionId | None, evidence: Evidence | None) -> bool:
        """Mark a suggestion's evidence, scroll to one piece of it, and tell whether that is on the screen."""
        self._current = suggestion_id
        if evidence is None:
            self._draw_marks()
            return False
        self.show_note()
        self._switch_to(evidence.span)
        self._draw_marks()
        return self.note.reveal(evidence.span.start, evidence.span.end)

    def select(self, span: TextSpan) -> None:
        """Show a sentence and select it."""
        self.show_note()
        self._switch_to(span)
        self.note.select(span.start, span.end)

    def place(self) -> tuple[int, int]:
        """Return which document is shown and where in it the cursor stands."""
        return self.documents.currentIndex(), self.note.place

    def show_history(self) -> None:
        """Show the history, with the focus in it."""
        self.tabs.setCurrentIndex(1)
        self.history.table.setFocus()

    def toggle_sections(self) -> None:
        """Show the headings beside the note, or hide them."""
        self.sections_wanted = not self.sections_wanted
        self._show_sections()

    def show_note(self) -> None:
        """Show the note rather than the history."""
        self.tabs.setCurrentIndex(0)

    def toggle_history(self) -> None:
        """Show the history, or the note again."""
        if self.tabs.currentIndex() == 0:
            self.show_history()
        else:
            self.show_note()
            self.note.setFocus()

    def open_find(self) -> None:
        """Open the line for words to find."""
        self.show_note()
        self._find_bar.show()
        self.find_line.setFocus()
        self.find_line.selectAll()

    def close_find(self) -> bool:
        """Close the find line; tell whether it was open."""
        was_open = self._find_bar.isVisible()
        self._find_bar.hide()
        if was_open:
            self.note.find_text("", again=False)
        return was_open

    @Slot()
    def find_again(self) -> None:
        """Go to the next place of the words sought."""
        self._say_found(self.note.find_text(self.find_line.text(), again=True))

    @Slot()
    def _find_first(self) -> None:
        self._say_found(self.note.find_text(self.find_line.text(), again=False))

    def _say_found(self, found: object) -> None:
        missing = bool(self.find_line.text()) and not found
        self.find_result.setText(self.tr("Not in this document") if missing else "")

    @Slot(int)
    def _document_chosen(self, place: int) -> None:
        self._show_document(place)
        self._draw_marks()

    def _show_document(self, place: int) -> None:
        if self._view is None or place >= len(self._view.documents):
            self.note.show_document(None)
            return
        document = self._view.documents[place]
        self.documents.setCurrentIndex(place)
        self.note.show_document(document)
        self.sections.clear()
        for entry in document.outline:
            item = QListWidgetItem(entry.title)
            item.setToolTip(plain_tip(entry.title))
            item.setData(_OFFSET_ROLE, entry.start)
            self.sections.addItem(item)
        self._show_sections()

    def _show_sections(self) -> None:
        self.sections.setVisible(self.sections_wanted and self.sections.count() > 1)

    def _switch_to(self, span: TextSpan) -> None:
        if self._view is None:
            return
        for place, document in enumerate(self._view.documents):
            if document.document.document_id == span.document_id and document is not self.note.shown:
                self._show_document(place)

    @Slot(QListWidgetItem)
    def _go_to_section(self, item: QListWidgetItem) -> None:
        self.note.move_to(item.data(_OFFSET_ROLE))

    def _draw_marks(self) -> None:
        shown = self.note.shown
        if self._view is None or shown is None:
            return
        marks: list[Mark] = []
        current: Sequence[Mark] = ()
        for suggestion in self._view.suggestions:
            found = [
                Mark(start=each.span.start, end=each.span.end, kind=suggestion.kind)
                for each in suggestion.evidence if each.span.document_id == shown.document.document_id
            ]
            if suggestion.suggestion_id == self._current:
                current = found
            else:
                marks += found
        for assignment in self._view.coding.assignments:
            if assignment.suggestion_id is None:
                marks += [
                    Mark(start=each.span.start, end=each.span.end, kind=assignment.kind)
                    for each in assignment.evidence if each.span.document_id == shown.document.document_id
                ]
        self.note.set_marks(marks, current)
