"""A signed record as CSV: one row a code, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json

import pytest
from builders.signed_records import EXPORTED_AT, NOTE, SignedRecordBuilder, a_full_record, a_record
from hypothesis import given
from hypothesis import strategies as st

from ehrcoder.adapters.csv_writer import COLUMNS, CsvWriter
from ehrcoder.adapters.spreadsheet_cells import harmless, restored
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import Patient


def rows_of(made: SignedRecordBuilder) -> list[dict[str, str]]:
    data = CsvWriter().render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT
    )
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_there_is_one_row_for_each_code_with_its_origin() -> None:
    rows = rows_of(a_full_record())
    assert [(row["code"], row["origin"]) for row in rows] == [
        ("J18.1", "accepted"), ("E11.9", "replaced"), ("0DTJ4ZZ", "accepted"), ("home", "added"), ("R", "added"),
        ("resolved", "added"), ("achieved", "added"),
    ]
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["confidence"] == "0.8125"
    assert rows[3]["coder"] == "second-coder"
    assert {row["signed_by"] for row in rows} == {"dr-test"}


def test_evidence_gives_the_place_of_the_words_in_the_note() -> None:
    evidence = json.loads(rows_of(a_full_record())[0]["evidence"])[0]
    assert NOTE[evidence["start"]:evidence["end"]] == evidence["quote"]


def test_a_record_signed_without_a_code_keeps_its_signature() -> None:
    made = SignedRecordBuilder(record=a_record())
    made.sign()
    rows = rows_of(made)
    assert [(row["code"], row["signature_meaning"]) for row in rows] == [("", "verified")]


def test_a_record_that_is_not_signed_is_refused() -> None:
    made = SignedRecordBuilder(record=a_record())
    with pytest.raises(InputError, match="not signed"):
        rows_of(made)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    made = SignedRecordBuilder(record=a_record(patient=Patient(pseudonym=text)))
    made.sign()
    cell = rows_of(made)[0]["patient"]
    assert cell == f"'{text}"
    assert restored(cell) == text


@pytest.mark.parametrize("text", ["", "J18.1", "0DTJ4ZZ", "a=b", "1-2", "O'Neill"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["'", "'=1", "''x", "'quoted'"])
def test_a_leading_apostrophe_of_the_text_itself_survives(text: str) -> None:
    assert restored(harmless(text)) == text


@given(st.text())
def test_every_text_comes_back_and_none_starts_a_formula(text: str) -> None:
    cell = harmless(text)
    assert restored(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
