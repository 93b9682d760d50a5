"""Reads code systems and value sets of FHIR, in JSON and XML, so that a site brings sets of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ehrcoder.adapters.codesets.release_files import UNCHANGED, ReleaseFile
from ehrcoder.adapters.codesets.release_parts import OwnSet, Part
from ehrcoder.adapters.codesets.release_tables import parents_first
from ehrcoder.adapters.codesets.release_xml import slug_of
from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.core.code_releases import LeftOut
from ehrcoder.core.codes import KIND_OF_SYSTEM
from ehrcoder.core.errors import InputError

FHIR = "{http://hl7.org/fhir}"
_LICENCE = "as its publisher says"
_REPEATED = frozenset({"concept", "designation", "property", "include", "contains", "entry", "filter", "valueSet"})


def is_resource(document: object) -> bool:
    """Tell whether a JSON document is a resource that holds codes."""
    return isinstance(document, dict) and document.get("resourceType") in ("CodeSystem", "ValueSet", "Bundle")


def read_resource(document: Mapping[str, Any], file: ReleaseFile) -> tuple[Part, ...]:
    """Return the code sets of a CodeSystem, a ValueSet, or a Bundle of such. Raises InputError for an unsound one."""
    try:
        match document.get("resourceType"):
            case "CodeSystem":
                return (_code_system(document, file),)
            case "ValueSet":
                return _value_set(document, file)
            case _:
                inside = [each for entry in document.get("entry", ()) if is_resource(each := entry.get("resource"))]
                found = tuple(part for each in inside for part in read_resource(each, file))
                return found or (LeftOut(shown=file.shown, reason="a Bundle without CodeSystem or ValueSet"),)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{file.shown} is no sound {document.get('resourceType')} resource: {error!r}.", kept=UNCHANGED
        ) from error


def plain(element: Any) -> dict[str, Any]:
    """Return a resource in XML as the mapping that its JSON would be, as far as code sets need it."""
    found: dict[str, Any] = {}
    for child in element:
        if not isinstance(child.tag, str) or not child.tag.startswith(FHIR):
            continue
        name = child.tag.removeprefix(FHIR)
        value = child.get("value")
        content: Any = plain(child) if len(child) else (value or "")
        if name in _REPEATED:
            found.setdefault(name, []).append(content)
        elif name not in found:
            found[name] = content
    return found


def _code_system(document: Mapping[str, Any], file: ReleaseFile) -> Part:
    if document.get("content") == "supplement":
        return LeftOut(shown=file.shown, reason="a supplement, which only adds to another CodeSystem")
    rows = tuple(_concepts(document.get("concept", ()), None))
    if not rows:
        return LeftOut(shown=file.shown, reason="a CodeSystem resource without concepts")
    return _own(document, file, system=_text(document["url"]), rows=rows)


def _own(document: Mapping[str, Any], file: ReleaseFile, *, system: str, rows: Sequence[ConceptRow]) -> OwnSet:
    if not system:
        raise ValueError("no address of the code system")
    name = _text(document.get("title")) or _text(document.get("name")) or "Code set"
    return OwnSet(
        slug=slug_of(_text(document.get("id")) or _text(document.get("name")) or "code-set"), system=system,
        edition=_text(document.get("version")) or "1", name=name,
        licence=_text(document.get("copyright")) or _LICENCE, rows=parents_first(rows, file.shown), shown=file.shown,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    return " ".join(value.split())


def _concepts(concepts: Sequence[Mapping[str, Any]], above: str | None) -> Iterator[ConceptRow]:
    for concept in concepts:
        code = _text(concept["code"])
        properties = {each.get("code"): each for each in concept.get("property", ())}
        parent = _text(properties.get("parent", {}).get("valueCode")) or above
        abstract = str(properties.get("notSelectable", {}).get("valueBoolean", "")).lower() == "true"
        ended = str(properties.get("inactive", {}).get("valueBoolean", "")).lower() == "true"
        yield ConceptRow(
            code=code, display=_text(concept.get("display")) or code, parent=parent,
            is_billable=not abstract and not ended, definition=_text(concept.get("definition")),
            synonyms=tuple(_text(each["value"]) for each in concept.get("designation", ())),
        )
        yield from _concepts(concept.get("concept", ()), code)


def _value_set(document: Mapping[str, Any], file: ReleaseFile) -> tuple[Part, ...]:
    """Return one set for each code system that a ValueSet takes codes from; they must be listed one by one."""
    by_system: dict[str, list[ConceptRow]] = {}
    expansion = document.get("expansion") or {}
    for system, concept in (*_contained(expansion.get("contains", ())), *_included(document)):
        code = _text(concept["code"])
        by_system.setdefault(system, []).append(ConceptRow(
            code=code, display=_text(concept.get("display")) or code, parent=None,
            is_billable=str(concept.get("abstract", "")).lower() != "true",
            synonyms=tuple(_text(each["value"]) for each in concept.get("designation", ())),
        ))
    if not by_system:
        return (LeftOut(
            shown=file.shown, reason="a ValueSet that lists no codes; its CodeSystem, or an expansion of it, does"
        ),)
    parts: list[Part] = []
    for number, (system, rows) in enumerate(sorted(by_system.items())):
        if system in KIND_OF_SYSTEM:
            parts.append(LeftOut(shown=file.shown, reason=f"a ValueSet that selects from {system}, which comes whole"))
            continue
        unique = tuple({row.code: row for row in reversed(rows)}.values())[::-1]
        own = _own({**document, "id": f"{_text(document.get('id') or document.get('name'))}-{number or ''}"}, file,
                   system=system, rows=unique)
        parts.append(own)
    return tuple(parts)


def _contained(contains: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for concept in contains:
        if concept.get("code"):
            yield _text(concept.get("system")), concept
        yield from _contained(concept.get("contains", ()))


def _included(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if document.get("expansion"):
        return
    for include in (document.get("compose") or {}).get("include", ()):
        for concept in include.get("concept", ()):
            yield _text(include.get("system")), concept
