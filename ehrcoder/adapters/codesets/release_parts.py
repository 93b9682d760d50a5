"""What the readers of official releases make of one file, whatever it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.core.code_releases import LeftOut
from ehrcoder.core.codes import ICD_10_CM


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleList:
    """Codes with titles, as code files and order files name them; `headers` tells whether headers are among them."""

    system: str
    edition: str
    titles: Mapping[str, tuple[bool, str]]
    """Assignable, and title, by code without dot, in the order of the file."""
    headers: bool
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TabularFile:
    """A tabular list as it was received, to be read with the code list of its edition."""

    edition: str
    xml: bytes
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BareList:
    """Codes without titles, as the code list beside a tabular list."""

    edition: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSet:
    """A whole code system that says itself what it is: HCPCS II, a FHIR CodeSystem, a site's CSV."""

    slug: str
    system: str
    edition: str
    name: str
    licence: str
    rows: tuple[ConceptRow, ...]
    shown: str
    dated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One line of an alphabetic index, table of drugs or table of neoplasms."""

    level: int
    title: str
    path: str
    modifiers: str = ""
    see: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PcsRow:
    """One row of a procedure table: the three first characters, and for the others the values with their labels."""

    table: str
    title: str
    axes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """What is no code set but says something about codes: an index, tables, an edit list, a conversion table."""

    kind: str
    edition: str
    shown: str
    system: str = ICD_10_CM
    facts: tuple[tuple[str, str, str, str], ...] = ()
    """List, code without dot, value, text."""
    entries: tuple[IndexEntry, ...] = ()
    rows: tuple[PcsRow, ...] = ()
    passages: tuple[tuple[str, str], ...] = field(default=())

    @property
    def size(self) -> int:
        """How many lines it has, of whatever it holds."""
        return len(self.facts) + len(self.entries) + len(self.rows) + len(self.passages)


Part = TitleList | TabularFile | BareList | OwnSet | ListPart | LeftOut
