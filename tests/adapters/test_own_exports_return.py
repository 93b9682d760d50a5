"""What this program exports as table, lines or standoff comes back with codes, decisions, words and signature."""

from __future__ import annotations

from typing import Any

import pytest
from builders.signed_records import EXPORTED_AT, SignedRecordBuilder, a_full_record, records_of_many_shapes

from ehrcoder.adapters.brat_writer import BratWriter
from ehrcoder.adapters.csv_writer import CsvWriter
from ehrcoder.adapters.formats.brat import BratReader
from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.table_sources import JsonLinesReader, XlsxReader
from ehrcoder.adapters.jsonl_writer import FILE_NAME, JsonLinesWriter
from ehrcoder.adapters.signed_codes import codes_of
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.adapters.xlsx_writer import XlsxWriter
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.records import EncounterRecord, ImportedCode
from ehrcoder.ports import ReadContext

# No import lets a NUL into a workspace, and CSV could not carry one: that shape is for the writers alone.
SHAPES = pytest.mark.parametrize(
    "made",
    [made for made in records_of_many_shapes() if not any("\x00" in each.text for each in made.record.documents)],
    ids=lambda made: made.record.record_id[-2:],
)


def told(made: SignedRecordBuilder) -> tuple[Any, ...]:
    return made.record, made.coding, made.events, made.suggestions, made.runs


def read(reader: Any, data: bytes, name: str = "codes.csv") -> tuple[list[EncounterRecord], list[str]]:
    left_out: list[str] = []
    context = ReadContext(source_name=name, clock=SystemClock(), ids=UuidSource(), on_left_out=left_out.append)
    return list(reader.read(data, context)), left_out


def returned(form: str, made: SignedRecordBuilder) -> tuple[EncounterRecord, list[str]]:
    match form:
        case "csv":
            records, left_out = read(CsvReader(), CsvWriter().render(*told(made), exported_at=EXPORTED_AT))
        case "xlsx":
            records, left_out = read(XlsxReader(), XlsxWriter().render(*told(made), exported_at=EXPORTED_AT))
        case _:
            lines = JsonLinesWriter().begin().lines(*told(made), exported_at=EXPORTED_AT)
            records, left_out = read(JsonLinesReader(), lines[FILE_NAME])
    assert len(records) == 1
    return records[0], left_out


def as_decided(made: SignedRecordBuilder) -> list[tuple[Any, ...]]:
    codes = codes_of(made.coding, made.events, made.suggestions, made.runs)
    return sorted([
        (c.assignment.coding, c.assignment.kind, c.assignment.assignment_id, c.origin, c.coder_id, c.at,
         c.assignment.use if c.assignment.kind is CodeKind.DIAGNOSIS else None,
         c.assignment.present_on_admission,
         [(e.quote, e.assertion) for e in c.assignment.evidence if e.quote.strip()]) for c in codes
    ], key=lambda each: each[2])


def as_imported(code: ImportedCode) -> tuple[Any, ...]:
    v = code.verification
    assert v is not None
    return (code.coding, code.kind, v.assignment_id, v.origin, v.coder_id, v.decided_at, v.use,
            v.present_on_admission, [(e.quote, e.assertion) for e in v.evidence])


@SHAPES
@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_codes_decisions_words_and_signature_come_back(form: str, made: SignedRecordBuilder) -> None:
    record, left_out = returned(form, made)
    assert left_out == []
    assert sorted(map(as_imported, record.imported_codes), key=lambda each: each[2]) == as_decided(made)
    for code in record.imported_codes:
        for evidence in code.evidence:
            text = record.document(evidence.span.document_id).text
            assert text[evidence.span.start:evidence.span.end] == evidence.quote
    signature, signed = record.imported_signature, made.coding.signature
    assert signature is not None
    assert signed is not None
    assert (signature.coder_id, signature.at, signature.meaning, signature.content_sha256) == (
        signed.coder_id, signed.at, signed.meaning, signed.content_sha256)
    assert (signature.history_events, signature.history_sha256) == (made.coding.version, made.coding.head_hash)
    assert record.patient == made.record.patient
    assert (record.period, record.encounter_class) == (made.record.period, made.record.encounter_class)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_the_principal_diagnosis_ranks_first(form: str) -> None:
    made = a_full_record(1)
    record, _ = returned(form, made)
    ranks = {code.verification.rank: code for code in record.imported_codes if code.verification}
    diagnoses = sum(code.kind is CodeKind.DIAGNOSIS for code in record.imported_codes)
    assert sorted(rank for rank in ranks if rank) == list(range(1, diagnoses + 1))
    assert ranks[1].verification is not None
    assert ranks[1].verification.use == "principal"


def test_a_guarded_cell_means_again_what_it_said() -> None:
    data = CsvWriter().render(*told(a_full_record(1)), exported_at=EXPORTED_AT)
    pseudonym = a_full_record(1).record.patient.pseudonym.encode()
    dangerous = data.replace(b"," + pseudonym + b",", b",'=cmd|x,")
    assert dangerous != data
    records, _ = read(CsvReader(), dangerous)
    assert records[0].patient.pseudonym == "=cmd|x"


def test_a_damaged_evidence_cell_costs_only_the_evidence() -> None:
    data = CsvWriter().render(*told(a_full_record(1)), exported_at=EXPORTED_AT)
    records, left_out = read(CsvReader(), data.replace(b'"[{""document""', b'"[[[{""document""'))
    assert len(records[0].imported_codes) == len(a_full_record(1).coding.assignments)
    assert set(left_out) == {"Evidence of an exported code cannot be read."}


def test_standoff_brings_words_and_decisions_back(tmp_path) -> None:
    made = a_full_record(1)
    files = BratWriter().render_files(*told(made), exported_at=EXPORTED_AT)
    for suffix, data in files.items():
        (tmp_path / f"case{suffix}").write_bytes(data)
    sources = BratReader().open_folder(tmp_path)
    assert sources is not None
    records, left_out = read(sources.reader, (tmp_path / "case.txt").read_bytes(), name="case.txt")
    assert left_out == []
    assert records[0].documents[0].text == made.record.documents[0].text
    words = {(each.coding.code, evidence.quote, evidence.span.start)
             for each in made.coding.assignments for evidence in each.evidence}
    assert {(code.coding.code, evidence.quote, evidence.span.start)
            for code in records[0].imported_codes for evidence in code.evidence} == words
    decided = {code.assignment.assignment_id: (code.origin, code.coder_id, code.at)
               for code in codes_of(made.coding, made.events, made.suggestions, made.runs)}
    for code in records[0].imported_codes:
        assert code.verification is not None
        told_of = (code.verification.origin, code.verification.coder_id, code.verification.decided_at)
        assert told_of == decided[code.verification.assignment_id]
