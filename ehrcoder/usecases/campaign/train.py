"""Trains a new version on verified records, and lets it pass the gate only when it is better on unseen ones."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ehrcoder.core.assignments import RecordCoding
from ehrcoder.core.campaign.coded import CodedCase, marks_of_coding, marks_of_suggestions
from ehrcoder.core.campaign.gate import GateDecision, decide_gate
from ehrcoder.core.campaign.plan import Campaign, is_gate_record
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord, RecordStatus
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, RunOutcome
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.segment import sentences_of
from ehrcoder.ports import CancelToken, Progress
from ehrcoder.usecases.campaign.label import BatchEngine, Proposed, Through, directly
from ehrcoder.usecases.campaign.labels import Records
from ehrcoder.usecases.campaign.store import CampaignStore
from ehrcoder.usecases.campaign.versions import Version, VersionShelf
from ehrcoder.usecases.file_output import replace_file

LEAST_TRAINING_RECORDS = 20
_LEARNT_FROM = "learnt-from.sha256"
_FITTED = (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE)

Trainer = Callable[[Sequence[TrainingRecord], Sequence[str], Path], Mapping[str, float]]
"""Fits artefacts on records with their texts into a folder; returns cross-validated measures. Goes on from what an
interrupted run left in the folder. Raises CancelledError when it is paused."""
EngineOf = Callable[[Path | None], BatchEngine]
"""Builds an engine with the artefacts of a folder, the shipped ones for None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSet:
    """Signed records, split by the campaign's seed: those to learn from, and those kept for the gate."""

    training: tuple[tuple[EncounterRecord, RecordCoding], ...]
    gate: tuple[tuple[EncounterRecord, RecordCoding], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEstimate:
    """What training will take, from a trial on a few records; `memory_mb` is for the whole process."""

    records: int
    gate_records: int
    seconds: float
    memory_mb: float


def verified_set(campaign: Campaign, records: Records) -> VerifiedSet:
    """Return all signed records, in the order of import."""
    training: list[tuple[EncounterRecord, RecordCoding]] = []
    gate: list[tuple[EncounterRecord, RecordCoding]] = []
    for row in records.rows():
        if row.status is RecordStatus.SIGNED:
            record = records.record(row.record_id)
            part = gate if is_gate_record(campaign.plan, record.source_sha256) else training
            part.append((record, records.coding(row.record_id)))
    return VerifiedSet(training=tuple(training), gate=tuple(gate))


def training_record(record: EncounterRecord, coding: RecordCoding) -> TrainingRecord:
    """Return a signed record as the engine learns from it: each code on the sentences of its evidence.

    A code without evidence counts for the record, but for no sentence.
    """
    sentences = tuple(s for document in record.documents for s in sentences_of(document))
    labels: list[set[tuple[CodeKind, str]]] = [set() for _ in sentences]
    for assignment in coding.assignments:
        for evidence in assignment.evidence:
            for number, sentence in enumerate(sentences):
                if (sentence.span.document_id == evidence.span.document_id
                        and sentence.span.start < evidence.span.end and evidence.span.start < sentence.span.end):
                    labels[number].add((assignment.kind, assignment.coding.code))
    codes = frozenset((a.kind, a.coding.code) for a in coding.assignments if a.kind in _FITTED)
    return TrainingRecord(
        name=record.record_id, sentences=sentences, codes=codes,
        labels=tuple(frozenset(key for key in label if key in codes) for label in labels),
    )


def estimate_training(
    verified: VerifiedSet, engine: BatchEngine, *, memory_mb: Callable[[], float], folds: float = 2.2
) -> TrainingEstimate:
    """Time a few records and say what the whole will take.

    Training grounds every record once and its trees fit about as long again (`folds`, measured on 400 records).
    """
    trial = [record for record, _ in (verified.training or verified.gate)[:3]]
    began = time.monotonic()
    if trial:
        engine.propose_many(trial)
    pace = (time.monotonic() - began) / max(1, len(trial))
    return TrainingEstimate(
        records=len(verified.training), gate_records=len(verified.gate),
        seconds=pace * (folds * len(verified.training) + 2 * len(verified.gate)),
        memory_mb=memory_mb() + 1.2 * len(verified.training),
    )


def train_version(
    campaign: Campaign, *, records: Records, store: CampaignStore, shelf: VersionShelf, trainer: Trainer,
    through: Through | None = None,
) -> Version:
    """Train the next version and put it on the shelf, complete; it is not in use before the gate let it pass.

    Interrupted at any moment it leaves a folder of another name, and goes on from there when it is called again.
    `through` carries out what touches the workspace, on another thread in the window.
    Raises InputError for too few records, CancelledError when it was paused.
    """
    through = through or directly
    verified = through(lambda: verified_set(campaign, records))
    if len(verified.training) < LEAST_TRAINING_RECORDS:
        raise InputError(
            f"{len(verified.training)} signed records to learn from are too few; {LEAST_TRAINING_RECORDS} are needed.",
            kept="The version in use stays.", next_step="Sign more records first.")
    folder = _making_for(verified, shelf)
    learnt = [training_record(record, coding) for record, coding in verified.training]
    texts = [document.text for record, _ in verified.training for document in record.documents]
    measures = trainer(learnt, texts, folder)
    version = shelf.finish(folder, Version(
        name=shelf.next_name(), folder=folder, records=len(verified.training), gate_records=len(verified.gate),
        measures={name: round(value, 4) for name, value in measures.items()}, gate="not measured yet",
        accepted=False, parent=shelf.current().name,
    ))
    through(lambda: store.add_entry(campaign.campaign_id, "version", version.name, {
        "records": version.records, "gate_records": version.gate_records, "measures": dict(version.measures or {}),
        "parent": version.parent,
    }))
    return version


def _making_for(verified: VerifiedSet, shelf: VersionShelf) -> Path:
    """Return the folder to make the version in; what an interrupted training left of other records is thrown away."""
    told = "\n".join(sorted(f"{record.source_sha256} {coding.signature.content_sha256 if coding.signature else ''}"
                            for record, coding in verified.training))
    learnt_from = hashlib.sha256(told.encode()).hexdigest().encode()
    note = shelf.making() / _LEARNT_FROM
    if not note.exists() or note.read_bytes() != learnt_from:
        shelf.discard_making()
        note = shelf.making() / _LEARNT_FROM
        replace_file(note, learnt_from)
    return note.parent


def pass_gate(
    campaign: Campaign, version: Version, *, records: Records, store: CampaignStore, shelf: VersionShelf,
    engine_of: EngineOf, progress: Progress | None = None, cancel: CancelToken | None = None,
    through: Through | None = None,
) -> GateDecision:
    """Compare a version with the one in use on the gate's records; put it into use only when it is better."""
    through = through or directly
    old = shelf.current()
    gate = through(lambda: verified_set(campaign, records).gate)
    truth = [CodedCase(record_id=record.record_id, marks=tuple(m for m in marks_of_coding(coding) if m.kind in _FITTED))
             for record, coding in gate]
    documents = [record for record, _ in gate]
    answers: list[dict[RecordId, CodedCase]] = []
    without_model: list[int] = []
    for each in (old, version):
        counted = _CountedRuns(engine_of(each.folder))
        answers.append(label_apart(documents, counted, progress=progress, name=each.name, cancel=cancel))
        without_model.append(counted.without_model)
    decision = decide_gate(truth, answers[0], answers[1], seed=campaign.plan.seed)
    if without_model[0] != without_model[1]:
        # An adapter that the runtime refuses does not stop the engine, which then answers without the model.
        which = version.name if without_model[1] > without_model[0] else old.name
        decision = replace(decision, accepted=False, reason=(
            f"not comparable: {which} answered without its model on {max(without_model)} of {len(gate)} records; "
            "`ehrcoder doctor` says whether the model itself is well, else its adapter is damaged"))
    # First the entry, then the card, then the pointer: a kill in between leaves the old version in use.
    through(lambda: store.add_entry(
        campaign.campaign_id, "gate", version.name, {"against": old.name, "decision": decision}))
    shelf.note_gate(version.name, gate=decision.reason, accepted=decision.accepted)
    if decision.accepted:
        shelf.use(version.name)
    return decision


class _CountedRuns:
    """An engine that counts how often it answered without its model."""

    def __init__(self, engine: BatchEngine) -> None:
        self._engine = engine
        self.without_model = 0

    def propose_many(self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None) -> Proposed:
        """Propose as the engine does."""
        proposed = self._engine.propose_many(records, cancel=cancel)
        self.without_model += sum(run.outcome is RunOutcome.WITHOUT_MODEL for run, _ in proposed)
        return proposed


def label_apart(
    records: Iterable[EncounterRecord], engine: BatchEngine, *, progress: Progress | None = None, name: str = "",
    cancel: CancelToken | None = None,
) -> dict[RecordId, CodedCase]:
    """Label records without storing anything."""
    return {
        run.record_id: CodedCase(record_id=run.record_id, marks=tuple(
            m for m in marks_of_suggestions(suggestions) if m.kind in _FITTED))
        for run, suggestions in propose_apart(records, engine, progress=progress, name=name, cancel=cancel)
    }


def propose_apart(
    records: Iterable[EncounterRecord], engine: BatchEngine, *, progress: Progress | None = None, name: str = "",
    cancel: CancelToken | None = None, chunk: int = 4,
) -> Iterator[tuple[InferenceRun, tuple[CodeSuggestion, ...]]]:
    """Yield what an engine proposes for records, without storing anything."""
    waiting = list(records)
    for start in range(0, len(waiting), chunk):
        yield from engine.propose_many(waiting[start:start + chunk], cancel=cancel)
        if progress is not None:
            progress(min(start + chunk, len(waiting)), len(waiting), f"labelling with {name}")
