"""Read-only access to the built code sets: concepts, hierarchy, terms and search."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ehrcoder.adapters.codesets.edition import IMPORTED, Edition, connect
from ehrcoder.adapters.codesets.lists_read import CodeLists
from ehrcoder.adapters.codesets.manifest import read_manifests
from ehrcoder.adapters.codesets.procedures import table_of_codes
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.search import Searcher
from ehrcoder.adapters.codesets.staging import finish_interrupted
from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE
from ehrcoder.core.code_releases import InstalledList
from ehrcoder.core.codes import (
    ICD_10_CM,
    ICD_10_PCS,
    KIND_OF_SYSTEM,
    CodeKind,
    CodeSetEdition,
    Concept,
    answering,
    begins,
    with_dot,
)
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.procedure_tables import TABLE_LENGTH, ProcedureTable
from ehrcoder.core.severity import CodeWeight
from ehrcoder.ports import SearchHit, TermHit

_BUILD = "Run `ehrcoder codesets build`."


class SqliteCodeSetIndex:
    """The installed code sets, read from SQLite files. Belongs to the thread that opened it."""

    def __init__(
        self, editions: Sequence[Edition], vocabulary: sqlite3.Connection, lists: CodeLists | None = None
    ) -> None:
        self._lists = lists
        self._editions = tuple(editions)
        # Where a system has several editions, the one that came into force last answers unless a day is named.
        self._by_age: dict[str, list[Edition]] = {}
        for edition in sorted(editions, key=_age):
            self._by_age.setdefault(edition.about.system, []).append(edition)
        self._current = {system: of_system[-1] for system, of_system in self._by_age.items()}
        self._searcher = Searcher(vocabulary, lists)
        self._vocabulary = vocabulary

    @classmethod
    def open(cls, folder: Path) -> SqliteCodeSetIndex:
        """Open the code sets of a folder. Raises EnvironmentFault when there are none or one is damaged."""
        _finish(folder)
        manifests = read_manifests(folder)
        vocabulary = folder / VOCABULARY_FILE
        if not manifests or not vocabulary.is_file():
            raise EnvironmentFault("The code sets have not been built yet.", next_step=_BUILD)
        opened: list[Edition] = []
        try:
            for manifest in manifests:
                if manifest.schema_version != SCHEMA_VERSION:
                    was_imported = manifest.file_name.startswith(IMPORTED)
                    raise EnvironmentFault(
                        f"{manifest.edition.name} was built by another version of the program.",
                        next_step="Run `ehrcoder codesets import` with its files again." if was_imported else _BUILD,
                    )
                opened.append(Edition.open(folder / manifest.file_name, manifest.edition, caveat=manifest.caveat))
            return cls(opened, connect(vocabulary), CodeLists(folder))
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

    def edition(self, system: str, *, on: dt.date | None = None) -> CodeSetEdition | None:
        """Return the edition that answers: the one in force on a day, else the nearest one before or after it."""
        edition = self._at(system, on)
        return edition.about if edition else None

    def caveats(self) -> dict[str, str]:
        """Return what a file of an edition lacks or leaves open, by its SHA-256."""
        return {each.about.sha256: each.caveat for each in self._editions if each.caveat}

    def installed_lists(self) -> tuple[InstalledList, ...]:
        """Return every imported list, of all editions: indexes, tables, edit lists, conversions."""
        return self._lists.all() if self._lists else ()

    def lists(self, *, on: dt.date | None = None) -> dict[str, str]:
        """Return the imported edit lists that hold on a day, with their editions."""
        return self._lists.installed(on) if self._lists else {}

    def listed(self, system: str, code: str, *, on: dt.date | None = None) -> dict[str, str]:
        """Return the lists that a code stands on, with the value there."""
        return self._lists.facts(code, on) if self._lists and system == ICD_10_CM else {}

    def weights(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[CodeWeight, ...]:
        """Return what imported lists of payers make of a code: complication class and risk category."""
        return self._lists.weights(code, on) if self._lists and system == ICD_10_CM else ()

    def index_paths(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[str, ...]:
        """Return the paths of the imported Alphabetic Index that lead to a code."""
        return self._lists.paths(code, on=on) if self._lists and system == ICD_10_CM else ()

    def procedure_table(self, code: str, *, on: dt.date | None = None) -> ProcedureTable | None:
        """Return the table that the first three characters of a procedure code name, or None without one."""
        prefix = code[:TABLE_LENGTH].upper()
        table = self._lists.procedure_table(prefix, on) if self._lists else None
        edition = self._at(ICD_10_PCS, on)
        return table or (table_of_codes(edition, prefix) if edition and len(prefix) == TABLE_LENGTH else None)

    def titles(
        self, system: str, beginning: str, *, on: dt.date | None = None
    ) -> tuple[tuple[str, str], ...]:
        """Return the assignable codes that begin like this with their titles, in the order of the codes."""
        edition = self._at(system, on)
        return edition.titles_from(beginning) if edition else ()

    def count_below(self, system: str, beginning: str, *, on: dt.date | None = None) -> int:
        """Return how many assignable codes begin like this."""
        edition = self._at(system, on)
        return edition.count_from(beginning) if edition else 0

    def successors(self, system: str, code: str) -> tuple[str, ...]:
        """Return the assignable codes that an imported conversion table names in place of a former one."""
        edition = self._current.get(system)
        found = self._lists.successors(system, code) if self._lists and edition else ()
        written = (with_dot(each) if system == ICD_10_CM else each for each in found)
        concepts = (edition.concept(each) for each in written) if edition else ()
        return tuple(each.coding.code for each in concepts if each is not None and each.is_billable)

    def _at(self, system: str, on: dt.date | None) -> Edition | None:
        by_age = self._by_age.get(system)
        return by_age[answering([edition.about for edition in by_age], on)] if by_age else None

    def concept(self, system: str, code: str, *, on: dt.date | None = None) -> Concept | None:
        """Return the concept with this exact code, or None where the set has none such."""
        edition = self._at(system, on)
        return edition.concept(code) if edition else None

    def concept_of_edition(self, system: str, version: str, code: str) -> Concept | None:
        """Return the concept that an installed edition has under a code, whatever its dates."""
        of_system = self._by_age.get(system, ())
        edition = next((each for each in reversed(of_system) if each.about.version == version), None)
        return edition.concept(code) if edition else None

    def children(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        """Return the concepts directly below a code, in the order of the classification; below "" the topmost."""
        edition = self._at(system, on)
        return edition.children(code) if edition else ()

    def ancestors(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        """Return the headers above a code, nearest first, with the notes that the code inherits."""
        edition = self._at(system, on)
        return edition.ancestors(code) if edition else ()

    def terms(self, words: Sequence[str], *, system: str, limit: int = 20) -> tuple[TermHit, ...]:
        """Return the codes whose terms fit these words best, one hit a code, best first."""
        edition = self._current.get(system)
        return edition.terms(words, limit=limit) if edition else ()

    def billable_codes(self, system: str) -> frozenset[str]:
        """Return the assignable codes of a system; for batch work, since it reads them all."""
        edition = self._current.get(system)
        return edition.billable_codes() if edition else frozenset()

    def search(
        self, text: str, *, systems: Sequence[str] = (), kinds: Sequence[CodeKind] = (), limit: int = 20,
        on: dt.date | None = None,
    ) -> tuple[SearchHit, ...]:
        """Find concepts for what a person typed: code, part of a code, words, prefixes, misspellings."""
        wanted = [
            edition
            for system in self._current
            if (not systems or system in systems) and (not kinds or KIND_OF_SYSTEM.get(system) in kinds)
            if (edition := self._at(system, on)) is not None
        ]
        return self._searcher.search(text, wanted, limit=limit)

    def close(self) -> None:
        """Close the files."""
        for edition in self._editions:
            edition.close()
        self._vocabulary.close()
        if self._lists is not None:
            self._lists.close()


def _finish(folder: Path) -> None:
    """Finish an import that was stopped half-way. Raises EnvironmentFault."""
    try:
        finish_interrupted(folder)
    except OSError as error:
        raise EnvironmentFault(
            f"An import of code sets was stopped and cannot be finished: {error}.",
            next_step="Check the folder's permissions and the free space, then try again.",
        ) from error


def _age(edition: Edition) -> tuple[dt.date, str, bool]:
    # Of two copies of one edition, the published release that somebody imported counts.
    about = edition.about
    return (begins(about), about.version, edition.is_imported)
