"""Bundles made once, and the independent checkers, started once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from builders.signed_records import (
    ALL_CODINGS,
    EXPORTED_AT,
    HEADER,
    SignedRecordBuilder,
    concept_of,
    records_of_many_shapes,
)
from checkers.fhirkit_checker import FhirkitChecker
from checkers.line_worker import LineWorker, fhir_js, google_fhir
from checkers.pyrofile_checker import PyrofileChecker
from checkers.r4_server import R4Server, running_server

from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.core.codes import CONDITION_CLINICAL, ICD_10_CM, ICD_10_PCS

Json = dict[str, Any]


def bundle_of(made: SignedRecordBuilder, form: BundleForm = BundleForm.TRANSACTION, *, namespace: str = "") -> Json:
    """Return a record's bundle as it reads back from the exported bytes."""
    writer = FhirBundleWriter(form, lookup=concept_of, namespace=namespace)
    return json.loads(writer.render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT
    ))


def code_systems() -> list[Json]:
    """Return the ICD codes that the made-up records use as FHIR CodeSystems; HL7's come with R4."""
    by_system: dict[tuple[str, str], list[Json]] = {}
    for coding in (*ALL_CODINGS, HEADER):
        if coding.system not in (ICD_10_CM, ICD_10_PCS):
            continue
        concepts = by_system.setdefault((coding.system, coding.version), [])
        concepts.append({"code": coding.code, "display": coding.display})
    # The edition of the code system that the product installs; R4's own lacks the last code.
    statuses = ("active", "recurrence", "relapse", "inactive", "remission", "resolved", "unknown")
    by_system[CONDITION_CLINICAL, "3.0.0"] = [{"code": code, "display": code.capitalize()} for code in statuses]
    return [
        {
            "resourceType": "CodeSystem", "id": f"own-{number}", "url": system, "version": version,
            "status": "active", "content": "complete", "concept": concepts,
        }
        for number, ((system, version), concepts) in enumerate(by_system.items())
    ]


@pytest.fixture(scope="session")
def make_bundle():
    """Return the function that makes a bundle of a record."""
    return bundle_of


@pytest.fixture(scope="session")
def bundles() -> dict[BundleForm, list[Json]]:
    """Bundles of ten records of different shapes, in both forms."""
    return {form: [bundle_of(made, form) for made in records_of_many_shapes()] for form in BundleForm}


@pytest.fixture(scope="session")
def pyrofile() -> PyrofileChecker:
    return PyrofileChecker(code_systems())


@pytest.fixture(scope="session")
def fhirkit() -> FhirkitChecker:
    return FhirkitChecker()


@pytest.fixture(scope="session")
def google() -> Iterator[LineWorker]:
    with google_fhir() as worker:
        yield worker


@pytest.fixture(scope="session")
def fhirjs() -> Iterator[LineWorker]:
    with fhir_js() as worker:
        yield worker


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[R4Server]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running
