"""A campaign's plans, lists and entries survive, and a unit of work is all there or not at all."""

from __future__ import annotations

import sqlite3

import pytest
from builders.coding_world import CodingWorld, record_of, run_of, suggestion_of

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.plan import Arm, CampaignPlan, WorkItem, WorkState, arm_of, drawn
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

PLAN = CampaignPlan(seed=7, control_share=0.25, coders=(CoderId("a"), CoderId("b")))
R1, R2 = RecordId("r1"), RecordId("r2")


@pytest.fixture
def campaign_id(coding_world: CodingWorld) -> str:
    coding_world.workspace.add_records([record_of("r2")])
    return coding_world.workspace.campaigns.create("autumn", PLAN).campaign_id


def test_a_campaign_comes_back_as_it_was_made(coding_world: CodingWorld, campaign_id: str) -> None:
    found = coding_world.workspace.campaigns.campaign("")
    assert (found.campaign_id, found.name, found.plan) == (campaign_id, "autumn", PLAN)


def test_a_name_is_taken_once(coding_world: CodingWorld, campaign_id: str) -> None:
    with pytest.raises(InputError, match="autumn already"):
        coding_world.workspace.campaigns.create("autumn", PLAN)


@pytest.mark.parametrize("plan", [
    CampaignPlan(control_share=0.6), CampaignPlan(double_share=-0.1), CampaignPlan(target_accuracy=1.0),
    CampaignPlan(confidence=0.2), CampaignPlan(gate_share=float("nan")),
])
def test_a_plan_that_makes_no_sense_is_refused(coding_world: CodingWorld, plan: CampaignPlan) -> None:
    with pytest.raises(InputError, match="must"):
        coding_world.workspace.campaigns.create("x", plan)
    with pytest.raises(NotFoundError):
        coding_world.workspace.campaigns.campaign("x")


def test_a_list_keeps_its_order_and_a_line_is_done_once(coding_world: CodingWorld, campaign_id: str) -> None:
    store = coding_world.workspace.campaigns
    store.make_list(campaign_id, "label-1", [
        WorkItem(record_id=R2, reason="rare codes", score=0.25), WorkItem(record_id=R1, arm=Arm.CONTROL)])
    store.settle(campaign_id, "label-1", {R2: (WorkState.FAILED, "no model")})
    store.settle(campaign_id, "label-1", {R2: (WorkState.DONE, "run1")})
    first, second = store.work(campaign_id, "label-1")
    assert (first.item.record_id, first.state, first.outcome, first.item.reason) == (
        "r2", WorkState.DONE, "run1", "rare codes")
    assert (second.state, second.item.arm) == (WorkState.WAITING, Arm.CONTROL)
    assert store.lists(campaign_id) == {
        "label-1": {WorkState.WAITING: 1, WorkState.DONE: 1, WorkState.FAILED: 0}}
    with pytest.raises(InputError, match="done already"):
        store.settle(campaign_id, "label-1", {R1: (WorkState.DONE, "x"), R2: (WorkState.DONE, "x")})
    assert store.work(campaign_id, "label-1")[1].state is WorkState.WAITING


def save_and_settle(
    workspace: SqliteWorkspace, run: InferenceRun, suggestion: CodeSuggestion, campaign_id: str
) -> None:
    workspace.save_run(run, [suggestion])
    workspace.campaigns.settle(campaign_id, "label-1", {R2: (WorkState.DONE, run.run_id)})
    workspace.campaigns.settle(campaign_id, "label-1", {R1: (WorkState.DONE, "no such line")})


def test_runs_and_their_lines_are_saved_together_or_not_at_all(coding_world: CodingWorld, campaign_id: str) -> None:
    workspace, store = coding_world.workspace, coding_world.workspace.campaigns
    store.make_list(campaign_id, "label-1", [WorkItem(record_id=R2)])
    run = run_of("run2", record_id="r2")
    suggestion = suggestion_of("s9", "I10", rank=1, run_id="run2", record_id="r2")
    with pytest.raises(InputError, match="not on it"), store.together():
        save_and_settle(workspace, run, suggestion, campaign_id)
    assert workspace.runs(R2) == ()
    assert store.work(campaign_id, "label-1")[0].state is WorkState.WAITING
    with store.together():
        workspace.save_run(run, [])
        store.settle(campaign_id, "label-1", {R2: (WorkState.DONE, "run2")})
    assert (len(workspace.runs(R2)), workspace.verify().problems) == (1, ())


def test_entries_are_appended_and_never_changed(coding_world: CodingWorld, campaign_id: str) -> None:
    workspace, store = coding_world.workspace, coding_world.workspace.campaigns
    store.add_entry(campaign_id, "effort", "r1", {"seconds": 31.5})
    store.add_entry(campaign_id, "effort", "r2", {"seconds": 12})
    assert [(e.subject, e.body) for e in store.entries(campaign_id, "effort")] == [
        ("r1", '{"seconds":31.5}'), ("r2", '{"seconds":12}')]
    assert len(store.entries(campaign_id, "effort", subject="r2")) == 1
    for sql in ("UPDATE campaign_entries SET body = ''", "DELETE FROM campaign_entries", "DELETE FROM campaigns"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            workspace._session.database.conn.execute(sql)


def test_what_is_drawn_depends_on_seed_and_content_alone() -> None:
    hashes = [f"{n:064x}" for n in range(4000)]
    arms = [arm_of(PLAN, each) for each in hashes]
    assert arms == [arm_of(PLAN, each) for each in hashes]
    assert 0.23 < arms.count(Arm.CONTROL) / len(arms) < 0.27
    assert arms != [arm_of(CampaignPlan(seed=8, control_share=0.25), each) for each in hashes]
    assert drawn(7, "gate", hashes[0]) != drawn(7, "control", hashes[0])
