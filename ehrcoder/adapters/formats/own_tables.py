"""Recognises the tables and lines that this program exported, and restores codes, decisions and signatures.

As with exported bundles, all of it is information: nobody in this workspace has verified anything. The notes do not
travel in these files, so that the quoted words become a document of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from ehrcoder.adapters.csv_writer import COLUMNS
from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.demographics import encounter_class_named, sex_named
from ehrcoder.adapters.formats.json_values import JsonObject, object_at, objects_at, text_at
from ehrcoder.adapters.spreadsheet_cells import restored
from ehrcoder.core.assignments import DiagnosisUse, PresentOnAdmission
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Assertion, Evidence, TextSpan
from ehrcoder.core.ids import AssignmentId, CoderId, DocumentId, RecordId
from ehrcoder.core.records import (
    ClinicalDocument,
    EncounterRecord,
    ImportedCode,
    ImportedSignature,
    ImportedVerification,
    Patient,
    Period,
)
from ehrcoder.core.verification import CodeOrigin
from ehrcoder.ports import ReadContext

_Closed = TypeVar("_Closed", DiagnosisUse, PresentOnAdmission, Assertion, CodeOrigin)
_QUOTES = DocumentId("d1")
_KEYS = frozenset({"record_id", "patient", "encounter", "codes", "signature", "history"})


def is_own_table(header: Sequence[str]) -> bool:
    """Tell whether a table's columns are those of our CSV and XLSX export."""
    return set(COLUMNS) <= {name.strip() for name in header}


def is_own_line(item: Mapping[str, object]) -> bool:
    """Tell whether a JSON object is a line of our JSON Lines export."""
    return item.keys() >= _KEYS and isinstance(item["codes"], list) and isinstance(item["signature"], dict)


def records_of_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], context: ReadContext, *, source_format: str
) -> Iterator[EncounterRecord]:
    """Yield the records of an exported table; guarded cells mean again what they said."""
    names = [name.strip() for name in header]
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        cells = {name: restored(cell) for name, cell in zip(names, row, strict=False)}
        grouped.setdefault(cells["record_id"], []).append(cells)
    for told in grouped.values():
        first = told[0]
        yield _record({
            "record_id": first["record_id"],
            "patient": {"pseudonym": first["patient"], "birth_year": first["birth_year"], "sex": first["sex"]},
            "encounter": {"class": first["encounter_class"], "start": first["period_start"],
                          "end": first["period_end"]},
            "codes": [{**each, "evidence": _evidence_cell(each["evidence"], context)} for each in told
                      if each["code"]],
            "signature": {"coder": first["signed_by"], "at": first["signed_at"],
                          "meaning": first["signature_meaning"], "content_sha256": first["content_sha256"]},
            "history": {"events": first["history_events"], "head_sha256": first["history_head_sha256"]},
        }, context, source_format=source_format)


def record_of_line(item: JsonObject, context: ReadContext, *, source_format: str) -> EncounterRecord:
    """Return the record of one exported line. Raises InputError for texts that cannot be stored."""
    return _record(item, context, source_format=source_format)


def verification_of(
    told: JsonObject, evidence: tuple[Evidence, ...], *, rank: int = 0
) -> ImportedVerification | None:
    """Return what an export tells of one code's decision, None where it tells too little."""
    at, origin = _time(told.get("decided_at")), _closed(CodeOrigin, told.get("origin"))
    assignment_id = text_at(told, "assignment_id") or text_at(told, "assignment")
    if at is None or origin is None or not assignment_id:
        return None
    return ImportedVerification(
        assignment_id=AssignmentId(assignment_id), origin=origin, coder_id=CoderId(text_at(told, "coder")),
        decided_at=at, use=_closed(DiagnosisUse, told.get("use")) if rank else None, rank=rank,
        present_on_admission=_closed(PresentOnAdmission, told.get("present_on_admission")), evidence=evidence,
    )


def label_of(told: ImportedVerification) -> str:
    """Say whose decision it was, as for exported bundles."""
    origin = told.origin.value if told.origin else "taken back"
    return f"EHRCoder export, {origin} by {told.coder_id} on {told.decided_at:%Y-%m-%d}"


