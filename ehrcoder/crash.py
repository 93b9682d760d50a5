"""Writes down where the program itself failed, without a word of what it worked on.

A report holds versions, the kinds of errors and the places in the code; never a message, a value or a line of source,
since those may quote a record. Nothing is sent anywhere: the person decides what becomes of the file.
"""

from __future__ import annotations

import faulthandler
import os
import platform
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from ehrcoder import __version__

_FAULTS = "fault-of-last-run.txt"
_PREFIX = "crash-"
_KEPT = 10


class CrashReports:
    """The reports in one folder; files are numbered by `stamp`, which says the time."""

    def __init__(self, folder: Path, *, stamp: Callable[[], str]) -> None:
        self._folder = folder
        self._stamp = stamp
        self._faults: TextIO | None = None

    def start(self) -> Path | None:
        """Watch for failures below Python, and return the report of one that ended the last run.

        A folder that cannot be written costs the reports, not the work.
        """
        ended = self._take_last_fault()
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._faults = (self._folder / _FAULTS).open("w", encoding="utf-8")
            faulthandler.enable(self._faults, all_threads=True)
        return ended

    def stop(self) -> None:
        """Say that the program ended as it should."""
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            self._faults = None
            with suppress(OSError):
                (self._folder / _FAULTS).unlink()

    def write(self, error: BaseException) -> Path | None:
        """Write a report of an error of our own, and return its file; None where it cannot be written."""
        return self._write(describe(error))

    def _take_last_fault(self) -> Path | None:
        """Make a report of what a failure below Python left behind; an empty file is a run that was killed."""
        try:
            left = (self._folder / _FAULTS).read_text("utf-8", "replace")
        except OSError:
            return None
        return self._write(left) if left.strip() else None

    def _write(self, what: str) -> Path | None:
        path = self._folder / f"{_PREFIX}{self._stamp()}.txt"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{_about()}\n{what}\n", "utf-8")
            for old in sorted(self._folder.glob(f"{_PREFIX}*.txt"))[:-_KEPT]:
                old.unlink()
        except OSError:
            return None
        return path


def describe(error: BaseException) -> str:
    """Return the kinds of an error and of those behind it, with the places in the code they came through."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(type(current).__name__)
        frames = traceback.extract_tb(current.__traceback__)
        lines += [f"  {_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
        if current is not None:
            lines.append("caused by")
    return "\n".join(lines)


def _place(filename: str) -> str:
    """Return a file by its package, without the folders above, which may name a person."""
    parts = Path(filename).parts
    for root in ("ehrcoder", "site-packages"):
        if root in parts:
            start = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[start + (root == "site-packages"):])
    return Path(filename).name


def _about() -> str:
    installed = "packaged" if getattr(sys, "frozen", False) else "checkout"
    return (
        f"EHRCoder {__version__}, {installed}\nPython {platform.python_version()}, "
        f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} processors\n"
        "No clinical text, no message and no value stands in this file.\n"
    )
