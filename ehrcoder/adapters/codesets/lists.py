"""Files of what says something about codes without being a code set: indexes, tables, edit lists, conversions."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ehrcoder.adapters.codesets.builder import seal
from ehrcoder.adapters.codesets.manifest import file_sha256
from ehrcoder.adapters.codesets.release_parts import ListPart
from ehrcoder.core.code_releases import InstalledList
from ehrcoder.core.codes import edition_start, without_dot
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.matching import search_words

LISTS_FOLDER = "lists"
_SUFFIX = ".list.json"
_VERSION = 1

# A path names codes with a dash for "and what is below", so the bare form is asked for by beginning.
_CREATE = """
CREATE TABLE fact (
    list TEXT NOT NULL, code TEXT NOT NULL, value TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (list, code, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, level INTEGER NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL,
    modifiers TEXT NOT NULL, see TEXT NOT NULL
) STRICT;
CREATE TABLE entry_code (
    bare TEXT NOT NULL, entry_id INTEGER NOT NULL REFERENCES entry (id), written TEXT NOT NULL,
    PRIMARY KEY (bare, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_code_entry ON entry_code (entry_id);
CREATE VIRTUAL TABLE entry_fts USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE TABLE pcs_row (id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, title TEXT NOT NULL) STRICT;
CREATE INDEX pcs_row_prefix ON pcs_row (prefix);
CREATE TABLE pcs_value (
    row_id INTEGER NOT NULL REFERENCES pcs_row (id), place INTEGER NOT NULL, value TEXT NOT NULL,
    axis TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (row_id, place, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE passage (id INTEGER PRIMARY KEY, heading TEXT NOT NULL, text TEXT NOT NULL) STRICT;
"""
_CODE = re.compile(r"[A-Z0-9]{3}[A-Z0-9.]*-?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListManifest:
    """What a list file is: its kind, the edition of the code system that it belongs to, its size and hash."""

    kind: str
    system: str
    edition: str
    size: int
    source: str
    file: str
    sha256: str
    version: int = _VERSION

    @property
    def listed(self) -> InstalledList:
        """What a person is told of it."""
        return InstalledList(
            kind=self.kind, system=self.system, edition=self.edition, size=self.size, source=self.source,
            sha256=self.sha256,
        )

    @property
    def since(self) -> dt.date:
        """The day from which it holds."""
        return edition_start(self.edition)


def build_list(part: ListPart, folder: Path) -> ListManifest:
    """Build a list's file and manifest in a folder. Raises sqlite3.Error and OSError."""
    stem = "-".join(each for each in (part.kind, _owner(part), part.edition or "undated") if each)
    path = folder / f"{stem}.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.executescript(_CREATE)
        with connection:
            _fill(connection, part)
        connection.execute("VACUUM")
    seal(path)
    manifest = ListManifest(
        kind=part.kind, system=part.system, edition=part.edition, size=part.size, source=part.shown, file=path.name,
        sha256=file_sha256(path),
    )
    with (folder / f"{stem}{_SUFFIX}").open("wb") as file:
        file.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=2).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _owner(part: ListPart) -> str:
    return "pcs" if part.system.endswith("/ICD10") and not part.kind.startswith("pcs") else ""


def _fill(connection: sqlite3.Connection, part: ListPart) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?)", part.facts
    )
    for number, entry in enumerate(part.entries, start=1):
        connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (number, entry.level, entry.title, entry.path, entry.modifiers, entry.see),
        )
        codes = [code for written in entry.codes for code in _CODE.findall(written)]
        connection.executemany(
            "INSERT OR IGNORE INTO entry_code VALUES (?, ?, ?)",
            [(without_dot(code.rstrip("-")), number, code) for code in codes],
        )
        if codes:
            words = " ".join(search_words(f"{entry.path} {entry.modifiers}"))
            connection.execute("INSERT INTO entry_fts (rowid, words) VALUES (?, ?)", (number, words))
    for number, row in enumerate(part.rows, start=1):
        connection.execute("INSERT INTO pcs_row VALUES (?, ?, ?)", (number, row.table, row.title))
        connection.executemany(
            "INSERT INTO pcs_value VALUES (?, ?, ?, ?, ?)",
            [
                (number, place, value, axis, label)
                for place, (axis, values) in enumerate(row.axes, start=4)
                for value, label in values
            ],
        )
    connection.executemany("INSERT INTO passage (heading, text) VALUES (?, ?)", part.passages)


def read_list_manifests(folder: Path) -> tuple[ListManifest, ...]:
    """Return the lists of a code-set folder, by name. Raises EnvironmentFault on a damaged manifest."""
    found: list[ListManifest] = []
    for path in sorted((folder / LISTS_FOLDER).glob(f"*{_SUFFIX}")):
        try:
            manifest = ListManifest(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise EnvironmentFault(
                f"The list manifest {path.name} cannot be read.", next_step="Import the list again."
            ) from error
        if manifest.version == _VERSION:
            found.append(manifest)
    return tuple(found)


def newest(manifests: Sequence[ListManifest], kind: str, on: dt.date | None) -> ListManifest | None:
    """Return the list of a kind that held on a day; without a day, or where none held yet, the nearest one."""
    of_kind = sorted((each for each in manifests if each.kind == kind), key=lambda each: each.since)
    held = [each for each in of_kind if on is None or each.since <= on]
    return held[-1] if held else (of_kind[0] if of_kind else None)
