"""Seconds of the keystroke-level model and calibration figures, against values worked out by hand."""

from __future__ import annotations

import pytest

from ehrcoder.core.calibration import calibration_of
from ehrcoder.core.effort import (
    KEYSTROKE,
    MENTAL,
    RESPONSE,
    Finding,
    Offered,
    adding,
    deciding,
    effort_of,
    parts_of,
    picking,
    replacing,
    steps_to,
)
from ehrcoder.core.metrics import CodedRecord, micro_scores, paired_gain
from ehrcoder.core.negation_check import is_plainly_negated

FOUND = Finding(characters=5, place=1)


def test_one_decision_costs_a_thought_and_a_key() -> None:
    assert deciding() == pytest.approx(1.35 + 0.28)


def test_adding_a_code_costs_its_typing_and_choosing() -> None:
    assert adding(FOUND) == pytest.approx(2 * MENTAL + 7 * KEYSTROKE + RESPONSE)
    assert adding(Finding(characters=5, place=4)) - adding(FOUND) == pytest.approx(3 * KEYSTROKE)


def test_a_right_suggestion_is_cheaper_than_a_search() -> None:
    effort = effort_of(frozenset({"I10"}), [Offered(code="I10")], lambda _: FOUND)
    assert effort.from_suggestions == pytest.approx(deciding())
    assert effort.from_nothing == pytest.approx(adding(FOUND))
    assert effort.ratio < 0.45


def test_a_wrong_suggestion_and_a_missing_code_both_cost() -> None:
    effort = effort_of(frozenset({"I10", "E11.9"}), [Offered(code="I10"), Offered(code="J45.909")], lambda _: FOUND)
    assert effort.from_suggestions == pytest.approx(2 * deciding() + adding(FOUND))


def test_an_alternative_stands_in_for_a_search_once() -> None:
    offered = [Offered(code="E11.65", alternatives=("E10.9", "E11.9")), Offered(code="E13.9", alternatives=("E11.9",))]
    effort = effort_of(frozenset({"E11.9"}), offered, lambda _: FOUND)
    assert effort.from_suggestions == pytest.approx(replacing(2) + deciding())


def test_a_listed_code_costs_one_thought_and_its_steps() -> None:
    assert [steps_to(place) for place in (1, 7, 8, 9, 16)] == [1, 7, 1, 2, 2]
    assert picking(2) == pytest.approx(MENTAL + 4 * KEYSTROKE + RESPONSE)
    effort = effort_of(frozenset({"E11.9"}), [], lambda _: FOUND, listed=("I10", "E11.9"))
    assert effort.from_suggestions == pytest.approx(picking(2))
    assert effort.from_nothing == pytest.approx(adding(FOUND))


def test_what_was_taken_makes_place_and_a_far_one_is_typed() -> None:
    both = effort_of(frozenset({"A", "B"}), [], lambda _: FOUND, listed=("A", "B"))
    assert both.from_suggestions == pytest.approx(2 * picking(1))
    listed = [f"X{n}" for n in range(70)] + ["A"]
    far = effort_of(frozenset({"A"}), [], lambda _: FOUND, listed=listed)
    assert far.from_suggestions == pytest.approx(MENTAL + adding(FOUND))


def test_a_look_at_the_list_in_vain_costs_a_thought() -> None:
    effort = effort_of(frozenset({"E11.9"}), [], lambda _: FOUND, listed=("I10",))
    assert effort.from_suggestions == pytest.approx(MENTAL + adding(FOUND))


def test_a_record_without_codes_needs_its_rejections_only() -> None:
    effort = effort_of(frozenset(), [Offered(code="I10")], lambda _: FOUND)
    assert (effort.from_suggestions, effort.from_nothing, effort.ratio) == (pytest.approx(deciding()), 0.0, 0.0)


def test_calibration_error_is_the_gap_weighted_by_counts() -> None:
    found = calibration_of([(0.95, True), (0.95, True), (0.95, False), (0.15, False)])
    assert found.expected_error == pytest.approx((3 * abs(0.95 - 2 / 3) + 0.15) / 4)
    assert (found.sure, found.sure_right) == (3, pytest.approx(2 / 3))


def test_nothing_stated_has_no_error() -> None:
    assert calibration_of([]).expected_error == 0.0


def test_the_gain_is_of_the_same_records() -> None:
    def record(gold: str, suggested: str) -> CodedRecord:
        return CodedRecord(
            name="r", gold=frozenset(gold.split()), suggested=tuple(suggested.split()), ranked=(),
            considered=frozenset(),
        )

    def f1(records: object) -> float:
        return micro_scores([(r.gold, frozenset(r.suggested)) for r in records])[2]  # type: ignore[attr-defined]

    pairs = [(record("a", "a"), record("a", "b")), (record("c", "c"), record("c", "c"))]
    gain, (low, high) = paired_gain(pairs, f1, draws=200)
    assert gain == pytest.approx(0.5)
    assert 0.0 <= low <= gain <= high <= 1.0


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("Paciente sin ", True),
        ("No presenta ", True),
        ("niega ", True),
        ("No fiebre. Refiere ", False),
        ("Diabetes no controlada, ", False),
        ("sin embargo presenta ", False),
        ("no se sabe desde cuando tiene ", False),
        ("without ", True),
        ("presenta ", False),
    ],
)
def test_only_a_cue_right_before_the_words_negates_plainly(before: str, expected: bool) -> None:
    assert is_plainly_negated(before + "fiebre", len(before)) is expected


def test_the_parts_say_to_what_the_time_goes_and_make_up_the_whole() -> None:
    gold = frozenset({"I10", "E11.9", "J18.9"})
    offered = [Offered(code="I10"), Offered(code="J45.909"), Offered(code="E11.8", alternatives=("E11.65", "E11.9"))]
    parts = parts_of(gold, offered, lambda _: FOUND)
    assert (parts.accepting, parts.rejecting, parts.replacing, parts.adding) == pytest.approx(
        (deciding(), deciding(), replacing(2), adding(FOUND)))
    assert parts.total == pytest.approx(effort_of(gold, offered, lambda _: FOUND).from_suggestions)
