"""Shows what was decided about a record, by whom and when, and checks that the history is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    DiagnosisUse,
    EventDraft,
)
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.ids import CoderId, EventId, RecordId
from ehrcoder.ports import ChainReport, CodingHistory, RebuildReport

_VERBS = {
    CodingAction.ACCEPT: "accepted", CodingAction.REJECT: "rejected", CodingAction.REPLACE: "replaced",
    CodingAction.ADD: "added", CodingAction.CHANGE: "changed", CodingAction.REMOVE: "removed",
    CodingAction.UNDO: "took back", CodingAction.SIGN: "signed", CodingAction.AMEND: "amended",
    CodingAction.COMMENT: "commented on", CodingAction.FLAG: "flagged the record",
    CodingAction.UNFLAG: "took the flag off", CodingAction.HOLD: "put the record on hold",
    CodingAction.RELEASE: "ended the hold", CodingAction.DRAFT: "put the record aside as a draft",
    CodingAction.ACKNOWLEDGE: "let a warning stand", CodingAction.RESTORE: "restored",
}
_OF_THE_RECORD = (
    CodingAction.FLAG, CodingAction.UNFLAG, CodingAction.HOLD, CodingAction.RELEASE, CodingAction.DRAFT,
    CodingAction.ACKNOWLEDGE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One event as a person reads it. `code` is empty where the event is about no assigned code."""

    sequence: int
    event_id: EventId
    group_id: str
    at: dt.datetime
    coder_id: CoderId
    action: CodingAction
    code: str
    text: str
    reason: str
    hash: str


def record_history(history: CodingHistory, record_id: RecordId) -> tuple[HistoryLine, ...]:
    """Return a record's history as readable lines, oldest first. Raises NotFoundError, IntegrityError."""
    events = history.events(record_id)
    first_of_group: dict[str, int] = {}
    for event in events:
        first_of_group.setdefault(event.group_id, event.sequence)
    return tuple(_line(event, first_of_group) for event in events)


def verify_history(history: CodingHistory) -> ChainReport:
    """Check the whole workspace against its hashes."""
    return history.verify()


def rebuild_coding(history: CodingHistory, *, repair: bool = False) -> RebuildReport:
    """Replay every event and compare with the stored coding; with `repair`, store what was replayed.

    Raises IntegrityError when the history itself is not whole: a coding is never made from a broken one.
    """
    return history.rebuild(repair=repair)


def _line(event: CodingEvent, first_of_group: dict[str, int]) -> HistoryLine:
    draft = event.draft
    standing = draft.after or draft.before
    return HistoryLine(
        sequence=event.sequence, event_id=event.event_id, group_id=event.group_id, at=event.at,
        coder_id=draft.coder_id, action=draft.action, code=standing.coding.code if standing else "",
        text=_text(draft, first_of_group), reason=draft.reason, hash=event.hash,
    )


def _text(draft: EventDraft, first_of_group: dict[str, int]) -> str:
    verb = _VERBS[draft.action]
    match draft.action:
        case CodingAction.SIGN:
            return f"signed as {draft.signature.meaning}" if draft.signature else verb
        case CodingAction.AMEND:
            return "opened the signed record for an amendment"
        case action if action in _OF_THE_RECORD:
            return verb
        case CodingAction.COMMENT:
            return f"{verb} {_name(draft.after) if draft.after else draft.suggestion_id or 'the record'}"
        case CodingAction.RESTORE:
            return f"{verb}: {_change(draft.before, draft.after)}"
        case CodingAction.UNDO:
            event = first_of_group.get(draft.undoes_group or "", 0)
            return f"took back action of event {event}: {_change(draft.before, draft.after)}"
        case CodingAction.REJECT | CodingAction.REMOVE if draft.before is None:
            return f"rejected suggestion {draft.suggestion_id}"
        case CodingAction.ACCEPT if draft.before is not None:
            return f"accepted further evidence for {_name(draft.before)}"
        case CodingAction.CHANGE:
            return _change(draft.before, draft.after)
        case CodingAction.REPLACE if draft.before is None:
            return f"assigned {_name(draft.after)} in place of the suggestion"
        case CodingAction.REPLACE:
            return f"replaced {_name(draft.before)} by {_name(draft.after)}"
        case _:
            return f"{verb} {_name(draft.after or draft.before)}"


def _change(before: CodeAssignment | None, after: CodeAssignment | None) -> str:
    if before is None and after is None:
        return "decision on a suggestion"
    if before is None or after is None:
        return f"{_name(after)} is back" if after else f"{_name(before)} is gone"
    if before.coding != after.coding:
        return f"{_name(before)} is {_name(after)}"
    changes = _differences(before, after)
    return f"{_name(after)}: {', '.join(changes)}" if changes else f"{_name(after)} unchanged"


def _differences(before: CodeAssignment, after: CodeAssignment) -> Sequence[str]:
    changes: list[str] = []
    if before.use is not after.use:
        changes.append("now principal" if after.use is DiagnosisUse.PRINCIPAL else "now secondary")
    if before.sequence != after.sequence:
        changes.append(f"place {before.sequence} to {after.sequence}")
    if before.present_on_admission != after.present_on_admission:
        value = after.present_on_admission
        changes.append(f"present on admission {value.value if value else 'not said'}")
    if before.evidence != after.evidence:
        changes.append(f"{len(after.evidence)} pieces of evidence")
    return changes


def _name(assignment: CodeAssignment | None) -> str:
    if assignment is None:
        return "nothing"
    coding = assignment.coding
    return f"{SHORT_NAME_OF_SYSTEM.get(coding.system, coding.system)} {coding.code} {coding.display}".strip()
