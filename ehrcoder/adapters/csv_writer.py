"""Writes a signed record as CSV: one row an assignment, with its evidence, its origin and the signature."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence

from ehrcoder.adapters.signed_codes import codes_of, signature_of
from ehrcoder.adapters.spreadsheet_cells import harmless
from ehrcoder.core.assignments import CodingEvent, RecordCoding, Signature
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import VerifiedCode

COLUMNS: tuple[str, ...] = (
    "record_id", "patient", "birth_year", "sex", "encounter_class", "period_start", "period_end",
    "assignment_id", "sequence", "kind", "use", "present_on_admission", "code_system", "system", "version",
    "code", "display", "origin", "coder", "decided_at", "confidence", "quotes", "evidence",
    "signed_by", "signed_at", "signature_meaning", "content_sha256", "history_events", "history_head_sha256",
    "exported_at", "exported_by",
)


class CsvWriter:
    """One file a record, in UTF-8 with byte-order mark (without it spreadsheets misread accents), CRLF lines."""

    @property
    def format_name(self) -> str:
        return "csv"

    @property
    def suffix(self) -> str:
        return ".csv"

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the file. A record that was signed without a code has one row without a code.

        Raises InputError when the record is not signed, IntegrityError when its history lacks a code.
        """
        output = io.StringIO(newline="")
        table = csv.DictWriter(output, COLUMNS, restval="", lineterminator="\r\n")
        table.writeheader()
        table.writerows(rows_of(
            record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by
        ))
        return output.getvalue().encode("utf-8-sig", "surrogatepass")


def rows_of(
    record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
    suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
    exported_by: CoderId | None,
) -> list[dict[str, str]]:
    """Return the table's rows by column, each cell harmless. Raises InputError and IntegrityError."""
    shared = _record_cells(record) | _signature_cells(coding, signature_of(coding), exported_at)
    shared["exported_by"] = exported_by or ""
    cells = [_code_cells(code) for code in codes_of(coding, events, suggestions, runs)]
    return [{name: harmless(value) for name, value in (shared | each).items()} for each in cells or [{}]]


def _record_cells(record: EncounterRecord) -> dict[str, str]:
    period = record.period
    return {
        "record_id": record.record_id,
        "patient": record.patient.pseudonym,
        "birth_year": str(record.patient.birth_year or ""),
        "sex": record.patient.sex.value,
        "encounter_class": record.encounter_class.value,
        "period_start": period.start.isoformat() if period.start else "",
        "period_end": period.end.isoformat() if period.end else "",
    }


def _signature_cells(coding: RecordCoding, signature: Signature, exported_at: dt.datetime) -> dict[str, str]:
    return {
        "signed_by": signature.coder_id,
        "signed_at": signature.at.isoformat(),
        "signature_meaning": signature.meaning,
        "content_sha256": signature.content_sha256,
        "history_events": str(coding.version),
        "history_head_sha256": coding.head_hash,
        "exported_at": exported_at.isoformat(),
    }


def _code_cells(code: VerifiedCode) -> dict[str, str]:
    assignment = code.assignment
    evidence = [
        {
            "document": item.span.document_id, "start": item.span.start, "end": item.span.end,
            "assertion": item.assertion.value, "quote": item.quote,
        }
        for item in assignment.evidence
    ]
    return {
        "assignment_id": assignment.assignment_id,
        "sequence": str(assignment.sequence),
        "kind": assignment.kind.value,
        "use": assignment.use.value,
        "present_on_admission": assignment.present_on_admission or "",
        "code_system": SHORT_NAME_OF_SYSTEM.get(assignment.coding.system, ""),
        "system": assignment.coding.system,
        "version": assignment.coding.version,
        "code": assignment.coding.code,
        "display": assignment.coding.display,
        "origin": code.origin.value,
        "coder": code.coder_id,
        "decided_at": code.at.isoformat(),
        "confidence": f"{code.suggestion.confidence:.4f}" if code.suggestion else "",
        "quotes": " | ".join(item.quote for item in assignment.evidence),
        # Escaped to ASCII: offsets stay right whatever a spreadsheet program does to the characters.
        "evidence": json.dumps(evidence) if evidence else "",
    }
