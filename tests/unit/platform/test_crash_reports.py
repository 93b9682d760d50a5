"""A report of a failure names places in the code and nothing of what was worked on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ehrcoder.crash import CrashReports, describe

SECRET = "Mrs. Halvorsen has metastatic melanoma"


def fail() -> None:
    note = SECRET
    try:
        int(note)
    except ValueError as error:
        raise RuntimeError(f"cannot read {note}") from error


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[CrashReports]:
    numbers = count()
    made = CrashReports(tmp_path / "logs", stamp=lambda: f"{next(numbers):04d}")
    yield made
    made.stop()


def test_a_report_says_where_and_what_kind_but_never_what(reports: CrashReports) -> None:
    try:
        fail()
    except RuntimeError as error:
        path = reports.write(error)

    assert path is not None
    text = path.read_text("utf-8")
    assert "RuntimeError" in text
    assert "caused by\nValueError" in text
    assert "test_crash_reports.py" in text
    assert " fail" in text
    for word in (*SECRET.split(), str(Path.home()), "cannot read"):
        assert word not in text, word


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first

    assert describe(first).count("caused by") == 2


def test_only_the_last_ten_are_kept(reports: CrashReports, tmp_path: Path) -> None:
    for _ in range(13):
        reports.write(ValueError())

    names = sorted(path.name for path in (tmp_path / "logs").glob("crash-*.txt"))
    assert names == [f"crash-{number:04d}.txt" for number in range(3, 13)]


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file stands here")
    made = CrashReports(tmp_path / "logs", stamp=lambda: "1")

    assert made.start() is None
    assert made.write(ValueError()) is None
    made.stop()


def test_a_failure_below_python_is_told_at_the_next_start(tmp_path: Path) -> None:
    script = (
        "import ctypes\nfrom pathlib import Path\nfrom ehrcoder.crash import CrashReports\n"
        f"CrashReports(Path({str(tmp_path)!r}), stamp=lambda: '1').start()\nnote = {SECRET!r}\nctypes.string_at(0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode < 0

    later = CrashReports(tmp_path, stamp=lambda: "2")
    report = later.start()
    later.stop()

    assert report is not None
    text = report.read_text("utf-8")
    assert "Segmentation fault" in text
    assert SECRET not in text


def test_a_run_that_ended_well_leaves_nothing(tmp_path: Path) -> None:
    first = CrashReports(tmp_path, stamp=lambda: "1")
    first.start()
    first.stop()
    second = CrashReports(tmp_path, stamp=lambda: "2")

    assert second.start() is None
    second.stop()
    assert list(tmp_path.iterdir()) == []
