"""Every extension that leaves is defined in resources/fhir, and used as it is defined there."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from checkers.bundles import resource_of
from checkers.extension_checker import ExtensionChecker
from checkers.places import OWN_DEFINITIONS

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.coded import OTHER_OUTCOME, OUTCOME_KINDS

Json = dict[str, Any]


def evidence(bundle: Json) -> Json:
    return resource_of(bundle, "Condition")["evidence"][0]["extension"][0]


MISUSES: dict[str, Callable[[Json], object]] = {
    "unknown address": lambda bundle: evidence(bundle).update(url=f"{systems.EVIDENCE}-of-tomorrow"),
    "part missing": lambda bundle: evidence(bundle)["extension"].pop(0),
    "part twice": lambda bundle: evidence(bundle)["extension"].append(evidence(bundle)["extension"][0]),
    "unknown part": lambda bundle: evidence(bundle)["extension"].append({"url": "mood", "valueString": "good"}),
    "value of another type": lambda bundle: evidence(bundle)["extension"][2].update(valueString="5"),
    "wrong place": lambda bundle: resource_of(bundle, "Patient").update(extension=[evidence(bundle)]),
    "once too often": lambda bundle: resource_of(bundle, "AuditEvent")["extension"].extend(
        resource_of(bundle, "AuditEvent")["extension"]
    ),
}


def test_every_extension_of_every_bundle_is_used_as_it_is_defined(bundles: dict[BundleForm, list[Json]]) -> None:
    checker = ExtensionChecker()
    assert [checker.problems(bundle) for made in bundles.values() for bundle in made] == [[]] * 30
    assert checker.used == systems.OWN_EXTENSIONS == set(checker.definitions)


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misused_extension_is_noticed(misuse: str, bundles: dict[BundleForm, list[Json]]) -> None:
    broken = copy.deepcopy(bundles[BundleForm.COLLECTION][0])
    MISUSES[misuse](broken)
    assert ExtensionChecker().problems(broken)


def test_the_definitions_are_valid_fhir_themselves() -> None:
    from fhir.resources.R4B.codesystem import CodeSystem
    from fhir.resources.R4B.structuredefinition import StructureDefinition

    for path in OWN_DEFINITIONS.glob("*.json"):
        resource = json.loads(path.read_text("utf-8"))
        model = StructureDefinition if resource["resourceType"] == "StructureDefinition" else CodeSystem
        model.model_validate(resource)
        assert path.name == f"{resource['resourceType']}-{resource['id']}.json"


def test_the_code_system_has_the_codes_that_are_written() -> None:
    told = json.loads((OWN_DEFINITIONS / "CodeSystem-outcome-kind.json").read_text("utf-8"))
    assert told["url"] == systems.OUTCOME_KIND
    assert {(each["code"], each["display"]) for each in told["concept"]} == {*OUTCOME_KINDS.values(), OTHER_OUTCOME}