def _record(item: JsonObject, context: ReadContext, *, source_format: str) -> EncounterRecord:
    canonical = json.dumps(item, sort_keys=True)
    refuse_unstorable(_all_text({**item, "codes": [{**each, "evidence": None} for each in objects_at(item, "codes")]}),
                      place="The exported record")
    record_id = text_at(item, "record_id")
    patient, encounter = object_at(item, "patient"), object_at(item, "encounter")
    codes = [each for each in objects_at(item, "codes") if text_at(each, "code") and text_at(each, "system")]
    quotes = _Quotes(context)
    imported = tuple(_code(each, _rank(each, codes), quotes) for each in codes)
    documents = (ClinicalDocument(document_id=_QUOTES, type="Quoted evidence", title="Words that support the codes",
                                  text=quotes.text),) if quotes.text else ()
    notes = ["An export of this program: codes and decisions are told as information, none is verified here."]
    if quotes.text:
        notes.append("The notes are not in the file; the words that were quoted from them are shown.")
    return EncounterRecord(
        record_id=RecordId(context.ids.new_id()), source_format=source_format, source_name=context.source_name,
        source_sha256=hashlib.sha256(canonical.encode("ascii")).hexdigest(), imported_at=context.clock.now(),
        patient=Patient(
            pseudonym=text_at(patient, "pseudonym") or record_id, birth_year=_number(patient.get("birth_year")),
            sex=sex_named(text_at(patient, "sex")),
        ),
        period=Period(start=_day(encounter.get("start")), end=_day(encounter.get("end"))),
        encounter_class=encounter_class_named(text_at(encounter, "class")), documents=documents,
        imported_codes=imported, import_notes=tuple(notes), imported_signature=_signature(item, record_id),
    )


class _Quotes:
    """The document that the quoted words make, one a line, each where its evidence will point."""

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self.text = ""

    def add(self, told: JsonObject) -> Evidence | None:
        quote = text_at(told, "quote")
        if not quote.strip():
            return None
        try:
            refuse_unstorable(quote, place="The words that support an exported code")
        except InputError as error:
            self._context.on_left_out(error.what)
            return None
        start = len(self.text)
        self.text += f"{quote}\n"
        return Evidence(
            span=TextSpan(document_id=_QUOTES, start=start, end=start + len(quote)), quote=quote,
            assertion=_closed(Assertion, told.get("assertion")) or Assertion.PRESENT,
        )


def _code(told: JsonObject, rank: int, quotes: _Quotes) -> ImportedCode:
    system = text_at(told, "system")
    evidence = tuple(found for each in objects_at(told, "evidence") if (found := quotes.add(each)) is not None)
    verification = verification_of(told, evidence, rank=rank)
    return ImportedCode(
        coding=Coding(system=system, version=text_at(told, "version"), code=text_at(told, "code"),
                      display=text_at(told, "display")),
        kind=KIND_OF_SYSTEM.get(system, CodeKind.DIAGNOSIS), verification=verification, evidence=evidence,
        source_label=label_of(verification) if verification else "EHRCoder export",
    )


def _rank(told: JsonObject, codes: Sequence[JsonObject]) -> int:
    """The principal diagnosis is the first, the others follow in the coder's sequence; 0 for what is none."""
    if KIND_OF_SYSTEM.get(text_at(told, "system")) is not CodeKind.DIAGNOSIS:
        return 0
    ranked = sorted(
        (each for each in codes if KIND_OF_SYSTEM.get(text_at(each, "system")) is CodeKind.DIAGNOSIS),
        key=lambda each: (each.get("use") != DiagnosisUse.PRINCIPAL.value, _number(each.get("sequence")) or 0),
    )
    return next(place for place, each in enumerate(ranked, start=1) if each is told)


def _signature(item: JsonObject, record_id: str) -> ImportedSignature | None:
    signature, history = object_at(item, "signature"), object_at(item, "history")
    at = _time(signature.get("at"))
    if at is None:
        return None
    return ImportedSignature(
        record_id=RecordId(record_id), coder_id=CoderId(text_at(signature, "coder")), at=at,
        meaning=text_at(signature, "meaning"), content_sha256=text_at(signature, "content_sha256"),
        history_sha256=text_at(history, "head_sha256"), history_events=_number(history.get("events")) or 0,
    )


def _evidence_cell(cell: str, context: ReadContext) -> list[object]:
    if not cell:
        return []
    try:
        told = json.loads(cell)
    except (ValueError, RecursionError):
        context.on_left_out("Evidence of an exported code cannot be read.")
        return []
    return told if isinstance(told, list) else []


def _all_text(value: Any) -> str:
    """Return every text within a value, one after another."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(map(_all_text, (*value.keys(), *value.values())))
    return "".join(map(_all_text, value)) if isinstance(value, list) else ""


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _time(value: object) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _closed(kind: type[_Closed], value: object) -> _Closed | None:
    return cast("_Closed", kind(value)) if isinstance(value, str) and value in {item.value for item in kind} else None
