"""Where the set-up of `make test` installs the independent checkers."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CHECKERS = REPOSITORY / ".cache" / "checkers"
OWN_DEFINITIONS = REPOSITORY / "resources" / "fhir"
NODE_MODULES = CHECKERS / "node" / "node_modules"
R4_DEFINITIONS = NODE_MODULES / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
GOOGLE_PYTHON = CHECKERS / "google-venv" / "bin" / "python"


class CheckerMissingError(AssertionError):
    """A checker that the set-up installs is not there: the test fails, since it proved nothing."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not installed; `make test` installs the checkers")


def required(path: Path, what: str) -> Path:
    """Return a path that the set-up made. Raises CheckerMissingError."""
    if not path.exists():
        raise CheckerMissingError(what)
    return path
