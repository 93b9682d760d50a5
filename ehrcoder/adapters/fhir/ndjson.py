"""Writes signed records as bulk data: one file a resource type, one resource a line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.elements import Json
from ehrcoder.adapters.fhir.rules import ConceptLookup
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

# Resources that several records can share; each is written once.
_SHARED = frozenset({"Patient", "Practitioner", "Device"})


class FhirNdjsonWriter:
    """Files named after their resource type, as FHIR's Bulk Data Access gives them out."""

    def __init__(self, *, namespace: str = "", lookup: ConceptLookup | None = None) -> None:
        self._bundles = FhirBundleWriter(BundleForm.COLLECTION, namespace=namespace, lookup=lookup)

    @property
    def format_name(self) -> str:
        return "fhir-ndjson"

    def begin(self) -> NdjsonFiles:
        """Return the empty files of one export."""
        return NdjsonFiles(self._bundles)


class NdjsonFiles:
    """The files of one export; remembers which shared resources they hold already."""

    def __init__(self, bundles: FhirBundleWriter) -> None:
        self._bundles = bundles
        self._held: set[tuple[str, str]] = set()

    def lines(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Mapping[str, bytes]:
        """Return the record's resources by file. Raises InputError and IntegrityError as a bundle would."""
        bundle = self._bundles.checked(
            record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by
        )
        resources = [cast("Json", entry["resource"]) for entry in bundle["entry"]]
        place_of = {f"urn:uuid:{each['id']}": f"{each['resourceType']}/{each['id']}" for each in resources}
        found: dict[str, bytes] = {}
        for resource in resources:
            kind, key = str(resource["resourceType"]), (str(resource["resourceType"]), str(resource["id"]))
            if kind in _SHARED and key in self._held:
                continue
            self._held.add(key)
            name = f"{kind}.ndjson"
            found[name] = found.get(name, b"") + _line(_relative(resource, place_of))
        return found


def _relative(node: Any, place_of: Mapping[str, str]) -> Any:
    """Return a JSON value whose references read `Type/id`, since no bundle resolves a `urn:uuid:`."""
    if isinstance(node, dict):
        return {
            name: place_of[value] if name == "reference" and isinstance(value, str) else _relative(value, place_of)
            for name, value in cast("Json", node).items()
        }
    if isinstance(node, list):
        return [_relative(item, place_of) for item in cast("list[Any]", node)]
    return node


def _line(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
