"""Agreement beyond chance, held against scikit-learn, statsmodels and published worked examples."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as reference_fleiss

from ehrcoder.core.campaign.agreement import (
    alpha_interval,
    cohen_kappa,
    fleiss_interval,
    fleiss_kappa,
    jaccard_distance,
    krippendorff_alpha,
)

# Fleiss 1971, table 1 as worked in many textbooks: 10 subjects, 14 raters, 5 categories; kappa 0.210.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]
_ = None
# Krippendorff 2011, section C: four observers, twelve units, nominal, with missing values; alpha 0.743.
KRIPPENDORFF_C = list(zip(
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    strict=True,
))
# Krippendorff 2011, section A: two observers, ten units, binary; alpha 0.095.
KRIPPENDORFF_A = list(zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], strict=True))


def rows(seed: int, n: int, agree: float) -> tuple[list[str], list[str]]:
    source = random.Random(seed)
    first = [source.choice("abcd") for _ in range(n)]
    return first, [x if source.random() < agree else source.choice("abcd") for x in first]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("agree", [0.1, 0.6, 0.95])
def test_cohens_kappa_and_its_interval(seed: int, agree: float) -> None:
    first, second = rows(seed, 120, agree)
    table = [[sum(a == x and b == y for a, b in zip(first, second, strict=True)) for y in "abcd"] for x in "abcd"]
    found, reference = cohen_kappa(first, second), cohens_kappa(table)
    assert found.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    assert found.value == pytest.approx(reference.kappa, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((reference.kappa_low, reference.kappa_upp), abs=1e-6)


def test_kappa_of_coders_who_never_differ_or_never_vary() -> None:
    assert cohen_kappa("abca", "abca").value == 1.0
    assert cohen_kappa("aaaa", "aaaa").value == 1.0
    with pytest.raises(ValueError, match="same length"):
        cohen_kappa("ab", "a")


def test_fleiss_kappa_as_published_and_as_statsmodels_has_it() -> None:
    assert round(fleiss_kappa(FLEISS), 3) == 0.210
    assert fleiss_kappa(FLEISS) == pytest.approx(reference_fleiss(FLEISS), abs=1e-12)
    found = fleiss_interval(FLEISS)
    assert found.low < found.value < found.high
    assert found == fleiss_interval(FLEISS)
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa([[2, 0], [1, 0]])


def test_krippendorffs_alpha_as_published() -> None:
    missing = [[value for value in unit if value is not None] for unit in KRIPPENDORFF_C]
    assert round(krippendorff_alpha(missing), 3) == 0.743
    assert round(krippendorff_alpha(KRIPPENDORFF_A), 3) == 0.095


def test_alpha_of_two_coders_follows_from_its_definition() -> None:
    """For two coders and nominal values: 1 - (N - 1) * differing / (sum of n_c * n_k over pairs of values)."""
    first, second = rows(9, 60, 0.7)
    counts = [(first + second).count(x) for x in "abcd"]
    apart = sum(a * b for n, a in enumerate(counts) for m, b in enumerate(counts) if n != m)
    differing = 2 * sum(a != b for a, b in zip(first, second, strict=True))
    expected = 1 - (sum(counts) - 1) * differing / apart
    assert krippendorff_alpha(list(zip(first, second, strict=True))) == pytest.approx(expected, abs=1e-12)


def alpha_by_coincidences(units: list[list[int]]) -> float:
    """Compute nominal alpha as Krippendorff 2011 does it in section C: by the matrix of coincidences."""
    values = sorted({value for unit in units for value in unit})
    matrix = np.zeros((len(values), len(values)))
    for unit in units:
        for (i, a), (j, b) in product(enumerate(unit), repeat=2):
            if i != j and len(unit) > 1:
                matrix[values.index(a), values.index(b)] += 1 / (len(unit) - 1)
    totals = matrix.sum(axis=1)
    n = totals.sum()
    by_chance = (totals * (totals - 1)).sum()
    return float(((n - 1) * np.trace(matrix) - by_chance) / (n * (n - 1) - by_chance))


@pytest.mark.parametrize("seed", range(10))
def test_alpha_of_many_coders_with_gaps_is_that_of_the_coincidence_matrix(seed: int) -> None:
    source = random.Random(seed)
    units = [[source.choice((unit % 4, source.randrange(4))) for _ in range(source.randint(1, 6))]
             for unit in range(40)]
    assert krippendorff_alpha(units) == pytest.approx(alpha_by_coincidences(units), abs=1e-12)


def test_alpha_over_sets_of_codes_counts_half_an_agreement_for_half_the_codes() -> None:
    same = frozenset({"I10", "E11.9"})
    half, other = frozenset({"I10"}), frozenset({"J45.909"})
    perfect = krippendorff_alpha([(same, same), (other, other)], distance=jaccard_distance)
    partly = krippendorff_alpha([(same, half), (other, other)], distance=jaccard_distance)
    never = krippendorff_alpha([(same, other), (other, same)], distance=jaccard_distance)
    assert perfect == 1.0
    assert never < 0 < partly < perfect
    assert jaccard_distance(frozenset(), frozenset()) == 0.0
    found = alpha_interval([(same, half), (other, other)] * 10, distance=jaccard_distance)
    assert found.low <= found.value <= found.high
