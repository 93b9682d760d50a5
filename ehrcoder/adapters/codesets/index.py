"""Read-only access to the built code sets: concepts, hierarchy, terms and search."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ehrcoder.adapters.codesets.edition import Edition, connect
from ehrcoder.adapters.codesets.manifest import read_manifests
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.search import Searcher
from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind, CodeSetEdition, Concept
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.ports import SearchHit, TermHit

_BUILD = "Run `ehrcoder codesets build`."


class SqliteCodeSetIndex:
    """The installed code sets, read from SQLite files. Belongs to the thread that opened it."""

    def __init__(self, editions: Sequence[Edition], vocabulary: sqlite3.Connection) -> None:
        self._editions = tuple(editions)
        # Where a system has several editions, the one that came into force last answers.
        self._current = {edition.about.system: edition for edition in sorted(editions, key=_age)}
        self._searcher = Searcher(vocabulary)
        self._vocabulary = vocabulary

    @classmethod
    def open(cls, folder: Path) -> SqliteCodeSetIndex:
        """Open the code sets of a folder. Raises EnvironmentFault when there are none or one is damaged."""
        manifests = read_manifests(folder)
        vocabulary = folder / VOCABULARY_FILE
        if not manifests or not vocabulary.is_file():
            raise EnvironmentFault("The code sets have not been built yet.", next_step=_BUILD)
        opened: list[Edition] = []
        try:
            for manifest in manifests:
                if manifest.schema_version != SCHEMA_VERSION:
                    raise EnvironmentFault(
                        f"{manifest.edition.name} was built by another version of the program.", next_step=_BUILD
                    )
                opened.append(Edition.open(folder / manifest.file_name, manifest.edition))
            return cls(opened, connect(vocabulary))
        except (OSError, sqlite3.DatabaseError, EnvironmentFault) as error:
            for edition in opened:
                edition.close()
            if isinstance(error, EnvironmentFault):
                raise
            raise EnvironmentFault(
                f"A code set cannot be opened: {error}.", next_step="Run `ehrcoder codesets build --force`."
            ) from error

    def editions(self) -> tuple[CodeSetEdition, ...]:
        """Return every installed edition, by name."""
        return tuple(edition.about for edition in self._editions)

    def concept(self, system: str, code: str) -> Concept | None:
        """Return the concept with this exact code, or None where the set has none such."""
        edition = self._current.get(system)
        return edition.concept(code) if edition else None

    def children(self, system: str, code: str) -> tuple[Concept, ...]:
        """Return the concepts directly below a code, in the order of the classification."""
        edition = self._current.get(system)
        return edition.children(code) if edition else ()

    def ancestors(self, system: str, code: str) -> tuple[Concept, ...]:
        """Return the headers above a code, nearest first, with the notes that the code inherits."""
        edition = self._current.get(system)
        return edition.ancestors(code) if edition else ()

    def terms(self, words: Sequence[str], *, system: str, limit: int = 20) -> tuple[TermHit, ...]:
        """Return the codes whose terms share most with these words, by BM25, one hit a code, best first."""
        edition = self._current.get(system)
        return edition.terms(words, limit=limit) if edition else ()

    def billable_codes(self, system: str) -> frozenset[str]:
        """Return the assignable codes of a system; for batch work, since it reads them all."""
        edition = self._current.get(system)
        return edition.billable_codes() if edition else frozenset()

    def search(
        self, text: str, *, systems: Sequence[str] = (), kinds: Sequence[CodeKind] = (), limit: int = 20
    ) -> tuple[SearchHit, ...]:
        """Find concepts for what a person typed: code, part of a code, words, prefixes, misspellings."""
        wanted = [
            edition
            for system, edition in self._current.items()
            if (not systems or system in systems) and (not kinds or KIND_OF_SYSTEM.get(system) in kinds)
        ]
        return self._searcher.search(text, wanted, limit=limit)

    def close(self) -> None:
        """Close the files."""
        for edition in self._editions:
            edition.close()
        self._vocabulary.close()


def _age(edition: Edition) -> tuple[str, str]:
    began = edition.about.effective_from
    return (began.isoformat() if began else "", edition.about.version)
