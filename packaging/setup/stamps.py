"""Remembers what a stage was done for, so that it is done again only when its inputs change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(parts: Iterable[str | Path]) -> str:
    """Return the hash of texts and of the contents of files."""
    result = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        result.update(len(data).to_bytes(8, "big"))
        result.update(data)
    return result.hexdigest()


class Stamp:
    """A file that holds the hash of the inputs for which a stage was finished."""

    def __init__(self, file: Path, parts: Iterable[str | Path]) -> None:
        self._file = file
        self._digest = digest(parts)

    def holds(self) -> bool:
        """Tell whether the stage was finished for these inputs."""
        try:
            return self._file.read_text("utf-8") == self._digest
        except (OSError, UnicodeDecodeError):
            return False

    def write(self) -> None:
        """Say that the stage is finished for these inputs."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._digest, "utf-8")
