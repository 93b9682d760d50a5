"""Measures the engine against gold codes, with the language model and without it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.metrics import CodedRecord, CodingScores, bootstrap_interval, score_coding
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.engine.artefacts import text_sha256
from ehrcoder.engine.pipeline import CodingEngine, Ranking
from ehrcoder.ports import Progress

MEASURED_KINDS = (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRecord:
    """A text with the codes that experts gave it."""

    name: str
    text: str
    codes: dict[CodeKind, frozenset[str]]
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """What the engine made of one gold record."""

    name: str
    suggestions: tuple[CodeSuggestion, ...]
    coded: dict[CodeKind, CodedRecord]
    used_model: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReport:
    """Scores of one kind of code; `f1_interval` is the 95 % bootstrap interval of micro-F1 over records."""

    scores: CodingScores
    f1_interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """Scores of one engine over all records."""

    kinds: dict[CodeKind, KindReport]
    seconds_per_record: float
    records_with_model: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that was measured; `seen` counts records that the artefacts in use were fitted on."""

    records: int
    seen: int
    policy: str
    reports: dict[str, EngineReport]
    results: dict[str, tuple[RecordResult, ...]]


def evaluate(
    records: Iterable[GoldRecord],
    *,
    engines: dict[str, CodingEngine],
    training_records: frozenset[str],
    progress: Progress | None = None,
) -> Evaluation:
    """Run every engine over every record and score it. Gold codes are never shown to an engine."""
    gold = list(records)
    results: dict[str, tuple[RecordResult, ...]] = {}
    reports: dict[str, EngineReport] = {}
    policy = ""
    for name, engine in engines.items():
        policy = engine.policy.name
        tell = _progress_of(progress, name)
        results[name], seconds = _run(gold, engine, tell)
        reports[name] = _report(results[name], seconds)
    return Evaluation(
        records=len(gold),
        seen=sum(text_sha256(record.text) in training_records for record in gold),
        policy=policy,
        reports=reports,
        results=results,
    )


def _progress_of(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, name)

    return tell


def _run(
    gold: Sequence[GoldRecord], engine: CodingEngine, tell: Callable[[int, int], None]
) -> tuple[tuple[RecordResult, ...], float]:
    results: list[RecordResult] = []
    began = time.monotonic()
    for number, record in enumerate(gold, start=1):
        encounter = _without_gold(record)
        ranking = engine.rank(encounter)
        _, suggestions = engine.suggestions(encounter, ranking)
        results.append(_result(record, ranking, suggestions))
        tell(number, len(gold))
    return tuple(results), (time.monotonic() - began) / max(1, len(gold))


def _without_gold(record: GoldRecord) -> EncounterRecord:
    document = ClinicalDocument(
        document_id=DocumentId("d1"),
        type="note",
        title=record.name,
        text=record.text,
        language=record.language,
    )
    return EncounterRecord(
        record_id=RecordId(record.name),
        source_format="evaluation",
        source_name=record.name,
        source_sha256=text_sha256(record.text),
        imported_at=dt.datetime.fromtimestamp(0, dt.UTC),
        patient=Patient(pseudonym=record.name),
        documents=(document,),
    )


def _result(record: GoldRecord, ranking: Ranking, suggestions: tuple[CodeSuggestion, ...]) -> RecordResult:
    coded = {
        kind: CodedRecord(
            name=record.name,
            gold=record.codes.get(kind, frozenset()),
            suggested=tuple(s.coding.code for s in suggestions if s.kind is kind),
            ranked=tuple(r.case.code for r in ranking.codes if r.case.kind is kind),
            considered=frozenset(code for k, code in ranking.candidate_codes if k is kind),
        )
        for kind in MEASURED_KINDS
    }
    return RecordResult(name=record.name, suggestions=suggestions, coded=coded, used_model=ranking.model is not None)


def _report(results: Sequence[RecordResult], seconds: float) -> EngineReport:
    kinds: dict[CodeKind, KindReport] = {}
    for kind in MEASURED_KINDS:
        coded = [result.coded[kind] for result in results]
        kinds[kind] = KindReport(
            scores=score_coding(coded),
            f1_interval=bootstrap_interval(coded, lambda drawn: score_coding(drawn).micro_f1, draws=400),
        )
    return EngineReport(
        kinds=kinds,
        seconds_per_record=seconds,
        records_with_model=sum(result.used_model for result in results),
    )
