"""Reader of clinical documents in CDA R2: C-CDA, CCD and unstructured ones; one record a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.ccda_body import DocumentBody
from ehrcoder.adapters.formats.ccda_header import encounter_class_of, language_of, patient_of, period_of_document
from ehrcoder.adapters.formats.decoding import refuse_unstorable, sha256_of, what_it_looks_like
from ehrcoder.adapters.formats.embedded_text import text_of_embedded
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.adapters.formats.xml_trees import attribute, child, parse_xml, root_name_of, words_of
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord
from ehrcoder.ports import ReadContext

if TYPE_CHECKING:
    from lxml.etree import _Element

_SUFFIXES = frozenset({".xml", ".ccda", ".cda", ".ccd"})
# Cut out of a document, they still hold narrative and entries; what else is cut out holds no text that could be coded.
_PARTS_WITH_SECTIONS = frozenset({"section", "component", "structuredBody"})
_FRAGMENTS = frozenset({
    "entry", "recordTarget", "documentationOf", "author", "act", "observation",
    "organizer", "procedure", "templateId", "substanceAdministration", "encounter",
})
_PREFIXES = ((b"xsi", b"http://www.w3.org/2001/XMLSchema-instance"), (b"sdtc", b"urn:hl7-org:sdtc"))
_PART_BEGINS = re.compile(rb"(<(?:section|component|structuredBody))(\s[^>]*|)>")
_FHIR_ROOTS = frozenset({"Bundle", "Patient", "Condition", "Encounter", "Composition", "Observation"})


class CcdaReader:
    """Takes every XML file, so that what is no clinical document can be named when it is refused."""

    format_name = "ccda"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take XML by its name or by its first bytes."""
        kind = what_it_looks_like(head)
        if kind is not None:
            return kind in ("a C-CDA document", "an XML document")
        return PurePath(file_name).suffix.lower() in _SUFFIXES

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record: the sections' narratives as one text, carried documents as further ones.

        An entry that cannot be read is left out and named. Raises InputError for XML that is not well-formed
        (with its line), for fragments without sections and other XML, and for a document that holds nothing.
        """
        if not data.strip():
            raise InputError("The file is empty.", next_step="Check the file at its source.")
        _refuse_other_roots(data)
        root = parse_xml(_with_prefixes_of_a_part(data))
        body = DocumentBody(context.on_left_out, text_of_embedded)
        if root.tag in _PARTS_WITH_SECTIONS:
            body.read_part(root)
        else:
            body.read(root)
        if not body.sections and not body.carried and not body.codes:
            reason = f" {body.problems[0]}" if body.problems else ""
            raise InputError(f"The document holds no narrative and no code.{reason}",
                             next_step="Export it with its sections.")
        yield _record(root, body, context, sha256=sha256_of(data))


def _refuse_other_roots(data: bytes) -> None:
    root = root_name_of(data)
    if root == "ClinicalDocument" or root in _PARTS_WITH_SECTIONS:
        return
    if not root:
        # What follows a DOCTYPE is not looked at; the parser's refusal names it.
        if b"<!DOCTYPE" in data[:65_536]:
            return
        raise InputError("The file is named as XML but holds no XML element.",
                         next_step="Check the file at its source.")
    if root in _FRAGMENTS:
        what = f"a fragment of a clinical document (<{shown(root)}>), not a whole one"
    elif root in _FHIR_ROOTS:
        what = f"FHIR in XML (<{shown(root)}>); FHIR is read as JSON"
    else:
        what = f"XML, but no clinical document: its first element is <{shown(root)}>"
    raise InputError(f"The file is {what}.", next_step="Export the whole C-CDA document (ClinicalDocument).")


def _with_prefixes_of_a_part(data: bytes) -> bytes:
    """Declare the usual prefixes where a part was cut out of its document without their declarations."""
    if root_name_of(data) not in _PARTS_WITH_SECTIONS:
        return data
    begins = _PART_BEGINS.search(data)
    if begins is None:
        return data
    missing = b"".join(b' xmlns:%s="%s"' % each for each in _PREFIXES if b"xmlns:%s=" % each[0] not in begins[2])
    # On the same line, so that a fault is still named by its own.
    return data[:begins.end(1)] + missing + data[begins.end(1):]


def _record(root: _Element, body: DocumentBody, context: ReadContext, *, sha256: str) -> EncounterRecord:
    period, period_notes = period_of_document(root)
    documents = tuple(_documents(root, body))
    said = [*body.notes, *period_notes]
    if documents:
        said.append("The text is shown from the document's sections." if body.sections
                    else "The text is the document that was carried in the file.")
    else:
        said.append("No narrative came with it; its codes are shown.")
    return EncounterRecord(
        record_id=RecordId(context.ids.new_id()),
        source_format=CcdaReader.format_name,
        source_name=context.source_name,
        source_sha256=sha256,
        imported_at=context.clock.now(),
        patient=patient_of(root, otherwise=PurePath(context.source_name).stem),
        period=period,
        encounter_class=encounter_class_of(root),
        documents=documents,
        imported_codes=tuple(dict.fromkeys(body.codes)),
        import_notes=tuple(dict.fromkeys(said)),
    )


def _documents(root: _Element, body: DocumentBody) -> Iterator[ClinicalDocument]:
    code = child(root, "code")
    type_ = attribute(code, "displayName") or "Clinical document"
    title = words_of(child(root, "title")) or type_
    language = language_of(root)
    texts = [("", "\n\n".join(body.sections))] if body.sections else []
    texts.extend((found.title, found.text) for found in body.carried)
    for number, (own_title, text) in enumerate(texts, start=1):
        refuse_unstorable(text, place="The document")
        yield ClinicalDocument(document_id=DocumentId(f"d{number}"), type=type_, title=own_title or title,
                               text=text, language=language)
