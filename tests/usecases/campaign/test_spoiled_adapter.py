"""The gate refuses versions whose adapter file was spoiled: shuffled weights that load, and bytes that do not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehrcoder.cli.learn_command import corpus_records
from ehrcoder.core.campaign.plan import Arm, Campaign, CampaignPlan
from ehrcoder.core.ids import CoderId
from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import OpenWorkspace
from ehrcoder.services import Services
from ehrcoder.usecases.campaign.simulate import SimulatedCase, SimulatedExpert, import_cases
from ehrcoder.usecases.campaign.train import pass_gate
from ehrcoder.usecases.campaign.versions import Version, VersionShelf
from ehrcoder.usecases.verify_code import VerifyCode

# Half of them are the gate's: on 25 records the loss of F1 by a spoiled judge (0.05) lies within chance.
RECORDS = 140
pytestmark = [pytest.mark.slow, pytest.mark.corpus]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A workspace with signed records of which about half are the gate's."""

    services: Services
    workspace: OpenWorkspace
    campaign: Campaign
    shelf: VersionShelf

    def version(self) -> tuple[Version, Path]:
        """Put the shipped artefacts on the shelf as a version of their own; return it with its adapter."""
        folder = self.shelf.making()
        shutil.copytree(self.services.paths.artefacts, folder, dirs_exist_ok=True)
        made = self.shelf.finish(folder, Version(name=self.shelf.next_name(), folder=folder))
        assert made.folder is not None
        return made, made.folder / "adapter.gguf"

    def engine_of(self, folder: Path | None) -> CodingEngine:
        """Build the engine with a version's artefacts and its adapter."""
        self.services.close()
        return self.services.engine(with_model=True, policy="every-mention", artefacts=folder)

    def gate(self, version: Version):
        """Let a version through the gate, with the model."""
        return pass_gate(self.campaign, version, records=self.workspace, store=self.services.campaigns(self.workspace),
                         shelf=self.shelf, engine_of=self.engine_of)


@pytest.fixture
def signed(tmp_path: Path, real_data: Path) -> Iterator[Signed]:
    services = Services()
    if not services.default_model_path.is_file():
        services.close()
        pytest.skip("the default model is not installed")
    pairs = sorted(corpus_records(real_data / "ehr" / "codiesp", "dev"), key=lambda pair: len(pair[0]))[:RECORDS]
    cases = [SimulatedCase(name=gold.name, text=text, gold=gold) for text, gold in pairs]
    with closing(services), closing(services.open_workspace(tmp_path / "w.ehrw")) as workspace:
        store = services.campaigns(workspace)
        campaign = store.create("c", CampaignPlan(gate_share=0.5, seed=2, policy="every-mention"))
        where = import_cases(cases, records=workspace, ids=services.ids, clock=services.clock, seed=1)
        expert = SimulatedExpert(
            verify=VerifyCode(history=workspace, store=workspace, index=services.code_sets, ids=services.ids),
            records=workspace, store=store, index=services.code_sets, clock=services.clock)
        for case in cases:
            assert case.gold is not None
            expert.sign(campaign, where[case.name], case.gold, coder=CoderId("ana"), arm=Arm.CONTROL)
        yield Signed(services=services, workspace=workspace, campaign=campaign,
                     shelf=VersionShelf(tmp_path / "versions"))


def shuffle_weights(adapter: Path) -> int:
    """Shuffle the weights in place; the file stays a valid adapter. Return how many groups of four bytes were moved.

    Header and names take some ten thousand bytes at the beginning of a GGUF; the first million is left as it is.
    """
    import numpy as np

    data = np.fromfile(adapter, dtype=np.uint32)
    kept = 1_000_000 // data.itemsize
    data[kept:] = np.random.default_rng(1).permutation(data[kept:])
    data.tofile(adapter)
    return len(data) - kept


def judged_well(signed: Signed, folder: Path | None, *, records: int = 8) -> float:
    """Return the area under the ROC curve of the judge's margins over right and wrong candidates; 0.5 is chance."""
    from sklearn.metrics import roc_auc_score

    engine = signed.engine_of(folder)
    right: list[bool] = []
    margins: list[float] = []
    for row in signed.workspace.rows()[:records]:
        gold = {(a.kind, a.coding.code) for a in signed.workspace.coding(row.record_id).assignments}
        for ranked in engine.rank(signed.workspace.record(row.record_id)).codes:
            asked = [pair.margin for pair in ranked.case.pairs if pair.margin is not None]
            if asked:
                margins.append(max(asked))
                right.append((ranked.case.kind, ranked.case.code) in gold)
    return float(roc_auc_score(right, margins))


def test_an_adapter_of_shuffled_weights_loads_and_is_refused_as_worse(signed: Signed) -> None:
    version, adapter = signed.version()
    assert shuffle_weights(adapter) > 1_000_000
    shipped, spoiled = judged_well(signed, None), judged_well(signed, version.folder)
    assert spoiled < 0.7 < 0.85 < shipped
    decision = signed.gate(version)
    assert decision.records >= 20
    assert not decision.accepted
    assert decision.high < 0, "the spoiled adapter is not worse beyond chance"
    assert signed.shelf.current().name == "shipped"
    assert signed.shelf.version(version.name).gate == decision.reason
    print(f"judge {shipped:.3f} to {spoiled:.3f}; {decision.records} records: F1 {decision.old_f1:.3f} to "
          f"{decision.new_f1:.3f}; {decision.reason}")


def test_an_adapter_that_the_runtime_cannot_load_is_refused_in_words(signed: Signed) -> None:
    version, adapter = signed.version()
    with adapter.open("r+b") as file:
        file.truncate(adapter.stat().st_size // 2)
    decision = signed.gate(version)
    assert not decision.accepted
    assert f"{version.name} answered without its model" in decision.reason
    assert signed.shelf.current().name == "shipped"
