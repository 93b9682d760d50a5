"""What a source reader hands to the builder: one edition with its concepts, as published."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ehrcoder.core.codes import ConceptNotes

# A version may be an address, as those of SNOMED CT are; nothing of it may lead out of the folder.
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptRow:
    """One entry of a code set.

    `is_published_term` is false for headers that the publication does not name and codes that it only describes
    by rule, such as seventh-character codes: term search finds the entry that they derive from. `search_only`
    are synonyms too ambiguous to be looked for in a note.
    """

    code: str
    display: str
    parent: str | None
    is_billable: bool
    notes: ConceptNotes = field(default_factory=ConceptNotes)
    synonyms: tuple[str, ...] = ()
    definition: str = ""
    is_published_term: bool = True
    search_only: frozenset[str] = frozenset()
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    """Its own dates, where the set gives it some; else those of the edition count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSource:
    """One edition to be built: what it is called, where it came from, and its concepts in order."""

    slug: str
    name: str
    system: str
    version: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    licence: str
    source: str
    caveat: str
    concepts: Iterable[ConceptRow]

    @property
    def file_stem(self) -> str:
        """Name of the built file without its suffix: code set and edition."""
        return f"{self.slug}-{_UNSAFE.sub('-', self.version).strip('.-') or '1'}"
