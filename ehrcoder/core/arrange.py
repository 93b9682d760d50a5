"""The order of a record's codes: what each change of order or removal does to the codes around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    Decision,
    DiagnosisUse,
    EventDraft,
    RecordCoding,
)
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import AssignmentId, CoderId, SuggestionId


def assignment_of(coding: RecordCoding, assignment_id: AssignmentId) -> CodeAssignment:
    """Return the assignment with this id. Raises NotFoundError."""
    for assignment in coding.assignments:
        if assignment.assignment_id == assignment_id:
            return assignment
    raise NotFoundError(f"There is no assigned code {assignment_id} in this record any more.",
                        kept="Nothing was changed.", next_step="Look at the record again.")


def removal_drafts(
    coding: RecordCoding, standing: CodeAssignment | None, *, action: CodingAction, coder_id: CoderId,
    reason: str, suggestion_id: SuggestionId | None,
) -> list[EventDraft]:
    """Return the drafts that reject a suggestion and take its code away; those behind it move up."""
    drafts = [EventDraft(
        action=action, coder_id=coder_id, before=standing, reason=reason, suggestion_id=suggestion_id,
        decision=Decision.REJECTED if suggestion_id is not None else None,
    )]
    if standing is not None:
        drafts += [
            _change(each, replace(each, sequence=each.sequence - 1), coder_id)
            for each in coding.assignments if each.sequence > standing.sequence
        ]
    return drafts


def principal_drafts(
    coding: RecordCoding, assignment_id: AssignmentId, *, coder_id: CoderId
) -> list[EventDraft]:
    """Return the drafts that make a diagnosis principal and first. Raises InputError for another kind."""
    chosen = assignment_of(coding, assignment_id)
    if chosen.kind is not CodeKind.DIAGNOSIS:
        raise InputError(f"{chosen.coding.code} is not a diagnosis, so it cannot be the principal one.",
                         kept="Nothing was changed.")
    others = [each for each in _of_kind(coding, chosen.kind) if each is not chosen]
    order = [replace(chosen, use=DiagnosisUse.PRINCIPAL)]
    order += [replace(each, use=DiagnosisUse.SECONDARY) for each in others]
    return _ordered(coding, order, coder_id)


def reordering_drafts(
    coding: RecordCoding, assignment_id: AssignmentId, *, coder_id: CoderId, offset: int
) -> list[EventDraft]:
    """Return the drafts that move a code by `offset` places among those of its kind.

    It stops at either end. Raises InputError where the principal diagnosis would not stay first.
    """
    chosen = assignment_of(coding, assignment_id)
    order = _of_kind(coding, chosen.kind)
    place = order.index(chosen)
    order.pop(place)
    order.insert(max(0, min(len(order), place + offset)), chosen)
    if any(each.use is DiagnosisUse.PRINCIPAL for each in order[1:]):
        raise InputError("The principal diagnosis stands first.", kept="Nothing was changed.",
                         next_step="Make the other diagnosis principal instead.")
    return _ordered(coding, order, coder_id)


def _of_kind(coding: RecordCoding, kind: CodeKind) -> list[CodeAssignment]:
    return [each for each in coding.assignments if each.kind is kind]


def _ordered(
    coding: RecordCoding, order: Sequence[CodeAssignment], coder_id: CoderId
) -> list[EventDraft]:
    """Give the codes of one kind, in their new order, the places that this kind has in the record."""
    kind = order[0].kind
    places = [each.sequence for each in coding.assignments if each.kind is kind]
    before = {each.assignment_id: each for each in coding.assignments}
    moved = [replace(each, sequence=place) for each, place in zip(order, places, strict=True)]
    return [
        _change(before[each.assignment_id], each, coder_id)
        for each in moved if before[each.assignment_id] != each
    ]


def _change(before: CodeAssignment, after: CodeAssignment, coder_id: CoderId) -> EventDraft:
    return EventDraft(action=CodingAction.CHANGE, coder_id=coder_id, before=before, after=after)
