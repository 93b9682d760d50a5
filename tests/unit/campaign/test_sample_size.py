"""The planner gives the textbook's sample sizes, and its plans keep their promise."""

from __future__ import annotations

import random

import pytest
from scipy.stats import hypergeom
from statsmodels.stats.proportion import samplesize_confint_proportion

from ehrcoder.core.campaign.sample_size import (
    acceptance_plan,
    allocate,
    proves_target,
    size_for_margin,
    smallest_sample,
)
from ehrcoder.core.errors import InputError


@pytest.mark.parametrize(("allowed", "n"), [(0, 59), (1, 93), (2, 124), (3, 153), (5, 208)])
def test_the_well_known_samples_for_95_percent_with_95_percent(allowed: int, n: int) -> None:
    assert smallest_sample(target=0.95, confidence=0.95, allowed=allowed) == n


def test_a_small_lot_needs_fewer() -> None:
    n = smallest_sample(target=0.95, confidence=0.95, allowed=0, population=200)
    # A lot of 200 that misses the target holds 11 errors or more.
    assert hypergeom.cdf(0, 200, 11, n) <= 0.05 < hypergeom.cdf(0, 200, 11, n - 1)
    assert n < smallest_sample(target=0.95, confidence=0.95, allowed=0)
    assert smallest_sample(target=0.95, confidence=0.95, allowed=20, population=30) == 0


@pytest.mark.parametrize(("share", "margin"), [(0.95, 0.02), (0.5, 0.05), (0.8, 0.03)])
def test_the_size_for_a_margin(share: float, margin: float) -> None:
    reference = samplesize_confint_proportion(share, margin, alpha=0.05)
    assert size_for_margin(share=share, margin=margin) == -(-reference // 1)
    assert size_for_margin(share=share, margin=margin, population=300) < reference


def test_a_plan_says_what_to_review_and_how_likely_a_good_lot_passes() -> None:
    plan = acceptance_plan(target=0.95, confidence=0.95, lot_records=9000, codes_per_record=8, design_effect=1.0)
    assert plan.codes == smallest_sample(target=0.95, confidence=0.95, allowed=plan.allowed)
    assert plan.records == -(-plan.codes // 8)
    assert plan.chance_to_pass >= 0.9
    with pytest.raises(InputError, match="above the target"):
        acceptance_plan(target=0.95, confidence=0.95, lot_records=9000, codes_per_record=8, expected=0.94)


def test_a_lot_that_misses_the_target_is_seldom_accepted_and_a_good_one_often() -> None:
    plan = acceptance_plan(target=0.95, confidence=0.95, lot_records=9000, codes_per_record=1, design_effect=1.0)
    source, passed = random.Random(4), {0.95: 0, 0.975: 0}
    for accuracy in passed:
        for _ in range(2000):
            right = sum(source.random() < accuracy for _ in range(plan.codes))
            passed[accuracy] += proves_target(right=right, codes=plan.codes, design_effect=1.0, target=0.95,
                                              confidence=0.95)
    assert passed[0.95] / 2000 <= 0.06
    assert passed[0.975] / 2000 >= 0.88


def test_a_design_effect_asks_for_more() -> None:
    assert proves_target(right=59, codes=59, design_effect=1.0, target=0.95, confidence=0.95)
    assert not proves_target(right=59, codes=59, design_effect=1.5, target=0.95, confidence=0.95)
    assert not proves_target(right=0, codes=0, design_effect=1.0, target=0.95, confidence=0.95)


@pytest.mark.parametrize(("sizes", "total"), [
    ({"a": 700, "b": 200, "c": 100}, 50), ({"a": 3, "b": 1000}, 10), ({"a": 1, "b": 1, "c": 1}, 2), ({"a": 5}, 9),
])
def test_a_sample_is_spread_over_its_strata(sizes: dict[str, int], total: int) -> None:
    drawn = allocate(sizes, total)
    assert sum(drawn.values()) == min(total, sum(sizes.values()))
    assert all(drawn[name] <= sizes[name] for name in sizes)
    if total >= len(sizes):
        assert min(drawn.values()) >= 1


def test_a_stratum_with_a_weight_gets_more() -> None:
    plain, more = allocate({"a": 500, "b": 500}, 100), allocate({"a": 500, "b": 500}, 100, weights={"b": 3.0})
    assert plain == {"a": 50, "b": 50}
    assert more["b"] > 70
