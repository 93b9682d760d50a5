"""The codes of C-CDA entries: diagnoses, procedures, encounter types and dispositions, each in its system.

Templates: HL7 C-CDA R2.1 (2.16.840.1.113883.10.20.22), CCD 1.0 (…10.20.1) and IHE PCC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.fhir_systems import (
    CPT,
    ICD_9_CM,
    ICD_10,
    SNOMED_CT,
    contradicts,
    is_well_formed,
    known_code,
    known_oid,
    system_named,
)
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.adapters.formats.xml_trees import XSI_TYPE, attribute, child
from ehrcoder.core.codes import HCPCS_II, ICD_10_CM, ICD_10_PCS, KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import ImportedCode

if TYPE_CHECKING:
    from lxml.etree import _Element

Report = Callable[[str], None]

DIAGNOSIS_SECTIONS: dict[str, str] = {
    "11450-4": "Problem", "46240-8": "Encounter diagnosis", "11535-2": "Discharge diagnosis",
    "78375-3": "Discharge diagnosis", "46241-6": "Admission diagnosis", "42347-5": "Admission diagnosis",
    "10219-4": "Preoperative diagnosis", "10218-6": "Postoperative diagnosis", "51848-0": "Assessment",
    "51847-2": "Assessment", "11348-0": "Past illness", "55109-3": "Complication",
    "29299-5": "Reason for visit", "46239-0": "Reason for visit", "10154-3": "Chief complaint",
    "75310-3": "Health concern", "59768-2": "Indication", "42349-1": "Reason for referral",
    "10164-2": "Present illness",
}
FAMILY_HISTORY = "10157-6"
PROCEDURE_SECTIONS = frozenset({"47519-4", "29554-3"})
# What is taken from the patient to be measured is no treatment.
_NO_PROCEDURES = frozenset({"30954-2", "8716-3", "29762-2", FAMILY_HISTORY})

_PROBLEM_TEMPLATES = frozenset({
    "2.16.840.1.113883.10.20.22.4.4", "2.16.840.1.113883.10.20.22.4.19", "2.16.840.1.113883.10.20.1.28",
    "1.3.6.1.4.1.19376.1.5.3.1.4.5", "2.16.840.1.113883.10.20.22.4.132",
})
_PROCEDURE_TEMPLATES = frozenset({
    "2.16.840.1.113883.10.20.22.4.12", "2.16.840.1.113883.10.20.22.4.13", "2.16.840.1.113883.10.20.22.4.14",
    "2.16.840.1.113883.10.20.1.29",
})
# Problem types of the value set Problem Type (SNOMED CT and LOINC).
_PROBLEM_TYPES = frozenset({
    "55607006", "282291009", "404684003", "64572001", "418799008", "409586006", "248536006", "373930000",
    "29308-4", "75326-9", "75321-0", "75325-1", "75322-8", "75323-6", "75318-6", "75315-2", "ASSERTION",
})
_DIAGNOSIS_SYSTEMS = frozenset({ICD_10_CM, ICD_9_CM, ICD_10})
_ENCOUNTER_SYSTEMS = frozenset({CPT, HCPCS_II})
_PLANNED_MOODS = frozenset({"INT", "RQO", "PRMS", "PRP", "ARQ", "GOL", "APT"})
# An aborted procedure was begun, and guidelines code what was done of it.
_NOT_DONE = frozenset({"cancelled", "nullified", "held"})
_STATUS_CODES = frozenset({"33999-4", "11323-3"})
_STATUS_WORDS = {"55561003": "active", "73425007": "inactive", "413322009": "resolved"}
# One address, two tables.
_KIND_OF_OID = {"2.16.840.1.113883.6.103": CodeKind.DIAGNOSIS, "2.16.840.1.113883.6.104": CodeKind.PROCEDURE}
_NAMED_SYSTEMS = frozenset({ICD_10_CM, ICD_10_PCS, ICD_9_CM, SNOMED_CT, CPT, HCPCS_II})
_STATEMENTS = ("observation", "procedure", "act", "encounter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the document an entry stands: names it in messages and says what its section is about."""

    section: int
    section_code: str
    entry: int

    def __str__(self) -> str:
        code = f" ({shown(self.section_code)})" if self.section_code else ""
        return f"Section {self.section}{code}, entry {self.entry}"


def codes_of_entry(entry: _Element, place: Place, *, report: Report) -> Iterator[ImportedCode]:
    """Yield the codes of what an entry states; what is denied, planned or another person's is not taken."""
    if place.section_code == FAMILY_HISTORY:
        return
    for statement in entry.iter(*_STATEMENTS):
        if _is_elsewhere(statement):
            continue
        match statement.tag:
            case "observation":
                found = [*_problem_codes(statement, place, report), *_observed_procedure(statement, place, report)]
            case "encounter":
                found = [*_encounter_codes(statement, place, report)]
            case _:
                found = [*_procedure_codes(statement, place, report)]
        if found and _is_negated(statement, entry):
            report(f"{place}: what is stated is denied (negationInd), so its code is not taken.")
            continue
        yield from found


def disposition_codes(encounter: _Element, place: str, *, report: Report) -> Iterator[ImportedCode]:
    """Yield the discharge disposition of an encounter, as the sender's table writes it."""
    for given in encounter.findall("dischargeDispositionCode"):
        yield from imported_codes(given, CodeKind.OUTCOME, label="Discharge disposition", place=place, report=report)


def imported_codes(
    given: _Element, kind: CodeKind, *, label: str, place: object, report: Report
) -> Iterator[ImportedCode]:
    """Yield a coded value and its translations, each under its own system; bad ones are named."""
    for coded in (given, *given.findall("translation")):
        code = attribute(coded, "code")
        if not code:
            continue
        try:
            yield _imported(coded, code, kind, label=label)
        except InputError as error:
            report(f"{place}: {error.what}")


