"""What a C-CDA header says of patient and encounter, without what identifies the person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.demographics import encounter_class_named, sex_named
from ehrcoder.adapters.formats.hl7_times import period_of, year_of
from ehrcoder.adapters.formats.xml_trees import attribute, child
from ehrcoder.core.records import EncounterClass, Patient, Period

if TYPE_CHECKING:
    from lxml.etree import _Element

_ACT_CODE = "2.16.840.1.113883.5.4"
# Social security and insurance numbers are no pseudonyms.
_IDENTIFYING_ROOTS = frozenset({"2.16.840.1.113883.4.1", "2.16.840.1.113883.4.572", "2.16.840.1.113883.4.3"})


def patient_of(root: _Element, *, otherwise: str) -> Patient:
    """Return sex, year of birth and the sender's number of the patient; names and address are not read.

    `otherwise` stands in where the sender gives no number.
    """
    role = child(root, "recordTarget", "patientRole")
    person = child(role, "patient")
    birth = child(person, "birthTime")
    return Patient(
        pseudonym=_pseudonym(role) or otherwise, birth_year=year_of(attribute(birth, "value")),
        sex=sex_named(attribute(child(person, "administrativeGenderCode"), "code")),
    )


def period_of_document(root: _Element) -> tuple[Period, tuple[str, ...]]:
    """Return the encounter's days: those of the header, of the only encounter entry, or the document's date."""
    encounters = [encounter for encounter in _encounters(root) if child(encounter, "effectiveTime") is not None]
    if encounters:
        period, notes = period_of_time(child(encounters[0], "effectiveTime"))
        if period != Period() or notes:
            return period, notes
    written = attribute(child(root, "effectiveTime"), "value")
    period, notes = period_of(written, written, what="the document's date")
    if period == Period():
        return period, notes[:1]
    return period, ("No encounter is dated; the document's own date stands for it.",)


def period_of_time(time: _Element | None) -> tuple[Period, tuple[str, ...]]:
    """Read an effectiveTime: a moment, or low and high."""
    moment = attribute(time, "value")
    low, high = attribute(child(time, "low"), "value"), attribute(child(time, "high"), "value")
    return period_of(low or moment, high or (moment if not low else ""), what="the encounter's period")


def encounter_class_of(root: _Element) -> EncounterClass:
    """Return the class that the header's encounter, or the only encounter entry, names in HL7's own codes."""
    for encounter in _encounters(root):
        code = child(encounter, "code")
        if code is None:
            continue
        for coded in (code, *code.findall("translation")):
            if attribute(coded, "codeSystem") == _ACT_CODE:
                return encounter_class_named(attribute(coded, "code"))
    return EncounterClass.UNKNOWN


def language_of(root: _Element) -> str:
    """Return the primary language of the document, English where it names none."""
    primary = attribute(child(root, "languageCode"), "code").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in (2, 3) else "en"


def _encounters(root: _Element) -> Iterator[_Element]:
    """Yield the header's encounter, then the encounter entry where there is exactly one that happened."""
    header = child(root, "componentOf", "encompassingEncounter")
    if header is not None:
        yield header
    entries = [encounter for encounter in root.iter("encounter") if attribute(encounter, "moodCode") in ("", "EVN")]
    if len(entries) == 1:
        yield entries[0]


def _pseudonym(role: _Element | None) -> str:
    if role is None:
        return ""
    for identifier in role.findall("id"):
        root = attribute(identifier, "root")
        if root in _IDENTIFYING_ROOTS or identifier.get("nullFlavor"):
            continue
        if given := attribute(identifier, "extension") or root:
            return given
    return ""
