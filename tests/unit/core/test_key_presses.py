"""Keys are counted with the window's own key map, one for each key that goes down."""

from __future__ import annotations

import pytest

from ehrcoder.core.effort import Finding, Offered
from ehrcoder.core.key_presses import KeyCosts, costs_of, key_presses, keys_in

KEYS = {"accept": ("A",), "reject": ("X",), "search": ("Ctrl+K",), "alternative_1": ("1",), "alternative_2": ("2",)}


@pytest.mark.parametrize(("shortcut", "count"), [("A", 1), ("Ctrl+K", 2), ("Ctrl+Shift+Z", 3), ("Ctrl++", 2), ("?", 1)])
def test_every_key_that_goes_down_counts(shortcut, count):
    assert keys_in(shortcut) == count


def test_costs_come_from_the_key_map():
    assert costs_of(KEYS) == KeyCosts(accept=1, reject=2, alternative=1, search=2, confirm=1, alternatives_offered=2)
    with pytest.raises(KeyError):
        costs_of(KEYS | {"accept": ()})


def test_a_right_suggestion_a_right_alternative_a_wrong_one_and_a_missing_code():
    found = key_presses(
        frozenset({"I10", "E11.65", "J18.9"}),
        [Offered(code="I10"), Offered(code="E11.9", alternatives=("E11.8", "E11.65")), Offered(code="R05.1")],
        lambda code: Finding(characters=6, place=2), costs_of(KEYS),
    )
    assert found.from_suggestions == 1 + 1 + 2 + (2 + 6 + 1 + 1)
    assert found.from_nothing == 3 * (2 + 6 + 1 + 1)
    assert found.ratio == pytest.approx(14 / 30)


def test_an_alternative_without_a_key_is_no_help():
    found = key_presses(
        frozenset({"I10"}), [Offered(code="X1", alternatives=("A", "B", "I10"))],
        lambda code: Finding(characters=3, place=1), costs_of(KEYS),
    )
    assert found.from_suggestions == 2 + (2 + 3 + 0 + 1)


def test_a_listed_code_costs_its_steps_and_none_where_typing_is_shorter():
    costs, finding = costs_of(KEYS), Finding(characters=6, place=1)
    found = key_presses(frozenset({"I10", "E11.9"}), [], lambda code: finding, costs, listed=("R05.1", "I10", "E11.9"))
    assert found.from_suggestions == 2 * (2 + 2 + 1)
    far = key_presses(frozenset({"I10"}), [], lambda code: finding, costs, listed=[*map(str, range(63)), "I10"])
    assert far.from_suggestions == min(2 + 6 + 1, 2 + 8 + 1)
