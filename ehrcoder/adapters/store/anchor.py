"""Remembers, outside a workspace's file, how far its ledger had come: an older copy put back cannot pass unnoticed.

One small file a workspace lies in the user's data folder, away from the workspace. It holds hashes and a number
only. It is written after each commit and not flushed: after a crash it may lag behind the workspace, which is no
fault, but it is never ahead of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SIZE = 256
_MANY = 500
_SUFFIX = ".head"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedHead:
    """The last line of a ledger as it was seen on this machine."""

    position: int
    hash: str
    at: str


class Anchor:
    """The note about one workspace at one place. Losing it costs the notice, never the work."""

    def __init__(self, folder: Path, *, workspace_id: str, workspace: Path) -> None:
        name = hashlib.sha256(f"{workspace_id}\n{workspace}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._path = folder / f"{name}{_SUFFIX}"
        self._is_frozen = False

    def read(self) -> NotedHead | None:
        """Return what was noted, or None where nothing was or it cannot be read."""
        try:
            words = self._path.read_bytes().decode("ascii").split()
            position, digest, at, check = words
            if check != _check(position, digest, at):
                return None
            return NotedHead(position=int(position), hash=digest, at=at)
        except (OSError, ValueError):
            return None

    def freeze(self) -> None:
        """Note nothing any more: what is noted contradicts the workspace, and a person has to see it."""
        self._is_frozen = True

    def note(self, position: int, digest: str, *, at: dt.datetime) -> None:
        """Note how far the ledger has come; a folder that cannot be written costs the notice only."""
        if self._is_frozen:
            return
        with suppress(OSError):
            self._write(position, digest, at)

    def accept(self, position: int, digest: str, *, at: dt.datetime) -> None:
        """Note another head in place of one that contradicts it, and keep the former one in a list beside."""
        former = self.read()
        self._is_frozen = False
        with suppress(OSError):
            if former is not None:
                with self._path.with_suffix(".accepted").open("ab") as kept:
                    kept.write(f"{at.isoformat()} in place of {former.position} {former.hash} {former.at}\n".encode())
            self._write(position, digest, at)

    def _write(self, position: int, digest: str, at: dt.datetime) -> None:
        time = at.astimezone(dt.UTC).isoformat(timespec="seconds")
        line = f"{position} {digest} {time} {_check(str(position), digest, time)}\n".encode("ascii")
        if not self._path.exists():
            self._make_room()
        # In one write and never longer than one sector: there is no moment at which half of it stands there.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(descriptor, line.ljust(_SIZE))
        finally:
            os.close(descriptor)

    def _make_room(self) -> None:
        """Forget the notes that were not touched for the longest time: workspaces come and go."""
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        notes = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for old in notes[: max(0, len(notes) - _MANY + 1)]:
            old.unlink(missing_ok=True)


def _check(position: str, digest: str, at: str) -> str:
    return hashlib.sha256(f"{position} {digest} {at}".encode()).hexdigest()[:16]
