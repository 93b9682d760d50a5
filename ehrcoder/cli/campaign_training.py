"""The steps of a campaign that train a version, let it through the gate, and bring one back."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.campaign_steps import Stop, campaign_opened, pausing, show_progress
from ehrcoder.cli.output import print_json, print_table

if TYPE_CHECKING:
    from ehrcoder.engine.learn.adapter import TrainingProgress
    from ehrcoder.usecases.campaign.label import BatchEngine


def run_train(options: argparse.Namespace) -> int:
    """Train a version, then let the gate decide."""
    from ehrcoder.usecases.campaign.train import estimate_training, pass_gate, train_version, verified_set
    from ehrcoder.usecases.campaign.trainer import trainer_of

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
            trainer = trainer_of(
                services, with_model=with_model, adapter=options.adapter, device=options.device, cancel=stop,
                should_stop=lambda: stop.asked, progress=show_progress, report=_show_training)
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


def _show_training(progress: TrainingProgress) -> None:
    print(f"adapter: step {progress.step}/{progress.steps}, loss {progress.loss:.3f}, "
          f"{progress.tokens_per_second:.0f} tokens/s", file=sys.stderr)


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
