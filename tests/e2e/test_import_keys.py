"""Records come in through the dialogs by real keys: columns named, the report read, identifiers masked."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders.real_keys import Keyboard, WindowProgram, running_display, wait_until
from builders.window_world import FakeServices

from ehrcoder.core.codes import ICD_10_CM

# Pictures for a person to look at, kept where this names a folder.
PICTURES = os.environ.get("EHRCODER_TEST_PICTURES", "")
_PICTURE = (
    "import sys; from PySide6.QtGui import QGuiApplication; a = QGuiApplication([]); "
    "a.primaryScreen().grabWindow(0).save(sys.argv[1])"
)


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    with running_display() as environment:
        yield environment


def picture(name: str, display: dict[str, str]) -> None:
    if PICTURES:
        time.sleep(1.0)
        subprocess.run([sys.executable, "-c", _PICTURE, str(Path(PICTURES) / f"{name}.png")], env=display, check=True)


def test_a_table_is_mapped_its_report_read_and_a_note_masked_by_keys_alone(tmp_path: Path, display: dict[str, str]):
    table = tmp_path / "befunde.csv"
    table.write_text("Nr;Befund;D1\n7;Seen by Dr. Maria Lopez on 2026-03-04. Fever.;J18.9\n8;;\n", "utf-8")
    path = tmp_path / "work.ehrw"
    services = FakeServices(tmp_path / "reader")
    keys = Keyboard(display)
    with WindowProgram(path, services, display) as program:
        keys.focus("EHRCoder")
        wait_until(path.exists, "the workspace was not made")
        time.sleep(2.0)
        keys.press("ctrl+alt+o")
        keys.focus("Import with options")
        keys.type(str(table))
        keys.press("Return")
        keys.focus("work – EHRCoder")
        time.sleep(2.0)
        picture("columns", display)
        keys.type("record")
        keys.press("Tab")
        keys.type("text")
        keys.press("Tab")
        keys.type("icd10cm")
        picture("columns-named", display)
        keys.press("Return")
        time.sleep(6)
        picture("after", display)
        wait_until(program.holds(lambda workspace: len(workspace.rows()) == 1), "the row was not imported", patience=15)
        time.sleep(1.0)
        picture("report", display)
        keys.press("Escape")
        time.sleep(0.5)
        keys.press("ctrl+alt+i")
        time.sleep(0.5)
        keys.press("Escape")
        keys.press("ctrl+alt+m")
        time.sleep(1.5)
        picture("masking", display)
        keys.press("Down", "space")
        picture("masking-chosen", display)
        keys.press("Tab", "Tab", "Return")
        wait_until(program.holds(lambda workspace: len(workspace.rows()) == 2), "no masked version was stored")
        time.sleep(0.5)
        picture("masked", display)
        keys.press("ctrl+q")
        assert program.ended_well()

    with closing(services.open_workspace(path, read_only=True)) as workspace:
        first, masked = sorted((workspace.record(row.record_id) for row in workspace.rows()),
                               key=lambda record: record.masked_from is not None)
    assert first.documents[0].text == "Seen by Dr. Maria Lopez on 2026-03-04. Fever."
    assert [(c.coding.system, c.coding.code) for c in first.imported_codes] == [(ICD_10_CM, "J18.9")]
    assert masked.documents[0].text == "Seen by Dr. [name 1] on 2026-03-04. Fever."
