"""Readers of FHIR R4 JSON: bundles, single resources, and NDJSON with a resource a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import decode, sha256_of
from ehrcoder.adapters.formats.fhir_collection import ResourceCollection
from ehrcoder.adapters.formats.fhir_records import records_of
from ehrcoder.adapters.formats.json_values import parse_json, text_at
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext

_RESOURCE_TYPE = re.compile(rb'"resourceType"\s*:')
_OBJECT_START = re.compile(rb'(\xef\xbb\xbf)?\s*[\{\[]')


class FhirJsonReader:
    """Takes a bundle or a single resource, US Core or not."""

    format_name = "fhir"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take JSON by its name, and whatever begins like a resource."""
        if PurePath(file_name).suffix.lower() in (".json", ".fhir"):
            return True
        return bool(_OBJECT_START.match(head) and _RESOURCE_TYPE.search(head)
                    and not _looks_like_lines(head, file_name))

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record an encounter, and one for what belongs to none. Raises InputError."""
        decoded = decode(data, name="The file")
        parsed = parse_json(decoded.text)
        collection = ResourceCollection(context)
        if isinstance(parsed, list) and any(text_at(item, "resourceType") for item in parsed):
            for number, item in enumerate(parsed, start=1):
                collection.add(item, place=f"Item {number}")
            yield from records_of(collection, file_sha256=sha256_of(data), source_format=self.format_name,
                                  notes=decoded.notes)
            return
        if not text_at(parsed if isinstance(parsed, dict) else {}, "resourceType"):
            raise InputError("The file is JSON but no FHIR resource: it names no resourceType.",
                             next_step="Export it as a FHIR R4 bundle.")
        is_bundle = text_at(parsed, "resourceType") == "Bundle"
        collection.add(parsed, place="The bundle" if is_bundle else "The file")
        yield from records_of(collection, file_sha256=sha256_of(data), source_format=self.format_name,
                              notes=decoded.notes)


class FhirNdjsonReader:
    """Takes a bulk export's file; resources of other files are not looked for."""

    format_name = "fhir-ndjson"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take NDJSON by its name or by a whole resource in each of its first lines."""
        if PurePath(file_name).suffix.lower() == ".ndjson":
            return True
        return bool(_RESOURCE_TYPE.search(head)) and _looks_like_lines(head, file_name)

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the records of all lines together; a bad line is left out and named. Raises InputError."""
        decoded = decode(data, name="The file")
        collection = ResourceCollection(context)
        for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.text), start=1):
            if not line.strip():
                continue
            try:
                parsed = parse_json(line)
            except InputError as error:
                context.on_left_out(f"Line {number}: {error.what}")
                continue
            collection.add(parsed, place=f"Line {number}")
        if not collection.resources:
            raise InputError("No line of the file is a FHIR resource.", next_step="Export it again.")
        yield from records_of(collection, file_sha256=sha256_of(data), source_format=self.format_name,
                              notes=decoded.notes)


def _looks_like_lines(head: bytes, file_name: str) -> bool:
    """JSON with a whole object on its first line and another below."""
    if PurePath(file_name).suffix.lower() == ".jsonl":
        return True
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    return len(lines) > 1 and lines[0].endswith(b"}") and all(line.startswith(b"{") for line in lines[:5])
