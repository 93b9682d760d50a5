"""Where the packaging reads from and writes to; `dist/` and `build/` are ignored by git."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUNDLE = REPOSITORY / "packaging" / "bundle"
SETUP = REPOSITORY / "packaging" / "setup"
STAGE = REPOSITORY / "build" / "bundle"
DIST = REPOSITORY / "dist"
HOME = REPOSITORY / ".cache" / "home"
LOG_FILE = REPOSITORY / "build" / "bundle.log"
PYTHON = Path(sys.executable)


def inside(program: Path) -> Path:
    """Return the folder of the packaged program in which libraries and data lie."""
    return program / "_internal"


def data_of(program: Path) -> Path:
    """Return the folder of the packaged program's own data."""
    return inside(program) / "ehrcoder" / "data"
