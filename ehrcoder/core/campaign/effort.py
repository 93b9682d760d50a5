"""Time that verification takes against coding without suggestions: measured by the control arm, or modelled."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.campaign.plan import Arm
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import EffortParts, Finding, Offered, effort_of, parts_of
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion

TYPICAL_FINDING = Finding(characters=12, place=2)
"""What is typed for a code where no search was tried: 12 characters, and the code stands second among the hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Seconds that one record took, and whether they were measured or come from the model."""

    record_id: RecordId
    arm: Arm
    seconds: float
    coder: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSaved:
    """Mean seconds a record in both arms, and their ratio (below 1 is time saved) with its 95 % interval."""

    assisted: float
    control: float
    assisted_records: int
    control_records: int
    ratio: Estimate
    simulated: bool


Find = Callable[[CodeKind, str], Finding]


def modelled_seconds(truth: CodedCase, offered: Sequence[Offered] | None, *, find: Find | None = None) -> float:
    """Return the keystroke-level model's seconds to bring a record to its right codes.

    From suggestions, or from nothing (None). Reading the note is in neither, since both have to (core/effort.py).
    `find` tells what is typed for a code by hand; TYPICAL_FINDING without it.
    """
    gold = frozenset(code for _, code in truth.keys)
    kinds = {code: kind for kind, code in truth.keys}
    effort = effort_of(gold, offered or (), lambda code: find(kinds[code], code) if find else TYPICAL_FINDING)
    return effort.from_nothing if offered is None else effort.from_suggestions


def modelled_parts(truth: CodedCase, offered: Sequence[Offered], *, find: Find | None = None) -> EffortParts:
    """Return the modelled seconds from suggestions by what they go to."""
    kinds = {code: kind for kind, code in truth.keys}
    return parts_of(frozenset(kinds), offered, lambda code: find(kinds[code], code) if find else TYPICAL_FINDING)


def offered_of(suggestions: Sequence[CodeSuggestion]) -> tuple[Offered, ...]:
    """Return suggestions as the effort model sees them: code and listed alternatives."""
    return tuple(
        Offered(code=s.coding.code, alternatives=tuple(a.coding.code for a in s.alternatives)) for s in suggestions
        if s.kind is not CodeKind.OUTCOME
    )


def time_saved(efforts: Sequence[Effort], *, draws: int = 1000, seed: int = 1) -> TimeSaved | None:
    """Compare the arms; None while either has no record. Records are drawn with replacement in each arm."""
    assisted = [e.seconds for e in efforts if e.arm is Arm.ASSISTED]
    control = [e.seconds for e in efforts if e.arm is Arm.CONTROL]
    if not assisted or not control or sum(control) == 0:
        return None
    source = random.Random(seed)
    drawn = sorted(
        _mean(source.choices(assisted, k=len(assisted))) / _mean(source.choices(control, k=len(control)))
        for _ in range(draws)
    )
    value = _mean(assisted) / _mean(control)
    return TimeSaved(
        assisted=_mean(assisted), control=_mean(control), assisted_records=len(assisted),
        control_records=len(control), simulated=any(e.simulated for e in efforts),
        ratio=Estimate(value=value, low=min(value, drawn[int(0.025 * draws)]),
                       high=max(value, drawn[min(draws - 1, int(0.975 * draws))]), count=len(efforts)),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
