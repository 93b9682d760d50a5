"""`ehrcoder campaign simulate`: a whole campaign, unattended, whose experts are a corpus' gold codes."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import print_json

if TYPE_CHECKING:
    from ehrcoder.core.campaign.coded import CodedCase
    from ehrcoder.core.campaign.effort import Find
    from ehrcoder.core.ids import RecordId
    from ehrcoder.core.records import EncounterRecord
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.label import BatchEngine
    from ehrcoder.usecases.campaign.seed_table import SeedRow
    from ehrcoder.usecases.campaign.simulate import SimulatedCase


def run_simulate(options: argparse.Namespace) -> int:
    """Run the parts that are asked for; what is done already is not done again."""
    from ehrcoder.services import Services
    from ehrcoder.usecases.file_output import make_folder, replace_file

    make_folder(options.out)
    services = Services()
    try:
        simulation = Simulation(services, options)
        figures: dict[str, Any] = {}
        if options.part in ("seed", "all"):
            figures["seed_table"] = simulation.seed_table()
        if options.part in ("campaign", "all"):
            figures |= simulation.campaign()
        replace_file(options.out / f"figures-{options.part}.json",
                     (json.dumps(figures, indent=1, ensure_ascii=False) + "\n").encode())
    finally:
        services.close()
    print_json(figures)
    return 0


class Simulation:
    """One simulated campaign in one folder."""

    def __init__(self, services: Services, options: argparse.Namespace) -> None:
        self._services = services
        self._options = options
        self._with_model = bool(options.with_model)
        self.train, self.dev, self.crowd = _cases(options)

    def seed_table(self) -> list[dict[str, Any]]:
        """Return the table's rows; each is kept in its own file once it is there."""
        from ehrcoder.core.canonical import to_plain
        from ehrcoder.usecases.campaign.seed_table import UNTRAINED, table_markdown
        from ehrcoder.usecases.file_output import replace_file

        rows: list[tuple[str, SeedRow]] = []
        for size in (int(n) for n in self._options.rounds.split(",")):
            if size <= len(self.train):
                rows.append((str(size) if size else UNTRAINED, self._row(size)))
        how = ("Simulated: experts' codes are the corpus' gold codes, seconds are the keystroke-level effort model's. "
               f"Measured on {len(self.dev)} records that nothing was fitted on, policy every-mention, "
               + ("with the language model." if self._with_model else "without the language model."))
        replace_file(self._options.out / "seed-table.md", table_markdown(rows, how=how).encode())
        return [{"verified": name, **dict(_plain(to_plain(row)))} for name, row in rows]

    def _row(self, size: int) -> SeedRow:
        from pydantic import TypeAdapter

        from ehrcoder.core.campaign.effort import Assistance, assistance_of
        from ehrcoder.core.canonical import canonical_text
        from ehrcoder.core.codes import CodeKind
        from ehrcoder.core.effort import Offered
        from ehrcoder.engine.untrained import untrained_codes
        from ehrcoder.usecases.campaign.seed_table import SeedRow, case_of, seed_row
        from ehrcoder.usecases.campaign.train import propose_apart
        from ehrcoder.usecases.file_output import replace_file

        kept = self._options.out / f"seed-{size}.json"
        if kept.exists():
            return TypeAdapter(SeedRow).validate_json(kept.read_bytes())
        records = self._apart(self.dev)
        truth = [case_of(r.record_id, c.gold.codes) for r, c in zip(records, self.dev, strict=True) if c.gold]
        given: dict[RecordId, Assistance] = {}
        labelled: dict[RecordId, CodedCase] = {}
        if size:
            engine = self._engine(self._seed_version(size))
            for run, suggestions in propose_apart(records, engine, progress=_show, name=f"version of {size}"):
                keys = frozenset((s.kind, s.coding.code) for s in suggestions if s.kind is not CodeKind.OUTCOME)
                labelled[run.record_id] = case_of(run.record_id, keys)
                given[run.record_id] = assistance_of(suggestions, run)
        else:
            index = self._services.code_sets
            for record in records:
                codes = untrained_codes(record, index)
                labelled[record.record_id] = case_of(record.record_id, codes)
                given[record.record_id] = Assistance(offered=tuple(Offered(code=code) for _, code in sorted(codes)))
        row = seed_row(size, labelled, truth, given, find=self._find())
        replace_file(kept, canonical_text(row).encode())
        return row

    def _find(self) -> Find:
        """Return what must be typed for a code, tried once a code in the real search."""
        from functools import cache

        from ehrcoder.cli.evaluate_command import finder

        return cache(finder(self._services.code_sets))

    def _seed_version(self, size: int) -> Path:
        """Fit on the first N of the sample that the campaign's own sampling chooses; complete or not there."""
        from ehrcoder.usecases.campaign.trainer import trainer_of
        from ehrcoder.usecases.campaign.versions import Version, VersionShelf

        shelf = VersionShelf(self._options.out / f"seed-{size}")
        if not (made := [v for v in shelf.versions() if v.folder]):
            chosen = self._sampled(size)
            folder = shelf.making()
            trainer = trainer_of(self._services, with_model=self._with_model, progress=_show)
            trainer([c.gold for c in chosen if c.gold], [c.text for c in chosen], folder)
            made = [shelf.finish(folder, Version(name="v1", folder=folder, records=size))]
        assert made[-1].folder is not None
        return made[-1].folder

    def _sampled(self, size: int) -> list[SimulatedCase]:
        from ehrcoder.core.campaign.facts import facts_of
        from ehrcoder.core.campaign.sampling import Clustering, choose_sample
        from ehrcoder.engine.cluster import cluster_texts

        records = self._apart(self.train)
        found = cluster_texts((c.text for c in self.train), seed=self._options.seed)
        ids = [r.record_id for r in records]
        clustering = Clustering(cluster=dict(zip(ids, found.labels, strict=True)),
                                distance=dict(zip(ids, found.distances, strict=True)), names=found.names)
        by_id = dict(zip(ids, self.train, strict=True))
        items = choose_sample([facts_of(r) for r in records], clustering, size=size)
        return [by_id[item.record_id] for item in items]

    def _apart(self, cases: Sequence[SimulatedCase]) -> list[EncounterRecord]:
        """Return records that are in no workspace, named after their cases."""
        from dataclasses import replace

        from ehrcoder.core.ids import RecordId
        from ehrcoder.usecases.campaign.simulate import record_of

        return [replace(record_of(c, ids=self._services.ids, clock=self._services.clock, seed=self._options.seed),
                        record_id=RecordId(c.name)) for c in cases]

    def _engine(self, folder: Path | None) -> BatchEngine:
        self._services.close()
        return self._services.engine(with_model=self._with_model, policy="every-mention", artefacts=folder)

    def campaign(self) -> dict[str, Any]:
        """Run the campaign from import to report and return its figures."""
        from ehrcoder.cli.campaign_simulated_steps import CampaignRun

        with_workspace = self._services.open_workspace(self._options.out / "campaign.ehrw")
        try:
            return CampaignRun(
                services=self._services, workspace=with_workspace, options=self._options, engine_of=self._engine,
                train=self.train, dev=self.dev, crowd=self.crowd, with_model=self._with_model,
            ).run()
        finally:
            with_workspace.close()


