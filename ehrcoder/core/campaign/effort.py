"""Time that verification takes against coding without suggestions: measured by the control arm, or modelled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.campaign.plan import Arm
from ehrcoder.core.ids import RecordId

# Keystroke-level model (Card, Moran and Newell 1980), in seconds.
KEY = 0.28
MENTAL = 1.35
READ_WORD = 0.22
"""Silent reading of 270 words a minute, between skimming and careful reading; the same in both arms."""
SEARCH_KEYS = 9.0
"""Characters typed for a code's words, with the keys that open the search and take the hit."""


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


def modelled_seconds(words: int, truth: CodedCase, suggested: CodedCase | None) -> float:
    """Return the model's seconds to bring a record to its right codes, from suggestions or from nothing.

    Reading is the same for both. A suggestion costs a decision (look, think, one key), a rejected one a second key
    for the reason, a code to add a thought, the search's keys and a look at the hits.
    """
    reading = words * READ_WORD
    addition = 2 * MENTAL + SEARCH_KEYS * KEY
    if suggested is None:
        return reading + len(truth.keys) * addition
    right = len(suggested.keys & truth.keys)
    wrong, missing = len(suggested.keys) - right, len(truth.keys) - right
    return reading + right * (MENTAL + KEY) + wrong * (MENTAL + 2 * KEY) + missing * addition


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
