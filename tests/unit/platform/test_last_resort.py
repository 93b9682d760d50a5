"""What the command does when the program itself is wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ehrcoder.cli import doctor_command
from ehrcoder.cli import main as command_line

SECRET = "Jane Roe complains of chest pain"


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make `ehrcoder doctor` fail with an error that quotes a note, and return where the log will lie."""

    def fail(options: argparse.Namespace) -> int:
        raise KeyError(SECRET)

    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path))
    monkeypatch.setattr(doctor_command, "run", fail)
    return tmp_path / "logs" / "ehrcoder.log"


def test_an_unexpected_error_is_one_sentence_and_exit_code_1(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command_line.main(["doctor"])

    said = capsys.readouterr().err
    assert code == 1
    assert "KeyError" in said
    assert "report this" in said
    assert SECRET not in said


def test_the_log_names_the_place_of_an_unexpected_error_but_not_its_words(log_file: Path) -> None:
    command_line.main(["doctor"])

    logged = log_file.read_text("utf-8")
    assert "doctor: unexpected error" in logged
    assert "KeyError" in logged
    assert "test_last_resort.py" in logged
    assert SECRET not in logged


def test_a_log_folder_that_cannot_be_made_does_not_hide_the_error(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_file.parent.write_text("a file where the folder should be", "utf-8")

    assert command_line.main(["doctor"]) == 1
    assert "KeyError" in capsys.readouterr().err
