"""What the further export forms hold, read back by others' readers or by our own."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections import Counter
from typing import Any

import openpyxl
import pytest
from builders.signed_records import (
    EXPORTED_AT,
    FEVER,
    NOTE,
    SignedRecordBuilder,
    a_full_record,
    a_record,
    records_of_many_shapes,
)
from lxml import etree

from ehrcoder.adapters.brat_writer import BratWriter
from ehrcoder.adapters.ccda_writer import CcdaWriter
from ehrcoder.adapters.csv_writer import COLUMNS, CsvWriter, rows_of
from ehrcoder.adapters.fhir.ndjson import FhirNdjsonWriter
from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.adapters.html_summary import HtmlSummaryWriter
from ehrcoder.adapters.jsonl_writer import FILE_NAME, JsonLinesWriter
from ehrcoder.adapters.spreadsheet_cells import restored
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.adapters.xlsx_writer import XlsxWriter
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, DocumentId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.ports import ReadContext

CDA = {"c": "urn:hl7-org:v3"}
SHAPES = pytest.mark.parametrize("made", records_of_many_shapes(), ids=lambda made: made.record.record_id[-2:])


def told(made: SignedRecordBuilder) -> tuple[Any, ...]:
    return made.record, made.coding, made.events, made.suggestions, made.runs


def rendered(writer: Any, made: SignedRecordBuilder) -> bytes:
    return writer.render(*told(made), exported_at=EXPORTED_AT, exported_by=CoderId("records-office"))


def codes_of(made: SignedRecordBuilder) -> Counter[str]:
    return Counter(assignment.coding.code for assignment in made.coding.assignments)


# XLSX

def sheet_of(data: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Codes"]
    return [[unescaped(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def unescaped(cell: str) -> str:
    """Undo the escape of characters that XML cannot hold (ST_Xstring), as spreadsheet programs do."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), cell)


@SHAPES
def test_a_workbook_holds_the_same_cells_as_the_csv_file(made: SignedRecordBuilder) -> None:
    rows = rows_of(*told(made), exported_at=EXPORTED_AT, exported_by=CoderId("records-office"))
    expected = [list(COLUMNS), *([row.get(name, "") for name in COLUMNS] for row in rows)]
    assert sheet_of(rendered(XlsxWriter(), made)) == expected


@pytest.mark.parametrize("text", [
    "=1+1", "@SUM(A1)", "-1", "\tx", "a_x000D_b", "_x0041_", "__x0041_", "a\x01b\x1f", "r\re", "l\nf",
])
def test_a_workbook_runs_nothing_and_gives_every_text_back(text: str) -> None:
    made = SignedRecordBuilder(record=a_record(patient=Patient(pseudonym=text)))
    made.sign()
    data = rendered(XlsxWriter(), made)
    cell = sheet_of(data)[1][COLUMNS.index("patient")]
    assert restored(cell) == text
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert set(re.findall(r' t="(\w+)"', sheet)) == {"inlineStr"}


def test_a_text_longer_than_a_cell_is_refused_and_not_cut() -> None:
    made = SignedRecordBuilder(record=a_record(text="x" * 40_000))
    made.add(FEVER, quote="x" * 33_000)
    made.sign()
    with pytest.raises(InputError, match="longer cell"):
        rendered(XlsxWriter(), made)


def test_the_same_record_gives_the_same_workbook() -> None:
    assert rendered(XlsxWriter(), a_full_record()) == rendered(XlsxWriter(), a_full_record())


# JSON Lines

@SHAPES
def test_a_json_line_holds_every_code_with_its_evidence_and_the_signature(made: SignedRecordBuilder) -> None:
    files = JsonLinesWriter().begin().lines(*told(made), exported_at=EXPORTED_AT)
    assert list(files) == [FILE_NAME]
    assert len(files[FILE_NAME].splitlines()) == 1
    line = json.loads(files[FILE_NAME])
    assert Counter(code["code"] for code in line["codes"]) == codes_of(made)
    assert line["signature"]["coder"] == "dr-test"
    assert line["history"] == {"events": made.coding.version, "head_sha256": made.coding.head_hash}
    for code in line["codes"]:
        for item in code["evidence"]:
            note = made.record.document(DocumentId(item["document"])).text
            assert note[item["start"]:item["end"]] == item["quote"]


# FHIR bulk data

def test_bulk_files_hold_one_resource_a_line_and_every_reference_is_there() -> None:
    files = FhirNdjsonWriter(namespace="https://hospital.example").begin()
    lines: dict[str, bytes] = {}
    for made in records_of_many_shapes()[:3]:
        for name, data in files.lines(*told(made), exported_at=EXPORTED_AT).items():
            lines[name] = lines.get(name, b"") + data
    resources = [json.loads(line) for data in lines.values() for line in data.splitlines()]
    places = Counter(f"{each['resourceType']}/{each['id']}" for each in resources)
    assert max(places.values()) == 1
    assert set(re.findall(r'"reference": ?"([^"]*)"', json.dumps(resources))) <= set(places)
    assert all(json.loads(line)["resourceType"] == name.split(".")[0] for name, data in lines.items()
               for line in data.splitlines())
    # Two coders and one software behind three records.
    assert len(lines["Practitioner.ndjson"].splitlines()) == 2
    assert len(lines["Device.ndjson"].splitlines()) == 2


# brat

def annotations(data: bytes, kind: str) -> list[list[str]]:
    return [line.split("\t") for line in data.decode().split("\n") if line.startswith(kind)]


