"""The small parts that FHIR resources are made of, as plain JSON values."""

from __future__ import annotations

import base64
import datetime as dt
import html
import re
import uuid
from dataclasses import dataclass
from typing import Any

from ehrcoder.adapters.fhir import systems
from ehrcoder.core.codes import Coding
from ehrcoder.core.ids import RecordId

Json = dict[str, Any]
"""A FHIR resource or element as JSON."""

_IDENTITY = uuid.uuid5(uuid.NAMESPACE_URL, systems.OWN_BASE)
# FHIR R4 "string": no code point below 32 but tab, CR and LF, something besides white space, no surrogates.
_NOT_IN_STRING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NARRATIVE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Derives resource ids from stored ids, so that the same record gives the same ids in every export.

    Pseudonyms and coder names are unique only where they were given. Without a namespace they count within
    one record, so that two sources' "patient 1" never become one patient on a server.
    """

    record_id: RecordId
    namespace: str = ""

    def of(self, resource_type: str, *keys: str) -> str:
        """Return the id of a resource of this record."""
        return self._derive(resource_type, self.record_id, *keys)

    def of_party(self, resource_type: str, name: str) -> str:
        """Return the id of a patient or practitioner, shared by records when there is a namespace."""
        return self._derive(resource_type, self.namespace or self.record_id, name)

    def of_content(self, resource_type: str, *keys: str) -> str:
        """Return the id of a resource that is the same wherever its content is the same."""
        return self._derive(resource_type, "", *keys)

    @staticmethod
    def _derive(*parts: str) -> str:
        return str(uuid.uuid5(_IDENTITY, "\x1f".join(parts)))


def reference(resource_id: str, display: str = "") -> Json:
    """Return a reference to another resource of the bundle, by its urn:uuid."""
    return {"reference": f"urn:uuid:{resource_id}"} | ({"display": display} if display else {})


def coding(system: str, code: str, display: str = "", version: str = "") -> Json:
    """Return a Coding without empty parts."""
    parts = {"system": system, "version": version, "code": code, "display": display}
    return {name: value for name, value in parts.items() if value}


def concept(*codings: Json, text: str = "") -> Json:
    """Return a CodeableConcept."""
    return ({"coding": list(codings)} if codings else {}) | ({"text": text} if text else {})


def coded(value: Coding) -> Json:
    """Return an assigned code as CodeableConcept with its edition."""
    return concept(coding(value.system, value.code, value.display, value.version), text=value.display)


def extension(url: str, **value: Any) -> Json:
    """Return a simple extension, such as `extension(url, valueCode="Y")`."""
    return {"url": url, **value}


def compound(url: str, parts: list[Json]) -> Json:
    """Return an extension made of extensions."""
    return {"url": url, "extension": parts}


def instant(value: dt.datetime) -> str:
    """Return an aware time as FHIR instant in UTC, to the millisecond."""
    utc = value.astimezone(dt.UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def text_part(url: str, text: str) -> Json:
    """Return text as extension part; as Base64 of its UTF-8 where FHIR's string type cannot hold it."""
    if text.strip() and not _NOT_IN_STRING.search(text):
        return extension(url, valueString=text)
    return extension(f"{url}Base64", valueBase64Binary=base64_of(text.encode("utf-8", "surrogatepass")))


def base64_of(data: bytes) -> str:
    """Return bytes as Base64 text."""
    return base64.b64encode(data).decode("ascii")


def plain_string(text: str) -> str:
    """Return text that FHIR's string type can hold: what it forbids becomes a space; may be empty."""
    return _NOT_IN_STRING.sub(" ", text).strip()


def narrative(*lines: str) -> Json:
    """Return the generated text of a resource, one paragraph a line."""
    paragraphs = "".join(
        f"<p>{html.escape(_NOT_IN_NARRATIVE.sub(' ', line), quote=False)}</p>"
        for line in lines
        if line.strip()
    )
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'}
