"""What the review keys do: moves through suggestions and evidence, and hands decisions to the session."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ehrcoder.core.assignments import CodeAssignment, Decision, PresentOnAdmission, RejectReason
from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import SuggestionId
from ehrcoder.gui.dialogs.choice import Choice, ChoicePopup
from ehrcoder.gui.dialogs.code_search import CodeSearch
from ehrcoder.gui.dialogs.messages import ReasonPopup
from ehrcoder.gui.models.suggestions import SuggestionRow
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.views.assigned_pane import AssignedPane
from ehrcoder.gui.views.history_view import codes_by_suggestion, line_words
from ehrcoder.gui.views.note_pane import NotePane
from ehrcoder.gui.views.suggestion_tray import SuggestionTray
from ehrcoder.gui.words import admission_words, reason_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewParts:
    """What the review works with."""

    session: WorkspaceSession
    tray: SuggestionTray
    note: NotePane
    assigned: AssignedPane
    choices: ChoicePopup
    search: CodeSearch
    reason: ReasonPopup


class Review(QObject):
    """The person's way through one record's suggestions."""

    said = Signal(str)

    def __init__(self, parts: ReviewParts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._evidence = 0
        self._told = 0
        self._seen: set[SuggestionId] = set()
        self._pending: set[SuggestionId] = set()
        self._warned: SuggestionId | None = None
        parts.tray.current_changed.connect(self._on_current)

    def show_view(self, view: RecordView, *, is_new: bool) -> None:
        """Show a record, or what changed in it."""
        if not is_new and view.history and len(view.history) > self._told:
            self.said.emit(self.tr("Saved: {0}").format(
                line_words(view.history[-1], codes_by_suggestion(view))
            ))
        self._told = len(view.history)
        if is_new:
            self._seen.clear()
            self._warned = None
            self._parts.tray.clear()
            self._parts.assigned.clear()
        self._pending.clear()
        self._parts.tray.show_view(view)
        self._parts.assigned.show_view(view)
        if self._parts.tray.current is None and view.suggestions:
            self._parts.tray.go_to((view.undecided or view.suggestions)[0].suggestion_id)
        elif is_new:
            self._parts.note.show_current(None, None)

    # moving

    def next(self) -> None:
        self._parts.tray.step(1)

    def previous(self) -> None:
        self._parts.tray.step(-1)

    def next_undecided(self) -> None:
        """Go to the next suggestion without a decision, or say that there is none."""
        if not self._parts.tray.go_to_undecided():
            self.said.emit(self.tr("Every suggestion of this record is decided. Ctrl+Enter signs."))

    def next_evidence(self) -> None:
        """Show the next words that support the current suggestion."""
        row = self._parts.tray.current
        if row is None or not row.suggestion.evidence:
            return
        self._evidence = (self._evidence + 1) % len(row.suggestion.evidence)
        self._reveal(row)
        self.said.emit(self.tr("Evidence {0} of {1}").format(
            self._evidence + 1, len(row.suggestion.evidence)
        ))

    # deciding

    def accept(self) -> None:
        """Accept the current suggestion; one whose evidence was never on the screen only at the second key."""
        row = self._row_to_decide()
        if row is None:
            return
        suggestion = row.suggestion
        if row.decision in (Decision.ACCEPTED, Decision.REPLACED):
            self.said.emit(self.tr("{0} is decided already.").format(suggestion.coding.code))
            return
        if suggestion.suggestion_id not in self._seen and self._warned != suggestion.suggestion_id:
            self._warned = suggestion.suggestion_id
            self.said.emit(self.tr(
                "No supporting words of {0} were on the screen. Press A again to accept it all the same."
            ).format(suggestion.coding.code))
            return
        self._parts.session.accept(suggestion.suggestion_id)
        self._advance(suggestion.suggestion_id)

    def reject(self) -> None:
        """Ask why, then reject the current suggestion."""
        row = self._row_to_decide()
        if row is None:
            return
        if row.decision is Decision.REJECTED:
            self.said.emit(self.tr("{0} is rejected already.").format(row.suggestion.coding.code))
            return
        suggestion_id = row.suggestion.suggestion_id

        def chosen(reason: RejectReason) -> None:
            self._parts.session.reject(suggestion_id, reason)
            self._advance(suggestion_id)

        self._parts.choices.ask(
            self.tr("Why is {0} rejected?").format(row.suggestion.coding.code),
            [Choice(key=str(n), words=reason_words(each), value=each)
             for n, each in enumerate(RejectReason, start=1)],
            chosen,
        )

    def take_alternative(self, number: int) -> None:
        """Assign a ranked alternative in place of the current suggestion."""
        row = self._row_to_decide()
        if row is None:
            return
        others = row.suggestion.alternatives
        if number > len(others):
            self.said.emit(self.tr("{0} has {1} alternatives.").format(row.suggestion.coding.code, len(others)))
            return
        coding = others[number - 1].coding
        self._parts.session.replace(row.suggestion.suggestion_id, coding.system, coding.code)
        self._advance(row.suggestion.suggestion_id)

    def replace(self) -> None:
        """Search for the code that is to stand in place of the current suggestion."""
        row = self._row_to_decide()
        if row is None:
            return
        suggestion = row.suggestion

        def chosen(coding: Coding) -> None:
            self._parts.session.replace(suggestion.suggestion_id, coding.system, coding.code)
            self._advance(suggestion.suggestion_id)

        self._parts.search.ask(
            self.tr("Replace {0} by").format(suggestion.coding.code), suggestion.coding.display,
            text=row.quote[:80], kind=suggestion.kind, chosen=chosen,
        )

    def new_code(self) -> None:
        """Search for a code that the selected words of the note support."""
        evidence = self._parts.note.note.selected_evidence()
        if evidence is None:
            self.said.emit(self.tr(
                "Select the words in the note first (Ctrl+2, then Shift with the arrow keys); "
                "Ctrl+K adds a code without words."
            ))
            return
        self._ask_for_code(evidence)

    def search(self) -> None:
        """Search for a code; taking it assigns it, supported by the selected words if there are any."""
        self._ask_for_code(self._parts.note.note.selected_evidence())

    # assigned codes

    def make_principal(self) -> None:
        """Make the code at hand the principal diagnosis."""
        if (code := self._code_at_hand()) is not None:
            self._parts.session.make_principal(code.assignment_id)

    def move_code(self, offset: int) -> None:
        """Move the code at hand in the sequence."""
        if (code := self._code_at_hand()) is not None:
            self._parts.session.move(code.assignment_id, offset)

    def ask_admission(self) -> None:
        """Ask whether the diagnosis at hand was present on admission."""
        code = self._code_at_hand()
        if code is None:
            return
        if code.kind is not CodeKind.DIAGNOSIS:
            self.said.emit(self.tr("Only a diagnosis is present on admission or not."))
            return
        assignment_id = code.assignment_id
        self._parts.choices.ask(
            self.tr("Was {0} present on admission?").format(code.coding.code),
            [Choice(key=each.value, words=admission_words(each), value=each) for each in PresentOnAdmission],
            lambda value: self._parts.session.set_present_on_admission(assignment_id, value),
        )

    def remove(self) -> None:
        """Ask why, then take the code at hand away."""
        code = self._code_at_hand()
        if code is None:
            return
        assignment_id = code.assignment_id
        self._parts.reason.ask(
            self.tr("Why is {0} removed?").format(code.coding.code), code.coding.display,
            lambda reason: self._parts.session.remove(assignment_id, reason),
        )

    # inner workings

    def _row_to_decide(self) -> SuggestionRow | None:
        row = self._parts.tray.current
        if row is None:
            self.said.emit(self.tr("There is no suggestion to decide. F5 proposes codes."))
            return None
        if row.suggestion.suggestion_id in self._pending:
            return None
        return row

    def _advance(self, suggestion_id: SuggestionId) -> None:
        self._pending.add(suggestion_id)
        self._parts.tray.go_to_undecided()

    def _code_at_hand(self) -> CodeAssignment | None:
        """Return the selected code where the list of codes has the focus, else the current suggestion's."""
        assigned, view = self._parts.assigned, self._parts.session.view
        code = assigned.selected
        row = self._parts.tray.current
        if not assigned.table.hasFocus() and row is not None and view is not None:
            code = view.assignment_of(row.suggestion.suggestion_id) or code
        if code is None:
            self.said.emit(self.tr("No assigned code is selected. Ctrl+4 goes to the assigned codes."))
        return code

    def _ask_for_code(self, evidence: Evidence | None) -> None:
        if self._parts.session.view is None:
            self.said.emit(self.tr("Open a record first."))
            return
        words = " ".join(evidence.quote.split()) if evidence is not None else ""
        about = self.tr("Supported by: “{0}”").format(words) if words else self.tr(
            "No words are selected: the code will stand without evidence from the note."
        )
        self._parts.search.ask(
            self.tr("New code"), about, text=words[:80], kind=None,
            chosen=lambda coding: self._parts.session.add(
                coding.system, coding.code, (evidence,) if evidence is not None else ()
            ),
        )

    def _on_current(self, row: SuggestionRow | None) -> None:
        self._evidence = 0
        self._warned = None
        if row is None:
            self._parts.note.show_current(None, None)
            return
        self._reveal(row)
        view = self._parts.session.view
        if view is not None and (code := view.assignment_of(row.suggestion.suggestion_id)) is not None:
            self._parts.assigned.select(code.assignment_id)

    def _reveal(self, row: SuggestionRow) -> None:
        evidence = row.suggestion.evidence
        shown = evidence[self._evidence] if self._evidence < len(evidence) else None
        if self._parts.note.show_current(row.suggestion.suggestion_id, shown):
            self._seen.add(row.suggestion.suggestion_id)
