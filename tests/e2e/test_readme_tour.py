"""The tour of README does what it says when its lines are typed one after the other."""

from __future__ import annotations

import glob
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ehrcoder.cli.main import main

REPOSITORY = Path(__file__).resolve().parents[2]
_TOUR = re.compile(r"## Two minutes on the command line\n.*?```\n(.*?)```", re.DOTALL)
# It takes a process of its own and half a minute; tests/e2e/test_offline_proof.py has it.
_ELSEWHERE = "offline-report"


def test_every_line_of_the_tour_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tour,) = _TOUR.findall((REPOSITORY / "README.md").read_text("utf-8"))
    lines = [shlex.split(line, comments=True) for line in tour.splitlines()]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources").symlink_to(REPOSITORY / "resources")

    for program, *words in lines:
        if program == "ehrcoder" and words != [_ELSEWHERE]:
            assert main(words) == 0, words
        elif program == "python":
            names = [name for word in words for name in (sorted(glob.glob(word)) if "*" in word else [word])]
            done = subprocess.run([sys.executable, *names], capture_output=True, encoding="utf-8", check=False)
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith("intact")

    said = capsys.readouterr().out
    assert len(lines) == 21
    for result in ("New records: 23. Files: 20 read", "I25.10", "Signed by", "1 written, 0 refused", "is intact"):
        assert result in said
