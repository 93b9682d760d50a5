"""`ehrcoder export` as a person or a script calls it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, open_world, suggestion_ids

from ehrcoder.cli.export_command import FORMATS
from ehrcoder.cli.main import main
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.sign_record import amend_record, sign_record

R1 = RecordId("r1")


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


def amend(path: Path) -> None:
    world_like = open_existing(path)
    with closing(world_like):
        amend_record(R1, history=world_like, coder_id=CODER, reason="late report")


def open_existing(path: Path):
    from ehrcoder.services import Services

    return Services().open_workspace(path)


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_of_the_option_is_written(
    format_name: str, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out folder \u00e4"
    code = main(["export", "r1", "--format", format_name, "--out", str(folder), "--workspace", str(workspace)])
    captured = capsys.readouterr()
    assert code == 0
    written = list(folder.iterdir())
    assert f"{len(written)} written, 0 refused." in captured.out
    assert "not compared with their code sets" in captured.err
    assert written
    assert all(path.stat().st_size for path in written)
    assert main(["export", "verify", str(folder), "--workspace", str(workspace)]) == 0


def test_the_formats_of_the_option_are_those_of_the_writers() -> None:
    from ehrcoder.adapters.writers import all_writers

    assert (*(writer.format_name for writer in all_writers()), "summary-pdf") == FORMATS


def test_json_output_names_file_hash_and_codes(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--all", "--out", str(tmp_path / "out"), "--workspace", str(workspace), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["not_signed"] == 0
    assert [(each["record"], each["codes"]) for each in printed["files"]] == [("r1", 1)]


def test_an_unsigned_record_ends_with_code_two_and_writes_nothing(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amend(workspace)
    assert main(["export", "r1", "--out", str(tmp_path / "out"), "--workspace", str(workspace)]) == 2
    assert "not signed: r1 (in-progress)" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_export_verify_tells_intact_from_outdated_and_changed_by_its_exit_code(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main(["export", "r1", "--out", str(folder), "--workspace", str(workspace)]) == 0
    verify = ["export", "verify", str(folder), "--workspace", str(workspace)]
    assert main(verify) == 0
    assert "intact" in capsys.readouterr().out
    amend(workspace)
    assert main(verify) == 1
    assert "outdated" in capsys.readouterr().out
    exported = next(folder.iterdir())
    exported.write_bytes(exported.read_bytes() + b" ")
    assert main([*verify, "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["files"][0]["state"] == "changed"


@pytest.mark.parametrize("arguments", [
    ["export"], ["export", "r1"], ["export", "--all"], ["export", "r1", "--all", "--out", "x"], ["export", "verify"],
])
def test_an_incomplete_command_ends_with_code_two(
    arguments: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--workspace", str(workspace)]) == 2
    assert capsys.readouterr().err.startswith("ehrcoder: Nothing was")


@pytest.mark.parametrize("arguments", [["export", "nobody", "--out", "x"], ["export", "verify", "no-such-file"]])
def test_what_is_not_there_ends_with_code_three(
    arguments: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--workspace", str(workspace)]) == 3
    assert "There is no" in capsys.readouterr().err
