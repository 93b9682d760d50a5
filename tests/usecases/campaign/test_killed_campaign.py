"""A whole campaign, from sampling to report, survives kill -9 at random moments and does no record twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.campaign.plan import WorkState
from ehrcoder.core.records import RecordStatus
from ehrcoder.usecases.campaign.versions import VersionShelf

STEPS = ("import", "sample", "train", "gate", "label", "check", "verify", "review", "report", "planted errors and bias")
PROGRAM = Path(__file__).resolve().parents[2] / "builders" / "campaign_program.py"


def run_to_the_end(folder: Path) -> None:
    subprocess.run([sys.executable, str(PROGRAM), str(folder)], check=True, timeout=240, capture_output=True)


def kill_while_it_runs(folder: Path, *, times: int, seed: int) -> int:
    """Start the campaign and kill it again and again; return how often it was killed in the middle of its work."""
    source, killed = random.Random(seed), 0
    for _ in range(times):
        process = subprocess.Popen([sys.executable, str(PROGRAM), str(folder)], stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, text=True)
        assert process.stderr is not None
        first = process.stderr.readline()
        deadline = time.monotonic() + source.expovariate(1 / 1.2)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is None and first:
            killed += 1
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return killed


def check(folder: Path) -> None:
    """Check that everything is there once, whole and intact."""
    with closing(SqliteWorkspace.open(folder / "w.ehrw", clock=SystemClock(), ids=UuidSource())) as workspace:
        assert workspace.verify().problems == ()
        assert workspace.rebuild().differing == ()
        store = workspace.campaigns
        key = store.campaign("").campaign_id
        rows = workspace.rows()
        assert len(rows) == 150
        lists = store.lists(key)
        assert set(lists) == {"sample-1", "label-1", "verify-1", "review-1"}
        for name in ("sample-1", "label-1", "review-1"):
            assert lists[name][WorkState.DONE] == sum(lists[name].values()), name
        labelled = [line.item.record_id for line in store.work(key, "label-1")]
        assert len(set(labelled)) == len(labelled)
        assert {len(workspace.runs(r)) for r in labelled} == {1}
        sampled = [line.item.record_id for line in store.work(key, "sample-1")]
        assert {len(workspace.runs(r)) for r in sampled} == {0}
        assert sum(row.status is RecordStatus.SIGNED for row in rows) == 90
        assert len(store.entries(key, "effort")) == 90
        assert len(store.entries(key, "version")) == len(store.entries(key, "gate")) == 1
        assert len(store.entries(key, "review-result")) == 1
    shelf = VersionShelf(folder / "versions")
    assert [v.name for v in shelf.versions()] == ["shipped", "v1"]
    made = shelf.version("v1").folder
    assert made is not None
    assert sorted(p.name for p in made.iterdir()) == [
        "learnt-from.sha256", "lexicon.json", "scorer.json", "version.json"]
    assert sorted(p.name for p in (folder / "research").iterdir()) == [
        "DATACARD.md", "agreement.json", "records.jsonl", "splits.json"]
    assert (folder / "report.html").read_text("utf-8").endswith("</html>\n")
    figures = json.loads((folder / "figures.json").read_text())
    assert figures["time"]["simulated"] is True
    # The engine that reads afresh has no noise here: it finds the words of a note, all of them and no others. So a
    # swapped code is no candidate and a right one always is. All draws come from seed and content: every run is alike.
    assert figures["planted_errors"]["planted"] >= 5
    assert figures["planted_errors"]["by_floor"][0]["found"] == 1.0
    assert figures["planted_errors"]["by_floor"][0]["precision"] == 1.0
    assert figures["planted_bias"]["without"]["stand_out"] == []
    assert "sex: female, codes missed" in figures["planted_bias"]["with"]["stand_out"]


def test_a_campaign_that_is_killed_twice_ends_as_one_that_is_not(tmp_path: Path) -> None:
    kill_while_it_runs(tmp_path, times=2, seed=3)
    run_to_the_end(tmp_path)
    check(tmp_path)
    run_to_the_end(tmp_path)
    check(tmp_path)


def kill_in_step(folder: Path, step: str, *, source: random.Random) -> bool:
    """Start the campaign and kill it up to a fifth of a second after it says that a step begins; tell if it met it."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), str(folder)], stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    said = any(line.rstrip().endswith(f" {step}") for line in process.stderr)
    # Half of the steps of this small campaign take less than a twentieth of a second.
    time.sleep(source.choice((0.0, source.uniform(0.0, 0.05), source.uniform(0.0, 0.2))))
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return said and running


@pytest.mark.slow
def test_a_campaign_that_is_killed_in_each_of_its_steps_ends_as_one_that_is_not(tmp_path: Path) -> None:
    killed = dict.fromkeys(STEPS, 0)
    for seed in range(6):
        folder, source = tmp_path / str(seed), random.Random(seed)
        folder.mkdir()
        for step in STEPS:
            killed[step] += kill_in_step(folder, step, source=source)
        run_to_the_end(folder)
        check(folder)
    # A step that was over before the kill came is not said again by the next start.
    assert min(killed.values()) >= 1, killed
    assert sum(killed.values()) >= 40, killed


@pytest.mark.slow
def test_a_campaign_that_is_killed_at_forty_moments_ends_as_one_that_is_not(tmp_path: Path) -> None:
    """On a quick machine a campaign is over before its eighth kill, so others are begun until forty met their aim."""
    killed = seed = 0
    while killed < 40:
        assert seed < 40, f"of 320 kills only {killed} met a campaign at work"
        folder = tmp_path / str(seed)
        folder.mkdir()
        met = kill_while_it_runs(folder, times=8, seed=seed)
        run_to_the_end(folder)
        check(folder)
        killed, seed = killed + met, seed + 1
