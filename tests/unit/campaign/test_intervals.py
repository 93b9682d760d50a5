"""Intervals, tests and corrections agree with statsmodels and scipy to 1e-6."""

from __future__ import annotations

import random

import pytest
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from ehrcoder.core.campaign.intervals import (
    benjamini_hochberg,
    chi_square,
    clopper_pearson,
    cluster_variance,
    clustered_difference,
    clustered_proportion,
    fisher_exact,
    holm,
    lower_bound,
    mcnemar_exact,
    newcombe,
    sign_test_worse,
    wilson,
)

COUNTS = [(0, 20), (1, 20), (47, 50), (95, 100), (100, 100), (470, 1000), (3, 7)]


@pytest.mark.parametrize(("k", "n"), COUNTS)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilson_and_exact_intervals(k: int, n: int, confidence: float) -> None:
    found = wilson(k, n, confidence=confidence)
    assert (found.low, found.high) == pytest.approx(
        proportion_confint(k, n, alpha=1 - confidence, method="wilson"), abs=1e-6)
    assert clopper_pearson(k, n, confidence=confidence) == pytest.approx(
        proportion_confint(k, n, alpha=1 - confidence, method="beta"), abs=1e-6)


@pytest.mark.parametrize(("a", "n", "b", "m"), [(56, 70, 48, 80), (9, 10, 3, 10), (480, 500, 455, 500), (5, 56, 0, 29)])
def test_newcombe_and_the_pooled_test(a: int, n: int, b: int, m: int) -> None:
    found = newcombe(a, n, b, m)
    assert (found.low, found.high) == pytest.approx(
        confint_proportions_2indep(a, n, b, m, method="newcomb"), abs=1e-6)
    assert found.p_value == pytest.approx(proportions_ztest([a, b], [n, m])[1], abs=1e-6)


def test_newcombe_as_published() -> None:
    """Newcombe 1998, table II, example (a) 56/70 - 48/80 by method 10: 0.0524 to 0.3339."""
    found = newcombe(56, 70, 48, 80)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 7), (10, 10), (25, 9)])
def test_mcnemar(b: int, c: int) -> None:
    expected = mcnemar([[30, b], [c, 40]], exact=True).pvalue
    assert mcnemar_exact(b, c) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("table", [[[8, 2], [1, 5]], [[30, 12], [22, 31]], [[0, 9], [4, 60]]])
def test_fisher_and_chi_square(table: list[list[int]]) -> None:
    (a, b), (c, d) = table
    assert fisher_exact(a, b, c, d) == pytest.approx(stats.fisher_exact(table)[1], abs=1e-6)
    assert chi_square(table) == pytest.approx(stats.chi2_contingency(table, correction=False)[1], abs=1e-6)


def test_chi_square_of_several_groups() -> None:
    table = [[30, 12, 9], [22, 31, 8], [40, 11, 3]]
    assert chi_square(table) == pytest.approx(stats.chi2_contingency(table, correction=False)[1], abs=1e-6)
    assert chi_square([[1, 0], [3, 0]]) == 1.0


def test_corrections_for_many_looks() -> None:
    p = [0.001, 0.04, 0.03, 0.2, 0.009, 0.5, 0.03]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


@pytest.mark.parametrize(("better", "worse"), [(2, 9), (5, 5), (0, 4), (3, 0)])
def test_the_one_sided_sign_test(better: int, worse: int) -> None:
    expected = stats.binomtest(worse, better + worse, 0.5, alternative="greater").pvalue
    assert sign_test_worse(better, worse) == pytest.approx(expected, abs=1e-9)


def test_the_one_sided_lower_bound() -> None:
    """59 right of 59 prove 0.95 with a confidence of 0.95; 58 of 58 do not."""
    assert lower_bound(59, 59) >= 0.95 > lower_bound(58, 58)
    assert lower_bound(92, 95) == pytest.approx(stats.beta.ppf(0.05, 92, 4), abs=1e-9)


def clusters_of(seed: int, n: int, share: float) -> list[tuple[int, int]]:
    source = random.Random(seed)
    found: list[tuple[int, int]] = []
    for _ in range(n):
        units, own = source.randint(1, 12), min(1.0, max(0.0, source.gauss(share, 0.25)))
        found.append((sum(source.random() < own for _ in range(units)), units))
    return found


def test_the_cluster_variance_is_that_of_a_regression_with_clustered_errors() -> None:
    clusters = clusters_of(3, 60, 0.8)
    hits = [v for h, u in clusters for v in [1.0] * h + [0.0] * (u - h)]
    groups = [n for n, (_, u) in enumerate(clusters) for _ in range(u)]
    fit = WLS(hits, [1.0] * len(hits)).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    n = len(clusters)
    assert cluster_variance(clusters) * (n - 1) / n == pytest.approx(fit.cov_params()[0, 0], abs=1e-9)


def test_clustered_codes_give_a_wider_interval_than_single_ones() -> None:
    clusters = [(10, 10)] * 45 + [(0, 10)] * 5
    found, effect = clustered_proportion(clusters)
    plain = wilson(450, 500)
    assert found.value == 0.9
    assert effect > 9
    assert found.low < plain.low < plain.high < found.high


def test_a_clustered_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = sum(
        found.low <= 0.7 <= found.high
        for seed in range(300) if (found := clustered_proportion(clusters_of(seed, 80, 0.7))[0])
    )
    # The clipping of the drawn shares moves the truth by less than 0.01; 0.95 of 300 is 285.
    assert covered >= 270


def test_a_difference_of_equal_groups_is_found_about_as_often_as_chance_says() -> None:
    alarms = sum(
        clustered_difference(clusters_of(seed, 60, 0.7), clusters_of(seed + 5000, 60, 0.7)).p_value < 0.05
        for seed in range(400)
    )
    assert 6 <= alarms <= 36
