"""Measures the engine against gold codes, with the language model and without it: the result and every stage."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.calibration import Calibration, calibration_of
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind
from ehrcoder.core.effort import Effort, Finding, Offered, effort_of
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.metrics import CodedRecord, CodingScores, bootstrap_interval, micro_scores, paired_gain, score_coding
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.core.suggestions import CodeSuggestion, FurtherCode
from ehrcoder.engine.artefacts import Artefacts, text_sha256
from ehrcoder.engine.pipeline import CodingEngine, Proposal, Ranking
from ehrcoder.ports import Progress
from ehrcoder.usecases.stage_figures import CodeKey, StageCounts, count_stages

MEASURED_KINDS = (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE)
DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRecord:
    """A text with the codes that experts gave it; `labels` are those that each of its sentences supports, if known."""

    name: str
    text: str
    codes: dict[CodeKind, frozenset[str]]
    language: str = "en"
    labels: tuple[frozenset[CodeKey], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """What the engine made of one gold record."""

    name: str
    suggestions: tuple[CodeSuggestion, ...]
    further: tuple[FurtherCode, ...]
    coded: dict[CodeKind, CodedRecord]
    used_model: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenCodes:
    """Gold codes that never occur in training: how many, and the share that is considered and suggested."""

    gold: int
    candidate_recall: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReport:
    """Scores of one kind of code; the intervals are 95 % bootstrap intervals over records."""

    scores: CodingScores
    f1_interval: tuple[float, float]
    map_interval: tuple[float, float]
    stages: dict[str, float | None]
    calibration: Calibration
    unseen: UnseenCodes


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """Scores of one engine over all records; `effort` is summed over them, in seconds."""

    kinds: dict[CodeKind, KindReport]
    seconds_per_record: float
    slowest_seconds: float
    records_with_model: int
    effort: Effort | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGain:
    """What the model adds to micro-F1 of a kind of code, with its 95 % bootstrap interval over the same records."""

    gain: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that was measured; `seen` counts records that the artefacts in use were fitted on."""

    records: int
    seen: int
    policy: str
    reports: dict[str, EngineReport]
    results: dict[str, tuple[RecordResult, ...]]
    gains: dict[CodeKind, ModelGain]


