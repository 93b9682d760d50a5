"""Labelling on a cluster gives what one machine gives, also when a worker is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    print(cluster.scheduler_address, *(n.pid for n in cluster.workers.values()), flush=True)
    sys.stdin.read()
    cluster.close()
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """A local cluster of two workers of one thread each: its address, and the workers' process ids."""
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    process = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        address, *workers = process.stdout.readline().split()
        yield address, [int(pid) for pid in workers]
    finally:
        process.communicate(timeout=60)


def run(*arguments: object) -> str:
    done = subprocess.run([sys.executable, "-m", "ehrcoder", *map(str, arguments)], check=True, text=True,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    return done.stdout


def prepared(folder: Path, name: str) -> Path:
    workspace = folder / f"{name}.ehrw"
    run("import", REPOSITORY / "resources" / "demo" / "notes", "--workspace", workspace)
    run("campaign", "new", "c", "--control-share", 0, "--workspace", workspace)
    return workspace


def labels(workspace: Path, folder: Path) -> list[object]:
    """Return what was proposed for each record, without ids and times."""
    run("campaign", "export", "--out", folder, "--workspace", workspace)
    found: list[object] = []
    for line in (folder / "records.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        codes = [(c["code"], c["suggestion"]["confidence"], c["suggestion"]["rank"], c["evidence"])
                 for c in record["codes"]]
        found.append((record["documents"][0]["text"], codes))
    return sorted(found, key=repr)


@pytest.mark.slow
def test_a_cluster_of_which_a_worker_is_killed_labels_as_one_machine_does(
    tmp_path: Path, cluster: tuple[str, list[int]]
) -> None:
    alone, shared = prepared(tmp_path, "alone"), prepared(tmp_path, "shared")
    run("campaign", "label", "--no-model", "--workspace", alone)
    address, workers = cluster
    process = subprocess.Popen(
        [sys.executable, "-m", "ehrcoder", "campaign", "label", "--no-model", "--dask", address, "--workspace",
         str(shared)], stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert process.stderr is not None
    for line in process.stderr:
        # The first chunk is saved, others are under way.
        if line.split("/")[0].isdigit() and int(line.split("/")[0]) > 0:
            break
    os.kill(workers[0], signal.SIGKILL)
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert labels(shared, tmp_path / "s") == labels(alone, tmp_path / "a")
    assert len(labels(shared, tmp_path / "s2")) >= 15


def test_a_cluster_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    workspace = prepared(tmp_path, "w")
    done = subprocess.run(
        [sys.executable, "-m", "ehrcoder", "campaign", "label", "--no-model", "--dask", "tcp://127.0.0.1:1",
         "--workspace", str(workspace)], text=True, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 4
    assert "does not answer" in done.stderr
    assert "Nothing was changed" in done.stderr
