"""Checks a record's coding against the installed code sets and the rules of coding."""

from __future__ import annotations

from collections.abc import Mapping

from ehrcoder.core.assignments import CodeAssignment, RecordCoding
from ehrcoder.core.codes import ICD_10_CM, CodeSetEdition, Concept, with_dot
from ehrcoder.core.edit_rules import check
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding
from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.ports import CodeSetIndex

_CHOICES = 40
_LOOKED_AT = 400


def validate_coding(
    coding: RecordCoding, record: EncounterRecord, index: CodeSetIndex
) -> tuple[EditFinding, ...]:
    """Return what speaks against a record's assigned codes, errors first. Changes nothing."""
    editions = {edition.system: edition for edition in index.editions()}
    entries = [_entry(assignment, index, editions) for assignment in coding.assignments]
    return check(
        entries,
        EditContext(
            date=record.period.end or record.period.start,
            is_inpatient=record.encounter_class is EncounterClass.INPATIENT,
        ),
    )


def _entry(
    assignment: CodeAssignment, index: CodeSetIndex, editions: Mapping[str, CodeSetEdition]
) -> CodedEntry:
    system, code = assignment.coding.system, assignment.coding.code
    concept = index.concept(system, code)
    if concept is not None:
        return CodedEntry(
            assignment=assignment, concept=concept, ancestors=index.ancestors(system, code),
            choices=() if concept.is_billable else _assignable_below(index, concept), edition=editions.get(system),
        )
    header = _nearest_header(index, system, code)
    ancestors = (header, *index.ancestors(system, header.coding.code)) if header is not None else ()
    return CodedEntry(
        assignment=assignment, concept=None, header=header, ancestors=ancestors,
        choices=_assignable_below(index, header) if header is not None else (), edition=editions.get(system),
    )


def _nearest_header(index: CodeSetIndex, system: str, code: str) -> Concept | None:
    """Return the longest existing beginning of an unknown ICD-10-CM code, placeholders left out."""
    if system != ICD_10_CM:
        return None
    bare = code.replace(".", "").upper()
    for length in range(len(bare) - 1, 2, -1):
        header = index.concept(system, with_dot(bare[:length].rstrip("X") if length > 3 else bare[:length]))
        if header is not None:
            return header
    return None


def _assignable_below(index: CodeSetIndex, header: Concept) -> tuple[Concept, ...]:
    waiting, found, looked_at = [header], list[Concept](), 0
    while waiting and len(found) < _CHOICES and looked_at < _LOOKED_AT:
        looked_at += 1
        concept = waiting.pop(0)
        if concept.is_billable:
            found.append(concept)
        else:
            waiting[:0] = index.children(concept.coding.system, concept.coding.code)
    return tuple(found)
