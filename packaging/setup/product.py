"""Lets the installed product make its own assets: the default model and the code sets."""

from __future__ import annotations

import os
import subprocess

from console import Console, SetupError
from places import CACHE, REPOSITORY, REQUIREMENTS, VENV, python_of, stamp_in
from stamps import Stamp

_BUILT = (".sqlite", ".json")


def ensure_model(console: Console) -> str:
    """Assemble the default model and check its SHA-256; the product says nothing when it is whole already."""
    return _ask(console, "model", "install", "--if-missing")


def ensure_code_sets(console: Console) -> str:
    """Build the code sets unless sources, builder and built files are those of the last time."""
    if _code_sets_stamp().holds():
        return ""
    said = _ask(console, "codesets", "build")
    _code_sets_stamp().write()
    return said


def _code_sets_stamp() -> Stamp:
    sources = sorted(path for path in (REPOSITORY / "codesets").rglob("*") if path.is_file())
    builder = sorted((REPOSITORY / "ehrcoder" / "adapters" / "codesets").glob("*.py"))
    # A file that is gone or cut short counts; one that was altered is for `ehrcoder doctor` to find.
    folder = CACHE / "home" / "codesets"
    built = sorted(f"{path.name} {path.stat().st_size}" for path in folder.glob("*.*") if path.suffix in _BUILT)
    return Stamp(stamp_in(VENV, "codesets"), [REQUIREMENTS / "assets.txt", *sources, *builder, *built])


def _ask(console: Console, *words: str) -> str:
    """Run one command of the product and show what it says line by line; return its last line."""
    command = [str(python_of(VENV)), "-m", "ehrcoder", *words]
    last = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8",
        errors="replace", cwd=REPOSITORY, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        for line in process.stdout or ():
            if last:
                console.note(last)
            last = line.strip()
    if process.returncode:
        console.note(last)
        raise SetupError(f"`ehrcoder {' '.join(words)}` failed; what it said is above.")
    return last
