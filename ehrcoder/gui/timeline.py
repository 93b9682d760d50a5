"""The history of a record as a person reads it: for each change who, when, from, to, why, on whose suggestion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    Decision,
    DiagnosisUse,
    EventDraft,
)
from ehrcoder.core.ids import RunId, SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.versions import CodeDifference, DifferenceKind, Differences
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.words import decision_word, percent, reason_text


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One change. `version` is the number of its last event: the version that it made."""

    version: int
    at: dt.datetime
    coder_id: str
    action: CodingAction
    what: str
    code: str = ""
    title: str = ""
    former: str = ""
    latter: str = ""
    why: str = ""
    suggested_by: str = ""
    is_undone: bool = False

    @property
    def change(self) -> str:
        """From what to what, in one piece of text."""
        if not self.former or not self.latter:
            lone = self.former or self.latter
            return "" if lone == self.code else lone
        return f"{self.former} → {self.latter}"

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        when = self.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        parts = [f"{self.version}", when, self.coder_id, f"{self.what} {self.code} {self.title}".strip(), self.change,
                 self.why, self.suggested_by]
        return ", ".join(part for part in parts if part)


def tr(text: str) -> str:
    """Return a text in the window's language."""
    return QCoreApplication.translate("timeline", text)


def timeline(view: RecordView) -> tuple[TimelineRow, ...]:
    """Return a record's changes, oldest first; what only moved along with another code is no change of its own."""
    suggestions = {each.suggestion_id: each for each in view.suggestions}
    runs = {run.run_id: run for run in view.runs}
    last_of = {event.group_id: event.sequence for event in view.events}
    undone = _undone(view.events)
    rows: list[TimelineRow] = []
    seen: set[str] = set()
    for event in view.events:
        is_first = event.group_id not in seen
        seen.add(event.group_id)
        if is_first or not _only_moved(event.draft):
            row = _row(event, suggestions, runs)
            rows.append(replace(row, version=last_of[event.group_id], is_undone=event.group_id in undone))
    return tuple(rows)


def _undone(events: Sequence[CodingEvent]) -> set[str]:
    """Return the groups that stand no more because they were taken back."""
    taken: set[str] = set()
    for event in events:
        undone = event.draft.undoes_group
        if undone is not None:
            taken.add(undone)
    return taken


def _only_moved(draft: EventDraft) -> bool:
    before, after = draft.before, draft.after
    if draft.action is not CodingAction.CHANGE or before is None or after is None:
        return False
    return (before.use, before.present_on_admission, before.coding, before.evidence) == (
        after.use, after.present_on_admission, after.coding, after.evidence)


def action_word(action: CodingAction) -> str:
    """Return what was done, in a word or two."""
    match action:
        case CodingAction.ACCEPT:
            return tr("Accepted")
        case CodingAction.REJECT:
            return tr("Rejected")
        case CodingAction.REPLACE:
            return tr("Replaced")
        case CodingAction.ADD:
            return tr("Added")
        case CodingAction.CHANGE:
            return tr("Changed")
        case CodingAction.REMOVE:
            return tr("Removed")
        case CodingAction.UNDO:
            return tr("Took back")
        case CodingAction.SIGN:
            return tr("Signed")
        case CodingAction.AMEND:
            return tr("Opened for an amendment")
        case CodingAction.COMMENT:
            return tr("Commented")
        case CodingAction.FLAG:
            return tr("Flagged")
        case CodingAction.UNFLAG:
            return tr("Took the flag off")
        case CodingAction.HOLD:
            return tr("Put on hold")
        case CodingAction.RELEASE:
            return tr("Ended the hold")
        case CodingAction.DRAFT:
            return tr("Put aside as a draft")
        case CodingAction.ACKNOWLEDGE:
            return tr("Let a warning stand")
        case CodingAction.RESTORE:
            return tr("Restored")


def _row(
    event: CodingEvent, suggestions: dict[SuggestionId, CodeSuggestion], runs: dict[RunId, InferenceRun]
) -> TimelineRow:
    draft = event.draft
    suggestion = suggestions.get(draft.suggestion_id) if draft.suggestion_id is not None else None
    standing = draft.after or draft.before
    coding = standing.coding if standing else suggestion.coding if suggestion else None
    former, latter = from_to(draft.before, draft.after)
    if draft.before is None and draft.after is None and draft.decision is not None:
        latter = decision_word(draft.decision)
        former = decision_word(Decision.UNDECIDED) if draft.decision is not Decision.UNDECIDED else ""
    if draft.signature is not None:
        latter = tr("meaning: {0}").format(draft.signature.meaning)
    return TimelineRow(
        version=event.sequence, at=event.at, coder_id=draft.coder_id, action=draft.action,
        what=action_word(draft.action), code=coding.code if coding else "", title=coding.display if coding else "",
        former=former, latter=latter, why=reason_text(draft.reason),
        suggested_by=_source(suggestion, runs) if suggestion else "",
    )


def _source(suggestion: CodeSuggestion, runs: dict[RunId, InferenceRun]) -> str:
    run = runs.get(suggestion.run_id)
    name = run.model.name if run is not None and run.model is not None else tr("engine without model")
    return tr("on the suggestion of {0}, {1}").format(name, percent(suggestion.confidence))


def from_to(before: CodeAssignment | None, after: CodeAssignment | None) -> tuple[str, str]:
    """Return what of an assigned code was otherwise before and after; whole codes where one side is missing."""
    if before is None or after is None:
        return (before.coding.code if before else "", after.coding.code if after else "")
    olds: list[str] = []
    news: list[str] = []
    for old, new in (
        (before.coding.code, after.coding.code), (_use(before), _use(after)),
        (_admission(before), _admission(after)),
        (tr("place {0}").format(before.sequence), tr("place {0}").format(after.sequence)),
        (tr("{0} quotes").format(len(before.evidence)), tr("{0} quotes").format(len(after.evidence))),
    ):
        if old != new:
            olds.append(old)
            news.append(new)
    return ", ".join(olds), ", ".join(news)


def _use(code: CodeAssignment) -> str:
    return tr("principal") if code.use is DiagnosisUse.PRINCIPAL else tr("secondary")


def _admission(code: CodeAssignment) -> str:
    value = code.present_on_admission
    return tr("POA {0}").format(value.value if value is not None else "–")


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One difference of two versions in words; `kind` is added, removed, changed, or a decision's name."""

    kind: str
    words: str


def difference_rows(found: Differences, view: RecordView) -> tuple[DifferenceRow, ...]:
    """Return what differs as lines to read."""
    rows = [_difference(each) for each in found.codes]
    for each in found.decisions:
        suggestion = view.suggestion(each.suggestion_id)
        if suggestion is None or each.after is Decision.ACCEPTED or each.before is Decision.ACCEPTED:
            continue  # the code itself stands among the differences already
        rows.append(DifferenceRow(kind=each.after.value, words=tr("{0} {1}: {2} → {3}").format(
            suggestion.coding.code, suggestion.coding.display, decision_word(each.before), decision_word(each.after)
        )))
    return tuple(rows)


def _difference(found: CodeDifference) -> DifferenceRow:
    standing = found.after or found.before
    name = f"{standing.coding.code} {standing.coding.display}" if standing is not None else ""
    if found.kind is DifferenceKind.CHANGED:
        former, latter = from_to(found.before, found.after)
        return DifferenceRow(kind=found.kind.value, words=f"{name}: {former} → {latter}")
    return DifferenceRow(kind=found.kind.value, words=name)
