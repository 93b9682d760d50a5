"""The steps of a campaign that train a version, let it through the gate, and bring one back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.campaign_steps import Stop, campaign_opened, pausing, show_progress
from ehrcoder.cli.output import print_json, print_table

if TYPE_CHECKING:
    from ehrcoder.engine.learn.adapter import TrainingProgress
    from ehrcoder.engine.learn.corpus import TrainingRecord
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.label import BatchEngine
    from ehrcoder.usecases.campaign.train import Trainer


def run_train(options: argparse.Namespace) -> int:
    """Train a version, then let the gate decide."""
    from ehrcoder.usecases.campaign.train import estimate_training, pass_gate, train_version, verified_set

    stop = Stop(what="Training", kept="What was made so far is kept, and the version in use stays.")
    with pausing(stop), campaign_opened(options) as (services, workspace, store, campaign):
        shelf = services.versions(campaign.campaign_id)
        with_model = not options.no_model and services.settings.model.enabled

        def engine_of(folder: Path | None) -> BatchEngine:
            services.close()
            return services.engine(with_model=with_model, policy=campaign.plan.policy, artefacts=folder)

        if options.estimate:
            found = estimate_training(verified_set(campaign, workspace), engine_of(shelf.current().folder),
                                      memory_mb=services.machine().memory_mb)
            print_json(asdict(found)) if options.json else print(
                f"{found.records} records to learn from, {found.gate_records} for the gate: about "
                f"{found.seconds / 60:.0f} min and {found.memory_mb:.0f} MB, without the adapter.")
            return 0
        if options.gate:
            version = shelf.version(options.gate)
        else:
            trainer = trainer_of(services, with_model=with_model, adapter=options.adapter, device=options.device,
                                 stop=stop)
            version = train_version(campaign, records=workspace, store=store, shelf=shelf, trainer=trainer)
            print(f"{version.name} is trained on {version.records} records.", file=sys.stderr)
        if options.ungated:
            print_json({"version": version.name}) if options.json else print(version.name)
            return 0
        decision = pass_gate(campaign, version, records=workspace, store=store, shelf=shelf, engine_of=engine_of,
                             progress=show_progress, cancel=stop)
    if options.json:
        print_json({"version": version.name, **asdict(decision)})
    else:
        print(f"{version.name}: {'in use' if decision.accepted else 'REFUSED'}: {decision.reason}.")
    return 0


def trainer_of(
    services: Services, *, with_model: bool, adapter: bool = False, device: str = "cpu", stop: Stop | None = None
) -> Trainer:
    """Return what trains: the scorers, and the adapter where it is asked for; else the adapter in use is kept.

    Once `stop` was asked, training ends with CancelledError at the next record or step; the adapter's checkpoint stays
    in the folder, and the next training goes on from there.
    """
    stop = stop or Stop()

    def note(done: int, total: int, message: str) -> None:
        stop.raise_if_cancelled()
        show_progress(done, total, message)

    def train(records: Sequence[TrainingRecord], texts: Sequence[str], folder: Path) -> Mapping[str, float]:
        from ehrcoder.engine.learn.adapter import AdapterRecipe
        from ehrcoder.usecases.learn import Learning, LearningData

        data = LearningData(
            records=tuple(records), texts=tuple(texts), description=f"{len(records)} signed records of a campaign",
            licence="as the records", authors="the coders of the campaign")
        learning = Learning(data=data, index=services.code_sets, progress=note)
        recipe = AdapterRecipe()
        if adapter:
            learning.train_adapter(base=services.default_model_path, folder=folder, recipe=recipe, device=device,
                                   report=_show_training, should_stop=lambda: stop.asked)
            stop.raise_if_cancelled()
        elif with_model:
            _keep_adapter(services.paths.artefacts / "adapter.gguf", folder)
        services.close()
        model = services.language_model(adapter=folder / "adapter.gguf") if with_model else None
        measures = learning.fit_scorers(model=model, folder=folder, recipe=recipe)
        services.close()
        (folder / "checkpoint.pt").unlink(missing_ok=True)
        return measures

    return train


def _show_training(progress: TrainingProgress) -> None:
    print(f"adapter: step {progress.step}/{progress.steps}, loss {progress.loss:.3f}, "
          f"{progress.tokens_per_second:.0f} tokens/s", file=sys.stderr)


def _keep_adapter(adapter: Path, folder: Path) -> None:
    import shutil

    if adapter.exists():
        shutil.copyfile(adapter, folder / "adapter.gguf")


def run_versions(options: argparse.Namespace) -> int:
    """Show the versions, or put one into use."""
    with campaign_opened(options) as (services, _, store, campaign):
        shelf = services.versions(campaign.campaign_id)
        if options.use:
            shelf.use(options.use)
            store.add_entry(campaign.campaign_id, "version-chosen", options.use, {})
        found, current = shelf.versions(), shelf.current().name
    if options.json:
        print_json({"current": current, "versions": [
            {"name": v.name, "records": v.records, "measures": v.measures, "gate": v.gate} for v in found]})
        return 0
    print_table(("version", "in use", "learnt from", "gate"), [
        (v.name, "yes" if v.name == current else "", str(v.records), v.gate) for v in found])
    return 0
