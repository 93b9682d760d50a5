"""Which databases this process has open, so that none of them is opened a second time just to be looked at.

On POSIX systems the closing of any descriptor of a file takes away all locks that the process holds on it, SQLite's
among them: https://www.sqlite.org/howtocorrupt.html ("POSIX advisory locks canceled").
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, eq=False)
class Held:
    """One opening of a file; its salt is None where the file is plain."""

    identity: tuple[int, int]
    salt: bytes | None


_lock = threading.Lock()
_held: dict[tuple[int, int], list[Held]] = {}


def hold(path: Path, salt: bytes | None) -> Held:
    """Note that a file was opened; what this returns is given to `let_go`. Raises OSError."""
    held = Held(_identity(path), salt)
    with _lock:
        _held.setdefault(held.identity, []).append(held)
    return held


def let_go(held: Held) -> None:
    """Note that it was closed; harmless when done twice."""
    with _lock:
        left = [each for each in _held.pop(held.identity, ()) if each is not held]
        if left:
            _held[held.identity] = left


def is_open(path: Path) -> bool:
    """Tell whether this process has a file open as a database."""
    return bool(_holders(path))


def salt_if_open(path: Path) -> bytes | None:
    """Return the salt of a file that is open here, None for a plain one and for one that is not open."""
    holders = _holders(path)
    return holders[-1].salt if holders else None


def _holders(path: Path) -> list[Held]:
    try:
        identity = _identity(path)
    except OSError:
        return []
    with _lock:
        return list(_held.get(identity, ()))


def _identity(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_dev, state.st_ino
