"""What one FHIR R4 resource holds for coding: its documents and its codes, read leniently."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ehrcoder.adapters.formats.carried_types import EXTRACTED_TYPES, UNNAMED_TYPES, XML_TYPES, bytes_of_base64
from ehrcoder.adapters.formats.decoding import DecodedText, decode, refuse_unstorable
from ehrcoder.adapters.formats.embedded_text import text_of_embedded
from ehrcoder.adapters.formats.fhir_own import is_made_from_the_rest, own_note_text
from ehrcoder.adapters.formats.fhir_systems import is_well_formed, known_code, known_system
from ehrcoder.adapters.formats.html_text import text_of_html
from ehrcoder.adapters.formats.json_values import JsonObject, object_at, objects_at, shown, text_at
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import ImportedCode

Report = Callable[[str], None]
Resolve = Callable[[str], JsonObject | None]

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xhtml"})
_PLAIN_TYPES = frozenset({"text/plain", "text/markdown"})
_READ_TYPES = _HTML_TYPES | _PLAIN_TYPES | XML_TYPES | UNNAMED_TYPES | EXTRACTED_TYPES.keys()
_DEEPEST_SECTION = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """A text of a resource, with what had to be said about how it came."""

    type: str
    title: str
    text: str
    language: str
    notes: tuple[str, ...] = ()


def place_of(resource: JsonObject) -> str:
    """Name a resource for a message: its type and id, which are no clinical text."""
    return f"{shown(text_at(resource, 'resourceType'))}/{shown(text_at(resource, 'id')) or '(no id)'}"


def documents_of(resource: JsonObject, *, resolve: Resolve, report: Report) -> Iterator[FoundDocument]:
    """Yield the texts of a resource; an attachment that cannot be read is reported and costs only itself."""
    match text_at(resource, "resourceType"):
        case "DocumentReference":
            attachments = [object_at(content, "attachment") for content in objects_at(resource, "content")]
            found = _from_attachments(attachments, resource, resolve=resolve, report=report)
        case "DiagnosticReport":
            found = _from_report(resource, resolve=resolve, report=report)
        case "Composition":
            found = iter(()) if is_made_from_the_rest(resource) else _from_composition(resource)
        case "Observation":
            found = _from_plain(resource, text_at(resource, "valueString"), type_="Observation")
        case _:
            found = iter(())
    yield from _storable(found, resource, report=report)
    yield from _storable(_from_annotations(resource), resource, report=report)


def codes_of(resource: JsonObject, *, report: Report) -> Iterator[ImportedCode]:
    """Yield the codes of a resource as information that came with the record, never as verified ones."""
    match text_at(resource, "resourceType"):
        case "Condition":
            yield from _concept_codes(resource, "code", CodeKind.DIAGNOSIS, label=_condition_label(resource),
                                      report=report)
        case "Procedure":
            status = text_at(resource, "status")
            label = f"Procedure, {status}" if status else "Procedure"
            yield from _concept_codes(resource, "code", CodeKind.PROCEDURE, label=label, report=report)
            yield from _outcome_codes(resource, "outcome", label="Procedure outcome", report=report)
        case "Encounter":
            hospitalization = object_at(resource, "hospitalization")
            yield from _concept_codes(hospitalization, "dischargeDisposition", CodeKind.OUTCOME,
                                      label="Encounter, discharge disposition", report=report, place=resource)
            yield from _concept_codes(resource, "reasonCode", CodeKind.DIAGNOSIS, label="Encounter, reason",
                                      report=report)
        case "DiagnosticReport":
            yield from _concept_codes(resource, "conclusionCode", CodeKind.DIAGNOSIS,
                                      label="Diagnostic report, conclusion", report=report)
        case "Observation":
            yield from _observation_codes(resource, report=report)
        case "Claim" | "ExplanationOfBenefit":
            yield from _claim_codes(resource, report=report)
        case _:
            return


def stated_in_words(resource: JsonObject) -> str:
    """Return what a condition or procedure says in words alone, '' where it has a code or says nothing."""
    kind = text_at(resource, "resourceType")
    coded = any(text_at(coding, "code") and text_at(coding, "system")
                for concept in objects_at(resource, "code") for coding in objects_at(concept, "coding"))
    words = label_of(object_at(resource, "code"))
    return f"{kind}: {' '.join(words.split())}" if kind in ("Condition", "Procedure") and words and not coded else ""


def label_of(concept: JsonObject) -> str:
    """Return the words of a CodeableConcept: its text, else the first display."""
    displays = (text_at(coding, "display") for coding in objects_at(concept, "coding"))
    return text_at(concept, "text") or next((display for display in displays if display), "")


def _storable(
    found: Iterator[FoundDocument], resource: JsonObject, *, report: Report
) -> Iterator[FoundDocument]:
    for document in found:
        try:
            for text in (document.text, document.title, document.type):
                refuse_unstorable(text, place=place_of(resource))
        except InputError as error:
            report(error.what)
            continue
        if document.text.strip():
            yield document


def _from_plain(resource: JsonObject, text: str, *, type_: str, title: str = "") -> Iterator[FoundDocument]:
    if text:
        title = title or label_of(object_at(resource, "code")) or type_
        yield FoundDocument(type=type_, title=title, text=text, language=_language(resource))


def _from_annotations(resource: JsonObject) -> Iterator[FoundDocument]:
    kind = text_at(resource, "resourceType")
    for note in objects_at(resource, "note"):
        title = label_of(object_at(resource, "code"))
        yield from _from_plain(resource, text_at(note, "text"), type_=f"Note on {kind}", title=title)


def _from_report(resource: JsonObject, *, resolve: Resolve, report: Report) -> Iterator[FoundDocument]:
    yield from _from_plain(resource, text_at(resource, "conclusion"), type_="Diagnostic report")
    forms = objects_at(resource, "presentedForm")
    yield from _from_attachments(forms, resource, resolve=resolve, report=report)


def _from_composition(resource: JsonObject) -> Iterator[FoundDocument]:
    text = "\n\n".join(_section_texts(resource, depth=0))
    if text:
        yield FoundDocument(
            type=label_of(object_at(resource, "type")) or "Composition",
            title=text_at(resource, "title") or "Composition", text=text, language=_language(resource),
            notes=(f"The text of {place_of(resource)} is shown from its sections' narratives (HTML).",),
        )


def _section_texts(parent: JsonObject, *, depth: int) -> Iterator[str]:
    if depth > _DEEPEST_SECTION:
        return
    for section in objects_at(parent, "section"):
        body = text_of_html(text_at(section, "text", "div"))
        title = text_at(section, "title") or label_of(object_at(section, "code"))
        if body:
            yield f"{title}\n{body}" if title else body
        yield from _section_texts(section, depth=depth + 1)


def _from_attachments(
    attachments: list[JsonObject] | tuple[JsonObject, ...], resource: JsonObject, *, resolve: Resolve,
    report: Report,
) -> Iterator[FoundDocument]:
    readable: list[tuple[str, FoundDocument]] = []
    problems: list[str] = []
    for attachment in attachments:
        content_type = _media_type(attachment)
        try:
            readable.append((content_type, _read_attachment(attachment, resource, resolve=resolve)))
        except InputError as error:
            problems.append(f"{place_of(resource)}: {error.what}")
    # One note is often attached in several formats; its plain text is the one to code from.
    plain = [document for content_type, document in readable if content_type not in _HTML_TYPES]
    yield from plain or [document for _, document in readable]
    if not readable:
        for problem in problems:
            report(problem)


def _read_attachment(attachment: JsonObject, resource: JsonObject, *, resolve: Resolve) -> FoundDocument:
    content_type, data = _media_type(attachment), text_at(attachment, "data")
    if not data:
        binary = _contained(resource, text_at(attachment, "url")) or resolve(text_at(attachment, "url"))
        if binary is None:
            where = "lies elsewhere and was not sent along" if text_at(attachment, "url") else "is empty"
            raise InputError(f"the attachment {where}.")
        data = text_at(binary, "data")
        content_type = content_type or text_at(binary, "contentType").split(";")[0].strip().lower()
    if content_type not in _READ_TYPES:
        raise InputError(f"the attachment is {shown(content_type)}, which is not read.")
    received = bytes_of_base64(data, name="the attachment")
    own = own_note_text(resource)
    decoded = (
        _decode_attachment(received, text_at(attachment, "contentType")) if own is None else DecodedText(text=own)
    )
    title = text_at(attachment, "title") or text_at(resource, "description")
    type_ = label_of(object_at(resource, "type")) or label_of(object_at(resource, "code")) or "Clinical note"
    notes = decoded.notes
    text = decoded.text
    if content_type in _HTML_TYPES:
        text = text_of_html(text)
        notes = (*notes, f"The text of {place_of(resource)} is shown from HTML.")
    return FoundDocument(type=type_, title=title or type_, text=text,
                         language=_language(attachment) if text_at(attachment, "language")
                         else _language(resource), notes=notes)


def _contained(resource: JsonObject, reference: str) -> JsonObject | None:
    if not reference.startswith("#"):
        return None
    return next((each for each in objects_at(resource, "contained") if text_at(each, "id") == reference[1:]), None)


def _decode_attachment(received: bytes, content_type: str) -> DecodedText:
    """Take the character set that the content type names, where the bytes agree with it."""
    media_type = content_type.split(";")[0].strip().lower()
    if media_type in EXTRACTED_TYPES or media_type in XML_TYPES or media_type in UNNAMED_TYPES:
        return text_of_embedded(received, media_type, name="the attachment")
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii") and b"\x00" not in received:
        with contextlib.suppress(LookupError, UnicodeError):
            return DecodedText(text=received.decode(charset[1]))
    return decode(received, name="the attachment")


def _media_type(attachment: JsonObject) -> str:
    return text_at(attachment, "contentType").split(";")[0].strip().lower()


def _language(value: JsonObject) -> str:
    primary = text_at(value, "language").split("-")[0].lower()
    return primary if re.fullmatch("[a-z]{2,3}", primary) else "en"


def _condition_label(resource: JsonObject) -> str:
    statuses = [
        text_at(resource, name, "coding", "code") for name in ("clinicalStatus", "verificationStatus")
    ]
    return ", ".join(["Condition", *(status for status in statuses if status)])


def _concept_codes(
    parent: JsonObject, key: str, kind: CodeKind, *, label: str, report: Report,
    place: JsonObject | None = None,
) -> Iterator[ImportedCode]:
    for concept in objects_at(parent, key):
        for coding in objects_at(concept, "coding"):
            imported = _imported(coding, concept, kind, label=label, report=report, place=place or parent)
            if imported is not None:
                yield imported


def _outcome_codes(parent: JsonObject, key: str, *, label: str, report: Report) -> Iterator[ImportedCode]:
    """Yield codes of the outcome systems and of diagnoses; other systems' values are measurements."""
    for code in _concept_codes(parent, key, CodeKind.OUTCOME, label=label, report=report):
        if code.coding.system in KIND_OF_SYSTEM:
            yield code


