"""Proportions with their intervals, differences between them, and corrections for many looks.

Sources: Wilson 1927; Clopper and Pearson 1934; Newcombe 1998 (method 10); McNemar 1947; Holm 1979; Benjamini and
Hochberg 1995; the ratio estimator for clustered data: Cochran, "Sampling Techniques", 3rd ed., 6.3 and 9A.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.distributions import (
    beta_quantile,
    binomial_cdf,
    chi_square_tail,
    hypergeometric,
    normal_quantile,
    two_sided_normal,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its interval and how many units it rests on; `low` and `high` enclose it."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of two figures with its interval and two-sided p-value."""

    value: float
    low: float
    high: float
    p_value: float


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Estimate:
    """Return a proportion with Wilson's interval; without trials it is 0 to 1."""
    if trials == 0:
        return Estimate(value=0.0, low=0.0, high=1.0, count=0)
    z = normal_quantile(0.5 + confidence / 2.0)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Estimate(value=share, low=low, high=high, count=trials)


def clopper_pearson(successes: float, trials: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval of a proportion; counts may be fractions (effective sample sizes)."""
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes <= 0 else beta_quantile(tail, successes, trials - successes + 1)
    high = 1.0 if successes >= trials else beta_quantile(1.0 - tail, successes + 1, trials - successes)
    return low, high


def lower_bound(successes: float, trials: float, *, confidence: float = 0.95) -> float:
    """Return the exact one-sided lower bound of a proportion; 0 without trials."""
    return clopper_pearson(successes, trials, confidence=2.0 * confidence - 1.0)[0] if trials > 0 else 0.0


def newcombe(successes: int, trials: int, others: int, other_trials: int, *, confidence: float = 0.95) -> Difference:
    """Return the difference of two independent proportions, first minus second, with its pooled z-test."""
    one = wilson(successes, trials, confidence=confidence)
    two = wilson(others, other_trials, confidence=confidence)
    value = one.value - two.value
    pooled = (successes + others) / (trials + other_trials)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / other_trials))
    return Difference(
        value=value,
        low=value - math.hypot(one.value - one.low, two.high - two.value),
        high=value + math.hypot(one.high - one.value, two.value - two.low),
        p_value=two_sided_normal(value / spread) if spread > 0 else 1.0,
    )


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """Return the two-sided p-value of the table [[a, b], [c, d]]: all tables no likelier than this one."""
    population, marked, drawn = a + b + c + d, a + c, a + b
    here = hypergeometric(a, population, marked, drawn)
    chances = (hypergeometric(k, population, marked, drawn) for k in range(min(marked, drawn) + 1))
    return min(1.0, math.fsum(chance for chance in chances if chance <= here * (1 + 1e-7)))


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value for paired yes/no answers that differ this often either way."""
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    return min(1.0, 2.0 * binomial_cdf(min(only_first, only_second), discordant, 0.5))


def sign_test_worse(better: int, worse: int) -> float:
    """Return the one-sided p-value that so many of the differing pairs got worse by chance alone."""
    return 1.0 - binomial_cdf(worse - 1, better + worse, 0.5) if better + worse else 1.0


def chi_square(table: Sequence[Sequence[int]]) -> float:
    """Return the p-value of Pearson's test for independence; 1 where a row or column is empty of all but one."""
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    degrees = (sum(r > 0 for r in rows) - 1) * (sum(c > 0 for c in columns) - 1)
    if degrees < 1:
        return 1.0
    statistic = math.fsum(
        (seen - r * c / total) ** 2 / (r * c / total)
        for row, r in zip(table, rows, strict=True) for seen, c in zip(row, columns, strict=True) if r * c
    )
    return chi_square_tail(statistic, degrees)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted so that the chance of any false alarm stays what it was for one look."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    adjusted, highest = [1.0] * len(p_values), 0.0
    for place, n in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[n]))
        adjusted[n] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for the share of false alarms among all alarms."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n], reverse=True)
    adjusted, lowest = [1.0] * len(p_values), 1.0
    for place, n in enumerate(order):
        lowest = min(lowest, p_values[n] * len(p_values) / (len(p_values) - place))
        adjusted[n] = lowest
    return adjusted


def clustered_proportion(clusters: Sequence[tuple[int, int]], *, confidence: float = 0.95) -> tuple[Estimate, float]:
    """Return the share of units over clusters of (hits, units) with its interval, and the design effect.

    The codes of one record are alike, so a thousand codes of a hundred records say less than a thousand records.
    The interval is Wilson's with the effective number of units.
    """
    filled = [(hits, units) for hits, units in clusters if units]
    hits, units, n = sum(h for h, _ in filled), sum(u for _, u in filled), len(filled)
    if units == 0:
        return Estimate(value=0.0, low=0.0, high=1.0, count=0), 1.0
    share = hits / units
    effect = 1.0
    plain = share * (1 - share) / units
    if n > 1 and plain > 0:
        effect = max(1.0, cluster_variance(filled) / plain)
    z = normal_quantile(0.5 + confidence / 2.0)
    effective = units / effect
    centre = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z * math.sqrt(share * (1 - share) / effective + z * z / (4 * effective**2)) / (1 + z * z / effective)
    return Estimate(value=share, low=min(share, max(0.0, centre - half)), high=max(share, min(1.0, centre + half)),
                    count=units), effect


def cluster_variance(clusters: Sequence[tuple[int, int]]) -> float:
    """Return the variance of a share over clusters (linearised ratio estimator); needs two clusters."""
    hits, units, n = sum(h for h, _ in clusters), sum(u for _, u in clusters), len(clusters)
    share = hits / units
    return n / (n - 1) * math.fsum((h - share * u) ** 2 for h, u in clusters) / units**2


def clustered_difference(
    first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]], *, confidence: float = 0.95
) -> Difference:
    """Return the difference of two shares over independent clusters, first minus second.

    Standard errors from the clusters, with the plain binomial one as the least; p-value by the normal law.
    """
    shares: list[float] = []
    variances: list[float] = []
    for clusters in (first, second):
        filled = [(h, u) for h, u in clusters if u]
        units = sum(u for _, u in filled)
        share = sum(h for h, _ in filled) / units if units else 0.0
        # Add one hit and one miss: a group without a single miss is not a group without doubt.
        careful = (share * units + 1) / (units + 2) if units else 0.5
        plain = careful * (1 - careful) / max(1, units)
        shares.append(share)
        variances.append(max(plain, cluster_variance(filled) if len(filled) > 1 else plain))
    value, spread = shares[0] - shares[1], math.sqrt(sum(variances))
    z = normal_quantile(0.5 + confidence / 2.0)
    return Difference(value=value, low=value - z * spread, high=value + z * spread,
                      p_value=two_sided_normal(value / spread))
