"""Runs a stand-in campaign in a folder from start to end, or on from where it was killed."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.campaign_world import StandInServices, WordEngine, case_of_words, run_options, write_version

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.cli.campaign_simulated_steps import CampaignRun


def main(folder: Path) -> None:
    services = StandInServices(folder)
    cases = [case_of_words(n, 1) for n in range(90)]
    with closing(SqliteWorkspace.open(folder / "w.ehrw", clock=services.clock, ids=services.ids)) as workspace:
        figures = CampaignRun(
            services=services, workspace=workspace, options=run_options(folder), with_model=False,
            engine_of=lambda _: WordEngine(), train=cases[:60], dev=cases[60:],
            crowd=[case_of_words(n, 2, gold=False) for n in range(100, 160)], trainer=write_version,
        ).run()
    (folder / "figures.json").write_text(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
