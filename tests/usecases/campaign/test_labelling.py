"""Batch labelling: the same neighbours always, nothing twice, and it stops where it is told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders.campaign_world import WordCodes, WordEngine, case_of_words

from ehrcoder.adapters.machine import resident_mb, this_machine
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.campaign.plan import Arm, Campaign, CampaignPlan, WorkState, arm_of
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.usecases.campaign.label import (
    LabelLimits,
    LabelProgress,
    LabelResult,
    Machine,
    label_records,
    make_label_list,
    on_this_machine,
    open_label_list,
)
from ehrcoder.usecases.campaign.sample import make_sample
from ehrcoder.usecases.campaign.simulate import import_cases
from ehrcoder.usecases.campaign.verify import held_back, is_held_back
from ehrcoder.usecases.propose_codes import propose_codes
from ehrcoder.usecases.verify_code import VerifyCode


class World:
    """Thirty records and a campaign with a control arm."""

    def __init__(self, folder: Path) -> None:
        self.workspace = SqliteWorkspace.open(folder / "w.ehrw", clock=SystemClock(), ids=UuidSource())
        import_cases([case_of_words(n, 1, gold=False) for n in range(30)], records=self.workspace, ids=UuidSource(),
                     clock=SystemClock(), seed=1)
        self.campaign: Campaign = self.workspace.campaigns.create("c", CampaignPlan(control_share=0.2))
        self.engine = WordEngine()
        self.now = 0.0
        self.memory = 100.0
        self.freed = 0
        self.hour = 12
        self.reports: list[LabelProgress] = []

    def machine(self) -> Machine:
        def monotonic() -> float:
            self.now += 1.0
            return self.now

        def sleep(seconds: float) -> None:
            self.hour = (self.hour + 1) % 24

        def free() -> None:
            self.freed += 1

        return Machine(monotonic=monotonic, local_time=lambda: dt.datetime(2026, 1, 1, self.hour),
                       sleep=sleep, memory_mb=lambda: self.memory, free_memory=free)

    def label(self, *, limits: LabelLimits | None = None, stop_after: int = 10**6) -> LabelResult:
        calls = self.engine.calls

        class Stop:
            def raise_if_cancelled(self) -> None:
                if len(calls) > stop_after:
                    raise CancelledError("stop")

        store = self.workspace.campaigns
        name = open_label_list(self.campaign, store) or make_label_list(self.campaign, records=self.workspace,
                                                                         store=store)
        return label_records(self.campaign, name, records=self.workspace, store=store, limits=limits,
                             labeller=on_this_machine(self.engine), machine=self.machine(), cancel=Stop(),
                             report=self.reports.append)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.workspace):
        yield made


def test_everything_but_the_control_arm_is_labelled_once(world: World) -> None:
    result = world.label()
    rows = {row.record_id: world.workspace.record(row.record_id) for row in world.workspace.rows()}
    arms = {r: arm_of(world.campaign.plan, record.source_sha256) for r, record in rows.items()}
    assert 0 < list(arms.values()).count(Arm.CONTROL) < 15
    for record_id, arm in arms.items():
        assert len(world.workspace.runs(record_id)) == (arm is Arm.ASSISTED)
        assert bool(world.workspace.suggestions(record_id)) <= (arm is Arm.ASSISTED)
    assert (result.left, result.paused) == (0, "")
    assert result.labelled == list(arms.values()).count(Arm.ASSISTED)


def test_the_control_arm_is_held_back_from_every_proposal(world: World) -> None:
    withheld = held_back(world.workspace, world.workspace.campaigns)
    arms = {row.record_id: arm_of(world.campaign.plan, world.workspace.record(row.record_id).source_sha256)
            for row in world.workspace.rows()}
    assert withheld == {record_id for record_id, arm in arms.items() if arm is Arm.CONTROL}
    assert withheld == {r for r in arms if is_held_back(r, records=world.workspace, store=world.workspace.campaigns)}


def test_nothing_is_proposed_for_a_record_that_is_held_back(world: World) -> None:
    store = world.workspace.campaigns
    name, _ = make_sample(world.campaign, size=2, records=world.workspace, store=store)
    sampled = {line.item.record_id for line in store.work(world.campaign.campaign_id, name)}
    withheld = held_back(world.workspace, store)
    assert sampled < withheld
    for row in world.workspace.rows():
        def propose(record_id: RecordId = row.record_id) -> None:
            propose_codes(record_id, engine=world.engine, store=world.workspace, history=world.workspace,
                          withheld=lambda r: is_held_back(r, records=world.workspace, store=store))
        if row.record_id in withheld:
            with pytest.raises(InputError, match="without suggestions"):
                propose()
        else:
            propose()
        assert bool(world.workspace.runs(row.record_id)) is (row.record_id not in withheld)


def test_a_paused_labelling_goes_on_with_the_same_neighbours(world: World) -> None:
    paused = world.label(stop_after=3)
    assert paused.paused
    assert paused.left > 0
    assert paused.labelled == 12
    world.label()
    calls = world.engine.calls
    # The fourth chunk was computed and given up at the pause: it is done again, with the same records.
    assert calls[3] == calls[4]
    assert len({r for call in calls for r in call}) == sum(len(set(c)) for c in {tuple(c) for c in calls})


def test_a_record_that_was_coded_meanwhile_keeps_its_suggestions(world: World) -> None:
    world.label(stop_after=1)
    store = world.workspace.campaigns
    waiting = next(line.item.record_id for line in store.work(world.campaign.campaign_id, "label-1")
                   if line.state is WorkState.WAITING)
    VerifyCode(history=world.workspace, store=world.workspace, index=WordCodes(), ids=UuidSource()).add(
        waiting, coder_id=CoderId("a"), system=ICD_10_CM, code="I10")
    result = world.label()
    assert result.skipped == 1
    assert world.workspace.runs(waiting) == ()


def test_too_much_memory_frees_first_and_then_pauses(world: World) -> None:
    world.memory = 900.0
    result = world.label(limits=LabelLimits(memory_mb=500))
    assert world.freed == 1
    assert "900 MB are in use, 500 are allowed" in result.paused
    assert result.labelled == 0
    world.memory = 400.0
    assert world.label(limits=LabelLimits(memory_mb=500)).left == 0


def test_night_mode_rests_by_day(world: World) -> None:
    result = world.label(limits=LabelLimits(hours=(20, 6)))
    assert result.left == 0
    assert world.hour == 20
    assert any("resting until 20:00" in each.message for each in world.reports)


@pytest.mark.parametrize(("hours", "hour", "works"), [
    ((20, 6), 21, True), ((20, 6), 5, True), ((20, 6), 6, False), ((20, 6), 19, False), ((8, 17), 8, True),
    ((8, 17), 17, False), (None, 3, True),
])
def test_the_hours_of_night_mode(hours: tuple[int, int] | None, hour: int, *, works: bool) -> None:
    assert LabelLimits(hours=hours).allow(dt.datetime(2026, 1, 1, hour)) is works


def test_progress_tells_rate_and_time_left(world: World) -> None:
    world.label()
    last = world.reports[-1]
    assert last.done == last.total
    assert last.seconds_left == 0
    assert world.reports[2].records_an_hour > 0
    assert world.reports[2].seconds_left > 0


def test_a_chunk_with_other_records_is_refused_whole(world: World) -> None:
    store = world.workspace.campaigns
    name = make_label_list(world.campaign, records=world.workspace, store=store)

    def wrong(chunks):
        for chunk, records in chunks:
            yield chunk, world.engine.propose_many(records[::-1])

    with pytest.raises(EnvironmentFault, match="other records"):
        label_records(world.campaign, name, records=world.workspace, store=store, labeller=wrong,
                      machine=world.machine())
    assert all(line.state is WorkState.WAITING for line in store.work(world.campaign.campaign_id, name))


def test_when_nothing_is_left_it_says_so(world: World) -> None:
    for row in world.workspace.rows():
        VerifyCode(history=world.workspace, store=world.workspace, index=WordCodes(), ids=UuidSource()).add(
            row.record_id, coder_id=CoderId("a"), system=ICD_10_CM, code="I10")
    with pytest.raises(InputError, match="Nothing is left to label"):
        make_label_list(world.campaign, records=world.workspace, store=world.workspace.campaigns)


@pytest.mark.slow
def test_ten_thousand_records_take_hardly_more_memory_than_a_hundred(tmp_path: Path) -> None:
    used: dict[int, float] = {}
    for count in (100, 10_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        with closing(SqliteWorkspace.open(folder / "w.ehrw", clock=SystemClock(), ids=UuidSource())) as workspace:
            import_cases([case_of_words(n, 1, gold=False) for n in range(count)], records=workspace, ids=UuidSource(),
                         clock=SystemClock(), seed=1, batch=1000)
            campaign = workspace.campaigns.create("c", CampaignPlan(control_share=0.0))
            name = make_label_list(campaign, records=workspace, store=workspace.campaigns)
            engine = WordEngine()
            highest = [0.0]

            def told(progress: LabelProgress, highest: list[float] = highest) -> None:
                highest[0] = max(highest[0], resident_mb("self"))

            class Forgetting:
                def propose_many(self, records, *, cancel=None, engine=engine):
                    engine.calls.clear()
                    return engine.propose_many(records)

            before = resident_mb("self")
            label_records(campaign, name, records=workspace, store=workspace.campaigns, report=told,
                          labeller=on_this_machine(Forgetting()), machine=this_machine(
                              worker_process=lambda: 0, stop_worker=lambda: None))
            used[count] = highest[0] - before
    # The list itself: a line of each record, about a kilobyte.
    assert used[10_000] - used[100] < 40, used