def test_standoff_annotations_stand_where_the_words_are_in_the_exact_text() -> None:
    files = BratWriter().render_files(*told(a_full_record()), exported_at=EXPORTED_AT)
    assert files[".txt"] == NOTE.encode()
    text = files[".txt"].decode()
    spans = annotations(files[".ann"], "T")
    assert [span[1].split()[0] for span in spans] == [
        "Diagnosis", "Diagnosis", "Procedure", "Outcome", "Outcome", "Outcome",
    ]
    for _, place, words in spans:
        pieces = [piece.split() for piece in place.split(" ", 1)[1].split(";")]
        assert " ".join(text[int(start):int(end)] for start, end in pieces) == words
    assert [line[1].split(" ", 2)[2] for line in annotations(files[".ann"], "N")][:3] == [
        "ICD-10-CM:J18.1", "ICD-10-CM:E11.9", "ICD-10-PCS:0DTJ4ZZ",
    ]
    assert json.loads(annotations(files[".ann"], "#")[0][2])["coder"] == "dr-test"


def test_evidence_across_lines_is_one_annotation_in_pieces() -> None:
    made = SignedRecordBuilder(record=a_record(text="high\r\nfever\ntoday"))
    made.add(FEVER, quote="high\r\nfever")
    made.sign()
    files = BratWriter().render_files(*told(made), exported_at=EXPORTED_AT)
    assert annotations(files[".ann"], "T") == [["T1", "Diagnosis 0 4;6 11", "high fever"]]


def test_each_of_several_notes_has_its_own_pair_of_files() -> None:
    notes = [
        ClinicalDocument(document_id=DocumentId(f"n{number}"), type="Note", title="Note", text=text)
        for number, text in enumerate(("no words here", "fever"))
    ]
    made = SignedRecordBuilder(record=a_record(documents=notes))
    made.sign()
    assert sorted(BratWriter().render_files(*told(made), exported_at=EXPORTED_AT)) == [
        ".1.ann", ".1.txt", ".2.ann", ".2.txt",
    ]


def test_a_record_without_a_note_has_no_standoff_file() -> None:
    made = SignedRecordBuilder(record=a_record(documents=()))
    made.sign()
    with pytest.raises(InputError, match="has no note"):
        BratWriter().render_files(*told(made), exported_at=EXPORTED_AT)


# C-CDA

def read_back(data: bytes) -> EncounterRecord:
    left_out: list[str] = []
    context = ReadContext(source_name="x", clock=SystemClock(), ids=UuidSource(), on_left_out=left_out.append)
    (record,) = CcdaReader().read(data, context)
    assert left_out == []
    return record


@SHAPES
def test_a_clinical_document_gives_its_diagnoses_and_procedures_back(made: SignedRecordBuilder) -> None:
    record = read_back(rendered(CcdaWriter(), made))
    expected = Counter(
        (item.coding.system, item.coding.code, item.coding.display) for item in made.coding.assignments
        if item.coding.system in (ICD_10_CM, ICD_10_PCS)
    )
    found = Counter(
        (code.coding.system, code.coding.code, code.coding.display) for code in record.imported_codes
        if code.coding.system in (ICD_10_CM, ICD_10_PCS)
    )
    assert found == expected
    assert record.encounter_class == made.record.encounter_class
    if made.record.period.end:  # Without a period the reader takes the document's own day.
        assert record.period == made.record.period
    assert record.patient.birth_year == made.record.patient.birth_year


@SHAPES
def test_every_entry_of_a_clinical_document_points_to_its_words(made: SignedRecordBuilder) -> None:
    root = etree.fromstring(rendered(CcdaWriter(), made))
    ids = root.xpath("//c:item/@ID", namespaces=CDA)
    pointers = [str(value)[1:] for value in root.xpath("//c:reference/@value", namespaces=CDA)]
    assert len(set(ids)) == len(ids) == len(made.coding.assignments)
    assert set(pointers) <= set(ids)
    assert root.xpath("count(//c:section[c:templateId])", namespaces=CDA) == 2


# Summary

@SHAPES
def test_a_summary_shows_every_code_its_words_and_the_signature(made: SignedRecordBuilder) -> None:
    page = rendered(HtmlSummaryWriter(), made).decode()
    shown = html.unescape(re.sub(r"<[^>]*>", "", page))
    for assignment in made.coding.assignments:
        assert assignment.coding.code in shown
        assert assignment.coding.display in shown
    assert made.coding.signature is not None
    assert made.coding.signature.content_sha256 in shown
    assert "exported 2026-05-04 12:00 UTC by records-office" in shown


def test_nothing_of_a_note_or_a_name_becomes_markup() -> None:
    made = SignedRecordBuilder(
        record=a_record(text="<script>alert(1)</script> fever & \"more\"", patient=Patient(pseudonym="<b>P</b>"))
    )
    made.add(FEVER, quote="</script> fever & \"")
    made.sign()
    page = rendered(HtmlSummaryWriter(), made).decode()
    assert "<script" not in page
    assert "&lt;b&gt;P&lt;/b&gt;" in page
    etree.fromstring(page.partition("</head>")[2].rpartition("</html>")[0].replace("<br>", "<br/>"))


@pytest.mark.parametrize("writer", [CsvWriter(), XlsxWriter(), CcdaWriter(), HtmlSummaryWriter()])
def test_no_form_takes_a_record_that_is_not_signed(writer: Any) -> None:
    with pytest.raises(InputError, match="not signed"):
        rendered(writer, SignedRecordBuilder(record=a_record()))
