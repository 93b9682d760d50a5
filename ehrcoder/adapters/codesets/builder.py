"""Builds one read-only SQLite file with full-text indexes from one edition of a code set."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from ehrcoder.adapters.codesets.manifest import Manifest, file_sha256, write_manifest
from ehrcoder.adapters.codesets.rows import ConceptRow, EditionSource
from ehrcoder.adapters.codesets.schema import CREATE, INDEX, SCHEMA_VERSION
from ehrcoder.adapters.codesets.synonyms import key_of
from ehrcoder.adapters.codesets.term_index import CREATE_TERM_INDEX, write_term_index
from ehrcoder.core.codes import CodeSetEdition, ConceptNotes, without_dot
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.core.matching import search_words

_INSERT_CONCEPT = """
INSERT INTO concept (id, position, code, bare, display, parent, is_billable, edition, effective_from, effective_to,
                     synonyms, definition, notes, matched)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_TERM = "INSERT INTO term (id, concept_id, text) VALUES (?, ?, ?)"
_INDEX_CONCEPT = "INSERT INTO concept_fts (rowid, title, terms) VALUES (?, ?, ?)"
_INSERT_SYNONYM = "INSERT OR IGNORE INTO synonym (words, concept_id) VALUES (?, ?)"
_ENCOUNTERS = frozenset("initial subsequent encounter sequela".split())
_INSERT_META = "INSERT INTO meta (key, value) VALUES (?, ?)"


def build_edition(source: EditionSource, folder: Path, *, input_sha256: str) -> Manifest:
    """Build an edition's file and manifest in `folder`, replacing an older build in one step.

    The same input gives the same bytes. Raises InputError for contradicting rows, EnvironmentFault when the
    disk refuses; the former build stays in place then.
    """
    target = folder / f"{source.file_stem}.sqlite"
    temporary = folder / f".{source.file_stem}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary)) as connection:
            counts = _fill(connection, source)
        seal(temporary)
        sha256 = file_sha256(temporary)
        temporary.replace(target)
        manifest = Manifest(
            edition=CodeSetEdition(
                system=source.system, version=source.version, name=source.name,
                effective_from=source.effective_from, effective_to=source.effective_to,
                concept_count=counts[0], billable_count=counts[1], licence=source.licence, source=source.source,
                sha256=sha256,
            ),
            file_name=target.name, input_sha256=input_sha256, schema_version=SCHEMA_VERSION, caveat=source.caveat,
        )
        write_manifest(target.with_suffix(".json"), manifest)
    except (OSError, sqlite3.OperationalError) as error:
        raise EnvironmentFault(
            f"The code set {source.name} could not be written: {error}.", kept="The former build is in place.",
            next_step="Free disk space or check the folder's permissions, then run `ehrcoder codesets build`.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def seal(path: Path) -> None:
    """Bring a built file to the disk and make it read-only."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.chmod(0o444)


def _fill(connection: sqlite3.Connection, source: EditionSource) -> tuple[int, int]:
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;")
    connection.executescript(CREATE + CREATE_TERM_INDEX)
    concepts = billable = 0
    with connection:
        for key in ("slug", "name", "system", "version", "licence", "source", "caveat"):
            connection.execute(_INSERT_META, (key, getattr(source, key)))
        connection.execute(_INSERT_META, ("schema_version", str(SCHEMA_VERSION)))
        terms = 0
        for concept_id, (position, row) in enumerate(_general_first(_checked(source.concepts)), start=1):
            concepts += 1
            billable += row.is_billable
            terms = _add(connection, source, row, concept_id=concept_id, position=position, term_id=terms)
    with connection:
        connection.executescript(INDEX)
        write_term_index(connection)
    connection.execute("VACUUM")
    return concepts, billable


def _general_first(rows: Iterable[ConceptRow]) -> list[tuple[int, ConceptRow]]:
    """Order rows by the length of their titles.

    In the codes that a seventh character makes, "initial encounter" is no longer than "sequela", and comes before it.
    """
    def length(row: ConceptRow) -> int:
        words = search_words(row.display)
        if row.is_published_term:
            return len(words)
        return sum(word not in _ENCOUNTERS for word in words)

    return sorted(enumerate(rows), key=lambda pair: (length(pair[1]), pair[0]))


def _checked(rows: Iterable[ConceptRow]) -> Iterator[ConceptRow]:
    """Pass rows on; a code twice or a parent that did not come before its child stops the build."""
    seen: set[str] = set()
    for row in rows:
        if row.code in seen:
            raise InputError(f"The source names {row.code} twice.", kept="The installed code sets are unchanged.")
        if row.parent is not None and row.parent not in seen:
            raise InputError(
                f"The source names {row.parent} as the parent of {row.code}, but has no such entry before it.",
                kept="The installed code sets are unchanged.",
            )
        seen.add(row.code)
        yield row


def _add(
    connection: sqlite3.Connection, source: EditionSource, row: ConceptRow, *, concept_id: int, position: int,
    term_id: int,
) -> int:
    others = tuple(dict.fromkeys((*row.notes.inclusion_terms, *row.notes.includes, *row.synonyms)))
    title = " ".join(search_words(row.display))
    folded = [" ".join(search_words(term)) for term in others]
    connection.execute(
        _INSERT_CONCEPT,
        (
            concept_id, position, row.code, without_dot(row.code), row.display, row.parent, int(row.is_billable),
            source.version, _day(row.effective_from or source.effective_from),
            _day(row.effective_to or source.effective_to),
            _json(row.synonyms), row.definition or None, notes_json(row.notes),
            "\n".join([title, *folded]),
        ),
    )
    connection.execute(_INDEX_CONCEPT, (concept_id, title, " ".join(folded)))
    connection.executemany(
        _INSERT_SYNONYM, [(key_of(text), concept_id) for text in row.synonyms]
    )
    if row.is_published_term:
        for text in (row.display, *(other for other in others if other not in row.search_only)):
            term_id += 1
            connection.execute(_INSERT_TERM, (term_id, concept_id, text))
    return term_id


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _json(values: tuple[str, ...]) -> str | None:
    return json.dumps(values, ensure_ascii=False) if values else None


def notes_json(notes: ConceptNotes) -> str | None:
    """Return notes as compact JSON without what is empty; None where there is none."""
    kept = {key: value for key, value in asdict(notes).items() if value}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None


def text_sha256(*parts: bytes) -> str:
    """Return one hash over several inputs, each with its length, so that their borders count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
