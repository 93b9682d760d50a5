"""Writes a signed record as brat standoff: each note's exact text, and beside it the evidence with its codes."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from ehrcoder.adapters.signed_codes import codes_of, signature_of
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM, CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import VerifiedCode

_LABELS = {CodeKind.DIAGNOSIS: "Diagnosis", CodeKind.PROCEDURE: "Procedure", CodeKind.OUTCOME: "Outcome"}
# A span across lines is written in pieces; brat's own files have one annotation a line.
_LINE = re.compile(r"[^\r\n]+")


class BratWriter:
    """A `.txt` and an `.ann` for each note. A code without evidence has no place in a standoff file."""

    @property
    def format_name(self) -> str:
        return "brat"

    def render_files(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Mapping[str, bytes]:
        """Return the files by suffix, numbered where there are several notes. Raises InputError, IntegrityError."""
        signature_of(coding)
        if not record.documents:
            raise InputError(
                f"Record {record.record_id} has no note, and standoff annotations need one.",
                kept="Nothing was written.", next_step="Export it in another format.",
            )
        codes = codes_of(coding, events, suggestions, runs)
        found: dict[str, bytes] = {}
        for number, document in enumerate(record.documents, start=1):
            place = "" if len(record.documents) == 1 else f".{number}"
            found[f"{place}.txt"] = document.text.encode("utf-8", "surrogatepass")
            found[f"{place}.ann"] = "".join(_annotations(document, codes)).encode("utf-8", "surrogatepass")
        return found


def _annotations(document: ClinicalDocument, codes: Sequence[VerifiedCode]) -> Iterator[str]:
    number = 0
    for code in codes:
        for item in code.assignment.evidence:
            pieces = _pieces(item)
            if item.span.document_id != document.document_id or not pieces:
                continue
            number += 1
            yield from _annotation(number, code, item, pieces)


def _annotation(
    number: int, code: VerifiedCode, item: Evidence, pieces: Sequence[tuple[int, int, str]]
) -> Iterator[str]:
    assignment = code.assignment
    name = SHORT_NAME_OF_SYSTEM.get(assignment.coding.system, assignment.coding.system)
    offsets = ";".join(f"{start} {end}" for start, end, _ in pieces)
    words = " ".join(text for _, _, text in pieces)
    told = {
        "assignment": assignment.assignment_id, "system": assignment.coding.system,
        "version": assignment.coding.version, "code": assignment.coding.code, "display": assignment.coding.display,
        "use": assignment.use.value, "present_on_admission": assignment.present_on_admission,
        "origin": code.origin.value, "coder": code.coder_id, "decided_at": code.at.isoformat(),
    }
    yield f"T{number}\t{_LABELS[assignment.kind]} {offsets}\t{words}\n"
    yield f"A{number}\tAssertion T{number} {item.assertion.value}\n"
    yield (
        f"N{number}\tReference T{number} {name.replace(' ', '-')}:{assignment.coding.code}\t"
        f"{' '.join(assignment.coding.display.split())}\n"
    )
    yield f"#{number}\tAnnotatorNotes T{number}\t{json.dumps(told)}\n"


def _pieces(item: Evidence) -> list[tuple[int, int, str]]:
    return [
        (item.span.start + line.start(), item.span.start + line.end(), line[0])
        for line in _LINE.finditer(item.quote)
    ]