def _observation_codes(resource: JsonObject, *, report: Report) -> Iterator[ImportedCode]:
    label = f"Observation, {text_at(resource, 'status')}" if text_at(resource, "status") else "Observation"
    yield from _outcome_codes(resource, "valueCodeableConcept", label=label, report=report)
    for component in objects_at(resource, "component"):
        yield from _outcome_codes(component, "valueCodeableConcept", label=label, report=report)


def _claim_codes(resource: JsonObject, *, report: Report) -> Iterator[ImportedCode]:
    name = "Claim" if text_at(resource, "resourceType") == "Claim" else "Explanation of benefit"
    for entry in objects_at(resource, "diagnosis"):
        role = text_at(entry, "type", "coding", "code")
        label = ", ".join(part for part in (name, "diagnosis", role) if part)
        yield from _concept_codes(entry, "diagnosisCodeableConcept", CodeKind.DIAGNOSIS, label=label,
                                  report=report, place=resource)
    for entry in objects_at(resource, "procedure"):
        yield from _concept_codes(entry, "procedureCodeableConcept", CodeKind.PROCEDURE,
                                  label=f"{name}, procedure", report=report, place=resource)


def _imported(
    coding: JsonObject, concept: JsonObject, kind: CodeKind, *, label: str, report: Report, place: JsonObject
) -> ImportedCode | None:
    given = text_at(coding, "code")
    system = known_system(text_at(coding, "system"))
    if not given.strip():
        return None
    if not system:
        report(f"{place_of(place)}: a code without its code system.")
        return None
    code = known_code(system, given)
    display = text_at(coding, "display") or text_at(concept, "text")
    try:
        for text in (code, system, display, label, text_at(coding, "version")):
            refuse_unstorable(text, place=f"A code of {place_of(place)}")
    except InputError as error:
        report(error.what)
        return None
    if not is_well_formed(system, code):
        report(f"{place_of(place)}: a code that cannot be one of {system}.")
        return None
    return ImportedCode(
        coding=Coding(system=system, version=text_at(coding, "version"), code=code, display=display),
        kind=KIND_OF_SYSTEM.get(system, kind), source_label=label,
    )
