"""Where the set-up keeps things; all of it is ignored by git."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"
CACHE = REPOSITORY / ".cache"
WHEELS = CACHE / "wheels"
CHECKERS = CACHE / "checkers"
REQUIREMENTS = REPOSITORY / "requirements"
LOG_FILE = CACHE / "setup" / "setup.log"
_BIN = "Scripts" if os.name == "nt" else "bin"


def python_of(venv: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return venv / _BIN / ("python.exe" if os.name == "nt" else "python")


def stamp_in(venv: Path, name: str) -> Path:
    """Return a stamp that lives and dies with a virtual environment."""
    return venv / ".setup" / name
