"""What a run of the tests left in logs, reports of crashes and temporary files: no words of any note may be there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_SHORTEST = 25
"""Shorter lines are words that any program may write."""
_NAMES = re.compile(r".*\.log(\.\d+)?|core(\.\d+)?|.*\.(dmp|crash|part|tmp)|crash.*|hs_err.*|\.rehearsal-.*|.*-journal")
_FOLDERS = frozenset({"logs", "crashes", "anchors"})
_LARGEST = 64_000_000


def sentences(*texts: str) -> tuple[bytes, ...]:
    """Return the lines of notes that are long enough to be nobody else's."""
    found = {line.strip() for text in texts for line in re.split(r"[\r\n]+", text)}
    return tuple(sorted(line.encode("utf-8", "surrogatepass") for line in found if len(line) >= _SHORTEST))


def suspects(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every log, report and temporary file below folders, by its name or that of its folder."""
    for folder in folders:
        for place, _, names in os.walk(folder):
            in_logs = Path(place).name in _FOLDERS
            for name in names:
                path = Path(place, name)
                if (in_logs or _NAMES.fullmatch(name)) and path.is_file() and not path.is_symlink():
                    yield path


def leftovers(folders: Iterable[Path], words: tuple[bytes, ...]) -> list[Path]:
    """Return the files in which one of these sentences stands."""
    found: list[Path] = []
    for path in suspects(folders):
        try:
            data = path.read_bytes()[:_LARGEST]
        except OSError:
            continue
        if any(each in data for each in words):
            found.append(path)
    return found
