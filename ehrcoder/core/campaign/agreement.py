"""How far coders agree beyond chance: Cohen's and Fleiss' kappa, Krippendorff's alpha, with intervals.

Sources: Cohen 1960; Fleiss, Cohen and Everitt 1969 (variance of kappa); Fleiss 1971; Krippendorff, "Computing
Krippendorff's Alpha-Reliability" (2011), whose worked examples are tests here.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

from ehrcoder.core.campaign.distributions import normal_quantile
from ehrcoder.core.campaign.intervals import Estimate

Distance = Callable[[Hashable, Hashable], float]
_Unit = TypeVar("_Unit")


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable], *, confidence: float = 0.95) -> Estimate:
    """Return Cohen's kappa of two coders over the same units; 1 where both always say one and the same."""
    n = len(first)
    if n == 0 or len(second) != n:
        raise ValueError("kappa needs two rows of the same length, at least one unit")
    categories = sorted(set(first) | set(second), key=repr)
    joint = Counter(zip(first, second, strict=True))
    rows, columns = Counter(first), Counter(second)
    observed = sum(joint[c, c] for c in categories) / n
    expected = sum(rows[c] * columns[c] for c in categories) / n**2
    if expected >= 1.0:
        return Estimate(value=1.0, low=1.0, high=1.0, count=n)
    kappa = (observed - expected) / (1 - expected)
    agreeing = sum(
        joint[c, c] / n * (1 - (rows[c] + columns[c]) / n * (1 - kappa)) ** 2 for c in categories
    )
    differing = (1 - kappa) ** 2 * sum(
        count / n * ((columns[a] + rows[b]) / n) ** 2 for (a, b), count in joint.items() if a != b
    )
    variance = (agreeing + differing - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = normal_quantile(0.5 + confidence / 2) * math.sqrt(max(0.0, variance))
    return Estimate(value=kappa, low=max(-1.0, kappa - half), high=min(1.0, kappa + half), count=n)


def fleiss_kappa(table: Sequence[Sequence[int]]) -> float:
    """Return Fleiss' kappa of a table of units by categories; each unit was judged equally often, at least twice."""
    raters = sum(table[0])
    if raters < 2 or any(sum(row) != raters for row in table):
        raise ValueError("Fleiss' kappa needs the same number of judgements, two or more, for each unit")
    n = len(table)
    shares = [sum(column) / (n * raters) for column in zip(*table, strict=True)]
    observed = sum((sum(v * v for v in row) - raters) / (raters * (raters - 1)) for row in table) / n
    expected = sum(share * share for share in shares)
    return 1.0 if expected >= 1.0 else (observed - expected) / (1 - expected)


def fleiss_interval(table: Sequence[Sequence[int]], *, draws: int = 1000, seed: int = 1) -> Estimate:
    """Return Fleiss' kappa with the 95 % interval of units drawn with replacement."""
    value = fleiss_kappa(table)
    low, high = _drawn(table, fleiss_kappa, draws=draws, seed=seed)
    return Estimate(value=value, low=min(low, value), high=max(high, value), count=len(table))


def nominal(one: Hashable, other: Hashable) -> float:
    """Return 0 for the same value, else 1."""
    return 0.0 if one == other else 1.0


def jaccard_distance(one: Hashable, other: Hashable) -> float:
    """Return the share of codes that only one of two sets holds; 0 for two empty sets."""
    if not isinstance(one, frozenset) or not isinstance(other, frozenset):
        raise TypeError("the Jaccard distance is between sets")
    together = len(one | other)  # pyright: ignore[reportUnknownArgumentType]
    return 1.0 - len(one & other) / together if together else 0.0  # pyright: ignore[reportUnknownArgumentType]


def krippendorff_alpha(units: Sequence[Sequence[Hashable]], *, distance: Distance = nominal) -> float:
    """Return alpha over units, each with the values that its coders gave (absent ones simply left out).

    Units with fewer than two values say nothing. `distance` is squared already: 0 for the same, 1 for most apart.
    """
    judged = [unit for unit in units if len(unit) > 1]
    values = Counter(value for unit in judged for value in unit)
    total = sum(values.values())
    if total < 2:
        raise ValueError("alpha needs a unit with two values")
    observed = sum(
        2.0 * sum(distance(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in judged
    ) / total
    distinct = list(values.items())
    expected = sum(
        2.0 * n * m * distance(a, b) for (a, n), (b, m) in combinations(distinct, 2)
    ) / (total * (total - 1))
    return 1.0 if expected == 0 else 1.0 - observed / expected


def alpha_interval(
    units: Sequence[Sequence[Hashable]], *, distance: Distance = nominal, draws: int = 500, seed: int = 1
) -> Estimate:
    """Return alpha with the 95 % interval of units drawn with replacement."""
    judged = [unit for unit in units if len(unit) > 1]
    value = krippendorff_alpha(judged, distance=distance)
    low, high = _drawn(judged, lambda drawn: krippendorff_alpha(drawn, distance=distance), draws=draws, seed=seed)
    return Estimate(value=value, low=min(low, value), high=max(high, value), count=len(judged))


def _drawn(
    units: Sequence[_Unit], measure: Callable[[Sequence[_Unit]], float], *, draws: int, seed: int
) -> tuple[float, float]:
    source = random.Random(seed)
    values = sorted(measure(source.choices(units, k=len(units))) for _ in range(draws))
    return values[int(0.025 * draws)], values[min(draws - 1, int(0.975 * draws))]
