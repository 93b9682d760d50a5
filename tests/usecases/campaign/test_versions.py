"""Versions are whole or not there; a spoiled one is refused at the gate, kept, and the one in use stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders.campaign_world import WORDS, StandInServices, WordCodes, WordEngine, case_of_words, write_version

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.plan import Arm, Campaign, CampaignPlan, is_gate_record
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import CancelledError, InputError, NotFoundError
from ehrcoder.core.ids import CoderId
from ehrcoder.usecases.campaign.simulate import SimulatedExpert, import_cases
from ehrcoder.usecases.campaign.train import pass_gate, train_version, training_record, verified_set
from ehrcoder.usecases.campaign.verify import add_second_coding, next_record, second_codings
from ehrcoder.usecases.campaign.versions import Version, VersionShelf
from ehrcoder.usecases.sign_record import amend_record
from ehrcoder.usecases.verify_code import VerifyCode

CODER = CoderId("anna")


class World:
    """A hundred and twenty signed records and a shelf of versions."""

    def __init__(self, folder: Path) -> None:
        services = StandInServices(folder)
        self.workspace = SqliteWorkspace.open(folder / "w.ehrw", clock=services.clock, ids=services.ids)
        self.store = self.workspace.campaigns
        self.campaign: Campaign = self.store.create("c", CampaignPlan(gate_share=0.4, coders=(CODER, CoderId("ben"))))
        self.shelf = VersionShelf(folder / "versions")
        cases = [case_of_words(n, 1) for n in range(120)]
        where = import_cases(cases, records=self.workspace, ids=services.ids, clock=services.clock, seed=1)
        expert = SimulatedExpert(
            verify=VerifyCode(history=self.workspace, store=self.workspace, index=WordCodes(), ids=services.ids),
            records=self.workspace, store=self.store, index=WordCodes(), clock=services.clock)
        for case in cases:
            assert case.gold is not None
            expert.sign(self.campaign, where[case.name], case.gold, coder=CODER, arm=Arm.CONTROL)

    def train(self) -> Version:
        return train_version(self.campaign, records=self.workspace, store=self.store, shelf=self.shelf,
                             trainer=write_version)

    def gate(self, version: Version, *, old: WordEngine, new: WordEngine):
        return pass_gate(self.campaign, version, records=self.workspace, store=self.store, shelf=self.shelf,
                         engine_of=lambda folder: new if folder == version.folder else old)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.workspace):
        yield made


def test_a_spoiled_version_is_refused_and_the_one_in_use_stays(world: World) -> None:
    version = world.train()
    decision = world.gate(version, old=WordEngine(), new=WordEngine(blind=frozenset(list(WORDS)[:4]), wrong=0.9))
    assert not decision.accepted
    assert decision.difference < 0
    assert world.shelf.current().name == "shipped"
    kept = world.shelf.version("v1")
    assert kept.folder is not None
    assert not kept.accepted
    assert kept.gate == decision.reason


def test_a_version_whose_model_does_not_answer_is_refused_however_good_it_looks(world: World) -> None:
    blind = WordEngine(blind=frozenset(list(WORDS)[:4]), wrong=0.5, without_model=False)
    decision = world.gate(world.train(), old=blind, new=WordEngine(wrong=0.0, without_model=True))
    assert decision.low > 0
    assert not decision.accepted
    assert "v1 answered without its model" in decision.reason
    assert world.shelf.current().name == "shipped"


def test_a_better_version_comes_into_use_and_a_former_one_can_be_brought_back(world: World) -> None:
    decision = world.gate(world.train(), old=WordEngine(blind=frozenset(list(WORDS)[:4]), wrong=0.5), new=WordEngine())
    assert decision.accepted
    assert world.shelf.current().name == "v1"
    second = world.train()
    assert (second.name, second.parent) == ("v2", "v1")
    world.shelf.use("shipped")
    assert VersionShelf(world.shelf.folder).current().name == "shipped"
    with pytest.raises(NotFoundError, match="no version v9"):
        world.shelf.use("v9")


def test_what_the_gate_measures_on_was_never_learnt_from(world: World) -> None:
    learnt: list[str] = []

    def trainer(records, texts, folder):
        learnt.extend(record.name for record in records)
        return write_version(records, texts, folder)

    train_version(world.campaign, records=world.workspace, store=world.store, shelf=world.shelf, trainer=trainer)
    gate = {record.record_id for record, _ in verified_set(world.campaign, world.workspace).gate}
    assert len(gate) >= 30
    assert not gate & set(learnt)
    assert all(is_gate_record(world.campaign.plan, world.workspace.record(r).source_sha256) for r in gate)


def test_a_training_that_is_paused_or_dies_leaves_no_version(world: World) -> None:
    def dying(records, texts, folder):
        (folder / "half").write_text("x")
        raise CancelledError("paused")

    for _ in range(2):
        with pytest.raises(CancelledError):
            train_version(world.campaign, records=world.workspace, store=world.store, shelf=world.shelf, trainer=dying)
    assert [v.name for v in world.shelf.versions()] == ["shipped"]
    assert world.shelf.making().joinpath("half").exists()
    assert world.train().name == "v1"


def test_what_a_paused_training_left_of_other_records_is_thrown_away(world: World) -> None:
    def dying(records, texts, folder):
        (folder / "checkpoint").write_text("x")
        raise CancelledError("paused")

    seen: list[bool] = []

    def noting(records, texts, folder):
        seen.append((folder / "checkpoint").exists())
        return dying(records, texts, folder)

    for trainer in (dying, noting):
        with pytest.raises(CancelledError):
            train_version(world.campaign, records=world.workspace, store=world.store, shelf=world.shelf,
                          trainer=trainer)
    signed = next(r for r, _ in verified_set(world.campaign, world.workspace).training)
    amend_record(signed.record_id, history=world.workspace, coder_id=CODER, reason="one more look")
    with pytest.raises(CancelledError):
        train_version(world.campaign, records=world.workspace, store=world.store, shelf=world.shelf, trainer=noting)
    assert seen == [True, False]


def test_too_few_records_train_nothing(tmp_path: Path, world: World) -> None:
    world.campaign = world.store.create("other", CampaignPlan(gate_share=0.5, seed=3))
    few = Campaign(campaign_id=world.campaign.campaign_id, name="x", created_at=world.campaign.created_at,
                   plan=CampaignPlan(gate_share=1.0))
    with pytest.raises(InputError, match="too few"):
        train_version(few, records=world.workspace, store=world.store, shelf=world.shelf, trainer=write_version)


def test_codes_are_learnt_on_the_sentences_of_their_evidence(world: World) -> None:
    record, coding = verified_set(world.campaign, world.workspace).training[0]
    learnt = training_record(record, coding)
    assert learnt.codes == {(CodeKind.DIAGNOSIS, a.coding.code) for a in coding.assignments}
    for sentence, label in zip(learnt.sentences, learnt.labels, strict=True):
        words = {WORDS[word] for word in WORDS if word in sentence.text}
        assert {code for _, code in label} == words


def test_a_second_coding_changes_nothing_and_is_another_persons(world: World) -> None:
    record_id = world.workspace.rows()[0].record_id
    before = world.workspace.coding(record_id)
    with pytest.raises(InputError, match="another person"):
        add_second_coding(world.campaign, record_id, CODER, [], records=world.workspace, store=world.store)
    add_second_coding(world.campaign, record_id, CoderId("ben"), [{"kind": "diagnosis", "code": "I10"}],
                      records=world.workspace, store=world.store)
    assert world.workspace.coding(record_id) == before
    assert second_codings(world.campaign, world.store)[record_id]["ben"][0]["code"] == "I10"
    assert next_record(world.campaign, CoderId("ben"), records=world.workspace, store=world.store) is None
