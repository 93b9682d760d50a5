"""The plan of a campaign, and the ordered lists of records by which its work is done."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId


class Arm(StrEnum):
    """Whether a record is verified with suggestions or, to compare, coded without them."""

    ASSISTED = "assisted"
    CONTROL = "control"


class WorkState(StrEnum):
    """Where one line of a work list stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What was decided before any record was coded; shares and probabilities between 0 and 1."""

    seed: int = 1
    control_share: float = 0.1
    double_share: float = 0.1
    gate_share: float = 0.2
    target_accuracy: float = 0.95
    confidence: float = 0.95
    policy: str = "clinical"
    coders: tuple[CoderId, ...] = ()

    def checked(self) -> CampaignPlan:
        """Return the plan. Raises InputError naming the first figure that makes no sense."""
        for name, value, highest in (
            ("control share", self.control_share, 0.5), ("double-coded share", self.double_share, 1.0),
            ("gate share", self.gate_share, 0.5),
        ):
            if not 0.0 <= value <= highest:
                raise InputError(f"The {name} must lie between 0 and {highest:g}.", kept="Nothing was made.")
        for name, value in (("target accuracy", self.target_accuracy), ("confidence", self.confidence)):
            if not 0.5 <= value < 1.0:
                raise InputError(f"The {name} must be at least 0.5 and below 1.", kept="Nothing was made.")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign of a workspace."""

    campaign_id: str
    name: str
    created_at: dt.datetime
    plan: CampaignPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One line of a work list: which record, why it stands there, and who does it."""

    record_id: RecordId
    reason: str = ""
    score: float = 0.0
    stratum: str = ""
    coder_id: CoderId | None = None
    second_coder_id: CoderId | None = None
    arm: Arm = Arm.ASSISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A work item in its place, with what became of it; `outcome` is short and holds no clinical text."""

    position: int
    item: WorkItem
    state: WorkState = WorkState.WAITING
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEntry:
    """Something that was found or noted in a campaign: kind, what it is about, when, and its content as JSON."""

    number: int
    kind: str
    subject: str
    at: dt.datetime
    body: str


def drawn(seed: int, purpose: str, content_sha256: str) -> float:
    """Return a record's number between 0 and 1 for a purpose: fixed by seed and content, whatever the order."""
    digest = hashlib.sha256(f"{seed}\n{purpose}\n{content_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def arm_of(plan: CampaignPlan, content_sha256: str) -> Arm:
    """Return the arm that the seed gave a record on the day when the campaign was made."""
    return Arm.CONTROL if drawn(plan.seed, "control", content_sha256) < plan.control_share else Arm.ASSISTED


def is_double_coded(plan: CampaignPlan, content_sha256: str) -> bool:
    """Tell whether a record is coded a second time, blind."""
    return drawn(plan.seed, "double", content_sha256) < plan.double_share


def is_gate_record(plan: CampaignPlan, content_sha256: str) -> bool:
    """Tell whether a verified record is kept from every training and used to compare versions."""
    return drawn(plan.seed, "gate", content_sha256) < plan.gate_share