def _cases(
    options: argparse.Namespace,
) -> tuple[list[SimulatedCase], list[SimulatedCase], list[SimulatedCase]]:
    """Read the corpus: train and dev with gold, background without."""
    from ehrcoder.cli.learn_command import corpus_records
    from ehrcoder.services import read_codiesp_split
    from ehrcoder.usecases.campaign.simulate import SimulatedCase

    found: list[list[SimulatedCase]] = []
    for split in ("train", "dev"):
        pairs = list(corpus_records(options.directory, split))
        pairs = pairs[:options.gold] if options.gold else pairs
        found.append([SimulatedCase(name=f"{split}-{gold.name}", text=text, gold=gold) for text, gold in pairs])
    crowd: list[SimulatedCase] = []
    if options.unlabelled and (options.directory / "background").is_dir():
        crowd = [SimulatedCase(name=f"background-{r.name}", text=r.text)
                 for r in read_codiesp_split(options.directory, "background")]
        crowd = crowd[:options.unlabelled] if options.unlabelled > 0 else crowd
    return found[0], found[1], crowd


def _plain(value: object) -> Mapping[str, Any]:
    assert isinstance(value, dict)
    return value


def _show(done: int, total: int, message: str) -> None:
    if done % 100 == 0 or done == total:
        print(f"{time.strftime('%H:%M:%S')} {message}: {done}/{total}", file=sys.stderr)
