"""The distributions agree with scipy."""

from __future__ import annotations

import pytest
from scipy import stats

from ehrcoder.core.campaign.distributions import (
    beta_cdf,
    beta_quantile,
    binomial_cdf,
    chi_square_tail,
    hypergeometric_cdf,
    normal_quantile,
    two_sided_normal,
)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 3), (12, 4.5), (300, 7), (4000, 6000)])
@pytest.mark.parametrize("x", [0.001, 0.2, 0.4, 0.75, 0.98, 0.9999])
def test_the_incomplete_beta_function(a: float, b: float, x: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1, 60), (58, 2), (950, 51)])
@pytest.mark.parametrize("p", [0.025, 0.05, 0.5, 0.975])
def test_the_quantile_of_the_beta_distribution(a: float, b: float, p: float) -> None:
    assert beta_quantile(p, a, b) == pytest.approx(stats.beta.ppf(p, a, b), abs=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 5, 40])
@pytest.mark.parametrize("x", [0.0, 0.01, 0.9, 3.84, 11.0, 45.0, 120.0])
def test_the_upper_tail_of_chi_square(x: float, degrees: int) -> None:
    assert chi_square_tail(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), abs=1e-9)


@pytest.mark.parametrize(("k", "n", "p"), [(0, 59, 0.05), (3, 10, 0.5), (40, 1000, 0.05), (10, 10, 0.3)])
def test_the_binomial_distribution(k: int, n: int, p: float) -> None:
    assert binomial_cdf(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), abs=1e-9)


@pytest.mark.parametrize(
    ("k", "population", "marked", "drawn"), [(0, 500, 26, 60), (2, 50, 10, 12), (5, 9000, 451, 93)])
def test_the_hypergeometric_distribution(k: int, population: int, marked: int, drawn: int) -> None:
    expected = stats.hypergeom.cdf(k, population, marked, drawn)
    assert hypergeometric_cdf(k, population, marked, drawn) == pytest.approx(expected, abs=1e-9)


def test_the_normal_distribution() -> None:
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, abs=1e-12)
    assert two_sided_normal(-1.959963984540054) == pytest.approx(0.05, abs=1e-12)
