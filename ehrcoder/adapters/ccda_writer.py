"""Writes a signed record as a clinical document in HL7 CDA R2 with C-CDA's problem and procedure sections.

Section and entry templates are those of C-CDA R2.1. The document type's template is not claimed: it asks for
names and addresses that an anonymised record does not have, which stand as "masked" here.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ehrcoder.adapters.signed_codes import codes_of, signature_of
from ehrcoder.core.assignments import CodingEvent, RecordCoding, Signature
from ehrcoder.core.codes import (
    DISCHARGE_DISPOSITION,
    HCPCS_II,
    ICD_10_CM,
    ICD_10_PCS,
    PATIENT_OUTCOME,
    SHORT_NAME_OF_SYSTEM,
    CodeKind,
    Coding,
)
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import VerifiedCode

if TYPE_CHECKING:
    from lxml.etree import _Element

_CDA = "urn:hl7-org:v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOINC = "2.16.840.1.113883.6.1"
_ACT_CLASS = "2.16.840.1.113883.5.6"
_ACT_CODE = "2.16.840.1.113883.5.4"
_PROBLEM_SECTION = "2.16.840.1.113883.10.20.22.2.5.1"
_PROCEDURE_SECTION = "2.16.840.1.113883.10.20.22.2.7.1"
_CONCERN, _PROBLEM, _PROCEDURE = (f"2.16.840.1.113883.10.20.22.4.{number}" for number in (3, 4, 14))
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OID_OF_SYSTEM = {
    ICD_10_CM: "2.16.840.1.113883.6.90",
    ICD_10_PCS: "2.16.840.1.113883.6.4",
    HCPCS_II: "2.16.840.1.113883.6.285",
    PATIENT_OUTCOME: "2.16.840.1.113883.12.241",
}
_GENDERS = {"female": "F", "male": "M", "other": "UN"}
_CLASSES = {
    EncounterClass.INPATIENT: "IMP", EncounterClass.AMBULATORY: "AMB", EncounterClass.EMERGENCY: "EMER",
}


class CcdaWriter:
    """One document a record. The same record and signature give the same ids."""

    @property
    def format_name(self) -> str:
        return "ccda"

    @property
    def suffix(self) -> str:
        return ".ccda.xml"

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the document. Raises InputError when the record is not signed, IntegrityError."""
        from lxml.etree import Element, tostring

        signature = signature_of(coding)
        codes = codes_of(coding, events, suggestions, runs)
        root = Element(f"{{{_CDA}}}ClinicalDocument", nsmap={None: _CDA, "xsi": _XSI})
        _header(root, record, coding, signature, exported_at)
        _encounter(root, record, codes)
        body = _add(_add(root, "component"), "structuredBody")
        _problems(body, [each for each in codes if each.assignment.kind is CodeKind.DIAGNOSIS], record)
        _procedures(body, [each for each in codes if each.assignment.kind is CodeKind.PROCEDURE], record)
        _outcomes(body, [each for each in codes if each.assignment.kind is CodeKind.OUTCOME])
        return tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(parent: _Element, name: str, text: str = "", **attributes: str) -> _Element:
    from lxml.etree import SubElement

    added = SubElement(parent, f"{{{_CDA}}}{name}")
    for key, value in attributes.items():
        added.set(f"{{{_XSI}}}type" if key == "xsi_type" else key.rstrip("_"), _xml(value))
    if text:
        added.text = _xml(text)
    return added


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(("ehrcoder-cda", *parts))))


def _time(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%d%H%M%S}+0000"


