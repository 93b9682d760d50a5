"""Every decision about a record's codes: accept, reject, replace, add, remove, order, undo.

A code becomes principal only when a person says so. Whatever a person does at once (removing a code and
renumbering those behind it) is one group of events and is undone as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ehrcoder.core.arrange import assignment_of, principal_drafts, removal_drafts, reordering_drafts
from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    Decision,
    DiagnosisUse,
    EventDraft,
    PresentOnAdmission,
    RecordCoding,
    RejectReason,
)
from ehrcoder.core.codes import (
    ICD_10_CM,
    KIND_OF_SYSTEM,
    SHORT_NAME_OF_SYSTEM,
    CodeKind,
    Coding,
    Concept,
    has_own_dates,
    is_assignable,
    with_dot,
)
from ehrcoder.core.errors import EnvironmentFault, InputError, NotFoundError
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.history import compensate, undo_state
from ehrcoder.core.ids import AssignmentId, CoderId, RecordId, SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.ports import CodeSetIndex, CodingHistory, IdSource, RecordStore

_CHOICES_SHOWN = 10
_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCode:
    """What a coder can decide. Each method is durable when it returns the record's new coding.

    All raise NotFoundError for a record, suggestion or assignment that is not there, and InputError for a
    signed record or an action that makes no sense. Without code sets (`index` is None) everything works but
    what assigns a code: that raises EnvironmentFault.
    """

    history: CodingHistory
    store: RecordStore
    index: CodeSetIndex | None
    ids: IdSource
    active_seconds: int = 0
    """How long the person worked on the record since its last event; kept with the next one."""

    def accept(self, record_id: RecordId, suggestion_id: SuggestionId, *, coder_id: CoderId) -> RecordCoding:
        """Assign the suggested code, with its evidence.

        A diagnosis or outcome that is assigned already gains the evidence instead of standing twice.
        """
        draft = self._acceptance(record_id, suggestion_id, coder_id=coder_id)
        return self._append(self.history.coding(record_id), [draft])

    def reject(
        self, record_id: RecordId, suggestion_id: SuggestionId, *, coder_id: CoderId, reason: RejectReason,
        comment: str = "",
    ) -> RecordCoding:
        """Reject a suggestion; the code that it gave, when it was accepted before, is taken away again."""
        coding, _ = self._suggestion(record_id, suggestion_id)
        if coding.decision(suggestion_id) is Decision.REJECTED:
            raise InputError("The suggestion is rejected already.", kept=_UNCHANGED)
        standing = next((each for each in coding.assignments if each.suggestion_id == suggestion_id), None)
        text = f"{reason.value}: {comment.strip()}" if comment.strip() else reason.value
        return self._append(coding, removal_drafts(
            coding, standing, action=CodingAction.REJECT, coder_id=coder_id, reason=text,
            suggestion_id=suggestion_id,
        ))

    def replace(
        self, record_id: RecordId, suggestion_id: SuggestionId, *, coder_id: CoderId, system: str, code: str
    ) -> RecordCoding:
        """Assign another code in place of the suggested one, supported by the same words."""
        coding, suggestion = self._suggestion(record_id, suggestion_id)
        concept = self._billable(system, code, record_id)
        proposed = suggestion.coding
        if (concept.coding.system, concept.coding.code) == (proposed.system, proposed.code):
            raise InputError(f"{code} is the suggested code itself.", kept=_UNCHANGED,
                             next_step="Accept the suggestion.")
        self._refuse_double(coding, concept, besides=suggestion_id)
        before = next((each for each in coding.assignments if each.suggestion_id == suggestion_id), None)
        kind = KIND_OF_SYSTEM[concept.coding.system]
        after = replace(before or self._new(coding, suggestion), coding=concept.coding, kind=kind)
        if kind is not CodeKind.DIAGNOSIS:
            after = replace(after, use=DiagnosisUse.SECONDARY, present_on_admission=None)
        return self._append(coding, [EventDraft(
            action=CodingAction.REPLACE, coder_id=coder_id, before=before, after=after,
            suggestion_id=suggestion_id, decision=Decision.REPLACED,
        )])

    def add(
        self, record_id: RecordId, *, coder_id: CoderId, system: str, code: str,
        evidence: tuple[Evidence, ...] = (),
    ) -> RecordCoding:
        """Assign a code that was not suggested. Evidence must quote the stored text exactly."""
        coding = self._open(record_id)
        concept = self._billable(system, code, record_id)
        self._refuse_double(coding, concept)
        if evidence:
            self._check_evidence(record_id, evidence)
        after = CodeAssignment(
            assignment_id=AssignmentId(self.ids.new_id()), record_id=record_id, coding=concept.coding,
            kind=KIND_OF_SYSTEM[concept.coding.system], sequence=len(coding.assignments) + 1,
            evidence=evidence,
        )
        return self._append(coding, [EventDraft(action=CodingAction.ADD, coder_id=coder_id, after=after)])

    def exchange(
        self, record_id: RecordId, assignment_id: AssignmentId, *, coder_id: CoderId, system: str, code: str
    ) -> RecordCoding:
        """Put another code of the same kind in place of an assigned one; evidence, place and use stay."""
        coding = self._open(record_id)
        before = assignment_of(coding, assignment_id)
        concept = self._billable(system, code, record_id)
        if KIND_OF_SYSTEM[concept.coding.system] is not before.kind:
            raise InputError(f"{code} is no {before.kind.value} code.", kept=_UNCHANGED)
        if concept.coding.code == before.coding.code:
            raise InputError(f"{code} is the assigned code itself.", kept=_UNCHANGED)
        self._refuse_double(coding, concept)
        decided = before.suggestion_id is not None
        return self._append(coding, [EventDraft(
            action=CodingAction.REPLACE, coder_id=coder_id, before=before,
            after=replace(before, coding=concept.coding), suggestion_id=before.suggestion_id,
            decision=Decision.REPLACED if decided else None,
        )])

    def remove(
        self, record_id: RecordId, assignment_id: AssignmentId, *, coder_id: CoderId, reason: str
    ) -> RecordCoding:
        """Take a code away; every suggestion that led to it counts as rejected from then on."""
        coding = self._open(record_id)
        standing = assignment_of(coding, assignment_id)
        led_here = [
            each.suggestion_id for each in self.store.suggestions(record_id)
            if _is_same_code(each.coding, standing.coding)
            and coding.decision(each.suggestion_id) is Decision.ACCEPTED
            and each.suggestion_id != standing.suggestion_id
            and not any(other.suggestion_id == each.suggestion_id for other in coding.assignments)
        ]
        drafts = removal_drafts(
            coding, standing, action=CodingAction.REMOVE, coder_id=coder_id, reason=reason.strip(),
            suggestion_id=standing.suggestion_id,
        )
        drafts += [
            EventDraft(action=CodingAction.REMOVE, coder_id=coder_id, reason=reason.strip(),
                       suggestion_id=each, decision=Decision.REJECTED)
            for each in led_here
        ]
        return self._append(coding, drafts)

    def make_principal(
        self, record_id: RecordId, assignment_id: AssignmentId, *, coder_id: CoderId
    ) -> RecordCoding:
        """Make a diagnosis the principal one: it comes first, the former one becomes secondary."""
        coding = self._open(record_id)
        return self._append(coding, principal_drafts(coding, assignment_id, coder_id=coder_id))

    def move(
        self, record_id: RecordId, assignment_id: AssignmentId, *, coder_id: CoderId, offset: int
    ) -> RecordCoding:
        """Move a code up (negative) or down among those of its kind; the principal diagnosis stays first."""
        coding = self._open(record_id)
        drafts = reordering_drafts(coding, assignment_id, coder_id=coder_id, offset=offset)
        return self._append(coding, drafts)

    def set_present_on_admission(
        self, record_id: RecordId, assignment_id: AssignmentId, *, coder_id: CoderId,
        value: PresentOnAdmission | None,
    ) -> RecordCoding:
        """Say whether a diagnosis was present on admission; None takes the answer back."""
        coding = self._open(record_id)
        before = assignment_of(coding, assignment_id)
        if before.kind is not CodeKind.DIAGNOSIS:
            raise InputError("Only a diagnosis is present on admission or not.", kept=_UNCHANGED)
        if before.present_on_admission == value:
            return coding
        after = replace(before, present_on_admission=value)
        return self._append(coding, [
            EventDraft(action=CodingAction.CHANGE, coder_id=coder_id, before=before, after=after)
        ])

    def accept_all(
        self, record_id: RecordId, suggestion_ids: Sequence[SuggestionId], *, coder_id: CoderId
    ) -> RecordCoding:
        """Accept several suggestions as one action: all of them or none, and one step to take back."""
        coding = self.history.coding(record_id)
        drafts: list[EventDraft] = []
        for suggestion_id in suggestion_ids:
            draft = self._acceptance(record_id, suggestion_id, coder_id=coder_id, so_far=drafts)
            drafts.append(draft)
        return self._append(coding, drafts)

    def undo(self, record_id: RecordId, *, coder_id: CoderId) -> RecordCoding:
        """Take back the last action of this record; again and again, back to the last signature."""
        return self._take_back(record_id, coder_id=coder_id, redo=False)

    def redo(self, record_id: RecordId, *, coder_id: CoderId) -> RecordCoding:
        """Do the last undone action again."""
        return self._take_back(record_id, coder_id=coder_id, redo=True)

    def _acceptance(
        self, record_id: RecordId, suggestion_id: SuggestionId, *, coder_id: CoderId,
        so_far: Sequence[EventDraft] = (),
    ) -> EventDraft:
        """Return the draft that accepts a suggestion behind drafts that are not stored yet."""
        coding, suggestion = self._undecided(record_id, suggestion_id)
        coding = _with_drafts(coding, so_far)
        concept = self._billable(suggestion.coding.system, suggestion.coding.code, record_id)
        if concept.coding.version != suggestion.coding.version:
            # It was proposed from another edition than the one in force on the record's day.
            suggestion = replace(suggestion, coding=concept.coding)
        standing = _standing(coding, suggestion.coding.system, suggestion.coding.code)
        if standing is not None and suggestion.kind is not CodeKind.PROCEDURE:
            merged = tuple(dict.fromkeys((*standing.evidence, *suggestion.evidence)))
            before, after = standing, replace(standing, evidence=merged)
        else:
            before, after = None, self._new(coding, suggestion)
        return EventDraft(
            action=CodingAction.ACCEPT, coder_id=coder_id, before=before, after=after,
            suggestion_id=suggestion_id, decision=Decision.ACCEPTED,
        )

    def _take_back(self, record_id: RecordId, *, coder_id: CoderId, redo: bool) -> RecordCoding:
        coding = self._open(record_id)
        events = self.history.events(record_id)
        state = undo_state(events)
        groups = state.redo if redo else state.undo
        if not groups:
            raise InputError(f"There is nothing to {'redo' if redo else 'undo'} in this record.",
                             kept=_UNCHANGED)
        return self._append(coding, compensate(events, groups[-1], coder_id=coder_id))

    def _open(self, record_id: RecordId) -> RecordCoding:
        coding = self.history.coding(record_id)
        if coding.signature is not None:
            raise InputError("The record is signed.", kept=_UNCHANGED,
                             next_step="Amend it first, with a reason; then change it and sign it again.")
        return coding

    def _append(self, coding: RecordCoding, drafts: Sequence[EventDraft]) -> RecordCoding:
        if drafts:
            timed = [replace(drafts[0], active_seconds=self.active_seconds), *drafts[1:]]
            self.history.append(coding.record_id, timed, expected_version=coding.version)
        return self.history.coding(coding.record_id)

    def _suggestion(
        self, record_id: RecordId, suggestion_id: SuggestionId
    ) -> tuple[RecordCoding, CodeSuggestion]:
        coding = self._open(record_id)
        for suggestion in self.store.suggestions(record_id):
            if suggestion.suggestion_id == suggestion_id:
                return coding, suggestion
        raise NotFoundError(f"There is no suggestion {suggestion_id} for this record any more.",
                            kept=_UNCHANGED, next_step="Look at the record again.")

    def _undecided(
        self, record_id: RecordId, suggestion_id: SuggestionId
    ) -> tuple[RecordCoding, CodeSuggestion]:
        coding, suggestion = self._suggestion(record_id, suggestion_id)
        decision = coding.decision(suggestion_id)
        if decision in (Decision.ACCEPTED, Decision.REPLACED):
            raise InputError(f"The suggestion {suggestion.coding.code} is {decision.value} already.",
                             kept=_UNCHANGED)
        return coding, suggestion

    def _new(self, coding: RecordCoding, suggestion: CodeSuggestion) -> CodeAssignment:
        return CodeAssignment(
            assignment_id=AssignmentId(self.ids.new_id()), record_id=coding.record_id,
            coding=suggestion.coding, kind=suggestion.kind, sequence=len(coding.assignments) + 1,
            evidence=suggestion.evidence, suggestion_id=suggestion.suggestion_id,
        )

    def _billable(self, system: str, code: str, record_id: RecordId) -> Concept:
        """Return the concept of the edition in force on the record's day. Raises InputError."""
        name = SHORT_NAME_OF_SYSTEM.get(system)
        if name is None:
            raise InputError(f"{system} is not a code system that this program assigns.", kept=_UNCHANGED,
                             next_step=f"Known: {', '.join(SHORT_NAME_OF_SYSTEM.values())}.")
        index = self._code_sets()
        typed = code.strip()
        spelled = with_dot(typed) if system == ICD_10_CM else typed
        day = self.store.record(record_id).day
        concept = index.concept(system, spelled, on=day) or index.concept(system, spelled.upper(), on=day)
        edition = index.edition(system, on=day)
        where = f"{name} {edition.version}, which is in force on the record's date" if edition and day else name
        if concept is None:
            raise InputError(f"There is no code {typed} in {where}.", kept=_UNCHANGED,
                             next_step="`ehrcoder search` finds codes by words.")
        if edition is not None and has_own_dates(concept, edition) and not concept.is_in_force(day):
            begins, ends = concept.effective_from or "the beginning", concept.effective_to or "now"
            raise InputError(f"{concept.coding.code} is in force from {begins} to {ends}, the record is of {day}.",
                             kept=_UNCHANGED)
        if not is_assignable(concept, edition, day):
            raise InputError(
                f"{concept.coding.code} is a header of {name}, not a code that can be assigned.",
                kept=_UNCHANGED, next_step=f"Choose below it: {self._choices_below(concept, day)}.",
            )
        return concept

    def _code_sets(self) -> CodeSetIndex:
        if self.index is None:
            raise EnvironmentFault("The code sets are not there, so no code can be assigned.", kept=_UNCHANGED,
                                   next_step="Run `ehrcoder codesets build`.")
        return self.index

    def _choices_below(self, header: Concept, day: dt.date | None) -> str:
        waiting, found = [header], list[Concept]()
        while waiting and len(found) <= _CHOICES_SHOWN:
            concept = waiting.pop(0)
            if concept.is_billable:
                found.append(concept)
            else:
                below = self._code_sets().children(concept.coding.system, concept.coding.code, on=day)
                waiting[:0] = below
        shown = "; ".join(f"{each.coding.code} {each.coding.display}" for each in found[:_CHOICES_SHOWN])
        return f"{shown}; and more" if len(found) > _CHOICES_SHOWN else shown

    def _refuse_double(
        self, coding: RecordCoding, concept: Concept, *, besides: SuggestionId | None = None
    ) -> None:
        standing = _standing(coding, concept.coding.system, concept.coding.code)
        # The same procedure may rightly be coded twice (other body part, other session); nothing else may.
        if standing is None or standing.kind is CodeKind.PROCEDURE:
            return
        if besides is None or standing.suggestion_id != besides:
            raise InputError(f"{concept.coding.code} is assigned to this record already.", kept=_UNCHANGED)

    def _check_evidence(self, record_id: RecordId, evidence: tuple[Evidence, ...]) -> None:
        texts = {each.document_id: each.text for each in self.store.record(record_id).documents}
        for each in evidence:
            text = texts.get(each.span.document_id, "")
            if text[each.span.start:each.span.end] != each.quote:
                raise InputError("The evidence is not what stands in the note at that place.",
                                 kept=_UNCHANGED)


def _standing(coding: RecordCoding, system: str, code: str) -> CodeAssignment | None:
    for assignment in coding.assignments:
        if assignment.coding.system == system and assignment.coding.code == code:
            return assignment
    return None


def _with_drafts(coding: RecordCoding, drafts: Sequence[EventDraft]) -> RecordCoding:
    """Return the codes as they would stand after drafts that add codes or evidence."""
    current = {each.assignment_id: each for each in coding.assignments}
    for draft in drafts:
        if draft.after is not None:
            current[draft.after.assignment_id] = draft.after
    return replace(coding, assignments=tuple(current.values()))


def _is_same_code(one: Coding, other: Coding) -> bool:
    return (one.system, one.code) == (other.system, other.code)
