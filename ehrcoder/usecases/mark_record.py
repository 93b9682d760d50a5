"""What a person says about a record without touching its codes: comment, flag, hold, draft; and going back.

Each is an event of the record's history, durable when its function returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ehrcoder.core.arrange import assignment_of
from ehrcoder.core.assignments import CodingAction, EventDraft, RecordCoding
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import AssignmentId, CoderId, RecordId, SuggestionId
from ehrcoder.core.versions import restoring_drafts, version_at
from ehrcoder.ports import CodingHistory

_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """What can be said about a record by one coder. All raise InputError for a signed record."""

    history: CodingHistory
    coder_id: CoderId
    active_seconds: int = 0
    """How long the person worked on the record since its last event; kept with this one."""

    def comment(
        self, record_id: RecordId, text: str, *, suggestion_id: SuggestionId | None = None,
        assignment_id: AssignmentId | None = None,
    ) -> RecordCoding:
        """Leave words on the record, on a suggestion or on an assigned code."""
        if not text.strip():
            raise InputError("A comment needs words.", kept=_UNCHANGED)
        coding = self._open(record_id)
        code = assignment_of(coding, assignment_id) if assignment_id is not None else None
        return self._append(coding, [EventDraft(
            action=CodingAction.COMMENT, coder_id=self.coder_id, reason=text.strip(), before=code, after=code,
            suggestion_id=suggestion_id,
        )])

    def flag(self, record_id: RecordId, words: str = "") -> RecordCoding:
        """Flag the record, so that the queue can show it among the flagged ones."""
        return self._mark(record_id, CodingAction.FLAG, words.strip())

    def unflag(self, record_id: RecordId) -> RecordCoding:
        """Take the flag off."""
        return self._mark(record_id, CodingAction.UNFLAG, "")

    def hold(self, record_id: RecordId, reason: str) -> RecordCoding:
        """Put the record on hold: it cannot be signed until it is released."""
        if not reason.strip():
            raise InputError("Putting a record on hold needs a reason.", kept=_UNCHANGED)
        return self._mark(record_id, CodingAction.HOLD, reason.strip())

    def release(self, record_id: RecordId) -> RecordCoding:
        """End the hold."""
        return self._mark(record_id, CodingAction.RELEASE, "")

    def save_draft(self, record_id: RecordId) -> RecordCoding:
        """Put the record aside as a draft. Every decision is stored already; this marks where work paused."""
        coding = self._open(record_id)
        return coding if coding.is_draft else self._mark(record_id, CodingAction.DRAFT, "")

    def acknowledge(
        self, record_id: RecordId, findings: Sequence[EditFinding], reasons: Mapping[str, str]
    ) -> RecordCoding:
        """Keep why each open warning is let stand; `reasons` are by the finding's message.

        Raises InputError for an error, or naming a warning without a reason.
        """
        drafts: list[EventDraft] = []
        for finding in findings:
            if finding.severity is EditSeverity.ERROR:
                raise InputError(f"An error is open: {finding.message}", kept=_UNCHANGED,
                                 next_step="Correct the codes that it names.")
            if finding.severity is EditSeverity.WARNING:
                reason = reasons.get(finding.message, "").strip()
                if not reason:
                    raise InputError(f"A warning has no reason yet: {finding.message}", kept=_UNCHANGED,
                                     next_step="Type why the coding stands all the same, or correct it.")
                drafts.append(EventDraft(
                    action=CodingAction.ACKNOWLEDGE, coder_id=self.coder_id,
                    reason=f"{reason} ({finding.rule_id}: {finding.message})",
                ))
        coding = self._open(record_id)
        return self._append(coding, drafts) if drafts else coding

    def restore(self, record_id: RecordId, version: int, *, reason: str = "") -> RecordCoding:
        """Bring the codes and decisions back to an earlier version, as a change that can be taken back itself."""
        coding = self._open(record_id)
        if not 0 <= version < coding.version:
            raise InputError(f"There is no earlier version {version} of this record.", kept=_UNCHANGED)
        wanted = version_at(record_id, self.history.events(record_id), version)
        words = reason.strip() or f"as after event {version}"
        drafts = restoring_drafts(coding, wanted, coder_id=self.coder_id, reason=words)
        if not drafts:
            raise InputError("The codes are the same in that version.", kept=_UNCHANGED)
        return self._append(coding, drafts)

    def _mark(self, record_id: RecordId, action: CodingAction, words: str) -> RecordCoding:
        coding = self._open(record_id)
        return self._append(coding, [EventDraft(action=action, coder_id=self.coder_id, reason=words)])

    def _open(self, record_id: RecordId) -> RecordCoding:
        coding = self.history.coding(record_id)
        if coding.signature is not None:
            raise InputError("The record is signed.", kept=_UNCHANGED, next_step="Amend it first, with a reason.")
        return coding

    def _append(self, coding: RecordCoding, drafts: Sequence[EventDraft]) -> RecordCoding:
        timed = [replace(drafts[0], active_seconds=self.active_seconds), *drafts[1:]]
        self.history.append(coding.record_id, timed, expected_version=coding.version)
        return self.history.coding(coding.record_id)
