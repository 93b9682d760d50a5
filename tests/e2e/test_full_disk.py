"""A disk that is really full and a target that is really read-only: former files stay, and the words say what to do.

Each is a small file system in memory; mounting one takes an administrator, so that these are among the slow tests.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, open_world, suggestion_ids

from ehrcoder.cli.export_command import FORMATS
from ehrcoder.cli.main import main
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.ids import RecordId
from ehrcoder.services import Services
from ehrcoder.usecases.sign_record import sign_record

pytestmark = pytest.mark.slow
R1 = RecordId("r1")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a file system takes an administrator: run this test as root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace file with one signed record, and no code sets installed."""
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    path = tmp_path / "ward.ehrw"
    world = open_world(path)
    with closing(world.workspace):
        first, *others = suggestion_ids()
        world.verify.accept(R1, first, coder_id=CODER)
        for suggestion_id in others:
            world.verify.reject(R1, suggestion_id, coder_id=CODER, reason=RejectReason.OTHER)
        sign_record(R1, history=world.workspace, store=world.workspace, coder_id=CODER, clock=world.clock)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "filler"}


def fill(disk: Path, *, leaving: int = 0) -> None:
    """Leave at most so many bytes free."""
    about = os.statvfs(disk)
    with (disk / "filler").open("ab") as filler:
        filler.write(b"x" * max(about.f_bavail * about.f_frsize - leaving, 0))


def export(name: str, out: Path, workspace: Path) -> int:
    return main(["export", "r1", "--format", name, "--out", str(out), "--workspace", str(workspace)])


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_onto_a_full_disk_leaves_former_files_and_no_half_one(name, small_disk, workspace, capsys) -> None:
    out = small_disk / "out"
    assert export(name, out, workspace) == 0
    before = contents(out)
    assert before
    capsys.readouterr()

    fill(small_disk)
    assert export(name, out, workspace) == 4
    said = capsys.readouterr()
    assert contents(out) == before
    assert "no room" in said.err or "full" in said.err, said.err

    (small_disk / "filler").unlink()
    assert export(name, out, workspace) == 0
    assert contents(out).keys() == before.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_onto_a_read_only_disk_says_so(name, small_disk, workspace, capsys) -> None:
    out = small_disk / "out"
    assert export(name, out, workspace) == 0
    before = contents(out)
    capsys.readouterr()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for folder in (out, small_disk / "elsewhere"):
        assert export(name, folder, workspace) == 4
        said = capsys.readouterr()
        assert "written" in said.err, said.err
        assert "Traceback" not in said.err
    assert contents(out) == before


def test_an_import_that_fills_the_disk_keeps_what_it_says_and_goes_on_when_there_is_room(
    small_disk, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(900):
        (notes / f"note-{number:04}.txt").write_text(f"Note {number}. " + "Fever and cough since Monday. " * 60)
    path = small_disk / "ward.ehrw"
    fill(small_disk, leaving=3_500_000)
    code = main(["import", str(notes), "--workspace", str(path)])
    said = capsys.readouterr()
    assert code != 0
    assert "full" in said.err or "no room" in said.err, said.err

    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    with closing(Services().open_workspace(path)) as opened:
        kept = len(opened.rows())
    assert 0 < kept < 900
    assert f"{kept} " in said.err + said.out, said

    assert main(["import", str(notes), "--workspace", str(path)]) == 0
    with closing(Services().open_workspace(path)) as opened:
        assert len(opened.rows()) == 900
