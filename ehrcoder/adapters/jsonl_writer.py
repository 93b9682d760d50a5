"""Writes signed records as JSON Lines: one file, one record a line, with its codes, evidence and signature."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ehrcoder.adapters.signed_codes import codes_of, signature_of
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import VerifiedCode

FILE_NAME = "codes.jsonl"


class JsonLinesWriter:
    """One file for all records of an export; it needs no memory of what it wrote."""

    @property
    def format_name(self) -> str:
        return "jsonl"

    def begin(self) -> JsonLinesWriter:
        """Return itself."""
        return self

    def lines(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Mapping[str, bytes]:
        """Return the record's line. Raises InputError when it is not signed, IntegrityError for a lost history."""
        signature = signature_of(coding)
        told: dict[str, Any] = {
            "record_id": record.record_id,
            "patient": {
                "pseudonym": record.patient.pseudonym, "birth_year": record.patient.birth_year,
                "sex": record.patient.sex.value,
            },
            "encounter": {
                "class": record.encounter_class.value, "start": _day(record.period.start),
                "end": _day(record.period.end),
            },
            "codes": [_code(code) for code in codes_of(coding, events, suggestions, runs)],
            "signature": {
                "coder": signature.coder_id, "at": signature.at.isoformat(), "meaning": signature.meaning,
                "content_sha256": signature.content_sha256,
            },
            "history": {"events": coding.version, "head_sha256": coding.head_hash},
            "exported": {"at": exported_at.isoformat(), "by": exported_by},
        }
        # ASCII, so that no line separator of Unicode within a text ends the line for anybody.
        return {FILE_NAME: json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"}


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _code(code: VerifiedCode) -> dict[str, Any]:
    assignment = code.assignment
    return {
        "assignment_id": assignment.assignment_id,
        "sequence": assignment.sequence,
        "kind": assignment.kind.value,
        "use": assignment.use.value,
        "present_on_admission": assignment.present_on_admission,
        "code_system": SHORT_NAME_OF_SYSTEM.get(assignment.coding.system, ""),
        "system": assignment.coding.system,
        "version": assignment.coding.version,
        "code": assignment.coding.code,
        "display": assignment.coding.display,
        "origin": code.origin.value,
        "coder": code.coder_id,
        "decided_at": code.at.isoformat(),
        "confidence": round(code.suggestion.confidence, 4) if code.suggestion else None,
        "evidence": [
            {
                "document": item.span.document_id, "start": item.span.start, "end": item.span.end,
                "assertion": item.assertion.value, "quote": item.quote,
            }
            for item in assignment.evidence
        ],
    }