def _header(
    root: _Element, record: EncounterRecord, coding: RecordCoding, signature: Signature, exported_at: dt.datetime
) -> None:
    _add(root, "realmCode", code="US")
    _add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    _add(root, "id", root=_id(record.record_id, coding.head_hash))
    _add(root, "code", code="34133-9", codeSystem=_LOINC, displayName="Summarization of Episode Note")
    _add(root, "title", "Coding summary")
    _add(root, "effectiveTime", value=_time(exported_at))
    _add(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25")
    _add(root, "languageCode", code="en-US")
    role = _add(_add(root, "recordTarget"), "patientRole")
    _add(role, "id", root=_id("patient", record.record_id), extension=record.patient.pseudonym)
    _masked(role, "addr", "telecom")
    patient = _add(role, "patient")
    _masked(patient, "name")
    gender = _GENDERS.get(record.patient.sex.value)
    if gender:
        _add(patient, "administrativeGenderCode", code=gender, codeSystem="2.16.840.1.113883.5.1")
    else:
        _add(patient, "administrativeGenderCode", nullFlavor="UNK")
    year = record.patient.birth_year
    _add(patient, "birthTime", **({"value": f"{year:04d}"} if year is not None else {"nullFlavor": "UNK"}))
    for name in ("author", "legalAuthenticator"):
        _person(root, name, signature, record)
        if name == "author":
            custodian = _add(_add(_add(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization")
            _add(custodian, "id", nullFlavor="NI")


def _person(root: _Element, name: str, signature: Signature, record: EncounterRecord) -> None:
    taking_part = _add(root, name)
    _add(taking_part, "time", value=_time(signature.at))
    if name == "legalAuthenticator":
        _add(taking_part, "signatureCode", code="S")
        entity = _add(taking_part, "assignedEntity")
    else:
        entity = _add(taking_part, "assignedAuthor")
    _add(entity, "id", root=_id("coder", record.record_id), extension=signature.coder_id)


def _masked(parent: _Element, *names: str) -> None:
    for name in names:
        _add(parent, name, nullFlavor="MSK")


def _encounter(root: _Element, record: EncounterRecord, codes: Sequence[VerifiedCode]) -> None:
    encounter = _add(_add(root, "componentOf"), "encompassingEncounter")
    _add(encounter, "id", root=_id("encounter", record.record_id))
    kind = _CLASSES.get(record.encounter_class)
    if kind:
        _add(encounter, "code", code=kind, codeSystem=_ACT_CODE)
    _period(encounter, record)
    for code in codes:
        if code.assignment.coding.system == DISCHARGE_DISPOSITION:
            _coded(encounter, "dischargeDispositionCode", code.assignment.coding)


def _period(parent: _Element, record: EncounterRecord) -> None:
    time = _add(parent, "effectiveTime")
    for name, day in (("low", record.period.start), ("high", record.period.end)):
        _add(time, name, **({"value": f"{day:%Y%m%d}"} if day else {"nullFlavor": "UNK"}))


def _coded(parent: _Element, name: str, coding: Coding, **attributes: str) -> _Element:
    """Add a code; a system without object identifier is named in words, as CDA's `codeSystemName` does."""
    oid = _OID_OF_SYSTEM.get(coding.system)
    values = {"code": coding.code, "displayName": coding.display} if oid else {"nullFlavor": "OTH"}
    if oid:
        values |= {"codeSystem": oid, "codeSystemName": SHORT_NAME_OF_SYSTEM[coding.system]}
        values |= {"codeSystemVersion": coding.version} if coding.version else {}
    element = _add(parent, name, **attributes, **values)
    if not oid:
        _add(element, "originalText", f"{coding.display} ({coding.system} {coding.code})")
    return element


def _section(body: _Element, template: str, code: str, title: str, codes: Sequence[VerifiedCode]) -> _Element:
    section = _add(_add(body, "component"), "section")
    if template and not codes:
        section.set("nullFlavor", "NI")
    if template:
        _templates(section, template, "2015-08-01" if template == _PROBLEM_SECTION else "2014-06-09")
    if code:
        _add(section, "code", code=code, codeSystem=_LOINC)
    _add(section, "title", title)
    text = _add(section, "text")
    if not codes:
        text.text = "None."
        return section
    listed = _add(text, "list")
    for each in codes:
        coding = each.assignment.coding
        quotes = "; ".join(f'"{item.quote}"' for item in each.assignment.evidence)
        name = SHORT_NAME_OF_SYSTEM.get(coding.system, coding.system)
        line = f"{coding.display} ({name} {coding.code}){': ' if quotes else ''}{quotes}"
        _add(listed, "item", line, ID=_reference(each))
    return section


def _reference(code: VerifiedCode) -> str:
    return f"code-{_id(code.assignment.assignment_id)}"


def _problems(body: _Element, codes: Sequence[VerifiedCode], record: EncounterRecord) -> None:
    section = _section(body, _PROBLEM_SECTION, "11450-4", "Diagnoses", codes)
    for code in codes:
        act = _add(_add(section, "entry", typeCode="DRIV"), "act", classCode="ACT", moodCode="EVN")
        _templates(act, _CONCERN, "2015-08-01")
        _add(act, "id", root=_id("concern", code.assignment.assignment_id))
        _add(act, "code", code="CONC", codeSystem=_ACT_CLASS)
        _add(act, "statusCode", code="completed")
        _period(act, record)
        relation = _add(act, "entryRelationship", typeCode="SUBJ")
        problem = _add(relation, "observation", classCode="OBS", moodCode="EVN")
        _templates(problem, _PROBLEM, "2015-08-01")
        _add(problem, "id", root=_id("problem", code.assignment.assignment_id))
        _add(problem, "code", code="29308-4", codeSystem=_LOINC, displayName="Diagnosis")
        _narrative_of(problem, code)
        _add(problem, "statusCode", code="completed")
        _period(problem, record)
        _coded(problem, "value", code.assignment.coding, xsi_type="CD")


def _procedures(body: _Element, codes: Sequence[VerifiedCode], record: EncounterRecord) -> None:
    section = _section(body, _PROCEDURE_SECTION, "47519-4", "Procedures", codes)
    for code in codes:
        procedure = _add(
            _add(section, "entry", typeCode="DRIV"), "procedure", classCode="PROC", moodCode="EVN"
        )
        _templates(procedure, _PROCEDURE, "2014-06-09")
        _add(procedure, "id", root=_id("procedure", code.assignment.assignment_id))
        _coded(procedure, "code", code.assignment.coding)
        _narrative_of(procedure, code)
        _add(procedure, "statusCode", code="completed")
        _period(procedure, record)


def _outcomes(body: _Element, codes: Sequence[VerifiedCode]) -> None:
    """Outcomes have no section of their own in C-CDA: a narrative one, without a code."""
    if codes:
        _section(body, "", "", "Outcomes", codes)


def _templates(parent: _Element, template: str, version: str) -> None:
    _add(parent, "templateId", root=template)
    _add(parent, "templateId", root=template, extension=version)


def _narrative_of(parent: _Element, code: VerifiedCode) -> None:
    _add(_add(parent, "text"), "reference", value=f"#{_reference(code)}")
