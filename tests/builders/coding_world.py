"""Values of the core for tests: records, runs and suggestions, a clock and ids that repeat."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, KIND_OF_SYSTEM, CodeKind, CodeSetEdition, Coding, Concept
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import CoderId, DocumentId, RecordId, RunId, SuggestionId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, RunOutcome, StageScore
from ehrcoder.ports import SearchHit, TermHit
from ehrcoder.usecases.verify_code import VerifyCode

NOTE = "Asthma since childhood.\r\nHypertension, treated. Type 2 diabetes.\n"
CODER = CoderId("coder-a")


class SteppingClock:
    """A clock that moves on by one second each time it is asked."""

    def __init__(self) -> None:
        self._now = dt.datetime(2026, 4, 1, 8, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        self._now += dt.timedelta(seconds=1)
        return self._now


class CountingIds:
    """Ids in the order of their making: id-0001, id-0002 …"""

    def __init__(self) -> None:
        self._last = 0

    def new_id(self) -> str:
        self._last += 1
        return f"id-{self._last:04}"


class SmallCodeSets:
    """A code-set index of a few codes: I10, J45 with two codes below, E11.9, R07.9 and one procedure."""

    _CODES = (
        (ICD_10_CM, "I10", None, True), (ICD_10_CM, "J45", None, False), (ICD_10_CM, "J45.90", "J45", False),
        (ICD_10_CM, "J45.901", "J45.90", True), (ICD_10_CM, "J45.909", "J45.90", True),
        (ICD_10_CM, "E11.9", None, True), (ICD_10_CM, "R07.9", None, True),
        (ICD_10_PCS, "0DTJ4ZZ", None, True),
    )

    def __init__(self) -> None:
        self._concepts = {
            (system, code): Concept(coding=coding_of(code, system=system), parent=parent, is_billable=billable)
            for system, code, parent, billable in self._CODES
        }

    def edition(self, system: str, *, on: dt.date | None = None) -> CodeSetEdition | None:
        return None

    def lists(self, *, on: dt.date | None = None) -> dict[str, str]:
        return {}

    def listed(self, system: str, code: str, *, on: dt.date | None = None) -> dict[str, str]:
        return {}

    def titles(self, system: str, beginning: str, *, on: dt.date | None = None) -> tuple[tuple[str, str], ...]:
        return ()

    def count_below(self, system: str, beginning: str, *, on: dt.date | None = None) -> int:
        return 0

    def ancestors(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        return ()

    def concept(self, system: str, code: str, *, on: dt.date | None = None) -> Concept | None:
        return self._concepts.get((system, code))

    def concept_of_edition(self, system: str, version: str, code: str) -> Concept | None:
        return self.concept(system, code)

    def children(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        return tuple(each for each in self._concepts.values()
                     if each.coding.system == system and each.parent == code)

    def editions(self) -> tuple[CodeSetEdition, ...]:
        return ()

    def search(self, text: str, *, systems: Sequence[str] = (), kinds: Sequence[CodeKind] = (),
               limit: int = 20, on: dt.date | None = None) -> tuple[SearchHit, ...]:
        return ()

    def terms(self, words: Sequence[str], *, system: str, limit: int = 20) -> tuple[TermHit, ...]:
        return ()

    def billable_codes(self, system: str) -> frozenset[str]:
        return frozenset(code for owner, code, _, billable in self._CODES if owner == system and billable)


def coding_of(code: str, *, system: str = ICD_10_CM) -> Coding:
    """Return a code of the April 2026 edition with a made-up display."""
    return Coding(system=system, version="2026-04-01", code=code, display=f"Title of {code}")


def record_of(record_id: str = "r1", *, text: str = NOTE, title: str = "") -> EncounterRecord:
    """Return a record with one note."""
    return EncounterRecord(
        record_id=RecordId(record_id), source_format="text", source_name=f"{record_id}.txt",
        source_sha256=hashlib.sha256(f"{record_id}{text}".encode("utf-8", "surrogatepass")).hexdigest(),
        imported_at=dt.datetime(2026, 4, 1, 7, 0, tzinfo=dt.UTC), patient=Patient(pseudonym=title or record_id),
        documents=(ClinicalDocument(document_id=DocumentId("d1"), type="Note", title="Note", text=text),),
    )


def evidence_of(quote: str = "Hypertension", *, text: str = NOTE) -> Evidence:
    """Return evidence that quotes the note."""
    start = text.index(quote)
    span = TextSpan(document_id=DocumentId("d1"), start=start, end=start + len(quote))
    return Evidence(span=span, quote=quote)


def run_of(run_id: str = "run1", *, record_id: str = "r1") -> InferenceRun:
    """Return an inference run without a model."""
    at = dt.datetime(2026, 4, 1, 7, 30, tzinfo=dt.UTC)
    return InferenceRun(
        run_id=RunId(run_id), record_id=RecordId(record_id), started_at=at, finished_at=at,
        outcome=RunOutcome.WITHOUT_MODEL, model=None, artefacts=(("lexicon", "0" * 64),), prompt_id="judge-1",
        policy="clinical", code_sets=((ICD_10_CM, "2026-04-01"),), seed=1, prompt_tokens=0,
        judged_candidates=0, software_version="0.1.0",
    )


def suggestion_of(
    suggestion_id: str, code: str, *, rank: int, run_id: str = "run1", record_id: str = "r1",
    quote: str = "Hypertension", system: str = ICD_10_CM, confidence: float = 0.5,
) -> CodeSuggestion:
    """Return a suggestion supported by a quote of the note."""
    return CodeSuggestion(
        suggestion_id=SuggestionId(suggestion_id), run_id=RunId(run_id), record_id=RecordId(record_id),
        coding=coding_of(code, system=system), kind=KIND_OF_SYSTEM[system], evidence=(evidence_of(quote),),
        scores=(StageScore(stage="bm25", score=3.25),), confidence=confidence, rank=rank,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingWorld:
    """An open workspace with one record and three suggestions, and what decides about them."""

    workspace: SqliteWorkspace
    verify: VerifyCode
    clock: SteppingClock
    ids: CountingIds
    record_id: RecordId


def suggestion_ids() -> tuple[SuggestionId, ...]:
    """Return the ids of the world's suggestions: I10, E11.9, J45.909."""
    return SuggestionId("s1"), SuggestionId("s2"), SuggestionId("s3")


def open_world(path: Path) -> CodingWorld:
    """Create a workspace with one record and the suggestions I10, E11.9 and J45.909."""
    clock, ids = SteppingClock(), CountingIds()
    workspace = SqliteWorkspace.open(path, clock=clock, ids=ids)
    workspace.add_records([record_of()])
    workspace.save_run(run_of(), [
        suggestion_of("s1", "I10", rank=1, confidence=0.9),
        suggestion_of("s2", "E11.9", rank=2, quote="diabetes", confidence=0.6),
        suggestion_of("s3", "J45.909", rank=3, quote="Asthma", confidence=0.3),
    ])
    verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids)
    return CodingWorld(workspace=workspace, verify=verify, clock=clock, ids=ids, record_id=RecordId("r1"))
