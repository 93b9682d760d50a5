"""`ehrcoder import` as its user runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ehrcoder.cli.main import main

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"


@pytest.fixture
def run(tmp_path, capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["import", *arguments, "--workspace", str(tmp_path / "w.ehrw")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_the_demo_comes_in_and_a_second_time_is_recognised(run):
    code, out, _ = run(str(DEMO))
    assert code == 0
    assert "New records: 23. Files: 20 read, 0 there already, 0 failed." in out
    code, out, _ = run(str(DEMO))
    assert code == 0
    assert "New records: 0. Files: 0 read, 20 there already, 0 failed." in out


@pytest.mark.parametrize(("good", "bad", "expected"), [(1, 0, 0), (1, 1, 1), (0, 1, 2), (0, 0, 2)])
def test_the_exit_code_tells_how_it_went(run, tmp_path, good, bad, expected):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(good):
        (folder / f"good{number}.txt").write_bytes(b"note")
    for number in range(bad):
        (folder / f"bad{number}.txt").write_bytes(b"")
    assert run(str(folder))[0] == expected


def test_json_names_every_file_with_its_records(run, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,a\n2\n")
    code, out, _ = run(str(tmp_path / "a.csv"), "--json")
    told = json.loads(out)
    assert (code, told["imported"], told["new_records"]) == (0, 1, 1)
    assert told["files"][0]["status"] == "imported"
    assert len(told["files"][0]["record_ids"]) == 1
    assert told["files"][0]["left_out"] == ["Line 3: 1 cells where the header has 2."]


def test_the_report_is_a_table_of_every_file(run, tmp_path):
    (tmp_path / "=1+1.txt").write_bytes(b"note")
    report = tmp_path / "report.csv"
    assert run(str(tmp_path / "=1+1.txt"), str(tmp_path / "gone.txt"), "--report", str(report))[0] == 1
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["file", "outcome", "format", "records", "message", "left out"]
    assert [row[:4] for row in rows[1:]] == [["'=1+1.txt", "imported", "text", "1"],
                                             ["gone.txt", "failed", "", "0"]]


def test_a_report_that_cannot_be_written_says_that_the_import_is_done(run, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"note")
    code, _, error = run(str(tmp_path / "a.txt"), "--report", str(tmp_path / "no" / "report.csv"))
    assert code == 4
    assert "The import itself is done." in error


def test_an_unknown_format_is_bad_input(run):
    code, _, error = run(str(DEMO), "--format", "klingon")
    assert code == 2
    assert "Choose one of" in error
