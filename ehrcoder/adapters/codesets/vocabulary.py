"""Builds the small file that search shares over all code sets: words for spelling, phrases for rewriting."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ehrcoder.adapters.codesets.manifest import Manifest
from ehrcoder.adapters.codesets.sources import synonym_lines
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.matching import content_words, search_words

VOCABULARY_FILE = "vocabulary.sqlite"

_CREATE = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE word (
    form TEXT PRIMARY KEY,
    length INTEGER NOT NULL,
    entries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE phrase (
    words TEXT NOT NULL,
    meaning TEXT NOT NULL,
    PRIMARY KEY (words, meaning)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE seen (form TEXT PRIMARY KEY, entries INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""
_COUNT = """
INSERT INTO seen (form, entries) VALUES (?, ?)
ON CONFLICT (form) DO UPDATE SET entries = entries + excluded.entries
"""
_KEEP = """
INSERT INTO word (form, length, entries) SELECT form, length(form), entries FROM seen ORDER BY form;
CREATE INDEX word_length ON word (length, form);
"""


def build_vocabulary(
    target: Path, sources: Path, *, files: Sequence[Manifest], force: bool, stage: Path | None = None
) -> None:
    """Build the vocabulary of the given editions unless it is up to date. Raises EnvironmentFault.

    With `stage`, it is written there, and editions that lie there count before those in `target`.
    """
    path = target / VOCABULARY_FILE
    tables = sorted((sources / "synonyms").glob("*.tsv"))
    digest = hashlib.sha256()
    for part in (*(m.edition.sha256.encode() for m in files), *(table.read_bytes() for table in tables)):
        digest.update(part + b"\0")
    if not force and path.is_file() and _stamp(path) == digest.hexdigest():
        return
    goal = (stage or target) / VOCABULARY_FILE
    temporary = target / f".{VOCABULARY_FILE}.{os.getpid()}.tmp"
    try:
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary)) as connection:
            _fill(connection, stage or target, target, tables, files, digest.hexdigest())
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o444)
        temporary.replace(goal)
    except (OSError, sqlite3.OperationalError) as error:
        raise EnvironmentFault(
            f"The search vocabulary could not be written: {error}.", kept="The former one is in place.",
            next_step="Free disk space, then run `ehrcoder codesets build`.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _stamp(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'inputs'").fetchone()
    except sqlite3.DatabaseError:
        return ""
    return row[0] if row else ""


def _fill(
    connection: sqlite3.Connection, stage: Path, target: Path, tables: Sequence[Path], files: Sequence[Manifest],
    stamp: str,
) -> None:
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    connection.executescript(_CREATE)
    with connection:
        connection.execute("INSERT INTO meta (key, value) VALUES ('inputs', ?)", (stamp,))
        for manifest in files:
            staged = stage / manifest.file_name
            counts = _words_of(staged if staged.is_file() else target / manifest.file_name)
            connection.executemany(_COUNT, sorted(counts.items()))
        for table in tables:
            for phrase, meaning, _, _ in synonym_lines(table.read_bytes()):
                words = " ".join(content_words(search_words(phrase)))
                if meaning:
                    connection.execute("INSERT OR IGNORE INTO phrase VALUES (?, ?)", (words, meaning))
                # What a synonym is spelled like is a word that a misspelling may be meant for.
                connection.executemany(_COUNT, [(word, 1) for word in words.split()])
    with connection:
        connection.executescript(_KEEP)
    connection.execute("VACUUM")


def _words_of(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        for (matched,) in connection.execute("SELECT matched FROM concept"):
            for word in set(matched.split()):
                counts[word] = counts.get(word, 0) + 1
    return counts
