"""Starts a second process for part of a large workspace's histories, so that verification uses two processors.

It says one line: that it found nothing wrong, and at which end of the ledger. Whatever else happens (a problem, a
crash, another program that wrote meanwhile), the first process checks everything again by itself: a helper that fails
costs time, never certainty.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.adapters.store.session import Session
from ehrcoder.adapters.store.verify_histories import Part

HELPED_FROM = 60_000
"""Lines of a ledger from which on starting a process pays."""
_SHARE_OF_HELPER = 0.75
"""Of the records; the first process checks the file's structure, ledger and runs besides."""
_IMPORT_ROOT = Path(__file__).resolve().parents[3]
_SECOND = "ehrcoder.adapters.store.verify_second"
_COUNT = "SELECT count(*) FROM records"
_FROM_HERE = "SELECT record_id FROM records ORDER BY record_id LIMIT 1 OFFSET ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A process at work on the end of the records, or none; `rest` is what is left to the first process."""

    rest: Part
    process: subprocess.Popen[bytes] | None = None

    def found_nothing(self, head_hash: str) -> bool:
        """Wait for the helper and tell whether all that it checked fits, in the same state of the workspace."""
        if self.process is None:
            return True
        assert self.process.stdout is not None
        said = self.process.stdout.read()
        return self.process.wait() == 0 and said == sound(head_hash)


@contextmanager
def helped(session: Session) -> Iterator[Helper]:
    """Start a helper where the workspace is large enough and there is a second processor; end it in any case."""
    helper = _started(session)
    try:
        yield helper
    finally:
        if helper.process is not None:
            helper.process.kill()
            helper.process.wait()
            assert helper.process.stdout is not None
            helper.process.stdout.close()


def _started(session: Session) -> Helper:
    alone = Helper(rest=Part())
    if (os.cpu_count() or 1) < 2 or session.database.conn.in_transaction or session.ledger_head()[0] < HELPED_FROM:
        return alone
    found = session.one(_COUNT)
    border = session.one(_FROM_HERE, (int(found[0] * (1 - _SHARE_OF_HELPER)),)) if found else None
    if border is None:
        return alone
    order = {"path": str(session.path), "first": border[0],
             "key": None if session.key is None else [session.key.raw.hex(), session.key.salt.hex()]}
    frozen = bool(getattr(sys, "frozen", False))
    with suppress(OSError):
        process = subprocess.Popen(
            [sys.executable, *(("--verification-helper",) if frozen else ("-m", _SECOND))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            # `python -m` would otherwise import from whatever folder the program was started in.
            cwd=None if frozen else _IMPORT_ROOT, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert process.stdin is not None
        # Through the pipe: a key has no place in a list of processes.
        with suppress(OSError), process.stdin as pipe:
            pipe.write(json.dumps(order).encode("ascii"))
        return Helper(rest=Part(end=border[0]), process=process)
    return alone


def sound(head_hash: str) -> bytes:
    """Return what a helper says that found nothing wrong at this end of the ledger."""
    return f"sound {head_hash}".encode()
