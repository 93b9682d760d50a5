"""How many records a review has to look at, how many errors it may find, and how the sample is spread.

Sources: lot tolerance plans (Guenther 1969, "Use of the binomial, hypergeometric and Poisson tables to obtain
sampling plans"); Cochran, "Sampling Techniques", 3rd ed., 4.4 (size for a margin) and 5.5 (allocation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ehrcoder.core.campaign.distributions import binomial_cdf, hypergeometric_cdf, normal_quantile
from ehrcoder.core.campaign.intervals import lower_bound
from ehrcoder.core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptancePlan:
    """Review `codes` codes (about `records` records) and accept the lot with at most `allowed` errors.

    When the lot is accepted, its accuracy is at least `target` with the stated confidence. `chance_to_pass` is that
    of a lot whose accuracy is `expected`.
    """

    target: float
    confidence: float
    expected: float
    design_effect: float
    codes: int
    records: int
    allowed: int
    chance_to_pass: float


def size_for_margin(*, share: float, margin: float, confidence: float = 0.95, population: int = 0) -> int:
    """Return how many units estimate a share to within a margin; with the correction for a finite population."""
    n = normal_quantile(0.5 + confidence / 2) ** 2 * share * (1 - share) / margin**2
    if population:
        n = n / (1 + (n - 1) / population)
    return math.ceil(n - 1e-9)


def smallest_sample(*, target: float, confidence: float, allowed: int, population: int = 0) -> int:
    """Return the smallest sample in which at most `allowed` errors prove the target; 0 when none of the lot can."""
    if population:
        bad = math.floor(population * (1 - target) + 1e-9) + 1
        for n in range(allowed + 1, population + 1):
            if hypergeometric_cdf(allowed, population, bad, n) <= 1 - confidence + 1e-12:
                return n
        return 0
    low, high = allowed + 1, allowed + 1
    while binomial_cdf(allowed, high, 1 - target) > 1 - confidence:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if binomial_cdf(allowed, middle, 1 - target) <= 1 - confidence + 1e-12:
            high = middle
        else:
            low = middle + 1
    return high


def acceptance_plan(
    *, target: float, confidence: float, lot_records: int, codes_per_record: float, expected: float = 0.0,
    design_effect: float = 1.5, wanted_chance: float = 0.9,
) -> AcceptancePlan:
    """Return the smallest plan that a lot of the expected accuracy passes with the wanted chance.

    The expected accuracy is half-way between target and 1 unless it is given. Raises InputError when it is not
    above the target: no sample passes such a lot often.
    """
    expected = expected or (1 + target) / 2
    if not target < expected <= 1:
        raise InputError(f"The expected accuracy ({expected:.3f}) must be above the target ({target:.3f}).",
                         next_step="Lower the target, or train another round first.")
    allowed = 0
    while True:
        codes = smallest_sample(target=target, confidence=confidence, allowed=allowed)
        chance = binomial_cdf(allowed, codes, 1 - expected)
        needed = math.ceil(codes * design_effect)
        records = math.ceil(needed / max(codes_per_record, 1e-9))
        if chance >= wanted_chance or records >= lot_records:
            return AcceptancePlan(
                target=target, confidence=confidence, expected=expected, design_effect=design_effect,
                codes=needed, records=min(records, lot_records), allowed=math.floor(allowed * design_effect),
                chance_to_pass=chance,
            )
        allowed += 1


def proves_target(*, right: int, codes: int, design_effect: float, target: float, confidence: float) -> bool:
    """Tell whether what a review found proves the target: the exact lower bound on effective counts reaches it."""
    effect = max(1.0, design_effect)
    return codes > 0 and lower_bound(right / effect, codes / effect, confidence=confidence) >= target


def allocate(sizes: Mapping[str, int], total: int, *, least: int = 1, weights: Mapping[str, float] | None = None,
             ) -> dict[str, int]:
    """Spread a sample over strata in proportion to their sizes (times a weight), `least` for each where it has them.

    The parts add up to the total, or to everything there is where that is less; remainders go to the largest.
    """
    total = min(total, sum(sizes.values()))
    drawn = {name: min(least, size) for name, size in sizes.items()}
    if sum(drawn.values()) > total:
        drawn = dict.fromkeys(sizes, 0)
    while (left := total - sum(drawn.values())) > 0:
        open_strata = [name for name in sizes if drawn[name] < sizes[name]]
        mass = {name: sizes[name] * (weights or {}).get(name, 1.0) for name in open_strata}
        whole = sum(mass.values())
        shares = {name: left * mass[name] / whole if whole else left / len(open_strata) for name in open_strata}
        given = {name: min(sizes[name] - drawn[name], math.floor(shares[name])) for name in open_strata}
        if not any(given.values()):
            for name in sorted(open_strata, key=lambda each: (-(shares[each] % 1), -sizes[each], each))[:left]:
                drawn[name] += 1
            continue
        for name, count in given.items():
            drawn[name] += count
    return drawn
