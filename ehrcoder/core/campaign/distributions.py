"""The few probability distributions that the campaign's statistics need, from the standard library alone.

Formulas: Press et al., "Numerical Recipes", 3rd ed., 6.1 to 6.4 (incomplete gamma and beta by continued fraction).
Each is held against scipy to 1e-9 in tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

_TINY = 1e-300
_MOST_TERMS = 1000


def normal_quantile(probability: float) -> float:
    """Return the standard normal's quantile."""
    return NormalDist().inv_cdf(probability)


def two_sided_normal(z: float) -> float:
    """Return the probability of a standard normal at least as far from 0 as `z`."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(x, a, b) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(1.0 - x, b, a) / b


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = probability, by bisection."""
    return _bisect(lambda x: beta_cdf(x, a, b), probability, 0.0, 1.0)


def chi_square_tail(x: float, degrees: float) -> float:
    """Return the probability of a chi-square of these degrees of freedom above `x`."""
    if x <= 0.0:
        return 1.0
    a, half = degrees / 2.0, x / 2.0
    log_front = a * math.log(half) - half - math.lgamma(a)
    if half < a + 1.0:
        term = total = 1.0 / a
        for n in range(1, _MOST_TERMS):
            term *= half / (a + n)
            total += term
            if term < total * 1e-16:
                break
        return max(0.0, 1.0 - total * math.exp(log_front))
    return math.exp(log_front) * _gamma_fraction(half, a)


def binomial_cdf(successes: int, trials: int, probability: float) -> float:
    """Return the probability of at most this many successes."""
    if successes < 0:
        return 0.0
    if successes >= trials:
        return 1.0
    return beta_cdf(1.0 - probability, trials - successes, successes + 1)


def hypergeometric_cdf(found: int, population: int, marked: int, drawn: int) -> float:
    """Return the probability of at most `found` marked ones when `drawn` of a population are drawn."""
    lowest, highest = max(0, drawn + marked - population), min(marked, drawn)
    if found >= highest:
        return 1.0
    return math.fsum(hypergeometric(k, population, marked, drawn) for k in range(lowest, found + 1))


def hypergeometric(found: int, population: int, marked: int, drawn: int) -> float:
    """Return the probability of exactly `found` marked ones."""
    if not max(0, drawn + marked - population) <= found <= min(marked, drawn):
        return 0.0
    return math.exp(_log_choose(marked, found) + _log_choose(population - marked, drawn - found)
                    - _log_choose(population, drawn))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / _away_from_zero(1.0 + even * d)
        c = _away_from_zero(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _away_from_zero(1.0 + odd * d)
        c = _away_from_zero(1.0 + odd / c)
        value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def _gamma_fraction(x: float, a: float) -> float:
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / _away_from_zero(b)
    value = d
    for n in range(1, _MOST_TERMS):
        step = -n * (n - a)
        b += 2.0
        d = 1.0 / _away_from_zero(step * d + b)
        c = _away_from_zero(b + step / c)
        value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _bisect(function: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if function(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
