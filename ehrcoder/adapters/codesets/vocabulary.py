"""Builds the small file that search shares over all code sets: words for spelling, phrases for rewriting."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

from ehrcoder.adapters.codesets.manifest import Manifest
from ehrcoder.adapters.codesets.synonyms import (
    Synonym,
    key_of,
    meaning_of_title,
    read_synonyms,
    synonym_tables,
)
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.matching import content_words, search_words

VOCABULARY_FILE = "vocabulary.sqlite"

# Changes with the tables below, so that a vocabulary of another shape counts as out of date.
_SHAPE = b"3"

# The rank of a meaning: what a table says comes first, then what the titles of its codes say, then what is only the
# larger part of the body ("toe" for "foot").
_SAID, _TITLED, BROADER = range(3)

_CREATE = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE word (
    form TEXT PRIMARY KEY,
    length INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    stem TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE phrase (
    key TEXT NOT NULL,
    rank INTEGER NOT NULL,
    meaning TEXT NOT NULL,
    PRIMARY KEY (key, meaning)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE seen (id INTEGER PRIMARY KEY, form TEXT NOT NULL UNIQUE, entries INTEGER NOT NULL) STRICT;
"""
_COUNT = """
INSERT INTO seen (form, entries) VALUES (?, ?)
ON CONFLICT (form) DO UPDATE SET entries = entries + excluded.entries
"""
# The tokenizer's stem of each word is read back out of a throw-away index.
_KEEP = """
CREATE VIRTUAL TABLE temp.form_fts USING fts5(form, content='', tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO form_fts (rowid, form) SELECT id, form FROM seen;
CREATE VIRTUAL TABLE temp.form_stems USING fts5vocab('temp', 'form_fts', 'instance');
CREATE TEMP TABLE stem_of (id INTEGER PRIMARY KEY, stem TEXT NOT NULL) STRICT;
INSERT OR IGNORE INTO stem_of (id, stem) SELECT doc, term FROM temp.form_stems;
INSERT INTO main.word (form, length, entries, stem)
SELECT s.form, length(s.form), s.entries, coalesce(o.stem, s.form)
FROM seen s LEFT JOIN temp.stem_of o ON o.id = s.id ORDER BY s.form;
DROP TABLE temp.form_stems;
DROP TABLE temp.form_fts;
CREATE INDEX word_length ON word (length, form, entries);
CREATE INDEX word_stem ON word (stem, entries);
"""
_PHRASE = "INSERT OR IGNORE INTO phrase (key, rank, meaning) VALUES (?, ?, ?)"
_TITLE = "SELECT display FROM concept WHERE code = ?"


def build_vocabulary(
    target: Path, sources: Path, *, files: Sequence[Manifest], force: bool, stage: Path | None = None
) -> None:
    """Build the vocabulary of the given editions unless it is up to date. Raises EnvironmentFault.

    With `stage`, it is written there, and editions that lie there count before those in `target`.
    """
    path = target / VOCABULARY_FILE
    tables = synonym_tables(sources)
    digest = hashlib.sha256(_SHAPE)
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
        with closing(_reader(path)) as connection:
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
    paths = [
        (manifest.edition.system, staged if (staged := stage / manifest.file_name).is_file()
         else target / manifest.file_name)
        for manifest in files
    ]
    with connection, _Titles(paths) as titles:
        connection.execute("INSERT INTO meta (key, value) VALUES ('inputs', ?)", (stamp,))
        for _, path in paths:
            connection.executemany(_COUNT, sorted(_words_of(path).items()))
        for table in tables:
            for synonym in read_synonyms(table.read_bytes()):
                _add(connection, synonym, titles)
    with connection:
        connection.executescript(_KEEP)
    connection.execute("VACUUM")


class _Titles:
    """Titles of codes in the given editions, the newest first."""

    def __init__(self, paths: Sequence[tuple[str, Path]]) -> None:
        self._paths = paths
        self._open: dict[str, list[sqlite3.Connection]] = {}

    def __enter__(self) -> Self:
        for system, path in self._paths:
            self._open.setdefault(SHORT_NAME_OF_SYSTEM.get(system, system), []).insert(0, _reader(path))
        return self

    def __exit__(self, *_: object) -> None:
        for connections in self._open.values():
            for connection in connections:
                connection.close()

    def title(self, set_name: str, code: str) -> str:
        for connection in self._open.get(set_name, ()):
            row = connection.execute(_TITLE, (code,)).fetchone()
            if row is not None:
                return row[0]
        return ""


def _add(connection: sqlite3.Connection, synonym: Synonym, titles: _Titles) -> None:
    """Add what a phrase means: what the table says, else what the titles of its codes say."""
    key = key_of(synonym.phrase)
    meanings = [synonym.meaning] if synonym.meaning else [titles.title(name, code) for name, code in synonym.codes[:2]]
    for meaning in meanings:
        words = content_words(search_words(meaning)) if synonym.meaning else meaning_of_title(meaning)
        if words and " ".join(sorted(words)) != key:
            connection.execute(_PHRASE, (key, _rank(synonym), " ".join(words)))
    # What a synonym is spelled like is a word that a misspelling may be meant for.
    connection.executemany(_COUNT, [(word, 1) for word in key.split()])


def _rank(synonym: Synonym) -> int:
    if synonym.is_broader:
        return BROADER
    return _SAID if synonym.meaning else _TITLED


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _words_of(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    with closing(_reader(path)) as connection:
        for (matched,) in connection.execute("SELECT matched FROM concept"):
            for word in set(matched.split()):
                counts[word] = counts.get(word, 0) + 1
    return counts
