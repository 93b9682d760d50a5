"""What the use-cases and the engine need of the code sets, and of the worklist that a newer edition makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ehrcoder.core.code_releases import InstalledList
from ehrcoder.core.codes import CodeKind, CodeSetEdition, Concept
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.procedure_tables import ProcedureTable
from ehrcoder.core.recode import AssignedTitle, RecodeTask, SettledTask
from ehrcoder.core.severity import CodeWeight


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A concept that a search found; `score` is between 0 and 1, best first."""

    concept: Concept
    score: float
    matched: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermHit:
    """A code whose published term shares words with a piece of a note.

    `cover` (0 to 1) is the share of the term's words that were met, weighed by their rarity; `matched` are those of the
    words asked for that met one.
    """

    code: str
    term: str
    score: float
    cover: float
    matched: tuple[str, ...]


class CodeSetIndex(Protocol):
    """Read-only access to the installed code sets. Codes of ICD-10-CM carry their dot."""

    def editions(self) -> tuple[CodeSetEdition, ...]: ...

    def edition(self, system: str, *, on: dt.date | None = None) -> CodeSetEdition | None:
        """Return the edition that answers: the one in force on a day, else the nearest; without a day, the last."""
        ...

    def concept(self, system: str, code: str, *, on: dt.date | None = None) -> Concept | None:
        """Return the concept with this exact code in the edition of the day, or None where it has none such."""
        ...

    def concept_of_edition(self, system: str, version: str, code: str) -> Concept | None:
        """Return the concept that an installed edition has under a code, whatever its dates."""
        ...

    def children(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        """Return the concepts directly below a code, in the order of the classification; below "" the topmost."""
        ...

    def ancestors(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        """Return the headers above a code, nearest first; their notes hold for the code as well."""
        ...

    def caveats(self) -> Mapping[str, str]:
        """Return what a file of an edition lacks or leaves open, by its SHA-256."""
        ...

    def installed_lists(self) -> tuple[InstalledList, ...]:
        """Return every imported list, of all editions: indexes, tables, edit lists, conversions."""
        ...

    def lists(self, *, on: dt.date | None = None) -> Mapping[str, str]:
        """Return the imported edit lists that hold on a day, with their editions."""
        ...

    def listed(self, system: str, code: str, *, on: dt.date | None = None) -> Mapping[str, str]:
        """Return the lists that a code stands on, with the value there."""
        ...

    def weights(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[CodeWeight, ...]:
        """Return what imported lists of payers make of a code: complication class and risk category."""
        ...

    def index_paths(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[str, ...]:
        """Return the paths of an imported Alphabetic Index that lead to a code."""
        ...

    def procedure_table(self, code: str, *, on: dt.date | None = None) -> ProcedureTable | None:
        """Return the table of ICD-10-PCS that the first three characters of a code name, or None without one.

        It comes from the imported tables of the day, else from the code list, then without labels.
        """
        ...

    def titles(
        self, system: str, beginning: str, *, on: dt.date | None = None
    ) -> tuple[tuple[str, str], ...]:
        """Return the assignable codes that begin like this with their titles, in the order of the codes."""
        ...

    def count_below(self, system: str, beginning: str, *, on: dt.date | None = None) -> int:
        """Return how many assignable codes begin like this."""
        ...

    def successors(self, system: str, code: str) -> tuple[str, ...]:
        """Return the assignable codes that an imported conversion table names in place of a former one."""
        ...

    def search(
        self, text: str, *, systems: Sequence[str] = (), kinds: Sequence[CodeKind] = (), limit: int = 20,
        on: dt.date | None = None,
    ) -> tuple[SearchHit, ...]:
        """Find concepts for what a person typed: code, part of a code, words, prefixes, misspellings.

        The editions of the day `on` are searched, without one the newest.
        """
        ...

    def terms(self, words: Sequence[str], *, system: str, limit: int = 20) -> tuple[TermHit, ...]:
        """Return the codes whose terms fit these words best, one hit a code, best first."""
        ...

    def billable_codes(self, system: str) -> frozenset[str]:
        """Return the assignable codes of a system; for batch work, since it reads them all."""
        ...


class RecodeWorklist(Protocol):
    """The records whose codes a later edition of a code set retired or revised."""

    def recode_stamp(self) -> str:
        """Return which editions the worklist was last made from, empty where it never was."""
        ...

    def assigned_titles(self) -> tuple[AssignedTitle, ...]:
        """Return every code as it was assigned, each once."""
        ...

    def records_assigned(self, title: AssignedTitle) -> tuple[tuple[RecordId, dt.date | None], ...]:
        """Return the records to which a code was assigned in this form, with their days."""
        ...

    def put_recode_tasks(self, tasks: Sequence[RecodeTask], *, stamp: str) -> None:
        """Store these tasks in place of the open ones, in one transaction; what was settled stays settled."""
        ...

    def recode_tasks(self) -> tuple[RecodeTask, ...]:
        """Return the open tasks whose code still stands, those that must be changed first."""
        ...

    def settled_recodes(self) -> tuple[SettledTask, ...]: ...

    def settle_recode(self, record_id: RecordId, *, coder_id: CoderId, reason: str) -> int:
        """Close a record's open tasks and return how many there were. Raises InputError, NotFoundError."""
        ...
