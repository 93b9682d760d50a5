"""Rules on what a resource's elements say: dates that exist, evidence that stands in its note, extensions."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
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


Node = tuple[str, Json]
"""A JSON object of a resource with its path."""


def nodes_of(resource: Json) -> list[Node]:
    """Return every JSON object of a resource with its path, itself first."""
    found: list[Node] = []
    _collect(resource, "", found)
    return found


def _collect(node: Json, path: str, found: list[Node]) -> None:
    found.append((path, node))
    for name, value in node.items():
        if isinstance(value, dict):
            _collect(cast("Json", value), f"{path}.{name}" if path else name, found)
        elif isinstance(value, list):
            for number, item in enumerate(cast("list[Any]", value)):
                if isinstance(item, dict):
                    _collect(cast("Json", item), f"{path}.{name}[{number}]" if path else f"{name}[{number}]", found)


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


def check_dates(nodes: Sequence[Node], place: str) -> Iterator[Breach]:
    """Find dates that the calendar does not have, that lie before 1850, or that end before they begin."""
    for path, node in nodes:
        for name, value in node.items():
            if (name not in _DATE_NAMES and name not in _TIME_NAMES) or not isinstance(value, str):
                continue
            if _earliest_day(value) is None:
                where = ".".join(filter(None, (place, path, name)))
                yield Breach(rule="date", place=where, message="is not a possible date")
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


def check_evidence(nodes: Sequence[Node], notes: Mapping[str, Note], place: str) -> Iterator[Breach]:
    """Compare every quote with the note at its offsets, and the note's hash with the note."""
    for path, node in nodes:
        if node.get("url") != systems.EVIDENCE:
            continue
        problem = _evidence_problem(node, notes)
        if problem is not None:
            yield Breach(rule="evidence", place=f"{place}.{path}", message=problem)


def _evidence_problem(node: Json, notes: Mapping[str, Note]) -> str | None:
    note = notes.get(str((extension_value(node, "document") or {}).get("reference")))
    if note is None:
        return "names no note of the bundle"
    if extension_value(node, "documentSha256") != note.sha256:
        return "carries another hash than its note"
    text = note.text
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The text that a DocumentReference carries, with its SHA-256."""

    text: str
    sha256: str


def note_of(document: Json) -> Note | None:
    """Return the attached text of a DocumentReference, or None where it cannot be read."""
    content = cast("list[Json]", document.get("content", []))
    if not content:
        return None
    try:
        data = base64.b64decode(str(cast("Json", content[0].get("attachment", {})).get("data", "")), validate=True)
        return Note(text=data.decode("utf-8"), sha256=hashlib.sha256(data).hexdigest())
    except (binascii.Error, UnicodeDecodeError):
        return None


def check_extensions(nodes: Sequence[Node], place: str) -> Iterator[Breach]:
    """Find extensions under the product's own address that are not defined."""
    for path, node in nodes:
        url = node.get("url")
        own = isinstance(url, str) and url.startswith(systems.EXTENSION_BASE)
        if own and url not in systems.OWN_EXTENSIONS:
            yield Breach(rule="extension", place=f"{place}.{path}", message=f"extension {url} is not defined")
