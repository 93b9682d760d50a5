"""Floors hold back what a group's suggestions lack in confidence; drift is found; a failed lot is served again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.campaign_world import StandInServices, WordCodes, WordEngine, case_of_words

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.facts import facts_of
from ehrcoder.core.campaign.plan import Arm, Campaign, CampaignPlan, WorkState
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import CancelToken
from ehrcoder.usecases.campaign.drift_set import DriftBetween, earlier_labels, find_drift
from ehrcoder.usecases.campaign.floors import GroupFloor, floors_of, set_floors
from ehrcoder.usecases.campaign.label import Proposed, label_records, make_label_list, on_this_machine
from ehrcoder.usecases.campaign.labels import gather_labels
from ehrcoder.usecases.campaign.review import (
    add_review,
    adjudicate,
    close_review,
    open_differences,
    plan_review,
    start_review,
)
from ehrcoder.usecases.campaign.rework import let_stand
from ehrcoder.usecases.campaign.simulate import SimulatedExpert, import_cases
from ehrcoder.usecases.campaign.verify import next_record
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

ANA, BEN = CoderId("ana"), CoderId("ben")


class OtherVersion(WordEngine):
    """The word engine with other artefacts."""

    def propose_many(self, records: Sequence[EncounterRecord], *, cancel: CancelToken | None = None) -> Proposed:
        return tuple((replace(run, artefacts=(("lexicon.json.gz", "1" * 64),)), found)
                     for run, found in super().propose_many(records, cancel=cancel))


class World:
    """Eighty records and a campaign without a control arm."""

    def __init__(self, folder: Path) -> None:
        self.services = StandInServices(folder)
        self.workspace = SqliteWorkspace.open(folder / "w.ehrw", clock=self.services.clock, ids=self.services.ids)
        self.store = self.workspace.campaigns
        self.campaign: Campaign = self.store.create("c", CampaignPlan(control_share=0.0, coders=(ANA, BEN)))
        self.cases = [case_of_words(n, 1) for n in range(80)]
        self.where = import_cases(self.cases, records=self.workspace, ids=self.services.ids,
                                  clock=self.services.clock, seed=1)

    def label(self, engine: WordEngine) -> None:
        name = make_label_list(self.campaign, records=self.workspace, store=self.store)
        label_records(self.campaign, name, records=self.workspace, store=self.store, machine=self.services.machine(),
                      labeller=on_this_machine(engine))

    def sign(self, *, slip: float = 0.0) -> None:
        expert = SimulatedExpert(
            verify=VerifyCode(history=self.workspace, store=self.workspace, index=WordCodes(), ids=self.services.ids),
            records=self.workspace, store=self.store, index=WordCodes(), clock=self.services.clock, slip=slip)
        for case in self.cases:
            assert case.gold is not None
            expert.sign(self.campaign, self.where[case.name], case.gold, coder=ANA, arm=Arm.ASSISTED)

    def gold(self, record_id: RecordId):
        case = next(c for c in self.cases if self.where[c.name] == record_id)
        expert = SimulatedExpert(
            verify=VerifyCode(history=self.workspace, store=self.workspace, index=WordCodes(), ids=self.services.ids),
            records=self.workspace, store=self.store, index=WordCodes(), clock=self.services.clock)
        assert case.gold is not None
        return expert.gold_case(record_id, case.gold)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.workspace):
        yield made


def test_what_does_not_reach_a_groups_floor_is_not_proposed_for_it(world: World) -> None:
    set_floors(world.campaign, [GroupFloor(dimension="sex", group="female", floor=0.5)], store=world.store)
    world.label(WordEngine(wrong=0.6))
    weak: dict[str, int] = {"female": 0, "male": 0}
    for row in world.workspace.rows():
        found = world.workspace.suggestions(row.record_id)
        assert any(s.confidence == 0.9 for s in found)
        weak[facts_of(world.workspace.record(row.record_id)).sex] += sum(s.confidence < 0.5 for s in found)
    assert weak["female"] == 0
    assert weak["male"] >= 10


@pytest.mark.parametrize(("floor", "what"), [
    (GroupFloor(dimension="colour", group="red", floor=0.5), "colour"),
    (GroupFloor(dimension="sex", group="female", floor=1.0), "makes no sense"),
    (GroupFloor(dimension="sex", group="female", floor=0.0), "makes no sense"),
])
def test_a_floor_that_makes_no_sense_changes_nothing(world: World, floor: GroupFloor, what: str) -> None:
    good = GroupFloor(dimension="sex", group="male", floor=0.4)
    set_floors(world.campaign, [good], store=world.store)
    with pytest.raises(InputError, match=what):
        set_floors(world.campaign, [floor], store=world.store)
    assert floors_of(world.campaign, world.store) == (good,)
    set_floors(world.campaign, [], store=world.store)
    assert floors_of(world.campaign, world.store) == ()


def test_a_version_that_goes_blind_for_a_word_shows_as_drift_and_leads_to_records(world: World) -> None:
    world.label(WordEngine(wrong=0.0))
    with pytest.raises(InputError, match="two versions"):
        find_drift(world.campaign, gather_labels(world.workspace), between=DriftBetween.VERSIONS,
                   store=world.store)
    world.label(OtherVersion(wrong=0.0, blind=frozenset({"sepsis"})))
    labels = gather_labels(world.workspace)
    assert len(earlier_labels(world.campaign, labels, world.store)) == 80
    result = find_drift(world.campaign, labels, between=DriftBetween.VERSIONS,
                        store=world.store)
    assert [f.code for f in result.findings] == ["A41"]
    assert (result.before, result.after) == (80, 80)
    assert len(world.store.entries(world.campaign.campaign_id, "drift")) == 1


def test_the_same_labels_by_another_version_are_no_drift(world: World) -> None:
    world.label(WordEngine(wrong=0.0))
    world.label(OtherVersion(wrong=0.0))
    result = find_drift(world.campaign, gather_labels(world.workspace), between=DriftBetween.VERSIONS,
                        store=world.store)
    assert result.findings == ()


def test_a_lot_that_fails_is_served_again_until_it_is_signed_anew_or_stands(world: World) -> None:
    world.sign(slip=0.5)
    workspace, store, campaign = world.workspace, world.store, world.campaign
    labels = gather_labels(workspace)
    coders = dict.fromkeys(labels.decided, ANA)
    plan = replace(plan_review(campaign, store, labels.decided), records=30)
    name, _ = start_review(campaign, labels, store=store, coders=coders, plan=plan)
    for line in store.work(campaign.campaign_id, name):
        add_review(campaign, name, line.item.record_id, BEN, world.gold(line.item.record_id).marks, store=store,
                   first_coder=ANA)
    for record_id, _, review in open_differences(campaign, name, labels, store):
        adjudicate(campaign, name, record_id, CoderId("chief"), review.marks, store=store)
    assert close_review(campaign, name, labels, store=store, coders=coders).rework == "rework-1"

    first = next_record(campaign, ANA, records=workspace, store=store)
    assert first is not None
    assert (first.list_name, first.left) == ("rework-1", 50)
    assert first.reason.startswith("rework: its lot missed the target")
    amend_record(first.record_id, history=workspace, coder_id=ANA, reason="rework")
    still = next_record(campaign, ANA, records=workspace, store=store)
    assert still is not None
    assert still.record_id == first.record_id
    with pytest.raises(InputError, match="amended"):
        let_stand(campaign, first.record_id, ANA, records=workspace, store=store)
    sign_record(first.record_id, history=workspace, store=workspace, coder_id=ANA, clock=world.services.clock)

    second = next_record(campaign, ANA, records=workspace, store=store)
    assert second is not None
    assert (second.record_id != first.record_id, second.left) == (True, 49)
    assert let_stand(campaign, second.record_id, ANA, records=workspace, store=store) == "rework-1"
    third = next_record(campaign, BEN, records=workspace, store=store)
    assert third is not None
    assert (third.left, third.record_id in {first.record_id, second.record_id}) == (48, False)
    with pytest.raises(InputError, match="No rework waits"):
        let_stand(campaign, second.record_id, ANA, records=workspace, store=store)
    outcomes = {line.outcome for line in store.work(campaign.campaign_id, "rework-1") if line.state is WorkState.DONE}
    assert outcomes == {"signed anew", "looked at, stands"}