def _imported(coded: _Element, code: str, kind: CodeKind, *, label: str) -> ImportedCode:
    oid, name = attribute(coded, "codeSystem"), attribute(coded, "codeSystemName")
    # A system that is named in words only is taken where the words name one and no other.
    system = known_oid(oid) if oid else system_named(name)
    if not oid and system not in _NAMED_SYSTEMS:
        raise InputError("a code without its code system.")
    if contradicts(system, name):
        raise InputError(f"a code whose system is {system} by number and {shown(name)} by name.")
    plain = known_code(system, code)
    if not is_well_formed(system, plain):
        raise InputError(f"a code that cannot be one of {shown(system)}.")
    version, display = attribute(coded, "codeSystemVersion"), attribute(coded, "displayName")
    for text in (system, plain, version, display):
        refuse_unstorable(text, place="a code")
    return ImportedCode(
        coding=Coding(system=system, version=version, code=plain, display=display),
        kind=_KIND_OF_OID.get(oid) or KIND_OF_SYSTEM.get(system, kind), source_label=label,
    )


def _problem_codes(observation: _Element, place: Place, report: Report) -> Iterator[ImportedCode]:
    is_problem = bool(_templates(observation) & _PROBLEM_TEMPLATES) or _is_problem_by_place(observation, place)
    label = DIAGNOSIS_SECTIONS.get(place.section_code, "Diagnosis")
    if "2.16.840.1.113883.10.20.22.4.19" in _templates(observation):
        label = "Indication"
    else:
        label = ", ".join(part for part in (label, _status_of(observation)) if part)
    for value in observation.findall("value"):
        if value.get(XSI_TYPE, "CD").rpartition(":")[2] not in ("CD", "CE", "CV", "CO"):
            continue
        # Outside problems a diagnosis code still says what it says; other systems name findings and habits.
        for code in imported_codes(value, CodeKind.DIAGNOSIS, label=label, place=place,
                                   report=report if is_problem else _ignore):
            if is_problem or code.coding.system in _DIAGNOSIS_SYSTEMS:
                yield code


def _ignore(message: str) -> None:
    """Findings that are no problems are not coded, so nothing is lost with them."""


def _is_problem_by_place(observation: _Element, place: Place) -> bool:
    if place.section_code not in DIAGNOSIS_SECTIONS:
        return False
    code = attribute(child(observation, "code"), "code")
    return not code or code in _PROBLEM_TYPES


def _observed_procedure(observation: _Element, place: Place, report: Report) -> Iterator[ImportedCode]:
    if "2.16.840.1.113883.10.20.22.4.13" in _templates(observation):
        yield from _procedure_codes(observation, place, report)


def _procedure_codes(statement: _Element, place: Place, report: Report) -> Iterator[ImportedCode]:
    is_procedure = bool(_templates(statement) & _PROCEDURE_TEMPLATES)
    if statement.tag == "procedure":
        is_procedure = place.section_code not in _NO_PROCEDURES
    code = child(statement, "code")
    if not is_procedure or code is None:
        return
    status = attribute(child(statement, "statusCode"), "code").lower()
    if status in _NOT_DONE:
        report(f"{place}: a procedure that is {status}, so its code is not taken.")
        return
    label = f"Procedure, {status}" if status else "Procedure"
    yield from imported_codes(code, CodeKind.PROCEDURE, label=label, place=place, report=report)


def _encounter_codes(encounter: _Element, place: Place, report: Report) -> Iterator[ImportedCode]:
    yield from disposition_codes(encounter, str(place), report=report)
    code = child(encounter, "code")
    if code is None:
        return
    for found in imported_codes(code, CodeKind.PROCEDURE, label="Encounter type", place=place, report=_ignore):
        if found.coding.system in _ENCOUNTER_SYSTEMS:
            yield found
        elif found.coding.system in _DIAGNOSIS_SYSTEMS:
            # Vendors translate the type of a visit into the diagnosis that it was for.
            yield replace(found, kind=CodeKind.DIAGNOSIS, source_label="Encounter, reason")


def _is_elsewhere(statement: _Element) -> bool:
    """Plans and what is said of relatives are no statements about this encounter.

    An observation below a plan (the indication of a planned procedure) is still the patient's condition.
    """
    if attribute(statement, "moodCode") in _PLANNED_MOODS:
        return True
    for element in (statement, *statement.iterancestors()):
        if element.tag in ("entry", "section"):
            return False
        if child(element, "subject", "relatedSubject") is not None:
            return True
        if statement.tag != "observation" and attribute(element, "moodCode") in _PLANNED_MOODS:
            return True
    return False


def _is_negated(statement: _Element, entry: _Element) -> bool:
    element: _Element | None = statement
    while element is not None and element is not entry:
        if attribute(element, "negationInd").lower() in ("true", "1"):
            return True
        element = element.getparent()
    return False


def _status_of(observation: _Element) -> str:
    for relationship in observation.findall("entryRelationship"):
        inner = child(relationship, "observation")
        if attribute(child(inner, "code"), "code") in _STATUS_CODES:
            word = _STATUS_WORDS.get(attribute(child(inner, "value"), "code"))
            if word:
                return word
    parent = observation.getparent()
    concern = parent.getparent() if parent is not None and parent.tag == "entryRelationship" else None
    status = attribute(child(concern, "statusCode"), "code").lower() if concern is not None else ""
    return status if status in ("active", "completed", "suspended", "aborted") else ""


def _templates(statement: _Element) -> set[str]:
    return {attribute(template, "root") for template in statement.findall("templateId")}
