"""The history of a record's coding: hash chain, fold, undo, and what a signature covers.

Events of one record form a chain: each carries the hash of the one before, the first the hash of the record
as it was imported. Everything that enters a workspace (records, runs, events, exports) is chained once more
in the workspace's ledger, so that whole records or the middle of the history cannot vanish unseen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    Decision,
    EventDraft,
    RecordCoding,
)
from ehrcoder.core.canonical import canonical_sha256, sha256_of_text, spell, to_plain
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, EventId, RecordId, SuggestionId
from ehrcoder.core.records import EncounterRecord


class HistoryRuleError(InputError):
    """An event does not fit the coding that it is to change."""


def record_content_sha256(record: EncounterRecord) -> str:
    """Return the hash of all that was imported of a record, its texts included."""
    return canonical_sha256(record)


def event_body(event: CodingEvent) -> str:
    """Return the canonical text of an event without its own hash: what that hash covers."""
    plain = cast("dict[str, object]", to_plain(event))
    return spell({name: value for name, value in plain.items() if name != "hash"})


def event_hash(event: CodingEvent) -> str:
    """Return the hash that an event must carry."""
    return sha256_of_text(event_body(event))


def ledger_hash(*, position: int, kind: str, subject: str, content_sha256: str, previous_hash: str) -> str:
    """Return the hash of one line of the workspace's ledger."""
    line = f"{position}\n{kind}\n{subject}\n{content_sha256}\n{previous_hash}"
    return hashlib.sha256(line.encode("utf-8", "surrogateescape")).hexdigest()


def ledger_genesis(workspace_id: str) -> str:
    """Return what stands for the line before the first, different in each workspace."""
    return hashlib.sha256(f"ehrcoder workspace {workspace_id}".encode()).hexdigest()


def chain(
    coding: RecordCoding, drafts: Sequence[EventDraft], *, genesis: str, group_id: str, at: dt.datetime,
    new_id: Callable[[], str],
) -> tuple[tuple[CodingEvent, ...], RecordCoding]:
    """Give drafts their place, time and hash behind `coding`, and return them with the coding after them.

    `genesis` is the hash of the record's content. Raises HistoryRuleError where a draft does not fit.
    """
    events: list[CodingEvent] = []
    for draft in drafts:
        event = CodingEvent(
            event_id=EventId(new_id()), record_id=coding.record_id, sequence=coding.version + 1,
            group_id=group_id, at=at, draft=draft, previous_hash=coding.head_hash or genesis, hash="",
        )
        event = replace(event, hash=event_hash(event))
        coding = apply_event(coding, event)
        events.append(event)
    check_sequences(coding)
    return tuple(events), coding


def first_broken(events: Sequence[CodingEvent], *, genesis: str) -> int | None:
    """Return the place (from 1) of the first event that is not the true next one, or None when all are."""
    previous = genesis
    for place, event in enumerate(events, 1):
        if event.sequence != place or event.previous_hash != previous or event.hash != event_hash(event):
            return place
        previous = event.hash
    return None


def fold(record_id: RecordId, events: Iterable[CodingEvent]) -> RecordCoding:
    """Return the coding that a record's events amount to. Raises HistoryRuleError where one does not fit."""
    coding = RecordCoding(record_id=record_id)
    for event in events:
        coding = apply_event(coding, event)
    return coding


def apply_event(coding: RecordCoding, event: CodingEvent) -> RecordCoding:
    """Return the coding after one more event. Raises HistoryRuleError when the event does not fit."""
    draft = event.draft
    if event.record_id != coding.record_id or event.sequence != coding.version + 1:
        raise HistoryRuleError(f"Event {event.sequence} is not the next one of record {coding.record_id}.")
    is_amendment = draft.action is CodingAction.AMEND
    if coding.signature is not None and not is_amendment:
        raise HistoryRuleError(
            "The record is signed.", kept="Nothing was changed.", next_step="Amend it first, with a reason.",
        )
    if coding.signature is None and is_amendment:
        raise HistoryRuleError("The record is not signed.", kept="Nothing was changed.",
                               next_step="Change it directly.")
    flag, held_for = marks_after(coding.flag, coding.held_for, draft)
    return RecordCoding(
        record_id=coding.record_id,
        assignments=_assignments_after(coding, draft),
        decisions=_decisions_after(coding, draft),
        signature=draft.signature,
        version=event.sequence,
        head_hash=event.hash,
        flag=flag,
        held_for=held_for,
        is_draft=draft.action is CodingAction.DRAFT,
    )


def marks_after(flag: str | None, held_for: str, draft: EventDraft) -> tuple[str | None, str]:
    """Return flag and hold after one more draft. Raises HistoryRuleError where it does not fit."""
    match draft.action:
        case CodingAction.FLAG if flag is None:
            return draft.reason, held_for
        case CodingAction.UNFLAG if flag is not None:
            return None, held_for
        case CodingAction.HOLD if not held_for and draft.reason:
            return flag, draft.reason
        case CodingAction.RELEASE if held_for:
            return flag, ""
        case CodingAction.FLAG | CodingAction.UNFLAG:
            raise HistoryRuleError("The record's flag is not what it was.", kept="Nothing was changed.")
        case CodingAction.HOLD | CodingAction.RELEASE:
            raise HistoryRuleError("The record's hold is not what it was, or has no reason.",
                                   kept="Nothing was changed.")
        case CodingAction.SIGN if held_for:
            raise HistoryRuleError("The record is on hold.", kept="Nothing was changed.",
                                   next_step="Release it first.")
        case _:
            return flag, held_for


