"""Rules on what a resource's elements say: dates that exist, evidence that stands in its note, extensions."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.elements import Json

_DATE_NAMES = frozenset({"start", "end", "birthDate", "effectiveDateTime"})
_TIME_NAMES = frozenset({"recorded", "recordedDate", "issued", "date", "valueInstant"})
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_EARLIEST = dt.date(1850, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One broken rule: which, where (resource and path), and how. Never holds clinical text."""

    rule: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.rule})"


def walk(node: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    """Yield every JSON object below a resource with its path, itself first."""
    if isinstance(node, dict):
        found = cast("Json", node)
        yield path, found
        for name, value in found.items():
            yield from walk(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for number, value in enumerate(cast("list[Any]", node)):
            yield from walk(value, f"{path}[{number}]")


def first_code(value: Any) -> str | None:
    """Return the code of a CodeableConcept's first coding."""
    codings = cast("list[Json]", value.get("coding", [])) if isinstance(value, dict) else []
    return str(codings[0].get("code")) if codings else None


def extension_value(node: Json, url: str) -> Any:
    """Return the value of an element's extension with this address, or None."""
    for item in cast("list[Json]", node.get("extension", [])):
        if item.get("url") == url:
            return next((value for name, value in item.items() if name.startswith("value")), None)
    return None


def check_dates(resource: Json, place: str) -> Iterator[Breach]:
    """Find dates that the calendar does not have, that lie before 1850, or that end before they begin."""
    for path, node in walk(resource):
        for name, value in node.items():
            if (name not in _DATE_NAMES and name not in _TIME_NAMES) or not isinstance(value, str):
                continue
            if _earliest_day(value) is None:
                yield Breach(rule="date", place=f"{place}.{path}.{name}", message="is not a possible date")
        start, end = node.get("start"), node.get("end")
        if isinstance(start, str) and isinstance(end, str) and not _in_order(start, end):
            yield Breach(rule="date", place=f"{place}.{path}", message="ends before it starts")


def _earliest_day(value: str) -> dt.date | None:
    try:
        if _DATE.fullmatch(value):
            day = dt.date.fromisoformat((value + "-01-01")[:10])
        else:
            moment = dt.datetime.fromisoformat(value)
            if moment.tzinfo is None:
                return None
            day = moment.date()
    except ValueError:
        return None
    return day if day >= _EARLIEST else None


def _in_order(start: str, end: str) -> bool:
    shared = min(len(start), len(end))
    return start[:shared] <= end[:shared]


def check_evidence(resource: Json, by_url: dict[str, Json], place: str) -> Iterator[Breach]:
    """Compare every quote with the note at its offsets, and the note's hash with the note."""
    for path, node in walk(resource):
        if node.get("url") != systems.EVIDENCE:
            continue
        problem = _evidence_problem(node, by_url)
        if problem is not None:
            yield Breach(rule="evidence", place=f"{place}.{path}", message=problem)


def _evidence_problem(node: Json, by_url: dict[str, Json]) -> str | None:
    document = by_url.get(str((extension_value(node, "document") or {}).get("reference")), {})
    text = _attached_text(document)
    if text is None:
        return "names no note of the bundle"
    if extension_value(node, "documentSha256") != hashlib.sha256(text.encode("utf-8")).hexdigest():
        return "carries another hash than its note"
    quote = extension_value(node, "quote")
    encoded = extension_value(node, "quoteBase64")
    if encoded is not None:
        quote = base64.b64decode(encoded).decode("utf-8", "replace")
    start, end = extension_value(node, "start"), extension_value(node, "end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return "has offsets outside its note"
    if text[start:end] != quote:
        return "quotes other words than the note has at its offsets"
    return None


def _attached_text(document: Json) -> str | None:
    content = cast("list[Json]", document.get("content", []))
    if not content:
        return None
    try:
        data = base64.b64decode(
            str(cast("Json", content[0].get("attachment", {})).get("data", "")), validate=True
        )
        return data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def check_extensions(resource: Json, place: str) -> Iterator[Breach]:
    """Find extensions under the product's own address that are not defined."""
    for path, node in walk(resource):
        url = node.get("url")
        own = isinstance(url, str) and url.startswith(systems.EXTENSION_BASE)
        if own and url not in systems.OWN_EXTENSIONS:
            yield Breach(rule="extension", place=f"{place}.{path}", message=f"extension {url} is not defined")
