"""What the clinician decided, as an append-only history that folds into the current coding."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import AssignmentId, CoderId, EventId, RecordId, SuggestionId


class CodingAction(StrEnum):
    """Everything that a person can do to a record's coding."""

    ACCEPT = "accept"
    REJECT = "reject"
    REPLACE = "replace"
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    UNDO = "undo"
    SIGN = "sign"
    AMEND = "amend"
    COMMENT = "comment"
    FLAG = "flag"
    UNFLAG = "unflag"
    HOLD = "hold"
    RELEASE = "release"
    DRAFT = "draft"
    ACKNOWLEDGE = "acknowledge"
    """A warning was read, and a reason typed why the coding stands all the same."""
    RESTORE = "restore"
    """Part of going back to an earlier version, which is a change of its own."""


class RejectReason(StrEnum):
    """Why a suggestion was rejected; the order is the order of the keys 1 to 7."""

    NEGATED = "negated"
    HISTORICAL_OR_FAMILY = "historical-or-family"
    RULED_OUT = "ruled-out"
    UNSUPPORTED = "unsupported"
    WRONG_SPECIFICITY = "wrong-specificity"
    DUPLICATE_OR_INTEGRAL = "duplicate-or-integral"
    OTHER = "other"


class DiagnosisUse(StrEnum):
    """Principal or secondary; procedures and outcomes are secondary."""

    PRINCIPAL = "principal"
    SECONDARY = "secondary"


class PresentOnAdmission(StrEnum):
    """UHDDS indicator; EXEMPT is reported as 1 or left empty."""

    YES = "Y"
    NO = "N"
    UNKNOWN = "U"
    UNDETERMINED = "W"
    EXEMPT = "1"


class Decision(StrEnum):
    """What was decided about a suggestion."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REPLACED = "replaced"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAssignment:
    """One verified code of a record. `sequence` counts from 1 within the record."""

    assignment_id: AssignmentId
    record_id: RecordId
    coding: Coding
    kind: CodeKind
    sequence: int
    use: DiagnosisUse = DiagnosisUse.SECONDARY
    present_on_admission: PresentOnAdmission | None = None
    evidence: tuple[Evidence, ...] = ()
    suggestion_id: SuggestionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed what, when, and what the signature means.

    `name` and `proof` are filled where the workspace has profiles: the signer's name at that time, and how the
    signer proved to be that person.
    """

    coder_id: CoderId
    at: dt.datetime
    meaning: str
    content_sha256: str
    name: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """A decision before the history gave it its place, time and hash.

    `before` and `after` are the assignment on either side of the change. `decision` is the state of
    the suggestion after it. Drafts that were appended together share a `group_id` and are undone together.
    """

    action: CodingAction
    coder_id: CoderId
    before: CodeAssignment | None = None
    after: CodeAssignment | None = None
    reason: str = ""
    suggestion_id: SuggestionId | None = None
    decision: Decision | None = None
    undoes_group: str | None = None
    signature: Signature | None = None
    active_seconds: int = 0
    """How long the person worked on this record since the event before; pauses are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingEvent:
    """One line of the history: never changed, never deleted, chained by hash to the line before."""

    event_id: EventId
    record_id: RecordId
    sequence: int
    group_id: str
    at: dt.datetime
    draft: EventDraft
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCoding:
    """The current coding of a record: the fold of its history."""

    record_id: RecordId
    assignments: tuple[CodeAssignment, ...] = ()
    decisions: tuple[tuple[SuggestionId, Decision], ...] = ()
    signature: Signature | None = None
    version: int = 0
    head_hash: str = ""
    flag: str | None = None
    """The words with which the record was flagged, which may be empty; None where it is not flagged."""
    held_for: str = ""
    """Why the record is on hold; empty where it is not."""
    is_draft: bool = False
    """Whether it was put aside as a draft, and nothing was decided since."""

    def decision(self, suggestion_id: SuggestionId) -> Decision:
        """Return what was decided about this suggestion, UNDECIDED when nothing was."""
        return dict(self.decisions).get(suggestion_id, Decision.UNDECIDED)
