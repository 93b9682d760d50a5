"""What people said about a record: comments, and the reasons for which warnings were let stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.assignments import CodingAction, CodingEvent
from ehrcoder.core.ids import AssignmentId, CoderId, EventId, SuggestionId

_SAID = (CodingAction.COMMENT, CodingAction.ACKNOWLEDGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Words that somebody left, on the record as a whole, on a suggestion, or on an assigned code."""

    event_id: EventId
    coder_id: CoderId
    at: dt.datetime
    text: str
    action: CodingAction = CodingAction.COMMENT
    suggestion_id: SuggestionId | None = None
    assignment_id: AssignmentId | None = None


def comments(events: Sequence[CodingEvent]) -> tuple[Comment, ...]:
    """Return what was said and not taken back, oldest first."""
    origin: dict[str, str] = {}
    taken_back: set[str] = set()
    told: set[str] = set()
    for event in events:
        group, undone = event.group_id, event.draft.undoes_group
        if group in told:
            continue
        told.add(group)
        origin[group] = origin.get(undone, undone) if undone is not None else group
        if undone is not None:
            taken_back ^= {origin[group]}
    return tuple(
        Comment(
            event_id=event.event_id, coder_id=event.draft.coder_id, at=event.at, text=event.draft.reason,
            action=event.draft.action, suggestion_id=event.draft.suggestion_id,
            assignment_id=event.draft.after.assignment_id if event.draft.after is not None else None,
        )
        for event in events if event.draft.action in _SAID and event.group_id not in taken_back
    )


def active_seconds(events: Sequence[CodingEvent]) -> int:
    """Return how long people worked on a record, all of them together."""
    return sum(event.draft.active_seconds for event in events)
