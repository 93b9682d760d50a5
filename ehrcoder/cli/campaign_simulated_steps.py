"""The steps of a simulated campaign in their order; each asks first whether it was done already."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehrcoder.core.ids import CoderId, RecordId

if TYPE_CHECKING:
    from ehrcoder.core.campaign.plan import Campaign
    from ehrcoder.engine.learn.corpus import TrainingRecord
    from ehrcoder.ports import OpenWorkspace
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.label import BatchEngine
    from ehrcoder.usecases.campaign.simulate import SimulatedCase, SimulatedExpert
    from ehrcoder.usecases.campaign.store import CampaignStore
    from ehrcoder.usecases.campaign.train import Trainer

CODERS = (CoderId("expert-a"), CoderId("expert-b"), CoderId("expert-c"))
SLIP = 0.02
REVIEWER_SLIP = 0.03
PLANTED_SHARE = 0.05
PLANTED_DROP = 0.3
PLANTED_RECORDS = 100


@dataclass(kw_only=True)
class CampaignRun:
    """One run over an open workspace."""

    services: Services
    workspace: OpenWorkspace
    options: argparse.Namespace
    engine_of: Callable[[Path | None], BatchEngine]
    train: Sequence[SimulatedCase]
    dev: Sequence[SimulatedCase]
    crowd: Sequence[SimulatedCase]
    with_model: bool
    trainer: Trainer | None = None

    def run(self) -> dict[str, Any]:
        """Go through all steps and return the figures."""
        from ehrcoder.usecases.campaign.simulate import import_cases

        services, workspace = self.services, self.workspace
        self._say("import")
        where = import_cases([*self.train, *self.dev, *self.crowd], records=workspace, ids=services.ids,
                             clock=services.clock, seed=self.options.seed)
        self._gold: dict[RecordId, TrainingRecord] = {
            where[c.name]: c.gold for c in (*self.train, *self.dev) if c.gold is not None}
        self._store: CampaignStore = services.campaigns(workspace)
        self._campaign = self._plan()
        self._sample(frozenset(where[c.name] for c in self.train))
        self._train_and_gate()
        labelling = self._label()
        self._check()
        self._verify()
        self._review()
        return {"records": len(workspace.rows()), "labelling": labelling, **self._conclude()}

    def _plan(self) -> Campaign:
        from ehrcoder.core.campaign.plan import CampaignPlan

        if not self._store.campaigns():
            self._store.create("simulated", CampaignPlan(
                seed=self.options.seed, policy="every-mention", coders=CODERS, control_share=0.15))
        return self._store.campaign("")

    def _expert(self, slip: float = SLIP) -> SimulatedExpert:
        from ehrcoder.usecases.campaign.simulate import SimulatedExpert
        from ehrcoder.usecases.verify_code import VerifyCode

        verify = VerifyCode(history=self.workspace, store=self.workspace, index=self.services.code_sets,
                            ids=self.services.ids)
        return SimulatedExpert(verify=verify, records=self.workspace, store=self._store, slip=slip,
                               index=self.services.code_sets, clock=self.services.clock, seed=self.options.seed)

    def _sample(self, train: frozenset[RecordId]) -> None:
        """Choose among the records with gold in train, by what all records are like; the experts code them by hand."""
        from ehrcoder.core.campaign.plan import Arm, WorkItem, WorkState
        from ehrcoder.core.campaign.sampling import choose_sample, coverage_of
        from ehrcoder.usecases.campaign.sample import assign_coders, cluster_records, gather_facts, with_chapters

        self._say("sample")
        key = self._campaign.campaign_id
        if "sample-1" not in self._store.lists(key):
            facts = with_chapters(gather_facts(self.workspace), self.workspace)
            clustering = cluster_records(facts, self.workspace, seed=self.options.seed)
            choosable = [f for f in facts if f.record_id in train]
            size = self.options.sample or max(1, 2 * len(choosable) // 3)
            items = [
                WorkItem(record_id=i.record_id, reason=i.reason, stratum=i.stratum, score=i.score, arm=Arm.CONTROL)
                for i in choose_sample(choosable, clustering, size=size)]
            coverage = coverage_of(facts, frozenset(i.record_id for i in items), clustering)
            hashes = {f.record_id: f.content_sha256 for f in facts}
            with self._store.together():
                self._store.make_list(key, "sample-1", assign_coders(items, self._campaign, hashes))
                self._store.add_entry(key, "coverage", "sample-1", coverage)
        expert = self._expert()
        for line in self._store.work(key, "sample-1"):
            if line.state is not WorkState.DONE:
                item = line.item
                expert.sign(self._campaign, item.record_id, self._gold[item.record_id],
                            coder=item.coder_id or CODERS[0], arm=Arm.CONTROL)
                self._store.settle(key, "sample-1", {item.record_id: (WorkState.DONE, "signed")})

    def _train_and_gate(self) -> None:
        from ehrcoder.cli.campaign_steps import show_progress
        from ehrcoder.usecases.campaign.train import pass_gate, train_version
        from ehrcoder.usecases.campaign.trainer import trainer_of

        trainer = self.trainer or trainer_of(
            self.services, with_model=self.with_model, progress=show_progress)

        key = self._campaign.campaign_id
        shelf = self.services.versions(key)
        if not self._store.entries(key, "version"):
            self._say("train")
            if made := [v for v in shelf.versions() if v.folder]:
                # Killed between the rename and the entry: the version is whole, only its entry is missing.
                self._store.add_entry(key, "version", made[-1].name, {
                    "records": made[-1].records, "gate_records": made[-1].gate_records,
                    "measures": dict(made[-1].measures or {}), "parent": made[-1].parent})
            else:
                train_version(self._campaign, records=self.workspace, store=self._store, shelf=shelf,
                              trainer=trainer)
        if not self._store.entries(key, "gate"):
            self._say("gate")
            pass_gate(self._campaign, shelf.version("v1"), records=self.workspace, store=self._store, shelf=shelf,
                      engine_of=self.engine_of)
        # The shipped artefacts have seen this corpus, so they may win the gate; the simulation goes on with its own.
        shelf.use("v1")

    def _label(self) -> dict[str, Any]:
        from ehrcoder.usecases.campaign.label import (
            label_records,
            make_label_list,
            on_this_machine,
            open_label_list,
        )

        key = self._campaign.campaign_id
        if any(name.startswith("label-") for name in self._store.lists(key)):
            name = open_label_list(self._campaign, self._store)
        else:
            name = make_label_list(self._campaign, records=self.workspace, store=self._store)
        if name is not None:
            self._say("label")
            folder = self.services.versions(key).current().folder
            if self.options.dask:
                cluster = self.services.dask_labeller(self.options.dask, with_model=self.with_model,
                                                      policy="every-mention", artefacts=folder)
                labeller, close = cluster, cluster.close
            else:
                labeller, close = on_this_machine(self.engine_of(folder)), lambda: None
            try:
                label_records(self._campaign, name, records=self.workspace, store=self._store, labeller=labeller,
                              machine=self.services.machine(), report=lambda p: self._show(p.done, p.total, "label"))
            finally:
                close()
        return {"runs": [json.loads(e.body) for e in self._store.entries(key, "labelling")]}

    def _check(self) -> None:
        from ehrcoder.usecases.campaign.check_set import check_set
        from ehrcoder.usecases.campaign.labels import gather_labels

        if not self._store.entries(self._campaign.campaign_id, "checks"):
            self._say("check")
            check_set(self._campaign, gather_labels(self.workspace), records=self.workspace, store=self._store)

    def _verify(self) -> None:
        """Have the experts verify, in the queue's order, the labelled records for which there is gold."""
        from ehrcoder.core.campaign.plan import Arm, WorkState
        from ehrcoder.usecases.campaign.check_set import last_checks
        from ehrcoder.usecases.campaign.labels import gather_labels
        from ehrcoder.usecases.campaign.verify import make_verify_list

        self._say("verify")
        key = self._campaign.campaign_id
        if "verify-1" not in self._store.lists(key):
            checks = last_checks(self._campaign, self._store)
            make_verify_list(self._campaign, records=self.workspace, store=self._store,
                             labelled=gather_labels(self.workspace).labelled,
                             findings=checks.of_record() if checks else {})
        expert = self._expert()
        for line in self._store.work(key, "verify-1"):
            item = line.item
            if line.state is WorkState.DONE or item.record_id not in self._gold:
                continue
            expert.sign(self._campaign, item.record_id, self._gold[item.record_id],
                        coder=item.coder_id or CODERS[0], arm=Arm(item.arm))
            self._store.settle(key, "verify-1", {item.record_id: (WorkState.DONE, "signed")})

    def _review(self) -> None:
        """Draw a round, review from gold with slips, adjudicate by gold, and close it."""
        from ehrcoder.cli.campaign_quality import first_coders
        from ehrcoder.core.campaign.plan import WorkState
        from ehrcoder.usecases.campaign import review
        from ehrcoder.usecases.campaign.labels import gather_labels

        self._say("review")
        key = self._campaign.campaign_id
        labels = gather_labels(self.workspace)
        coders = first_coders(labels, self.workspace)
        if "review-1" not in self._store.lists(key):
            review.start_review(self._campaign, labels, store=self._store, coders=coders)
        reviewer = self._expert(REVIEWER_SLIP)
        for line in self._store.work(key, "review-1"):
            if line.state is WorkState.DONE:
                continue
            record_id = line.item.record_id
            marks = _slipped(reviewer.gold_case(record_id, self._gold[record_id]).marks,
                             self.workspace.record(record_id).source_sha256, self.options.seed)
            review.add_review(self._campaign, "review-1", record_id, line.item.coder_id or CODERS[-1], marks,
                              store=self._store, first_coder=coders.get(record_id))
        for record_id, _, _ in review.open_differences(self._campaign, "review-1", labels, self._store):
            review.adjudicate(self._campaign, "review-1", record_id, CoderId("adjudicator"),
                              reviewer.gold_case(record_id, self._gold[record_id]).marks, store=self._store)
        if not self._store.entries(key, "review-result"):
            review.close_review(self._campaign, "review-1", labels, store=self._store, coders=coders)

    def _conclude(self) -> dict[str, Any]:
        """Write report and export, find what was planted, and return the figures."""
        import shutil

        from ehrcoder.cli.campaign_quality import board_of
        from ehrcoder.core.canonical import to_plain
        from ehrcoder.usecases.campaign.planted import planted_bias_found, planted_errors_found
        from ehrcoder.usecases.campaign.plots import plots_of
        from ehrcoder.usecases.campaign.report import report_html
        from ehrcoder.usecases.campaign.research import export_research
        from ehrcoder.usecases.file_output import replace_file

        self._say("report")
        out: Path = self.options.out
        labels, board = board_of(self.services, self.workspace, self._store, self._campaign)
        page = report_html(board, plots_of(board))
        replace_file(out / "report.html", page.encode())
        if not self.options.no_pdf:
            from ehrcoder.gui.campaign_pdf import report_pdf

            replace_file(out / "report.pdf", report_pdf(page, title=f"Campaign {board.name}"))
        scratch, final = out / ".research", out / "research"
        if not final.exists():
            shutil.rmtree(scratch, ignore_errors=True)
            export_research(self._campaign, labels, board, scratch, records=self.workspace,
                            description="CodiEsp, with gold codes as simulated experts", licence="CC BY 4.0")
            scratch.rename(final)
        self._say("planted errors and bias")
        folder = self.services.versions(self._campaign.campaign_id).current().folder
        ranker = self.services.engine(with_model=False, policy="every-mention", artefacts=folder)
        expert = self._expert()
        unseen = sorted((r for r in labels.decided if r in labels.labelled), key=lambda r: labels.text_hashes[r])
        return {
            "version": to_plain(board.curve), "quality": to_plain(board.quality), "time": to_plain(board.time),
            "calibration_error": board.calibration_error, "reviews": to_plain(board.reviews),
            "planted_errors": planted_errors_found(
                {r: expert.gold_case(r, self._gold[r]) for r in unseen[:PLANTED_RECORDS]}, records=self.workspace,
                ranker=ranker, share=PLANTED_SHARE, seed=self.options.seed),
            "planted_bias": planted_bias_found(labels, drop=PLANTED_DROP, seed=self.options.seed),
        }

    def _say(self, what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)

    def _show(self, done: int, total: int, what: str) -> None:
        if done % 100 < 4 or done == total:
            self._say(f"{what} {done}/{total}")


def _slipped(marks: Any, content_sha256: str, seed: int) -> Any:
    import random

    source = random.Random(f"review {seed} {content_sha256}")
    return tuple(mark for mark in marks if source.random() >= REVIEWER_SLIP)
