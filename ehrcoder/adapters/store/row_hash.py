"""A hash in each line of the tables that stand in no chain, so that a silent change of the disk is noticed.

Lines of the ledger and what it names are chained; assignments and lists are compared with the history. What is left,
campaigns and the recoding worklist, carries the hash of its own columns, set by the statement that writes the line.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

from ehrcoder.adapters.store.session import Session

HASHED: dict[str, tuple[str, ...]] = {
    "campaigns": ("campaign_id", "name", "created_at", "body"),
    "campaign_work": ("campaign_id", "list", "position", "record_id", "state", "body", "outcome"),
    "campaign_entries": ("campaign_id", "kind", "subject", "at", "body"),
    "recode_tasks": ("record_id", "system", "code", "edition", "change", "must_change", "body", "settled_at",
                     "settled_by", "reason"),
    "recode_editions": ("only", "stamp"),
}
"""The tables whose lines carry `row_sha256`, and the columns that it covers."""


def row_sha256(*values: str | int | None) -> str:
    """Return the SHA-256 of a line's columns, in hexadecimal; damaged text has one too, a different one."""
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode("ascii")).hexdigest()


def teach_row_hash(connection: sqlite3.Connection) -> None:
    """Let the statements of a connection use `row_sha256(…)`."""
    connection.create_function("row_sha256", -1, row_sha256, deterministic=True)


def altered_rows(session: Session) -> Iterator[str]:
    """Yield a sentence for each line that is not what its hash says."""
    for table, columns in HASHED.items():
        lines = f"SELECT rowid, row_sha256, {', '.join(columns)} FROM {table}"  # noqa: S608 - constants only
        for number, stored, *values in session.all(lines):
            if row_sha256(*values) != stored:
                yield f"Line {number} of the table {table} was altered."
