"""The remembered verdict on a shape is the one that the R4B models would give."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from builders.signed_records import records_of_many_shapes
from checkers.planted_errors import PLANTED

from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.structure import StructureChecker, shape_of

Json = dict[str, Any]
ODD_VALUES: tuple[Any, ...] = (
    "", " ", "a", "a b", "a  b", " a", "a\tb", "\x1f", "a\x1f", "\n", "YWJj", "YWJ", "YQ==", "x" * 65, "2026-02-30",
    "2026-02-28", "2026-13", "2026", "0000", "2026-01-01T10:00:60Z", "2026-01-01T10:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:00+05:00", "2026-01-01T10:00:00+23:00", "2026-01-01T10:00:00", "99:00:00", "http://", "://",
    "\ud800", "\u00e4", "\U0001f9ea", -1, 0, 1, 2**31 - 1, 2**31, 1.5, 1e400, True, None, [], {}, ["a"], [None],
    {"a": 1},
)


def refusal(bundle: Json, checker: StructureChecker) -> bool:
    return bool(checker.problems(bundle))


@pytest.fixture(scope="module")
def warm(bundles: dict[BundleForm, list[Json]]) -> StructureChecker:
    """A checker that has seen every bundle."""
    checker = StructureChecker()
    for made in bundles.values():
        for bundle in made:
            assert checker.problems(bundle) == ()
    return checker


def leaves(node: Any) -> list[tuple[Any, Any]]:
    """Return every place of a value as its container and key."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in [(node, key), *leaves(node[key])]]


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_gets_the_same_verdict_as_from_the_models_alone(
    error: str, bundles: dict[BundleForm, list[Json]], warm: StructureChecker
) -> None:
    broken = copy.deepcopy(bundles[BundleForm.TRANSACTION][0])
    PLANTED[error](broken)
    assert warm.problems(broken) == StructureChecker().problems(broken)


def test_any_value_anywhere_gets_the_same_verdict_as_from_the_models_alone(
    bundles: dict[BundleForm, list[Json]],
) -> None:
    draw = random.Random(20260504)
    checker = StructureChecker()
    checker.problems(bundles[BundleForm.COLLECTION][0])
    differing, refused = [], 0
    for _ in range(250):
        changed = copy.deepcopy(bundles[BundleForm.COLLECTION][0])
        # The models crash on a resource type that is none; no mapping of values can lead there.
        container, key = draw.choice([place for place in leaves(changed["entry"]) if place[1] != "resourceType"])
        container[key] = draw.choice(ODD_VALUES)
        expected = refusal(changed, StructureChecker())
        refused += expected
        if refusal(changed, checker) != expected:
            differing.append((key, container[key]))
    assert differing == []
    assert 50 < refused < 250


def test_records_of_one_shape_are_asked_about_once(bundles: dict[BundleForm, list[Json]]) -> None:
    shapes = [
        {shape_of(entry) for entry in bundle["entry"]} for bundle in bundles[BundleForm.TRANSACTION]
    ]
    assert len(shapes) == len(records_of_many_shapes())
    assert len(set().union(*shapes)) < sum(map(len, shapes)) / 2


def test_problems_name_places_of_the_bundle_and_no_values(
    bundles: dict[BundleForm, list[Json]], warm: StructureChecker
) -> None:
    changed = copy.deepcopy(bundles[BundleForm.COLLECTION][0])
    changed["entry"][5]["resource"]["made up"] = "clinical words"
    problems = warm.problems(changed)
    assert problems
    assert all(problem.startswith("entry.5.resource") for problem in problems)
    assert "clinical words" not in " ".join(problems)
