"""What `export` and `audit export` write is checked by the standalone verifier, run without the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ehrcoder.cli.main import main

REPOSITORY = Path(__file__).resolve().parents[2]
VERIFIER = REPOSITORY / "resources" / "verifier" / "verify_export.py"


def verified(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *map(str, words)], capture_output=True, encoding="utf-8",
        check=False,
    )


def test_an_older_copy_put_back_shows_in_what_had_left_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    note, path, out = tmp_path / "n.txt", tmp_path / "w.ehrw", tmp_path / "out"
    note.write_bytes("Hypertension \U0001d518.\r\n".encode())
    for words in (["import", str(note)], ["backup", "make"], ["sign", "n"],
                  ["export", "--all", "--format", "fhir-collection", "--out", str(out)],
                  ["audit", "export", "n", "--out", str(tmp_path / "h.json")]):
        assert main([*words, "--workspace", str(path)]) == 0
    (bundle,) = out.glob("*.json")
    done = verified(bundle, tmp_path / "h.json")
    assert (done.returncode, done.stderr) == (0, "")

    for words in (["backup", "restore", "latest"], ["audit", "export", "n", "--out", str(tmp_path / "h.json")]):
        assert main([*words, "--workspace", str(path)]) == 0
    done = verified(bundle, tmp_path / "h.json")
    assert done.returncode == 1
    assert "its end was cut, or an older copy was put in its place" in done.stdout
    capsys.readouterr()
