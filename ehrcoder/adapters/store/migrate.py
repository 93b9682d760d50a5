"""Brings a workspace file to the present schema, or says why it cannot be used."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache

from ehrcoder.adapters.store.backup import copy_database
from ehrcoder.adapters.store.guard import forbid_changes_of_form
from ehrcoder.adapters.store.row_hash import teach_row_hash
from ehrcoder.adapters.store.schema import APPLICATION_ID, MIGRATIONS
from ehrcoder.adapters.store.session import Session
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.errors import EnvironmentFault, InputError, IntegrityError
from ehrcoder.core.history import ledger_genesis

_MADE_HERE = "SELECT count(*) FROM sqlite_master"
_SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
_ADD_META = "INSERT INTO meta (key, value) VALUES (?, ?)"
_NOT_IN_LEDGER = """
SELECT number, name, applied_at FROM migrations
WHERE name NOT IN (SELECT subject FROM ledger WHERE kind = 'migration') ORDER BY number
"""
_ADD_MIGRATION = "INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, ?)"


def prepare(session: Session) -> None:
    """Set the connection's rules, check that the file is a workspace, and migrate it. Raises InputError."""
    connection = session.database.conn
    teach_row_hash(connection)
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    is_new = application == 0 and version == 0 and connection.execute(_MADE_HERE).fetchone()[0] == 0
    if not is_new and application != APPLICATION_ID:
        raise InputError(f"{session.path} is a database, but not a workspace.",
                         kept="The file was left as it is.",
                         next_step="Name a workspace file, or a new one to create it.")
    if version > len(MIGRATIONS):
        raise InputError(
            f"The workspace {session.path} was written by a newer EHRCoder (schema {version}; this program "
            f"knows {len(MIGRATIONS)}).", kept="The file was left as it is.",
            next_step="Update EHRCoder, or open another workspace.",
        )
    if session.read_only:
        if version < len(MIGRATIONS):
            raise EnvironmentFault(
                f"The workspace {session.path} has an older form and must be brought up to date first.",
                kept="The file was left as it is.", next_step="Open it once for writing.",
            )
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA query_only = ON")
        _check_tables(session)
        forbid_changes_of_form(connection)
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")  # sorting large tables leaves no clinical text on the disk
    # Off while tables are made anew: https://www.sqlite.org/lang_altertable.html#otheralter
    connection.execute("PRAGMA foreign_keys = OFF")
    if version < len(MIGRATIONS):
        if not is_new:
            _keep_former(session, version)
        _migrate(session, version)
    connection.execute("PRAGMA foreign_keys = ON")
    _check_tables(session)
    forbid_changes_of_form(connection)


@cache
def expected_schema() -> Mapping[tuple[str, str], str]:
    """Return the script of each table, index and trigger that a workspace of the present schema has."""
    with closing(sqlite3.connect(":memory:")) as blank:
        teach_row_hash(blank)
        for migration in MIGRATIONS:
            for statement in statements(migration.script):
                blank.execute(statement)
        return {(kind, name): script for kind, name, script in blank.execute(_SCHEMA)}


def stored_schema(session: Session) -> Mapping[tuple[str, str], str]:
    """Return the script of each table, index and trigger in the file."""
    return {(kind, name): script for kind, name, script in session.all(_SCHEMA)}


def statements(script: str) -> list[str]:
    """Split a script into statements; SQLite itself tells where a trigger's body ends."""
    found: list[str] = []
    rest = ""
    for piece in re.split(r"(?<=;)", script):
        rest += piece
        if sqlite3.complete_statement(rest):
            found.append(rest.strip())
            rest = ""
    return found


def migration_sha256(number: int, name: str, applied_at: str) -> str:
    """Return the hash under which a migration stands in the ledger."""
    return sha256_of_text(f"{number}\n{name}\n{applied_at}")


def _check_tables(session: Session) -> None:
    """Raise IntegrityError unless the tables are as they were made; verification reports lost guards."""
    stored = stored_schema(session)
    for (kind, name), script in expected_schema().items():
        if kind != "trigger" and stored.get((kind, name)) != script:
            raise IntegrityError(
                f"The workspace file {session.path} is damaged: its {kind} {name} is not as it was made.",
                kept="The file was left as it is.",
                next_step="Copy it to a safe place, then go back to its last backup.",
            )


def _keep_former(session: Session, version: int) -> None:
    """Keep a copy of a file that is about to be migrated; one that an earlier attempt left is good enough."""
    target = session.path.with_name(f"{session.path.name}.schema-{version}")
    if not target.exists():
        copy_database(session.database.conn, target, key=session.key)


def _migrate(session: Session, version: int) -> None:
    connection = session.database.conn
    now = session.clock.now().astimezone(dt.UTC).isoformat()
    # `executescript` would commit first and leave half a schema after a crash.
    with session.writing():
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            for statement in statements(migration.script):
                connection.execute(statement)
            if number == 1:
                workspace_id = session.ids.new_id()
                session.change_many(_ADD_META, [
                    ("workspace_id", workspace_id), ("ledger_genesis", ledger_genesis(workspace_id)),
                ])
            session.change(_ADD_MIGRATION, (number, migration.name, now))
        session.add_to_ledger("migration", [
            (name, migration_sha256(number, name, at)) for number, name, at in session.all(_NOT_IN_LEDGER)
        ])
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise IntegrityError(
                f"The workspace file {session.path} is damaged: a line points to one that is not there.",
                kept="The file was left as it is.",
                next_step="Copy it to a safe place, then go back to its last backup.",
            )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
