"""Labels the rest in batch: ordered, in chunks that are saved whole, resumable after any interruption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from ehrcoder.core.campaign.coded import marks_of_suggestions
from ehrcoder.core.campaign.facts import facts_of
from ehrcoder.core.campaign.plan import Arm, Campaign, WorkItem, WorkLine, WorkState, arm_of
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord, RecordStatus
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, RunOutcome
from ehrcoder.ports import CancelToken, CodingHistory, RecordStore
from ehrcoder.usecases.campaign.floors import GroupFloor, above_floors, floors_of
from ehrcoder.usecases.campaign.labels import FORMER_LABELS
from ehrcoder.usecases.campaign.sample import next_list, sampled_records
from ehrcoder.usecases.campaign.store import CampaignStore

LABEL = "label"
CHUNK = 4
"""How many records share the model's batches; part of what a labelled record's figures depend on."""
_RATE_OVER = 25

_Result = TypeVar("_Result")
Proposed = tuple[tuple[InferenceRun, tuple[CodeSuggestion, ...]], ...]


class BatchEngine(Protocol):
    """Proposes for a chunk of records at once."""

    def propose_many(
        self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None
    ) -> Proposed:
        """Return what was proposed for each record, in their order. Raises CancelledError."""
        ...


class LabelRecords(RecordStore, CodingHistory, Protocol):
    """The records of a workspace with their history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLimits:
    """What labelling may take of the machine, and when.

    `memory_mb` 0 is without limit. `hours` are the local hours of the night mode, such as (20, 6): it works from
    20:00 to 5:59 and rests otherwise.
    """

    memory_mb: int = 0
    hours: tuple[int, int] | None = None

    def allow(self, local: dt.datetime) -> bool:
        """Tell whether work may go on at this local time."""
        if self.hours is None:
            return True
        first, last = self.hours
        return first <= local.hour < last if first < last else local.hour >= first or local.hour < last


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProgress:
    """Where labelling stands; `records_an_hour` and `seconds_left` are 0 until there is a rate."""

    done: int
    total: int
    records_an_hour: float
    seconds_left: float
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelResult:
    """What one call did; `left` records wait still, `skipped` were signed meanwhile or belong to the control arm."""

    list_name: str
    labelled: int
    skipped: int
    without_model: int
    left: int
    seconds: float
    paused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Records that are labelled in one batch, always the same ones."""

    number: int
    records: tuple[RecordId, ...]
    waiting: tuple[RecordId, ...]


def make_label_list(
    campaign: Campaign, *, records: RecordStore, store: CampaignStore, order: Sequence[RecordId] | None = None
) -> str:
    """Store the list of what is to be labelled: everything that nobody began to code, masked versions for originals.

    Left out are the control arm and what waits on a sample list, since both are coded without suggestions.

    The order is that of the import, or another one. Raises InputError when nothing is left.
    """
    waiting = {row.record_id for row in records.rows()
               if row.status in (RecordStatus.NEW, RecordStatus.PROPOSED) and row.masked_as is None}
    waiting -= sampled_records(campaign, store)
    chosen = [r for r in order if r in waiting] if order else [
        row.record_id for row in records.rows() if row.record_id in waiting]
    items = [
        WorkItem(record_id=record_id, reason="to be labelled")
        for record_id in chosen
        if arm_of(campaign.plan, records.record(record_id).source_sha256) is Arm.ASSISTED
    ]
    if not items:
        raise InputError("Nothing is left to label: every record is being coded, or belongs to the control arm.",
                         kept="Nothing was changed.")
    name = next_list(campaign, store, LABEL)
    store.make_list(campaign.campaign_id, name, items)
    return name


def open_label_list(campaign: Campaign, store: CampaignStore) -> str | None:
    """Return the last label list while records of it wait, else None."""
    names = [name for name in store.lists(campaign.campaign_id) if name.startswith(f"{LABEL}-")]
    if not names:
        return None
    counts = store.lists(campaign.campaign_id)[names[-1]]
    return names[-1] if counts[WorkState.WAITING] or counts[WorkState.FAILED] else None


def chunks_of(lines: Sequence[WorkLine], *, size: int = CHUNK) -> Iterator[Chunk]:
    """Cut a list by position, so that a record's neighbours in a batch never change; finished chunks are left out."""
    for start in range(0, len(lines), size):
        part = lines[start:start + size]
        waiting = tuple(line.item.record_id for line in part if line.state is not WorkState.DONE)
        if waiting:
            yield Chunk(number=start // size, records=tuple(line.item.record_id for line in part), waiting=waiting)


Labeller = Callable[[Iterable[tuple[Chunk, tuple[EncounterRecord, ...]]]], Iterator[tuple[Chunk, Proposed]]]
"""Takes chunks and gives each back with what was proposed, in any order: this machine, or a cluster."""


def on_this_machine(engine: BatchEngine, cancel: CancelToken | None = None) -> Labeller:
    """Return a labeller that does one chunk after the other here."""
    def label(
        chunks: Iterable[tuple[Chunk, tuple[EncounterRecord, ...]]]
    ) -> Iterator[tuple[Chunk, Proposed]]:
        for chunk, records in chunks:
            yield chunk, engine.propose_many(records, cancel=cancel)
    return label


class Through(Protocol):
    """Carries out a piece of work and returns its result."""

    def __call__(self, work: Callable[[], _Result], /) -> _Result: ...


def directly(work: Callable[[], _Result], /) -> _Result:
    """Carry out the work here and now."""
    return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What labelling asks of the machine between two chunks."""

    monotonic: Callable[[], float]
    local_time: Callable[[], dt.datetime]
    sleep: Callable[[float], None]
    memory_mb: Callable[[], float]
    free_memory: Callable[[], None]


def label_records(
    campaign: Campaign, list_name: str, *, records: LabelRecords, store: CampaignStore, labeller: Labeller,
    machine: Machine, limits: LabelLimits | None = None, cancel: CancelToken | None = None,
    report: Callable[[LabelProgress], None] | None = None, through: Through | None = None,
) -> LabelResult:
    """Label what waits on a list. Each chunk is saved in one transaction with the lines that say so.

    What does not reach the floors of a record's groups is not proposed for it.
    A pause (the person's, or for want of memory) ends it with `paused`; called again, it goes on with the first
    chunk that is not done. `through` carries out what touches the workspace, on another thread in the window.
    Raises EnvironmentFault.
    """
    through = through or directly
    limits = limits or LabelLimits()
    lines = through(lambda: store.work(campaign.campaign_id, list_name))
    floors = through(lambda: floors_of(campaign, store))
    total = len(lines)
    done = sum(line.state is WorkState.DONE for line in lines)
    began = last = machine.monotonic()
    paces: list[float] = []
    labelled = skipped = without_model = 0
    paused = ""

    def tell(message: str = "") -> None:
        if report is not None:
            pace = median(paces[-_RATE_OVER:]) if paces else 0.0
            report(LabelProgress(done=done, total=total, records_an_hour=3600 / pace if pace else 0.0,
                                 seconds_left=pace * (total - done), message=message))

    def feed() -> Iterator[tuple[Chunk, tuple[EncounterRecord, ...]]]:
        nonlocal last
        for chunk in chunks_of(lines):
            while not limits.allow(machine.local_time()):
                if cancel is not None:
                    cancel.raise_if_cancelled()
                tell(f"resting until {limits.hours[0] if limits.hours else 0}:00")
                machine.sleep(1.0)
                last = machine.monotonic()
            _keep_memory(machine, limits)
            yield chunk, through(lambda chunk=chunk: tuple(records.record(r) for r in chunk.records))

    tell()
    try:
        for chunk, proposed in labeller(feed()):
            if cancel is not None:
                cancel.raise_if_cancelled()
            saved, passed = through(lambda chunk=chunk, proposed=proposed: _save(
                campaign, list_name, chunk, proposed, records=records, store=store, floors=floors))
            labelled, skipped, done = labelled + saved, skipped + passed, done + len(chunk.waiting)
            without_model += sum(run.outcome is RunOutcome.WITHOUT_MODEL for run, _ in proposed)
            now = machine.monotonic()
            paces.append((now - last) / len(chunk.records))
            last = now
            tell()
    except CancelledError:
        paused = "paused; what was labelled is saved"
    except _MemoryError as error:
        paused = str(error)
    seconds = machine.monotonic() - began
    through(lambda: store.add_entry(campaign.campaign_id, "labelling", list_name, {
        "labelled": labelled, "skipped": skipped, "without_model": without_model, "seconds": round(seconds, 3),
        "paused": paused, "floors": list(floors),
    }))
    return LabelResult(list_name=list_name, labelled=labelled, skipped=skipped, without_model=without_model,
                       left=total - done, seconds=seconds, paused=paused)


class _MemoryError(Exception):
    """The memory limit is passed even after everything that can be freed was freed."""


def _keep_memory(machine: Machine, limits: LabelLimits) -> None:
    if not limits.memory_mb or machine.memory_mb() <= limits.memory_mb:
        return
    machine.free_memory()
    used = machine.memory_mb()
    if used > limits.memory_mb:
        raise _MemoryError(f"paused: {used:.0f} MB are in use, {limits.memory_mb} are allowed; "
                           "raise the limit or close other programs, then go on")


def _save(
    campaign: Campaign, list_name: str, chunk: Chunk, proposed: Proposed, *, records: LabelRecords,
    store: CampaignStore, floors: Sequence[GroupFloor],
) -> tuple[int, int]:
    """Store a chunk's runs and settle its lines in one transaction; return how many were saved and passed over."""
    if [run.record_id for run, _ in proposed] != list(chunk.records):
        raise EnvironmentFault("A chunk came back with other records than it was sent with.",
                               kept="Nothing of it was saved.", next_step="Run the labelling again.")
    outcomes: dict[RecordId, tuple[WorkState, str]] = {}
    saved = 0
    with store.together():
        for run, suggestions in proposed:
            if run.record_id not in chunk.waiting:
                continue
            if records.coding(run.record_id).version:
                outcomes[run.record_id] = (WorkState.DONE, "coded meanwhile")
                continue
            _keep_former(campaign, run, records=records, store=store)
            if floors:
                suggestions = above_floors(suggestions, facts_of(records.record(run.record_id)), floors)
            records.save_run(run, suggestions)
            outcomes[run.record_id] = (WorkState.DONE, run.run_id)
            saved += 1
        store.settle(campaign.campaign_id, list_name, outcomes)
    return saved, len(outcomes) - saved


def _keep_former(campaign: Campaign, run: InferenceRun, *, records: LabelRecords, store: CampaignStore) -> None:
    """Keep the codes that another version proposed: saving a run takes its undecided suggestions away."""
    former = records.runs(run.record_id)
    if not former or (former[-1].artefacts, former[-1].model) == (run.artefacts, run.model):
        return
    proposed = [s for s in records.suggestions(run.record_id) if s.run_id == former[-1].run_id]
    store.add_entry(campaign.campaign_id, FORMER_LABELS, run.record_id, {
        "run": former[-1].run_id,
        "codes": [[m.kind.value, m.code, m.confidence] for m in marks_of_suggestions(proposed)]})
