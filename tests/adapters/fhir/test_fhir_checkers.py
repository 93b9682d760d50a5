"""What independent checkers and a real server say of exported bundles, and that they would notice errors."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from builders.signed_records import EXPORTED_AT, a_full_record, concept_of, records_of_many_shapes
from checkers.bundles import with_typed_references
from checkers.fhirkit_checker import FhirkitChecker
from checkers.line_worker import LineWorker
from checkers.planted_errors import PLANTED
from checkers.pyrofile_checker import PyrofileChecker
from checkers.r4_server import R4Server

from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.rules import check_bundle
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.core.ids import RecordId

Json = dict[str, Any]
CHECKERS = ("pyrofile", "fhirkit", "google", "fhirjs")
# One error for each that it must notice, so that a checker that has gone blind fails the run.
NOTICED = {
    "pyrofile": ("narrative with a script", "title of another code", "unknown clinical status"),
    "fhirkit": ("two values", "encounter without class"),
    "google": ("the thirtieth of february", "reference to the wrong type"),
    "fhirjs": ("unknown clinical status", "unknown gender"),
}
OWN = (
    "wrong code system address", "header code", "title of another code", "reference to the wrong type",
    "the thirtieth of february", "missing provenance", "quote that the note does not hold",
    "suggestion passed off as verified",
)


def both_ways(bundle: Json) -> tuple[Json, Json]:
    """Return a bundle as exported, and with references whose type shows."""
    return bundle, with_typed_references(bundle)


def planted(bundle: Json, name: str) -> Json:
    broken = copy.deepcopy(bundle)
    PLANTED[name](broken)
    return broken


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_finds_nothing_in_any_bundle(
    checker: str, bundles: dict[BundleForm, list[Json]], request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue(checker)
    for collection, transaction in zip(bundles[BundleForm.COLLECTION], bundles[BundleForm.TRANSACTION], strict=True):
        assert asked.problems(collection) == []
        assert asked.problems(with_typed_references(transaction)) == []


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("number", [0, 1, 3], ids=["full", "amended", "without a code"])
def test_a_checker_finds_nothing_in_a_document(
    checker: str, number: int, bundles: dict[BundleForm, list[Json]], request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue(checker)
    assert asked.problems(with_typed_references(bundles[BundleForm.DOCUMENT][number])) == []


@pytest.mark.parametrize(("checker", "error"), [(name, error) for name, errors in NOTICED.items() for error in errors])
def test_a_checker_notices_a_planted_error(
    checker: str, error: str, bundles: dict[BundleForm, list[Json]], request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue(checker)
    broken = planted(bundles[BundleForm.TRANSACTION][0], error)
    assert any(asked.problems(each) for each in both_ways(broken))


@pytest.mark.parametrize("error", OWN)
def test_the_own_rules_notice_what_must_never_leave(error: str, bundles: dict[BundleForm, list[Json]]) -> None:
    assert check_bundle(planted(bundles[BundleForm.TRANSACTION][0], error), lookup=concept_of)


@pytest.mark.parametrize("error", PLANTED)
def test_every_planted_error_is_noticed_by_somebody(
    error: str, bundles: dict[BundleForm, list[Json]], fhirkit: FhirkitChecker, fhirjs: LineWorker,
    request: pytest.FixtureRequest,
) -> None:
    broken = planted(bundles[BundleForm.TRANSACTION][0], error)
    quick: Sequence[Callable[[Json], Sequence[object]]] = (
        lambda bundle: check_bundle(bundle, lookup=concept_of), fhirkit.problems, fhirjs.problems,
    )
    noticed = any(check(broken) for check in quick)
    assert noticed or request.getfixturevalue("pyrofile").problems(broken)


def test_a_server_takes_every_transaction_and_gives_the_same_codes_back(
    bundles: dict[BundleForm, list[Json]], server: R4Server
) -> None:
    for bundle in bundles[BundleForm.TRANSACTION]:
        assert server.problems(bundle) == []
    for resource_type in ("Condition", "Procedure", "Observation"):
        assert codes(server.resources(resource_type)) == codes(
            entry["resource"] for bundle in bundles[BundleForm.TRANSACTION] for entry in bundle["entry"]
            if entry["resource"]["resourceType"] == resource_type
        )


def test_a_second_export_of_a_record_updates_what_the_first_one_created(
    bundles: dict[BundleForm, list[Json]], server: R4Server
) -> None:
    kinds = ("Patient", "Encounter", "Condition", "Procedure", "Observation", "Provenance", "Device")
    for bundle in bundles[BundleForm.TRANSACTION]:
        server.problems(bundle)
    before = {kind: len(server.resources(kind)) for kind in kinds}
    later = json.loads(rendered(a_full_record(1), exported_at=EXPORTED_AT.replace(year=2027)))
    assert server.problems(later) == []
    assert {kind: len(server.resources(kind)) for kind in kinds} == before


def test_a_code_taken_back_is_entered_in_error_on_the_server_afterwards(server: R4Server) -> None:
    made = a_full_record(77)
    server.problems(json.loads(rendered(made)))
    made.amend()
    removed = made.remove_last()
    made.sign()
    assert server.problems(json.loads(rendered(made))) == []
    found = [
        each for each in server.resources("Observation")
        if each["identifier"][0]["value"] == removed.assignment_id
    ]
    assert [each["status"] for each in found] == ["entered-in-error"]


def test_a_server_refuses_a_transaction_with_a_dangling_reference(
    bundles: dict[BundleForm, list[Json]], server: R4Server
) -> None:
    assert server.problems(planted(bundles[BundleForm.TRANSACTION][0], "reference out of the bundle"))


@pytest.mark.slow
def test_every_checker_accepts_two_hundred_records(
    pyrofile: PyrofileChecker, fhirkit: FhirkitChecker, google: LineWorker, fhirjs: LineWorker, server: R4Server
) -> None:
    for number in range(100, 300):
        made = records_of_many_shapes()[number % 10]
        made.record = replace(made.record, record_id=RecordId(f"record-{number}"))
        bundle = json.loads(rendered(made))
        for checker in (pyrofile, fhirkit, google, fhirjs):
            assert checker.problems(with_typed_references(bundle)) == []
        assert server.problems(bundle) == []


@pytest.mark.slow
def test_the_own_rules_notice_most_planted_errors_and_every_checker_several(
    bundles: dict[BundleForm, list[Json]], pyrofile: PyrofileChecker, fhirkit: FhirkitChecker, google: LineWorker,
    fhirjs: LineWorker, server: R4Server,
) -> None:
    counts: Counter[str] = Counter()
    checkers = {"pyrofile": pyrofile, "fhirkit": fhirkit, "google": google, "fhirjs": fhirjs, "server": server}
    for error in PLANTED:
        broken = planted(bundles[BundleForm.TRANSACTION][0], error)
        noticed = {name for name, each in checkers.items() if any(each.problems(way) for way in both_ways(broken))}
        if check_bundle(broken, lookup=concept_of):
            noticed.add("own rules")
        assert noticed, error
        counts.update(noticed)
    print(f"{len(PLANTED)} planted errors, noticed by {dict(counts)}")
    assert counts["own rules"] >= 30
    assert min(counts[name] for name in checkers) >= 8


def rendered(made: Any, *, exported_at: Any = EXPORTED_AT) -> bytes:
    return FhirBundleWriter(BundleForm.TRANSACTION).render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=exported_at
    )


def codes(resources: Any) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for resource in resources:
        value = resource["code"] if resource["resourceType"] != "Observation" else resource["valueCodeableConcept"]
        coding = value["coding"][0]
        found[coding["system"], coding["version"], coding["code"]] += 1
    return found
