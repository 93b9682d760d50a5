"""What the import of code-set releases did: editions, what they changed, lists, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

from ehrcoder.core.codes import CodeSetEdition


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What a new edition changes against the one before: assignable codes added, retired and retitled."""

    before: str
    added: tuple[str, ...]
    revised: tuple[str, ...]
    retired: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEdition:
    """One edition after an import: what it is, what it changes against the one before, and what it lacks."""

    edition: CodeSetEdition
    changes: Differences | None
    caveat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledList:
    """A list that says something about codes without being a code set: its kind, whose codes, edition and size."""

    kind: str
    system: str
    edition: str
    size: int
    source: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is not taken, with the reason."""

    shown: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseImport:
    """What an import put in place and what it left out."""

    editions: tuple[ImportedEdition, ...]
    lists: tuple[InstalledList, ...]
    left_out: tuple[LeftOut, ...]
