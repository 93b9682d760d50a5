"""Checks a record's coding against the installed code sets and the rules of coding."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from ehrcoder.core.assignments import CodeAssignment, RecordCoding
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeSetEdition, Concept, with_dot
from ehrcoder.core.edit_rules import check
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, Passage, let_stand
from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.ports import CodeSetIndex

_CHOICES = 40
_LOOKED_AT = 400
_RELATIVES = 250
_LONGEST_SENTENCE = 400
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_OPEN_TITLE = re.compile(r"unspecified|\bNOS\b|\bright\b|\bleft\b|\bbilateral\b", re.IGNORECASE)


def validate_coding(
    coding: RecordCoding, record: EncounterRecord, index: CodeSetIndex, *, said: Sequence[str] = (),
    with_severity: bool = False, known: Sequence[CodedEntry] = (),
) -> tuple[EditFinding, ...]:
    """Return what speaks against a record's assigned codes, errors first. Changes nothing.

    Each code is checked against the edition of the record's day, or the nearest one that is installed. `said` are
    the record's comments: a warning that somebody let stand with a reason is information. `with_severity` adds what
    payers make of the codes, where lists of that are imported. `known` are entries of these assignments that were
    looked up before.
    """
    day = record.day
    looked_up = {entry.assignment.assignment_id: entry for entry in known}
    found = check(
        [
            _with_weights(entry, index, day) if with_severity else entry
            for entry in (
                looked_up.get(each.assignment_id) or coded_entry(each, record, index) for each in coding.assignments
            )
        ],
        EditContext(
            date=day, is_inpatient=record.encounter_class is EncounterClass.INPATIENT,
            ages=_ages(record.patient.birth_year, day), lists=index.lists(on=day),
        ),
    )
    return let_stand(found, said)


def _ages(birth_year: int | None, day: dt.date | None) -> tuple[int, int] | None:
    if birth_year is None or day is None or birth_year > day.year:
        return None
    return max(0, day.year - birth_year - 1), day.year - birth_year


def coded_entry(assignment: CodeAssignment, record: EncounterRecord, index: CodeSetIndex) -> CodedEntry:
    """Return an assigned code with what the code sets and the note say about it."""
    system, code, day = assignment.coding.system, assignment.coding.code, record.day
    edition, listed = index.edition(system, on=day), index.listed(system, code, on=day)
    concept = index.concept(system, code, on=day)
    if concept is not None:
        return CodedEntry(
            assignment=assignment, concept=concept, ancestors=index.ancestors(system, code, on=day), listed=listed,
            choices=() if concept.is_billable else _assignable_below(index, concept, day, _CHOICES), edition=edition,
            passages=_passages(assignment, record), relatives=_relatives(index, concept, day),
        )
    header = _nearest_header(index, system, code, day)
    ancestors = (header, *index.ancestors(system, header.coding.code, on=day)) if header is not None else ()
    return CodedEntry(
        assignment=assignment, concept=None, header=header, ancestors=ancestors, listed=listed,
        choices=_assignable_below(index, header, day, _CHOICES) if header is not None else (), edition=edition,
        table=index.procedure_table(code, on=day) if system == ICD_10_PCS else None,
        elsewhere=_elsewhere(index, assignment, edition),
    )


def _with_weights(entry: CodedEntry, index: CodeSetIndex, day: dt.date | None) -> CodedEntry:
    return replace(entry, weights=index.weights(entry.system, entry.code, on=day))


def _elsewhere(
    index: CodeSetIndex, assignment: CodeAssignment, edition: CodeSetEdition | None
) -> tuple[tuple[Concept, str], ...]:
    """What a code is in the other installed editions of its system, oldest first."""
    system, code = assignment.coding.system, assignment.coding.code
    found: list[tuple[Concept, str]] = []
    for each in sorted(index.editions(), key=lambda each: each.version):
        if each.system == system and edition is not None and each.version != edition.version:
            concept = index.concept_of_edition(system, each.version, code)
            if concept is not None:
                found.append((concept, each.name))
    return tuple(found)


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


def _assignable_below(
    index: CodeSetIndex, header: Concept, day: dt.date | None, most: int
) -> tuple[Concept, ...]:
    waiting, found, looked_at = [header], list[Concept](), 0
    while waiting and len(found) < most and looked_at < _LOOKED_AT:
        looked_at += 1
        concept = waiting.pop(0)
        if concept.is_billable:
            found.append(concept)
        else:
            waiting[:0] = index.children(concept.coding.system, concept.coding.code, on=day)
    return tuple(found)


def _relatives(index: CodeSetIndex, concept: Concept, day: dt.date | None) -> tuple[Concept, ...]:
    """The assignable codes of the same header; of a code with a seventh character, those that have the same one."""
    coding = concept.coding
    if not concept.is_billable or concept.parent is None or not _OPEN_TITLE.search(coding.display):
        return ()
    header = index.concept(coding.system, concept.parent, on=day)
    if header is None:
        return ()
    bare = coding.code.replace(".", "")
    if coding.system == ICD_10_CM and len(bare) == 7 and header.parent and "-" not in header.parent:
        above = index.concept(coding.system, header.parent, on=day) or header
        found = _assignable_below(index, above, day, _RELATIVES)
        return tuple(each for each in found if each.coding != coding and each.coding.code[-1] == bare[-1])
    found = _assignable_below(index, header, day, _RELATIVES)
    return tuple(each for each in found if each.coding != coding)


def _passages(assignment: CodeAssignment, record: EncounterRecord) -> tuple[Passage, ...]:
    """The sentence around each piece of evidence, within reason."""
    found: list[Passage] = []
    for evidence in assignment.evidence:
        text = next((d.text for d in record.documents if d.document_id == evidence.span.document_id), None)
        if text is None or evidence.span.end > len(text):
            continue
        start, end = evidence.span.start, evidence.span.end
        least, most = max(0, start - _LONGEST_SENTENCE), min(len(text), end + _LONGEST_SENTENCE)
        ends = [each.end() for each in _SENTENCE_END.finditer(text, least, start)]
        first = ends[-1] if ends else least
        after = _SENTENCE_END.search(text, end, most)
        last = after.start() if after else most
        found.append(Passage(sentence=text[first:last], start=start - first, end=end - first))
    return tuple(dict.fromkeys(found))
