"""Checks a record's coding against the installed code sets and the rules of coding."""

from __future__ import annotations

import datetime as dt

from ehrcoder.core.assignments import CodeAssignment, RecordCoding
from ehrcoder.core.codes import ICD_10_CM, Concept, with_dot
from ehrcoder.core.edit_rules import check
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding
from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.ports import CodeSetIndex

_CHOICES = 40
_LOOKED_AT = 400


def validate_coding(
    coding: RecordCoding, record: EncounterRecord, index: CodeSetIndex
) -> tuple[EditFinding, ...]:
    """Return what speaks against a record's assigned codes, errors first. Changes nothing.

    Each code is checked against the edition of the record's day, or the nearest one that is installed.
    """
    day = record.day
    return check(
        [_entry(assignment, index, day) for assignment in coding.assignments],
        EditContext(
            date=day, is_inpatient=record.encounter_class is EncounterClass.INPATIENT,
            ages=_ages(record.patient.birth_year, day), lists=index.lists(on=day),
        ),
    )


def _ages(birth_year: int | None, day: dt.date | None) -> tuple[int, int] | None:
    if birth_year is None or day is None or birth_year > day.year:
        return None
    return max(0, day.year - birth_year - 1), day.year - birth_year


def _entry(assignment: CodeAssignment, index: CodeSetIndex, day: dt.date | None) -> CodedEntry:
    system, code = assignment.coding.system, assignment.coding.code
    edition, listed = index.edition(system, on=day), index.listed(system, code, on=day)
    concept = index.concept(system, code, on=day)
    if concept is not None:
        return CodedEntry(
            assignment=assignment, concept=concept, ancestors=index.ancestors(system, code, on=day), listed=listed,
            choices=() if concept.is_billable else _assignable_below(index, concept, day), edition=edition,
        )
    header = _nearest_header(index, system, code, day)
    ancestors = (header, *index.ancestors(system, header.coding.code, on=day)) if header is not None else ()
    return CodedEntry(
        assignment=assignment, concept=None, header=header, ancestors=ancestors, listed=listed,
        choices=_assignable_below(index, header, day) if header is not None else (), edition=edition,
    )


def _nearest_header(index: CodeSetIndex, system: str, code: str, day: dt.date | None) -> Concept | None:
    """Return the longest existing beginning of an unknown ICD-10-CM code, placeholders left out."""
    if system != ICD_10_CM:
        return None
    bare = code.replace(".", "").upper()
    for length in range(len(bare) - 1, 2, -1):
        header = index.concept(system, with_dot(bare[:length].rstrip("X") if length > 3 else bare[:length]), on=day)
        if header is not None:
            return header
    return None


def _assignable_below(index: CodeSetIndex, header: Concept, day: dt.date | None) -> tuple[Concept, ...]:
    waiting, found, looked_at = [header], list[Concept](), 0
    while waiting and len(found) < _CHOICES and looked_at < _LOOKED_AT:
        looked_at += 1
        concept = waiting.pop(0)
        if concept.is_billable:
            found.append(concept)
        else:
            waiting[:0] = index.children(concept.coding.system, concept.coding.code, on=day)
    return tuple(found)
