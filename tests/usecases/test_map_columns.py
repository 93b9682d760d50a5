"""A person says once which column means what; tables with the same header are read so afterwards."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ehrcoder.adapters.column_mappings import ColumnMappingFile
from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.table_columns import ROLES
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.cli.main import main
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import InputError
from ehrcoder.usecases.map_columns import COLUMN_ROLES, preview_table, remember_columns

TABLE = "Fallnummer;Befund;Diagnose 1;Diagnose 2;OP\n0017;Fieber;J18.9;E119;0DTJ4ZZ\n0018;Husten;R05.9;;\n"


def preview(path: Path, mappings, **more):
    return preview_table(path, readers=all_readers(), mappings=mappings, clock=SystemClock(), ids=UuidSource(), **more)


@pytest.fixture
def mappings(tmp_path: Path) -> ColumnMappingFile:
    return ColumnMappingFile(tmp_path / "home" / "column-mappings.json")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tabelle ü.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_the_roles_that_a_person_may_name_are_those_of_the_reader() -> None:
    assert COLUMN_ROLES == ROLES


def test_a_preview_shows_header_rows_and_what_is_known(table, mappings) -> None:
    shown = preview(table, mappings, rows=1)
    assert shown.header == ("Fallnummer", "Befund", "Diagnose 1", "Diagnose 2", "OP")
    assert (shown.rows, shown.row_count, shown.columns) == ((("0017", "Fieber", "J18.9", "E119", "0DTJ4ZZ"),), 2, {})


def test_what_is_remembered_is_used_for_every_table_with_this_header(table, mappings, tmp_path, read_table) -> None:
    named = {"text": "befund", "record": "Fallnummer", "icd10cm": "Diagnose*", "icd10pcs": "OP"}
    remember_columns(preview(table, mappings, columns=named), named, mappings)
    again = ColumnMappingFile(tmp_path / "home" / "column-mappings.json")
    records, left_out = read_table(TABLE.upper().replace("FALLNUMMER", "fallnummer"), again)
    assert [record.documents[0].text for record in records] == ["FIEBER", "HUSTEN"]
    assert [(c.coding.system, c.coding.code) for c in records[0].imported_codes] == [
        (ICD_10_CM, "J18.9"), (ICD_10_CM, "E11.9"), (ICD_10_PCS, "0DTJ4ZZ"),
    ]
    assert left_out == []


@pytest.mark.parametrize(("named", "words"), [
    ({"text": "Bericht"}, "no column 'Bericht'"), ({"note": "Befund"}, "cannot be 'note'"),
])
def test_a_wrong_name_is_told_and_nothing_remembered(table, mappings, named, words) -> None:
    with pytest.raises(InputError, match=words):
        remember_columns(preview(table, mappings, columns=named), named, mappings)
    assert mappings.find(preview(table, mappings).header) == {}


def test_no_columns_forget(table, mappings) -> None:
    shown = preview(table, mappings, columns={"text": "Befund"})
    remember_columns(shown, {"text": "Befund"}, mappings)
    remember_columns(shown, {}, mappings)
    assert mappings.find(shown.header) == {}


def test_a_damaged_memory_is_no_memory(table, mappings, tmp_path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "column-mappings.json").write_bytes(b"\xff{[")
    shown = preview(table, mappings, columns={"text": "Befund"})
    remember_columns(shown, {"text": "Befund"}, mappings)
    assert mappings.find(shown.header) == {"text": "Befund"}


def test_other_files_have_no_columns(tmp_path, mappings) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Fever.")
    with pytest.raises(InputError, match="no table"):
        preview(note, mappings)


def test_json_lines_have_columns_too(tmp_path, mappings) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"nr": 7, "befund": "Fieber"}\n{"nr": 8, "befund": "Husten"}\n')
    shown = preview(path, mappings, columns={"text": "befund"})
    assert (shown.header, shown.columns) == (("nr", "befund"), {"text": "befund"})


@pytest.fixture
def read_table():
    from ehrcoder.ports import ReadContext

    def read(text: str, mappings):
        left_out: list[str] = []
        context = ReadContext(source_name="t.csv", clock=SystemClock(), ids=UuidSource(), on_left_out=left_out.append,
                              columns_for=mappings.find)
        return list(CsvReader().read(text.encode(), context)), left_out

    return read


@pytest.mark.parametrize(("cells", "words"), [
    (("0012,a", "0013,b", "14,c"), "shorter than the others' 4 digits; leading zeros may be lost: line 4."),
    (("1.2E+11,a", "7,b"), "exponent form (such as 1.2E+11); digits are lost: line 2."),
    (("17.0,a", "18.0,b"), "whole numbers with decimals (such as 17.0)"),
    (("3-Jan,a",), "turned into a date"),
    (("1,#REF!",), "spreadsheet errors (such as #REF!)"),
    (("########,a",), "spreadsheet errors"),
    (("1," + "x" * 32767,), "spreadsheet's limit of 32,767 characters"),
    (("1,El niÃ±o",), "decoded wrongly before"),
    (("1,donâ€™t",), "decoded wrongly before"),
])
def test_damage_is_named_with_its_line_and_the_cells_stay(mappings, read_table, cells, words) -> None:
    records, left_out = read_table("mrn,text\n" + "\n".join(cells) + "\n", mappings)
    assert any(words in said for said in left_out), left_out
    assert [record.documents[0].text for record in records] == [cell.split(",", 1)[1] for cell in cells]


@pytest.mark.parametrize("cells", [
    [f"{number},a" for number in range(1, 130)], ["0012,a", "0013,b"], ["A12,a", "B3,b"], ["1,é Ã x"], ["12,3-Jan"],
    [f"{number},a" for number in range(100000, 100030)], ["1," + "x" * 33000],
])
def test_sound_cells_are_not_suspected(mappings, read_table, cells) -> None:
    assert read_table("mrn,text\n" + "\n".join(cells) + "\n", mappings)[1] == []


def test_a_value_that_cannot_be_a_code_is_named_with_line_and_column(mappings, read_table) -> None:
    records, left_out = read_table('text,icd10cm\nFever,"R50.9; 4711"\n,J18.9\n', mappings)
    assert [[code.coding.code for code in record.imported_codes] for record in records] == [["R50.9"], ["J18.9"]]
    assert left_out == ["Line 2: a value in 'icd10cm' that cannot be a code of icd10cm."]
    assert records[1].documents == ()


def test_the_command_line_previews_remembers_and_reports(tmp_path, table, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    workspace = ["--workspace", str(tmp_path / "w.ehrw")]
    assert main(["import", str(table), "--preview", *workspace]) == 0
    assert "No column is taken for the notes' text" in capsys.readouterr().out
    assert main(["import", str(table), *workspace]) == 2
    assert main(["import", str(table), "--column", "text=Befund", "--column", "record=Fallnummer", *workspace]) == 0
    second = tmp_path / "second.csv"
    second.write_text(TABLE.replace("Fieber", "=Atemnot"), encoding="utf-8")
    report = tmp_path / "report.csv"
    capsys.readouterr()
    assert main(["import", str(second), "--json", "--report", str(report), *workspace]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new_records"], told["imported"]) == (1, 1)
    rows = list(csv.reader(report.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["file", "outcome", "format", "records", "message", "left out"]
    assert rows[1][:4] == ["second.csv", "imported", "csv", "1"]


def test_the_command_line_parts_notes(tmp_path) -> None:
    (tmp_path / "all.txt").write_text("## A\nFever.\n## B\nCough.\n")
    assert main(["import", str(tmp_path / "all.txt"), "--separator", "^## (?P<title>.*)", "--workspace",
                 str(tmp_path / "w.ehrw")]) == 0
    from ehrcoder.services import Services

    workspace = Services().open_workspace(tmp_path / "w.ehrw", read_only=True)
    assert [row.title for row in workspace.rows()] == ["A", "B"]
    workspace.close()


def test_commas_within_cells_do_not_hide_the_delimiter_of_an_unknown_header(tmp_path, mappings) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Nr;Befund;Diagnosen\n7;Fieber, seit Montag, matt;J18.9,I10\n8;Husten;R05.9\n")
    assert preview(path, mappings).header == ("Nr", "Befund", "Diagnosen")
