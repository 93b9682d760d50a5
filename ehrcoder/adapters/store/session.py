"""One open connection to a workspace, and the ledger to which every write adds its line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ehrcoder.adapters.store.anchor import Anchor
from ehrcoder.adapters.store.cipher import CipherKey
from ehrcoder.adapters.store.faults import translated
from ehrcoder.adapters.store.open_files import Held, let_go
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.history import ledger_hash
from ehrcoder.ports import Clock, IdSource

_LAST_LINE = "SELECT position, hash FROM ledger ORDER BY position DESC LIMIT 1"
_GENESIS = "SELECT value FROM meta WHERE key = 'ledger_genesis'"
_LINE = "SELECT hash FROM ledger WHERE position = ?"
_ADD_LINE = """
INSERT INTO ledger (position, kind, subject, content_sha256, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)
"""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A connection with what its tables need. Used from the thread that opened it only."""

    database: Database
    path: Path
    clock: Clock
    ids: IdSource
    read_only: bool
    anchor: Anchor | None = None
    key: CipherKey | None = None
    """What an encrypted file is opened with."""
    held: Held | None = None
    """Under what the file is noted as open."""

    def close(self) -> None:
        """Close the connection; harmless when done twice."""
        self.database.close()
        if self.held is not None:
            let_go(self.held)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is on the disk when this ends, or none of it."""
        if self.read_only:
            raise EnvironmentFault(f"The workspace {self.path} was opened for reading only.",
                                   kept="Nothing was changed.")
        with translated(self.path), self.database.atomic():
            yield
        if self.anchor is not None and not self.database.conn.in_transaction:
            self.anchor.note(*self.ledger_head(), at=self.clock.now())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads that see one and the same state."""
        with translated(self.path):
            if self.database.conn.in_transaction:
                yield
            else:
                with self.database.atomic():
                    yield

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row, or None."""
        with translated(self.path):
            return self.database.conn.execute(sql, parameters).fetchone()

    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return every row."""
        with translated(self.path):
            return self.database.conn.execute(sql, parameters).fetchall()

    def each(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """Return a cursor over rows too many to hold; iterate it inside `reading`."""
        return self.database.conn.execute(sql, parameters)

    def change(self, sql: str, parameters: Sequence[object]) -> None:
        """Run one statement of a transaction that `writing` opened."""
        self.database.conn.execute(sql, parameters)

    def change_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row, within `writing`."""
        self.database.conn.executemany(sql, rows)

    def add_to_ledger(self, kind: str, lines: Sequence[tuple[str, str]]) -> list[int]:
        """Chain lines of (subject, content hash) to the ledger and return their positions."""
        position, previous = self.ledger_head()
        rows: list[Row] = []
        for subject, content in lines:
            position += 1
            line_hash = ledger_hash(position=position, kind=kind, subject=subject, content_sha256=content,
                                    previous_hash=previous)
            rows.append((position, kind, subject, content, previous, line_hash))
            previous = line_hash
        self.change_many(_ADD_LINE, rows)
        return [row[0] for row in rows]

    def contradiction(self) -> str:
        """Say how the ledger contradicts what was noted outside the file; empty where it does not."""
        noted = self.anchor.read() if self.anchor is not None else None
        if noted is None:
            return ""
        line = self.one(_LINE, (noted.position,)) if noted.position else self.one(_GENESIS)
        if line is not None and line[0] == noted.hash:
            return ""
        last, _ = self.ledger_head()
        found = (f"now it ends at line {last}" if line is None
                 else f"now its line {noted.position} is another one")
        return (f"On this machine the workspace's ledger had reached line {noted.position} on {noted.at[:10]}; "
                f"{found}: its end was cut, or the file was replaced by an older or another copy.")

    def ledger_head(self) -> tuple[int, str]:
        """Return the position and hash of the ledger's last line."""
        last = self.one(_LAST_LINE)
        if last is not None:
            return last[0], last[1]
        genesis = self.one(_GENESIS)
        return 0, genesis[0] if genesis else ""