def check_sequences(coding: RecordCoding) -> None:
    """Raise HistoryRuleError unless the assignments are numbered 1, 2, 3 … and one at most is principal."""
    numbers = [assignment.sequence for assignment in coding.assignments]
    if numbers != list(range(1, len(numbers) + 1)):
        raise HistoryRuleError(f"The codes would be numbered {numbers}, not in one row from 1.")
    if sum(1 for assignment in coding.assignments if assignment.use == "principal") > 1:
        raise HistoryRuleError("Two codes would be principal.")


def _assignments_after(coding: RecordCoding, draft: EventDraft) -> tuple[CodeAssignment, ...]:
    current = {assignment.assignment_id: assignment for assignment in coding.assignments}
    if draft.before is not None:
        if current.get(draft.before.assignment_id) != draft.before:
            raise HistoryRuleError("The code to change is not what it was.", kept="Nothing was changed.",
                                   next_step="Look at the record again.")
        del current[draft.before.assignment_id]
    if draft.after is not None:
        if draft.after.assignment_id in current or draft.after.record_id != coding.record_id:
            raise HistoryRuleError("The code to add is there already or belongs to another record.")
        current[draft.after.assignment_id] = draft.after
    if draft.before is None and draft.after is None:
        return coding.assignments
    return tuple(sorted(current.values(), key=lambda each: (each.sequence, each.assignment_id)))


def _decisions_after(
    coding: RecordCoding, draft: EventDraft
) -> tuple[tuple[SuggestionId, Decision], ...]:
    if draft.suggestion_id is None or draft.decision is None:
        return coding.decisions
    decisions = dict(coding.decisions)
    decisions.pop(draft.suggestion_id, None)
    if draft.decision is not Decision.UNDECIDED:
        decisions[draft.suggestion_id] = draft.decision
    return tuple(sorted(decisions.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoState:
    """What can be undone and what can be done again: group ids, the next one last."""

    undo: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()


def undo_state(events: Sequence[CodingEvent]) -> UndoState:
    """Return what of a record can be undone and redone; a signature or an amendment is never undone."""
    undo: list[str] = []
    redo: list[str] = []
    seen: set[str] = set()
    for event in events:
        if event.group_id in seen:
            continue
        seen.add(event.group_id)
        undone = event.draft.undoes_group
        if event.draft.action is CodingAction.DRAFT:
            continue  # putting a record aside changes nothing that could be taken back
        if event.draft.action in (CodingAction.SIGN, CodingAction.AMEND):
            undo, redo = [], []
        elif undone is not None and redo and redo[-1] == undone:
            redo.pop()
            undo.append(event.group_id)
        elif undone is not None and undo and undo[-1] == undone:
            undo.pop()
            redo.append(event.group_id)
        else:
            undo.append(event.group_id)
            redo = []
    return UndoState(undo=tuple(undo), redo=tuple(redo))


def compensate(events: Sequence[CodingEvent], group_id: str, *, coder_id: CoderId) -> tuple[EventDraft, ...]:
    """Return the drafts that take back a whole group: last first, before and after swapped.

    `events` are all events of the record, since a decision falls back to what it was before the group.
    """
    decisions: dict[SuggestionId, Decision] = {}
    drafts: list[EventDraft] = []
    flag: str | None = None
    held_for = ""
    for event in events:
        draft = event.draft
        former: Decision | None = None
        opposite, reason = _opposite(draft.action, flag, held_for)
        flag, held_for = marks_after(flag, held_for, draft)
        if draft.suggestion_id is not None and draft.decision is not None:
            former = decisions.get(draft.suggestion_id, Decision.UNDECIDED)
            decisions[draft.suggestion_id] = draft.decision
        if event.group_id == group_id:
            drafts.append(replace(
                draft, action=opposite, coder_id=coder_id, before=draft.after, after=draft.before,
                reason=reason, decision=former, undoes_group=group_id, active_seconds=0,
            ))
    return tuple(reversed(drafts))


def _opposite(action: CodingAction, flag: str | None, held_for: str) -> tuple[CodingAction, str]:
    """Return what takes an action back, and its reason; flag and hold are those before the action."""
    match action:
        case CodingAction.FLAG:
            return CodingAction.UNFLAG, ""
        case CodingAction.UNFLAG:
            return CodingAction.FLAG, flag or ""
        case CodingAction.HOLD:
            return CodingAction.RELEASE, ""
        case CodingAction.RELEASE:
            return CodingAction.HOLD, held_for
        case _:
            return CodingAction.UNDO, ""


def signed_content_sha256(record: EncounterRecord, coding: RecordCoding) -> str:
    """Return the hash of what a signature covers: the record as imported, its codes, and every decision."""
    return canonical_sha256({
        "record": record_content_sha256(record),
        "assignments": coding.assignments,
        "decisions": coding.decisions,
        "history": coding.head_hash,
    })
