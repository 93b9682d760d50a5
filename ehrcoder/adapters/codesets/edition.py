"""One built code-set file: single concepts, hierarchy, and the search for terms."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehrcoder.adapters.codesets.term_index import TermIndex
from ehrcoder.core.codes import CodeSetEdition, Coding, Concept, ConceptNotes
from ehrcoder.ports import TermHit

_COLUMNS = "c.code, c.display, c.parent, c.is_billable, c.synonyms, c.notes, c.effective_from, c.effective_to"
_CONCEPT = f"SELECT {_COLUMNS} FROM concept c WHERE c.code = ?"  # noqa: S608 - constant columns
_CHILDREN = f"SELECT {_COLUMNS} FROM concept c WHERE c.parent = ? ORDER BY c.position"  # noqa: S608
_TOPMOST = f"SELECT {_COLUMNS} FROM concept c WHERE c.parent IS NULL ORDER BY c.position"  # noqa: S608
_TITLES = "SELECT code, display FROM concept WHERE is_billable = 1 AND code >= ? AND code < ? ORDER BY code"
_COUNT = "SELECT count(*) FROM concept WHERE is_billable = 1 AND code >= ? AND code < ?"
_BILLABLE = "SELECT code FROM concept WHERE is_billable = 1"
_BEGINNING = "SELECT code FROM concept WHERE is_billable = 1 AND code >= ? AND code < ? ORDER BY code"
# What was imported bears this before its name; the rest is built from packages.
IMPORTED = "release-"
_NOTE_FIELDS = frozenset(ConceptNotes.__dataclass_fields__)


def connect(path: Path) -> sqlite3.Connection:
    """Open a built file for reading only. Raises sqlite3.DatabaseError and OSError."""
    return sqlite3.connect(f"{path.resolve(strict=True).as_uri()}?mode=ro&immutable=1", uri=True)


@dataclass(slots=True)
class Edition:
    """An open edition. Belongs to the thread that opened it."""

    about: CodeSetEdition
    connection: sqlite3.Connection
    is_imported: bool = False
    caveat: str = ""
    _terms: TermIndex | None = field(default=None, repr=False)

    @classmethod
    def open(cls, path: Path, about: CodeSetEdition, *, caveat: str = "") -> Edition:
        """Open the file of an edition. Raises sqlite3.DatabaseError when it is not one, OSError when missing."""
        connection = connect(path)
        connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        return cls(about, connection, path.name.startswith(IMPORTED), caveat)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def concept(self, code: str) -> Concept | None:
        """Return the concept with this exact code."""
        row = self.connection.execute(_CONCEPT, (code,)).fetchone()
        return self.concept_of(row) if row else None

    def children(self, code: str) -> tuple[Concept, ...]:
        """Return the concepts directly below a code; below "" those that stand below none."""
        if not code:
            return tuple(self.concept_of(row) for row in self.connection.execute(_TOPMOST))
        return tuple(self.concept_of(row) for row in self.connection.execute(_CHILDREN, (code,)))

    def ancestors(self, code: str) -> tuple[Concept, ...]:
        """Return the headers above a code, nearest first."""
        found: list[Concept] = []
        concept = self.concept(code)
        while concept is not None and concept.parent is not None:
            concept = self.concept(concept.parent)
            if concept is not None:
                found.append(concept)
        return tuple(found)

    def billable_codes(self) -> frozenset[str]:
        """Return every assignable code."""
        return frozenset(code for (code,) in self.connection.execute(_BILLABLE))

    def billable_from(self, beginning: str) -> tuple[str, ...]:
        """Return the assignable codes that begin like this, as they are written."""
        last = beginning + chr(0x10FFFF)
        return tuple(code for (code,) in self.connection.execute(_BEGINNING, (beginning, last)))

    def titles_from(self, beginning: str) -> tuple[tuple[str, str], ...]:
        """Return the assignable codes that begin like this with their titles."""
        return tuple(self.connection.execute(_TITLES, (beginning, beginning + chr(0x10FFFF))))

    def count_from(self, beginning: str) -> int:
        """Return how many assignable codes begin like this."""
        return self.connection.execute(_COUNT, (beginning, beginning + chr(0x10FFFF))).fetchone()[0]

    def terms(self, words: Sequence[str], *, limit: int) -> tuple[TermHit, ...]:
        """Return the codes whose terms fit the words best, one hit a code, best first."""
        if self._terms is None:
            # Read when the first note is coded: the window opens code sets before it needs numpy.
            self._terms = TermIndex(self.connection)
        return self._terms.search(words, limit=limit)

    def concept_of(self, row: tuple[Any, ...]) -> Concept:
        """Turn the columns of a concept row into a concept."""
        code, display, parent, is_billable, synonyms, notes, *dates = row
        begins, ends = dates or (None, None)
        about = self.about
        return Concept(
            coding=Coding(system=about.system, version=about.version, code=code, display=display),
            parent=parent, is_billable=bool(is_billable),
            synonyms=tuple(json.loads(synonyms)) if synonyms else (),
            notes=notes_of(notes) if notes else ConceptNotes(),
            effective_from=dt.date.fromisoformat(begins) if begins else None,
            effective_to=dt.date.fromisoformat(ends) if ends else None,
        )


def quoted(word: str) -> str:
    """Return a word as an FTS5 string, so that nothing in it is an operator."""
    return '"' + word.replace('"', '""') + '"'


def notes_of(text: str) -> ConceptNotes:
    """Return the notes that the builder wrote as JSON."""
    fields: dict[str, list[Any]] = json.loads(text)
    seventh = tuple((char, meaning) for char, meaning in fields.pop("seventh_characters", []))
    return ConceptNotes(
        **{key: tuple(values) for key, values in fields.items() if key in _NOTE_FIELDS}, seventh_characters=seventh
    )
