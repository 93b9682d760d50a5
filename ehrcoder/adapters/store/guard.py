"""Keeps a connection from changing the form of a workspace: SQLite asks before it prepares each statement.

The guards in the file (triggers) forbid changing lines; this forbids taking the guards away. Migrations run
before it is set. It binds this program only: who opens the file by other means is noticed by verification.
"""

from __future__ import annotations

import sqlite3

_FORBIDDEN = frozenset(
    getattr(sqlite3, name) for name in dir(sqlite3)
    if name.startswith(("SQLITE_CREATE_", "SQLITE_DROP_")) or name in ("SQLITE_ALTER_TABLE", "SQLITE_ATTACH",
                                                                       "SQLITE_DETACH", "SQLITE_REINDEX")
)

# These take a number (of problems to list, of milliseconds to wait, of pages to stay below) and change no file.
_HARMLESS = frozenset({"quick_check", "integrity_check", "busy_timeout", "max_page_count"})


def forbid_changes_of_form(connection: sqlite3.Connection) -> None:
    """Refuse, from now on, to create, alter, drop or attach anything, and to change a setting."""
    connection.set_authorizer(_decide)


def _decide(action: int, first: str | None, second: str | None, database: str | None, origin: str | None) -> int:
    """Answer SQLite's question: https://www.sqlite.org/c3ref/c_alter_table.html names what `first` and `second` are."""
    if action in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and second is not None and first not in _HARMLESS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
