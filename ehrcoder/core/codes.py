"""Codes as FHIR names them: Coding, Concept, code system, edition."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
HCPCS_II = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
DISCHARGE_DISPOSITION = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
PATIENT_OUTCOME = "http://terminology.hl7.org/CodeSystem/v2-0241"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
GOAL_ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"


class CodeKind(StrEnum):
    """What a code says about a record."""

    DIAGNOSIS = "diagnosis"
    PROCEDURE = "procedure"
    OUTCOME = "outcome"


KIND_OF_SYSTEM: dict[str, CodeKind] = {
    ICD_10_CM: CodeKind.DIAGNOSIS,
    ICD_10_PCS: CodeKind.PROCEDURE,
    HCPCS_II: CodeKind.PROCEDURE,
    DISCHARGE_DISPOSITION: CodeKind.OUTCOME,
    PATIENT_OUTCOME: CodeKind.OUTCOME,
    CONDITION_CLINICAL: CodeKind.OUTCOME,
    GOAL_ACHIEVEMENT: CodeKind.OUTCOME,
}

SHORT_NAME_OF_SYSTEM: dict[str, str] = {
    ICD_10_CM: "ICD-10-CM",
    ICD_10_PCS: "ICD-10-PCS",
    HCPCS_II: "HCPCS II",
    DISCHARGE_DISPOSITION: "Discharge disposition",
    PATIENT_OUTCOME: "Patient outcome",
    CONDITION_CLINICAL: "Condition status",
    GOAL_ACHIEVEMENT: "Goal achievement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """One code of one edition of one code system. `code` carries its dot where the system has one."""

    system: str
    version: str
    code: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptNotes:
    """The classification's own instructions at one concept, as published, in order."""

    includes: tuple[str, ...] = ()
    inclusion_terms: tuple[str, ...] = ()
    excludes1: tuple[str, ...] = ()
    excludes2: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    code_also: tuple[str, ...] = ()
    seventh_characters: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A code-set entry: a billable code or a header above billable codes."""

    coding: Coding
    parent: str | None
    is_billable: bool
    synonyms: tuple[str, ...] = ()
    notes: ConceptNotes = ConceptNotes()
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    """From when to when it is in force: its own dates where the set gives it some, else those of its edition."""

    def is_in_force(self, day: dt.date | None) -> bool:
        """Tell whether it is in force on a day; without a day, or where its dates are not known, it is."""
        if day is None:
            return True
        return (self.effective_from or day) <= day <= (self.effective_to or day)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSetEdition:
    """One dated edition of a code system, as it is installed."""

    system: str
    version: str
    name: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    concept_count: int
    billable_count: int
    licence: str
    source: str
    sha256: str


def edition_start(edition: str) -> dt.date:
    """Return the first day of a dated edition: October of the year before, or the month that it names."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?", edition)
    if found is None:
        return dt.date.min
    return dt.date(int(found[1]), int(found[2]), 1) if found[2] else dt.date(int(found[1]) - 1, 10, 1)


def begins(edition: CodeSetEdition) -> dt.date:
    """Return the day from which an edition counts: the one it states, else the one that its name stands for."""
    return edition.effective_from or edition_start(edition.version)


def answering(by_age: Sequence[CodeSetEdition], day: dt.date | None) -> int:
    """Return the place of the edition of a system that answers for a day, of at least one, the oldest first.

    It is the last one that had begun by then, else the first there is; without a day the newest.
    """
    begun = len(by_age) if day is None else sum(begins(each) <= day for each in by_age)
    return max(0, begun - 1)


def edition_on(editions: Iterable[CodeSetEdition], system: str, day: dt.date | None) -> CodeSetEdition | None:
    """Return the edition of a system that answers for a day, without a day the newest; None where it has none."""
    by_age = sorted((each for each in editions if each.system == system), key=lambda each: (begins(each), each.version))
    return by_age[answering(by_age, day)] if by_age else None


def has_own_dates(concept: Concept, edition: CodeSetEdition) -> bool:
    """Tell whether a code has dates of its own within its edition, as those of HCPCS II have."""
    return (concept.effective_from, concept.effective_to) != (edition.effective_from, edition.effective_to)


def is_assignable(concept: Concept, edition: CodeSetEdition | None, day: dt.date | None) -> bool:
    """Tell whether a code may be assigned to a record of this day; one that was ended later may still be."""
    if edition is None or day is None or not has_own_dates(concept, edition):
        return concept.is_billable
    return concept.is_in_force(day) and (concept.is_billable or concept.effective_to is not None)


def with_dot(code: str) -> str:
    """Return an ICD-10-CM code in upper case with its dot after the third character."""
    bare = code.replace(".", "").strip().upper()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


def without_dot(code: str) -> str:
    """Return a code in upper case without its dot."""
    return code.replace(".", "").strip().upper()
