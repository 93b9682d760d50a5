"""Time that verification takes against coding without suggestions: measured by the control arm, or modelled."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.campaign.plan import Arm
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import EffortParts, Finding, Offered, effort_of, parts_of
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """The engine's help with a record: suggestions to decide, and the codes that the search lists before any typing."""

    offered: tuple[Offered, ...] = ()
    listed: tuple[str, ...] = ()


Find = Callable[[CodeKind, str], Finding]


def modelled_seconds(truth: CodedCase, help_: Assistance | None, *, find: Find | None = None) -> float:
    """Return the keystroke-level model's seconds to bring a record to its right codes.

    With the engine's help, or from nothing (None). Reading the note is in neither, since both have to (core/effort.py).
    `find` tells what is typed for a code by hand; TYPICAL_FINDING without it.
    """
    if help_ is None:
        kinds = {code: kind for kind, code in truth.keys}
        return effort_of(frozenset(kinds), (), _finder(kinds, find)).from_nothing
    return modelled_parts(truth, help_, find=find).total


def modelled_parts(truth: CodedCase, help_: Assistance, *, find: Find | None = None) -> EffortParts:
    """Return the modelled seconds with the engine's help by what they go to."""
    kinds = {code: kind for kind, code in truth.keys}
    return parts_of(frozenset(kinds), help_.offered, _finder(kinds, find), listed=help_.listed)


def _finder(kinds: Mapping[str, CodeKind], find: Find | None) -> Callable[[str], Finding]:
    return lambda code: find(kinds[code], code) if find else TYPICAL_FINDING


def assistance_of(suggestions: Sequence[CodeSuggestion], run: InferenceRun | None) -> Assistance:
    """Return what the engine gave a record as the effort model sees it."""
    return Assistance(
        offered=tuple(
            Offered(code=s.coding.code, alternatives=tuple(a.coding.code for a in s.alternatives))
            for s in suggestions if s.kind is not CodeKind.OUTCOME
        ),
        listed=tuple(each.coding.code for each in run.further) if run is not None else (),
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
