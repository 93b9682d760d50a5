"""kill -9 at any moment of any job: nothing acknowledged is lost, nothing is half done, nothing needs a repair."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import busy_site
from builders.busy_site import R1, fixed_key, known_keys
from builders.coding_world import CountingIds, SteppingClock

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.store.cipher import salt_of
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.ids import RecordId

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
# How many seconds a busy machine may take until a job has done something.
PATIENCE = 120.0
FIRST_SCHEMA = (Path(__file__).parents[2] / "upgrade" / "schema-0001.sql").read_bytes().decode("utf-8")


class Server:
    """The process that forks the site's programs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, busy_site.__file__], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def killed_after(self, seconds: float, *, job: str, folder: Path, once_said: bool = False) -> None:
        """Start a job and kill it, so many seconds later; with `once_said`, after it said that something is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"job": job, "folder": str(folder)}) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        limit = time.monotonic() + PATIENCE
        while once_said and not said(folder) and time.monotonic() < limit:
            time.sleep(0.01)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        # Its lock is free once it is gone for good.
        while is_alive(child):
            time.sleep(0.001)
        failed = folder / "failed"
        assert not failed.exists(), failed.read_text()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def is_alive(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the system has that: what counts here survives a kill, and flushing takes no time."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def said(folder: Path) -> list[list[str]]:
    path = folder / "done"
    return [line.split(" ") for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def opened(folder: Path) -> SqliteWorkspace:
    return SqliteWorkspace.open(folder / "w.ehrw", clock=SteppingClock(), ids=CountingIds(), keys=known_keys(),
                                anchors=folder / "anchors")


def whole(workspace: SqliteWorkspace) -> None:
    assert workspace.warnings == ()
    assert workspace.verify().problems == ()
    assert workspace.rebuild().differing == ()


def check_version(folder: Path) -> None:
    told = [int(words[1]) for words in said(folder) if words[0] == "version"]
    with closing(opened(folder)) as workspace:
        whole(workspace)
        if workspace.rows():
            assert workspace.coding(R1).version >= max(told, default=0)


def check_runs(folder: Path) -> None:
    with closing(opened(folder)) as workspace:
        whole(workspace)
        stored = {run.run_id for row in workspace.rows() for run in workspace.runs(row.record_id)}
        assert {words[2] for words in said(folder) if words[0] == "run"} <= stored
        for row in workspace.rows():
            runs = workspace.runs(row.record_id)
            assert len(workspace.suggestions(row.record_id)) == (3 if runs else 0)


def check_imports(folder: Path) -> None:
    with closing(opened(folder)) as workspace:
        whole(workspace)
        for row in workspace.rows():
            assert len(workspace.record(row.record_id).documents) == 1
        for words in said(folder):
            data = (folder / "files" / words[1]).read_bytes()
            assert workspace.find_by_content(hashlib.sha256(data).hexdigest()) is not None


def check_exports(folder: Path) -> None:
    check_version(folder)
    with closing(opened(folder)) as workspace:
        logged = {(entry.file_name, entry.sha256) for entry in workspace.exports()}
    told = {(words[1], words[2]) for words in said(folder) if words[0] == "exported"}
    assert told <= logged
    for path in (folder / "out").iterdir() if (folder / "out").exists() else ():
        if path.name.startswith("."):
            continue  # a scratch file: never taken for an export, and written over by the next one
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        assert path.read_bytes().endswith(b"\n") or path.suffix == ".json"


def check_migration(folder: Path) -> None:
    with closing(opened(folder)) as workspace:
        whole(workspace)
        assert len(workspace.rows()) == 2
        assert len(workspace.events(RecordId("r1"))) == 6
    kept = folder / "w.ehrw.schema-1"
    if kept.exists():
        with closing(sqlite3.connect(kept)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert raw.execute("SELECT count(*) FROM events").fetchone() == (7,)


def check_key(folder: Path) -> None:
    if not (folder / "w.ehrw").exists():
        return
    told = [int(words[1]) for words in said(folder) if words[0] == "key"]
    last = told[-1] if told else 0
    salts = {salt: number for number in range(3) for key in [fixed_key(number)] for salt in [key.salt if key else None]}
    number = salts[salt_of(folder / "w.ehrw")]
    assert number in (last, (last + 1) % 3)
    with closing(opened(folder)) as workspace:
        whole(workspace)
    beside = [each.name for each in folder.iterdir() if "rekeying" in each.name]
    assert beside == []
    # What was done and not said before the kill is said here, so that the next round counts from there.
    with (folder / "done").open("a", encoding="utf-8") as file:
        file.write(f"key {number}\n")


def check_editions(folder: Path) -> None:
    told = {words[1] for words in said(folder) if words[0] == "edition"}
    if not told:
        return
    with closing(SqliteCodeSetIndex.open(folder / "sets")) as index:
        editions = {each.version: each for each in index.editions() if each.system == ICD_10_CM}
        assert told <= set(editions)
        for year, edition in editions.items():
            assert edition.effective_from is not None
            concept = index.concept(ICD_10_CM, f"C{int(year) % 100}", on=edition.effective_from)
            assert concept is not None, year
            assert concept.coding.display == f"Made for {year}"
        assert index.terms(["cholera"], system=ICD_10_CM)


CHECKS: dict[str, Callable[[Path], None]] = {
    "verify": check_version, "sign": check_version, "propose": check_runs, "import": check_imports,
    "export": check_exports, "migrate": check_migration, "rekey": check_key, "swap": check_editions,
}


def kill_often(server: Server, folder: Path, *, job: str, times: int, seed: int) -> int:
    """Kill a job at random moments and check after each; return how much it had said."""
    generator = random.Random(seed)
    total = 0
    for number in range(times):
        if job == "migrate":
            shutil.rmtree(folder)
            folder.mkdir()
            with closing(sqlite3.connect(folder / "w.ehrw")) as raw:
                raw.executescript(FIRST_SCHEMA)
        server.killed_after(
            generator.uniform(0.005, 0.25 if job == "migrate" else 0.6), job=job, folder=folder,
            # A busy machine may get nothing done within the random moments alone.
            once_said=number == times - 1 and job != "migrate",
        )
        CHECKS[job](folder)
        total += len(said(folder)) if job == "migrate" else 0
    return total + len(said(folder))


@pytest.mark.parametrize("job", CHECKS)
def test_a_kill_in_the_middle_of_a_job_loses_nothing_acknowledged(server: Server, folder: Path, job: str) -> None:
    assert kill_often(server, folder, job=job, times=3, seed=1) > 0


@pytest.mark.slow
@pytest.mark.parametrize("job", CHECKS)
def test_three_hundred_kills_over_all_jobs_lose_nothing_acknowledged(server: Server, folder: Path, job: str) -> None:
    assert kill_often(server, folder, job=job, times=38, seed=2) > 0
