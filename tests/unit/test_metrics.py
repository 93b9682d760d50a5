"""Measures of coding quality, against values worked out by hand."""

from __future__ import annotations

import pytest

from ehrcoder.core.metrics import CodedRecord, average_precision, bootstrap_interval, micro_scores, score_coding


def coded(gold: str, suggested: str, ranked: str = "") -> CodedRecord:
    return CodedRecord(
        name="r", gold=frozenset(gold.split()), suggested=tuple(suggested.split()),
        ranked=tuple((ranked or suggested).split()), considered=frozenset((ranked or suggested).split()),
    )


def test_average_precision_counts_gold_codes_that_were_never_ranked() -> None:
    assert average_precision(frozenset("ac"), ["a", "b", "c"]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(frozenset("ad"), ["a", "b", "c"]) == pytest.approx(0.5)


def test_micro_scores_add_up_over_records() -> None:
    precision, recall, f1 = micro_scores([(frozenset("ab"), frozenset("a")), (frozenset("c"), frozenset("cd"))])
    assert (precision, recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert f1 == pytest.approx(2 / 3)


def test_three_characters_count_a_near_miss_as_right() -> None:
    scores = score_coding([coded("J18.9", "J18.1")])
    assert (scores.micro_f1, scores.micro_f1_3char) == (0.0, 1.0)


def test_candidate_recall_looks_at_everything_that_was_considered() -> None:
    scores = score_coding([coded("A00 B00", "A00", ranked="A00 C00 B00")])
    assert (scores.micro_recall, scores.candidate_recall) == (0.5, 1.0)


def test_nothing_to_measure_is_zero_and_no_error() -> None:
    assert score_coding([]).micro_f1 == 0.0


def test_the_interval_holds_the_measure_and_repeats() -> None:
    records = [coded("a", "a") if n % 3 else coded("a", "b") for n in range(60)]
    low, high = bootstrap_interval(records, lambda drawn: score_coding(drawn).micro_f1)
    assert low < score_coding(records).micro_f1 < high
    assert (low, high) == bootstrap_interval(records, lambda drawn: score_coding(drawn).micro_f1)
