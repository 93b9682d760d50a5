"""The look at what a run of the tests left behind finds what is there, and is not alarmed by what belongs there."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.coding_world import NOTE
from leftovers import leftovers, sentences, suspects

LINE = b"Hypertension, treated. Type 2 diabetes."


@pytest.mark.parametrize("name", [
    "home/logs/ehrcoder.log", "home/logs/crash-20260401.txt", "core.123", "x/.w.json.part", "a/model-worker.log.1",
    "b/report.dmp", "w.ehrw-journal",
])
def test_words_of_a_note_are_found_wherever_a_program_may_leave_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x00" * 4096 + LINE)
    found = leftovers([tmp_path], sentences(NOTE))
    path.unlink()  # or the look at the end of the run finds it, too
    assert found == [path]


@pytest.mark.parametrize("name", ["w.ehrw", "out/bundle.json", "note.txt"])
def test_what_is_meant_to_hold_notes_is_let_be(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(LINE)
    assert list(suspects([tmp_path])) == []


def test_short_lines_are_no_sentences() -> None:
    assert sentences("Asthma.\r\nHypertension, treated. Type 2 diabetes.\n") == (LINE,)