def evaluate(
    records: Iterable[GoldRecord],
    *,
    engines: dict[str, CodingEngine],
    artefacts: Artefacts,
    find: Callable[[CodeKind, str], Finding] | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Run every engine over every record and score it. Gold codes are never shown to an engine.

    `find` tells what must be typed to find a code by hand; without it, no effort is reckoned.
    """
    gold = list(records)
    seen = sum(text_sha256(record.text) in artefacts.training_records for record in gold)
    known = frozenset((code.kind, code.code) for code in artefacts.lexicon.codes)
    results: dict[str, tuple[RecordResult, ...]] = {}
    reports: dict[str, EngineReport] = {}
    policy = ""
    for name, engine in engines.items():
        policy = engine.policy.name
        counts = {kind: StageCounts() for kind in MEASURED_KINDS}
        results[name] = _run(gold, engine, artefacts, counts, _progress_of(progress, name))
        reports[name] = _report(results[name], counts, known, find)
    return Evaluation(
        records=len(gold), seen=seen, policy=policy, reports=reports, results=results, gains=_gains(results),
    )


def _progress_of(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, name)

    return tell


def _run(
    gold: Sequence[GoldRecord],
    engine: CodingEngine,
    artefacts: Artefacts,
    counts: Mapping[CodeKind, StageCounts],
    tell: Callable[[int, int], None],
) -> tuple[RecordResult, ...]:
    results: list[RecordResult] = []
    for number, record in enumerate(gold, start=1):
        encounter = _without_gold(record)
        began = time.monotonic()
        ranking = engine.rank(encounter)
        proposal = engine.proposal(encounter, ranking)
        seconds = time.monotonic() - began
        results.append(_result(record, ranking, proposal, seconds))
        floors = artefacts.floors_without_model if ranking.model is None else artefacts.floors_with_model
        count_stages(
            counts, gold=record.codes, labels=record.labels, ranking=ranking, suggestions=proposal.suggestions,
            floors=floors,
        )
        tell(number, len(gold))
    return tuple(results)


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


def _result(
    record: GoldRecord, ranking: Ranking, proposal: Proposal, seconds: float
) -> RecordResult:
    suggestions = proposal.suggestions
    coded = {
        kind: CodedRecord(
            name=record.name,
            gold=record.codes.get(kind, frozenset()),
            suggested=tuple(s.coding.code for s in suggestions if s.kind is kind),
            ranked=_ranked(kind, ranking, suggestions),
            considered=frozenset(code for k, code in ranking.candidate_codes if k is kind)
            | frozenset(s.coding.code for s in suggestions if s.kind is kind),
        )
        for kind in MEASURED_KINDS
    }
    return RecordResult(
        name=record.name, suggestions=suggestions, further=proposal.further, coded=coded,
        used_model=ranking.model is not None, seconds=seconds,
    )


def _ranked(kind: CodeKind, ranking: Ranking, suggestions: Sequence[CodeSuggestion]) -> tuple[str, ...]:
    """Return the order in which codes come: what is suggested as it is shown, then the rest of the ranking."""
    shown = [s.coding.code for s in suggestions if s.kind is kind]
    rest = [r.case.code for r in ranking.codes if r.case.kind is kind]
    return tuple(dict.fromkeys((*shown, *rest)))


def _report(
    results: Sequence[RecordResult],
    counts: Mapping[CodeKind, StageCounts],
    known: frozenset[CodeKey],
    find: Callable[[CodeKind, str], Finding] | None,
) -> EngineReport:
    kinds: dict[CodeKind, KindReport] = {}
    for kind in MEASURED_KINDS:
        coded = [result.coded[kind] for result in results]
        kinds[kind] = KindReport(
            scores=score_coding(coded),
            f1_interval=bootstrap_interval(coded, _micro_f1, draws=DRAWS),
            map_interval=bootstrap_interval(coded, lambda drawn: score_coding(drawn).map, draws=DRAWS // 5),
            stages=counts[kind].shares(),
            calibration=calibration_of(
                [
                    (s.confidence, s.coding.code in result.coded[kind].gold)
                    for result in results for s in result.suggestions if s.kind is kind
                ]
            ),
            unseen=_unseen(coded, kind, known),
        )
    return EngineReport(
        kinds=kinds,
        seconds_per_record=sum(result.seconds for result in results) / max(1, len(results)),
        slowest_seconds=max((result.seconds for result in results), default=0.0),
        records_with_model=sum(result.used_model for result in results),
        effort=_effort(results, find) if find is not None else None,
    )


def _micro_f1(records: Sequence[CodedRecord]) -> float:
    return micro_scores([(r.gold, frozenset(r.suggested)) for r in records])[2]


def _unseen(coded: Sequence[CodedRecord], kind: CodeKind, known: frozenset[CodeKey]) -> UnseenCodes:
    new = [frozenset(code for code in r.gold if (kind, code) not in known) for r in coded]
    total = sum(map(len, new))
    considered = sum(len(codes & r.considered) for codes, r in zip(new, coded, strict=True))
    suggested = sum(len(codes & set(r.suggested)) for codes, r in zip(new, coded, strict=True))
    return UnseenCodes(
        gold=total,
        candidate_recall=considered / total if total else 0.0,
        recall=suggested / total if total else 0.0,
    )


def _effort(results: Sequence[RecordResult], find: Callable[[CodeKind, str], Finding]) -> Effort:
    found: dict[CodeKey, Finding] = {}
    with_help = by_hand = 0.0
    for result in results:
        for kind in MEASURED_KINDS:

            def look_up(code: str, kind: CodeKind = kind) -> Finding:
                if (kind, code) not in found:
                    found[kind, code] = find(kind, code)
                return found[kind, code]

            offered = [
                Offered(code=s.coding.code, alternatives=tuple(a.coding.code for a in s.alternatives))
                for s in result.suggestions if s.kind is kind
            ]
            listed = [each.coding.code for each in result.further if KIND_OF_SYSTEM[each.coding.system] is kind]
            effort = effort_of(result.coded[kind].gold, offered, look_up, listed=listed)
            with_help += effort.from_suggestions
            by_hand += effort.from_nothing
    return Effort(from_suggestions=with_help, from_nothing=by_hand)


def _gains(results: Mapping[str, Sequence[RecordResult]]) -> dict[CodeKind, ModelGain]:
    """Return what the model adds where both engines were run."""
    if not {"with_model", "without_model"} <= results.keys():
        return {}
    gains: dict[CodeKind, ModelGain] = {}
    for kind in MEASURED_KINDS:
        pairs = [
            (a.coded[kind], b.coded[kind])
            for a, b in zip(results["with_model"], results["without_model"], strict=True)
        ]
        gain, interval = paired_gain(pairs, _micro_f1, draws=DRAWS)
        gains[kind] = ModelGain(gain=gain, interval=interval)
    return gains
