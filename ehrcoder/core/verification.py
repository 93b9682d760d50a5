"""Who stands behind each code of a record: read from the history for whoever passes the codes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.assignments import CodeAssignment, CodingAction, CodingEvent, RecordCoding
from ehrcoder.core.ids import AssignmentId, CoderId, EventId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

_Key = tuple[AssignmentId, str, str]


class CodeOrigin(StrEnum):
    """How a code came to be assigned: the model's as it stood, another in its place, or the person's own."""

    ACCEPTED = "accepted"
    REPLACED = "replaced"
    ADDED = "added"


class ChangedElement(StrEnum):
    """What of a code somebody can change without deciding on the code again."""

    USE = "use"
    PRESENT_ON_ADMISSION = "present-on-admission"
    SEQUENCE = "sequence"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChange:
    """One action that gave current codes what they now have, after the decision that brought them in."""

    group_id: str
    coder_id: CoderId
    at: dt.datetime
    elements: tuple[tuple[CodeAssignment, ChangedElement], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCode:
    """A current assignment with the person who verified it and the suggestion it goes back to, if any."""

    assignment: CodeAssignment
    origin: CodeOrigin
    coder_id: CoderId
    at: dt.datetime
    event_id: EventId
    suggestion: CodeSuggestion | None = None
    run: InferenceRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractedCode:
    """A code that stood under an earlier signature, so may have been exported, and is gone."""

    assignment: CodeAssignment
    coder_id: CoderId
    at: dt.datetime
    event_id: EventId
    reason: str


def verified_codes(
    coding: RecordCoding,
    events: Sequence[CodingEvent],
    suggestions: Iterable[CodeSuggestion],
    runs: Iterable[InferenceRun],
) -> tuple[VerifiedCode, ...]:
    """Return every current assignment with its origin, in sequence.

    Raises KeyError when the history does not know an assignment.
    """
    suggestion_of = {suggestion.suggestion_id: suggestion for suggestion in suggestions}
    run_of = {run.run_id: run for run in runs}
    verified: list[VerifiedCode] = []
    for assignment in coding.assignments:
        event = _deciding_event(assignment, events)
        suggestion = suggestion_of.get(assignment.suggestion_id) if assignment.suggestion_id else None
        verified.append(
            VerifiedCode(
                assignment=assignment,
                origin=_origin(assignment, suggestion, event),
                coder_id=event.draft.coder_id,
                at=event.at,
                event_id=event.event_id,
                suggestion=suggestion,
                run=run_of.get(suggestion.run_id) if suggestion else None,
            )
        )
    return tuple(verified)


def retracted_codes(coding: RecordCoding, events: Sequence[CodingEvent]) -> tuple[RetractedCode, ...]:
    """Return the codes that were signed once and are gone, in the order of their going.

    A code that was replaced in place counts as gone: its assignment goes on with another code.
    """
    standing: dict[_Key, CodeAssignment] = {}
    signed: dict[_Key, CodeAssignment] = {}
    taken_out: dict[_Key, CodingEvent] = {}
    for event in events:
        draft = event.draft
        if draft.before is not None:
            standing.pop(_key(draft.before), None)
            taken_out[_key(draft.before)] = event
        if draft.after is not None:
            standing[_key(draft.after)] = draft.after
            taken_out.pop(_key(draft.after), None)
        if draft.action is CodingAction.SIGN:
            signed.update(standing)
    current = {_key(assignment) for assignment in coding.assignments}
    return tuple(
        RetractedCode(
            assignment=signed[key],
            coder_id=event.draft.coder_id,
            at=event.at,
            event_id=event.event_id,
            reason=event.draft.reason,
        )
        for key, event in taken_out.items()
        if key in signed and key not in current
    )


def later_changes(coding: RecordCoding, events: Sequence[CodingEvent]) -> tuple[LaterChange, ...]:
    """Return who last changed the use, the indicator, the order or the evidence of each current code.

    A code that moves because another one came in or went is not changed by anybody.
    """
    current = {_key(assignment): assignment for assignment in coding.assignments}
    last: dict[tuple[_Key, ChangedElement], CodingEvent] = {}
    for event in events:
        before, after = event.draft.before, event.draft.after
        if before is None or after is None or _key(before) != _key(after) or _key(after) not in current:
            continue
        for element, old, new in _elements(before, after):
            by_hand = event.draft.action in (CodingAction.CHANGE, CodingAction.UNDO)
            if old != new and (by_hand or element is not ChangedElement.SEQUENCE):
                last[_key(after), element] = event
    by_group: dict[str, list[tuple[CodeAssignment, ChangedElement]]] = {}
    event_of: dict[str, CodingEvent] = {}
    for (key, element), event in last.items():
        event_of.setdefault(event.group_id, event)
        by_group.setdefault(event.group_id, []).append((current[key], element))
    ordered = sorted(by_group, key=lambda group_id: event_of[group_id].sequence)
    return tuple(
        LaterChange(
            group_id=group_id, coder_id=event_of[group_id].draft.coder_id, at=event_of[group_id].at,
            elements=tuple(by_group[group_id]),
        )
        for group_id in ordered
    )


def _elements(
    before: CodeAssignment, after: CodeAssignment
) -> tuple[tuple[ChangedElement, object, object], ...]:
    return (
        (ChangedElement.USE, before.use, after.use),
        (ChangedElement.PRESENT_ON_ADMISSION, before.present_on_admission, after.present_on_admission),
        (ChangedElement.SEQUENCE, before.sequence, after.sequence),
        (ChangedElement.EVIDENCE, before.evidence, after.evidence),
    )


def _key(assignment: CodeAssignment) -> _Key:
    return assignment.assignment_id, assignment.coding.system, assignment.coding.code


def _deciding_event(assignment: CodeAssignment, events: Sequence[CodingEvent]) -> CodingEvent:
    """Return the latest decision that brought this code in.

    Neither a change of its order or evidence nor an undo that restores it is such a decision.
    """
    found: CodingEvent | None = None
    for event in events:
        before, after = event.draft.before, event.draft.after
        if after is None or _key(after) != _key(assignment):
            continue
        brought_in = before is None or _key(before) != _key(after)
        if found is None or (brought_in and event.draft.action is not CodingAction.UNDO):
            found = event
    if found is None:
        raise KeyError(assignment.assignment_id)
    return found


def _origin(assignment: CodeAssignment, suggestion: CodeSuggestion | None, event: CodingEvent) -> CodeOrigin:
    if assignment.suggestion_id is None:
        return CodeOrigin.ADDED
    if suggestion is None:
        return CodeOrigin.ACCEPTED if event.draft.action is CodingAction.ACCEPT else CodeOrigin.REPLACED
    proposed = (suggestion.coding.system, suggestion.coding.code)
    same = proposed == (assignment.coding.system, assignment.coding.code)
    return CodeOrigin.ACCEPTED if same else CodeOrigin.REPLACED
