"""What the review keys do with suggestions: moves through them and their evidence, hands decisions to the session."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ehrcoder.core.assignments import Decision, RejectReason
from ehrcoder.core.codes import Coding
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import SuggestionId
from ehrcoder.gui.dialogs.bulk import BulkPopup
from ehrcoder.gui.dialogs.choice import Choice, ChoicePopup
from ehrcoder.gui.dialogs.code_search import CodeSearch
from ehrcoder.gui.dialogs.messages import ReasonPopup
from ehrcoder.gui.models.suggestions import SuggestionRow
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.timeline import timeline
from ehrcoder.gui.views.assigned_pane import AssignedPane
from ehrcoder.gui.views.note_pane import NotePane
from ehrcoder.gui.views.suggestion_tray import SuggestionTray
from ehrcoder.gui.words import reason_words
from ehrcoder.usecases.foresee_edits import Outlook

_LONGEST_QUERY = 80


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
    bulk: BulkPopup


class Review(QObject):
    """The person's way through one record's suggestions."""

    said = Signal(str)
    refused = Signal(str)
    """Why a key did nothing; those pressed behind it counted on it"""

    def __init__(self, parts: ReviewParts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._evidence = 0
        self._told = 0
        self._seen: set[SuggestionId] = set()
        self._pending: set[SuggestionId] = set()
        self._warned: SuggestionId | None = None
        self._gaps: tuple[TextSpan, ...] = ()
        self._gap_version = -1
        parts.tray.current_changed.connect(self._on_current)

    def show_view(self, view: RecordView, *, is_new: bool) -> None:
        """Show a record, or what changed in it."""
        if not is_new and len(view.history) > self._told:
            last = timeline(view)[-1]
            done = f"{last.what} {last.code} {last.title}".strip()
            self.said.emit(self.tr("Saved: {0}").format(f"{done}  {last.change}" if last.change else done))
        self._told = len(view.history)
        if is_new:
            self._seen.clear()
            self._warned = None
            self._parts.tray.clear()
            self._parts.assigned.clear()
        self._pending.clear()
        self._parts.tray.show_view(view)
        self._parts.assigned.show_view(view)
        if self._parts.tray.current is None and view.suggestions and not self._parts.tray.model.is_filtered:
            self._parts.tray.go_to((view.undecided or view.suggestions)[0].suggestion_id)
        elif is_new:
            self._parts.note.show_current(None, None)

    def show_outlook(self, outlook: Outlook) -> None:
        """Show what accepting each suggestion would run into."""
        view = self._parts.session.view
        if view is not None:
            self._parts.tray.show_outlook(view, outlook)

    def take_back(self) -> None:
        """Let a suggestion be decided whose decision was refused, and go back to it."""
        refused, self._pending = self._pending, set()
        if refused:
            self._parts.tray.go_to(min(refused))

    # moving

    def next(self) -> None:
        """Go to the next suggestion."""
        self._parts.tray.step(1)

    def previous(self) -> None:
        """Go to the previous suggestion."""
        self._parts.tray.step(-1)

    def next_undecided(self) -> None:
        """Go to the next suggestion without a decision, or say that there is none."""
        tray, view = self._parts.tray, self._parts.session.view
        if tray.go_to_undecided():
            return
        if view is not None and view.undecided:
            tray.go_to(view.undecided[0].suggestion_id)  # the filter hid it
            return
        self.said.emit(self.tr("Every suggestion of this record is decided. Ctrl+Enter signs."))

    def step_evidence(self, offset: int) -> None:
        """Show the next (1) or previous (-1) words that support the current suggestion."""
        row = self._parts.tray.current
        if row is None or not row.suggestion.evidence:
            return
        self._evidence = (self._evidence + offset) % len(row.suggestion.evidence)
        self._reveal(row)
        self.said.emit(self.tr("Evidence {0} of {1}").format(
            self._evidence + 1, len(row.suggestion.evidence)
        ))

    def step_gap(self, offset: int) -> None:
        """Select the next or previous sentence that supports no code yet."""
        view = self._parts.session.view
        if view is None:
            return

        def go(found: tuple[TextSpan, ...]) -> None:
            self._gaps, self._gap_version = found, view.coding.version
            if not found:
                self.said.emit(self.tr("Every sentence of this record supports a code."))
                return
            here = self._parts.note.place()
            order = {each.document.document_id: place for place, each in enumerate(view.documents)}
            places = [(order.get(span.document_id, 0), span.start) for span in found]
            if offset > 0:
                following = next((n for n, place in enumerate(places) if place > here), 0)
            else:
                following = next((n for n in reversed(range(len(places))) if places[n] < here), len(places) - 1)
            self._parts.note.select(found[following])
            self.said.emit(self.tr("Sentence {0} of {1} that supports no code. N codes it.").format(
                following + 1, len(found)
            ))

        if self._gaps and self._gap_version == view.coding.version and self._is_of(view, self._gaps[0]):
            go(self._gaps)
        else:
            self._parts.session.gaps(view, go)

    # deciding

    def accept(self) -> None:
        """Accept the current suggestion.

        One that raises an error, or whose evidence was never on the screen, is accepted only at the second key.
        """
        self._parts.session.checks.when_foreseen(self._accept)

    def _accept(self) -> None:
        row = self._row_to_decide()
        if row is None:
            return
        suggestion = row.suggestion
        if row.decision in (Decision.ACCEPTED, Decision.REPLACED):
            self.refused.emit(self.tr("{0} is decided already.").format(suggestion.coding.code))
            return
        doubt = self._doubt(row)
        if doubt and self._warned != suggestion.suggestion_id:
            self._warned = suggestion.suggestion_id
            self.refused.emit(self.tr("{0} Press A again to accept it all the same.").format(doubt))
            return
        self._parts.session.decisions.accept(suggestion.suggestion_id)
        self._advance(suggestion.suggestion_id)

    def reject(self) -> None:
        """Ask why, then reject the current suggestion."""
        row = self._row_to_decide()
        if row is None:
            return
        if row.decision is Decision.REJECTED:
            self.refused.emit(self.tr("{0} is rejected already.").format(row.suggestion.coding.code))
            return
        suggestion_id = row.suggestion.suggestion_id

        def chosen(reason: RejectReason) -> None:
            self._parts.session.decisions.reject(suggestion_id, reason)
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
            self.refused.emit(self.tr("{0} has {1} alternatives.").format(row.suggestion.coding.code, len(others)))
            return
        self.put_in_place(row.suggestion.suggestion_id, others[number - 1].coding)

    def put_in_place(self, suggestion_id: SuggestionId, coding: Coding) -> None:
        """Assign another code in place of a suggestion, and go on."""
        self._parts.session.decisions.replace(suggestion_id, coding.system, coding.code)
        self._advance(suggestion_id)

    def replace(self) -> None:
        """Search for the code that is to stand in place of the current suggestion."""
        row = self._row_to_decide()
        if row is None:
            return
        suggestion = row.suggestion
        self._parts.search.ask(
            self.tr("Replace {0} by").format(suggestion.coding.code), suggestion.coding.display,
            text=row.quote[:_LONGEST_QUERY], kind=suggestion.kind,
            chosen=lambda coding: self.put_in_place(suggestion.suggestion_id, coding),
        )

    def accept_listed(self, *, is_allowed: bool) -> None:
        """Show what a filtered list holds, and accept it as one step once that is confirmed."""
        tray = self._parts.tray
        if not is_allowed:
            self.refused.emit(self.tr("Accepting a list at once is switched off. The View menu switches it on."))
            return
        if not tray.model.is_filtered:
            self.refused.emit(self.tr("Filter the suggestions first (Ctrl+L): only a filtered list can be accepted."))
            return
        self._parts.session.checks.when_foreseen(self._ask_to_accept_listed)

    def _ask_to_accept_listed(self) -> None:
        waiting = [row for row in self._parts.tray.model.rows if row.decision is Decision.UNDECIDED]
        fit = [row for row in waiting if not row.errors and row.quote]
        if not fit:
            self.refused.emit(self.tr("Nothing in this list can be accepted at once."))
            return
        self._parts.bulk.ask(fit, len(waiting) - len(fit), lambda: self._parts.session.decisions.accept_all(
            [row.suggestion.suggestion_id for row in fit]
        ))

    # new codes

    def new_code(self) -> None:
        """Search for a code that the selected words of the note support."""
        evidence = self._parts.note.note.selected_evidence()
        if evidence is None:
            self.refused.emit(self.tr(
                "Select the words in the note first (M, or Ctrl+2, then Shift with the arrow keys); "
                "Ctrl+K adds a code without words."
            ))
            return
        self._ask_for_code(evidence)

    def search(self) -> None:
        """Search for a code; taking it assigns it, supported by the selected words if there are any."""
        self._ask_for_code(self._parts.note.note.selected_evidence())

    # inner workings

    def _doubt(self, row: SuggestionRow) -> str:
        """Return why one key does not accept a suggestion; empty where it does."""
        if row.errors:
            return self.tr("Accepting {0} raises an error: {1}").format(row.suggestion.coding.code, row.errors[0])
        if row.suggestion.suggestion_id not in self._seen:
            return self.tr("No supporting words of {0} were on the screen.").format(row.suggestion.coding.code)
        return ""

    def _row_to_decide(self) -> SuggestionRow | None:
        row = self._parts.tray.current
        if row is None:
            self.refused.emit(self.tr("There is no suggestion to decide. F5 proposes codes."))
            return None
        if row.suggestion.suggestion_id in self._pending:
            return None
        return row

    def _advance(self, suggestion_id: SuggestionId) -> None:
        self._pending.add(suggestion_id)
        self._parts.tray.go_to_undecided()

    @staticmethod
    def _is_of(view: RecordView, span: TextSpan) -> bool:
        return view.document(span.document_id) is not None

    def _ask_for_code(self, evidence: Evidence | None) -> None:
        if self._parts.session.view is None:
            self.refused.emit(self.tr("Open a record first."))
            return
        words = " ".join(evidence.quote.split()) if evidence is not None else ""
        about = self.tr("Supported by: “{0}”").format(words) if words else self.tr(
            "No words are selected: a code from the list below stands on the words shown with it, any other on none."
        )
        self._parts.search.ask(
            self.tr("New code"), about, text=words[:_LONGEST_QUERY], kind=None,
            chosen=lambda coding: self._add(coding, evidence),
        )

    def _add(self, coding: Coding, evidence: Evidence | None) -> None:
        """Assign a code on the selected words, else on those that the engine had for it."""
        view = self._parts.session.view
        if evidence is None and view is not None:
            taken = (coding.system, coding.code)
            known = (each for each in view.further if (each.coding.system, each.coding.code) == taken)
            evidence = next((each.evidence for each in known), None)
        self._parts.session.decisions.add(coding.system, coding.code, (evidence,) if evidence is not None else ())

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
