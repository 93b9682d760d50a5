"""Versions of a record's coding: each event makes one. What differs between two, and how to go back to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    Decision,
    EventDraft,
    RecordCoding,
)
from ehrcoder.core.history import fold
from ehrcoder.core.ids import AssignmentId, CoderId, RecordId, SuggestionId


class DifferenceKind(StrEnum):
    """What became of a code between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDifference:
    """One code that is not the same in two versions; the side on which it is missing is None."""

    kind: DifferenceKind
    before: CodeAssignment | None = None
    after: CodeAssignment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDifference:
    """One suggestion that was decided otherwise in two versions."""

    suggestion_id: SuggestionId
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that two versions of a coding do not share."""

    codes: tuple[CodeDifference, ...] = ()
    decisions: tuple[DecisionDifference, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two versions say the same."""
        return not self.codes and not self.decisions


def version_at(record_id: RecordId, events: Sequence[CodingEvent], number: int) -> RecordCoding:
    """Return the coding as it stood after event `number`; 0 is the record before anything was decided."""
    return fold(record_id, events[:number])


def differences(before: RecordCoding, after: RecordCoding) -> Differences:
    """Return what differs, the codes in the order of the later version, what is gone at the end."""
    former, latter = _by_id(before), _by_id(after)
    codes: list[CodeDifference] = []
    for assignment_id, now in latter.items():
        then = former.get(assignment_id)
        if then is None:
            codes.append(CodeDifference(kind=DifferenceKind.ADDED, after=now))
        elif then != now:
            codes.append(CodeDifference(kind=DifferenceKind.CHANGED, before=then, after=now))
    codes += [
        CodeDifference(kind=DifferenceKind.REMOVED, before=then)
        for assignment_id, then in former.items() if assignment_id not in latter
    ]
    touched = sorted({name for name, _ in (*before.decisions, *after.decisions)})
    decisions = tuple(
        DecisionDifference(suggestion_id=each, before=before.decision(each), after=after.decision(each))
        for each in touched if before.decision(each) is not after.decision(each)
    )
    return Differences(codes=tuple(codes), decisions=decisions)


def group_starts(events: Sequence[CodingEvent]) -> tuple[int, ...]:
    """Return after how many events each action of a person was complete, oldest first."""
    ends: dict[str, int] = {}
    for event in events:
        ends[event.group_id] = event.sequence
    return tuple(ends.values())


def restoring_drafts(now: RecordCoding, wanted: RecordCoding, *, coder_id: CoderId, reason: str) -> list[EventDraft]:
    """Return the drafts that bring the present coding to an earlier one; nothing of the history is lost by it."""
    gap = differences(now, wanted)
    decided = {each.suggestion_id: each.after for each in gap.decisions}
    drafts: list[EventDraft] = []
    # Codes that go away are taken out first, so that no two stand at one place in between.
    order = (DifferenceKind.REMOVED, DifferenceKind.CHANGED, DifferenceKind.ADDED)
    for each in sorted(gap.codes, key=lambda code: order.index(code.kind)):
        standing = each.after or each.before
        suggestion = standing.suggestion_id if standing is not None else None
        decision = decided.pop(suggestion, None) if suggestion is not None else None
        drafts.append(EventDraft(
            action=CodingAction.RESTORE, coder_id=coder_id, before=each.before, after=each.after, reason=reason,
            suggestion_id=suggestion if decision is not None else None, decision=decision,
        ))
    drafts += [
        EventDraft(action=CodingAction.RESTORE, coder_id=coder_id, reason=reason, suggestion_id=name, decision=decision)
        for name, decision in decided.items()
    ]
    return drafts


def _by_id(coding: RecordCoding) -> dict[AssignmentId, CodeAssignment]:
    return {each.assignment_id: each for each in coding.assignments}
