"""`ehrcoder backup`, called as its user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ehrcoder.cli.main import main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A workspace with one record that was imported and signed."""
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    note = tmp_path / "n.txt"
    note.write_bytes(b"Hypertension. Asthma.\n")
    path = tmp_path / "w.ehrw"
    assert main(["import", str(note), "--workspace", str(path)]) == 0
    assert main(["sign", "n", "--workspace", str(path)]) == 0
    capsys.readouterr()
    return path


@pytest.fixture
def run(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def command(*words: str) -> tuple[int, Any]:
        code = main(["backup", *words, "--json", "--workspace", str(workspace)])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    return command


def test_the_first_change_of_the_day_makes_the_days_backup(run: Any) -> None:
    code, found = run("list")
    assert (code, [each["kind"] for each in found]) == (0, ["daily"])


def test_the_days_backup_can_be_switched_off(
    tmp_path: Path, workspace: Path, run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "w.ehrw-backups").iterdir():
        path.unlink()
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "settings.toml").write_bytes(b"[backup]\ndaily = false\n")
    assert main(["sign", "n", "--amend", "--reason", "late report", "--workspace", str(workspace)]) == 0
    capsys.readouterr()
    assert run("list") == (0, [])


def test_work_goes_on_when_the_backup_cannot_be_made(
    tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "settings.toml").write_bytes(f'[backup]\nfolder = "{tmp_path / "n.txt"}"\n'.encode())
    assert main(["sign", "n", "--amend", "--reason", "late report", "--workspace", str(workspace)]) == 0
    assert "today's backup could not be made" in capsys.readouterr().err


def test_a_backup_is_made_checked_rehearsed_and_restored(
    workspace: Path, run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = run("make")
    assert (code, made["whole"], made["events"]) == (0, True, 1)
    assert main(["sign", "n", "--amend", "--reason", "late report", "--workspace", str(workspace)]) == 0
    capsys.readouterr()
    assert run("check", "--all")[0] == 0
    code, drill = run("drill")
    assert (code, drill["fine"], drill["missing_events"]) == (0, True, 1)
    code, restored = run("restore", "latest")
    assert (code, restored["events"], Path(restored["former"]).exists()) == (0, 1, True)
    assert main(["audit", "verify", "--workspace", str(workspace)]) == 0


def test_a_damaged_backup_ends_with_the_code_for_integrity(run: Any) -> None:
    _, made = run("make")
    path = Path(made["path"])
    path.write_bytes(path.read_bytes()[:20000])
    code, found = run("check", path.name)
    assert (code, found[0]["whole"]) == (5, False)
    assert run("restore", path.name)[0] == 5
