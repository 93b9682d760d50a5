"""The lines of a brat annotation file: entities, attributes, normalisations and notes, and the codes in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.fhir_systems import is_well_formed, known_code, system_named
from ehrcoder.adapters.formats.json_values import JsonObject, shown, text_at
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Assertion

Report = Callable[[str], None]

_ENTITY = re.compile(r"(T\S*)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
_ATTRIBUTE = re.compile(r"[AM]\S*\t(\S+) (T\S+)(?: (.*))?")
_NORMALISATION = re.compile(r"N\S*\t\S+ (T\S+) ([^\t]+):([^\t:]+)(?:\t(.*))?")
_NOTE = re.compile(r"#\S*\t\S+ (T\S+)\t(.*)")
_UNREAD = ("R", "E", "*")
_KIND_WORDS: tuple[tuple[CodeKind, tuple[str, ...]], ...] = (
    (CodeKind.PROCEDURE, ("proced", "treat", "operat", "surg")),
    (CodeKind.OUTCOME, ("outcome", "disposition")),
)
# The corpus's own labels say which classification its bare codes belong to.
_BARE_CODES = {"diagnostico": ICD_10_CM, "procedimiento": ICD_10_PCS}
_PARTIAL_PCS = re.compile(r"[0-9A-HJ-NP-Z]{4}(?:[0-9A-HJ-NP-Z]{3})?", re.IGNORECASE)
_ASSERTIONS = {
    "negation": Assertion.ABSENT, "negated": Assertion.ABSENT, "absent": Assertion.ABSENT,
    "uncertain": Assertion.POSSIBLE, "possible": Assertion.POSSIBLE, "speculation": Assertion.POSSIBLE,
    "historical": Assertion.HISTORICAL, "history": Assertion.HISTORICAL, "family": Assertion.FAMILY,
    "conditional": Assertion.CONDITIONAL, "hypothetical": Assertion.CONDITIONAL, "present": Assertion.PRESENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One text-bound annotation: half-open ranges as the file counts them, and the words it gives."""

    name: str
    label: str
    ranges: tuple[tuple[int, int], ...]
    words: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BratCode:
    """A code and the entity that it stands at."""

    entity: str
    label: str
    coding: Coding
    kind: CodeKind
    assertion: Assertion
    told: JsonObject = field(default_factory=dict[str, object])
    """What this program's own export tells of the decision."""


@dataclass(slots=True)
class Annotations:
    """What an annotation file says, by the entity that it says it of."""

    entities: dict[str, Entity] = field(default_factory=dict[str, Entity])
    assertions: dict[str, Assertion] = field(default_factory=dict[str, Assertion])
    references: list[tuple[str, str, str, str, int]] = field(default_factory=list[tuple[str, str, str, str, int]])
    """Entity, system's name, code, words, line."""
    notes: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])


def parsed(text: str, *, report: Report) -> Annotations:
    """Return what the lines say; a line that is no annotation is named and costs only itself."""
    found = Annotations()
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip() or line.startswith(_UNREAD):
            continue
        if entity := _ENTITY.fullmatch(line):
            ranges = tuple((int(start), int(end)) for start, end in
                           (piece.split() for piece in entity[3].split(";")) if len(start) < 12 and len(end) < 12)
            found.entities[entity[1]] = Entity(name=entity[1], label=entity[2], ranges=ranges, words=entity[4],
                                               line=number)
        elif attribute := _ATTRIBUTE.fullmatch(line):
            word = (attribute[3] or attribute[1]).strip().lower()
            assertion = _ASSERTIONS.get(word) or (
                _ASSERTIONS.get(attribute[1].lower()) if word in ("true", "yes", "1") else None)
            if assertion is not None:
                found.assertions[attribute[2]] = assertion
        elif reference := _NORMALISATION.fullmatch(line):
            found.references.append((reference[1], reference[2], reference[3], reference[4] or "", number))
        elif note := _NOTE.fullmatch(line):
            found.notes.append((note[1], note[2], number))
        else:
            report(f"Annotation line {number} is no annotation of brat's.")
    return found


def codes_of(found: Annotations, *, report: Report) -> Iterator[BratCode]:
    """Yield the codes; one without a known place or that cannot be one of its system is named."""
    coded: set[str] = set()
    for entity, name, code, words, line in found.references:
        told = _told(found, entity)
        yield from _code(found, entity, system_named(name), code, words, line=line, report=report, coded=coded,
                         version=text_at(told, "version") if text_at(told, "code") else "")
    for entity, note, line in found.notes:
        if entity in coded:
            continue
        told = _told(found, entity)
        label = found.entities[entity].label.lower() if entity in found.entities else ""
        if text_at(told, "code"):
            yield from _code(found, entity, text_at(told, "system"), text_at(told, "code"), text_at(told, "display"),
                             line=line, report=report, coded=coded, version=text_at(told, "version"))
        elif label in _BARE_CODES:
            for code in re.split(r"[\s,;|]+", note.strip()):
                yield from _code(found, entity, _BARE_CODES[label], code, "", line=line, report=report, coded=coded,
                                 version="2018")
    without = len(found.entities.keys() - coded)
    if without:
        report(f"Annotations without a code: {without}.")


def _told(found: Annotations, entity: str) -> JsonObject:
    """Return what this program wrote into a note of the entity, an empty object where it wrote none."""
    for each, note, _ in found.notes:
        if each == entity and note.startswith("{"):
            try:
                told = json.loads(note)
            except (ValueError, RecursionError):
                return {}
            return told if isinstance(told, dict) else {}
    return {}


def _code(
    found: Annotations, entity: str, system: str, given: str, words: str, *, line: int, report: Report,
    coded: set[str], version: str,
) -> Iterator[BratCode]:
    if entity not in found.entities:
        report(f"Annotation line {line}: it speaks of {shown(entity)}, which is not in the file.")
        return
    code = known_code(system, given)
    try:
        for text in (system, code, words, version):
            refuse_unstorable(text, place=f"Annotation line {line}")
    except InputError as error:
        report(error.what)
        return
    if system == ICD_10_PCS and _PARTIAL_PCS.fullmatch(code):
        code = code.upper()
    elif not is_well_formed(system, code):
        report(f"Annotation line {line}: a code that cannot be one of {shown(system)}.")
        return
    coded.add(entity)
    label = found.entities[entity].label
    yield BratCode(
        entity=entity, label=shown(label), coding=Coding(system=system, version=version, code=code, display=words),
        kind=KIND_OF_SYSTEM.get(system, _kind_of(label)),
        assertion=found.assertions.get(entity, Assertion.PRESENT), told=_told(found, entity),
    )


def _kind_of(label: str) -> CodeKind:
    lowered = label.lower()
    return next((kind for kind, words in _KIND_WORDS if any(word in lowered for word in words)), CodeKind.DIAGNOSIS)
