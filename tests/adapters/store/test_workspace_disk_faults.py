"""A disk that fails at any one of its writes: every step is done whole or refused in words, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import unlucky_site
from builders.busy_site import R1, known_keys
from builders.coding_world import CountingIds, SteppingClock

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.cipher import salt_of
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM

COUNT_ONLY, EIO_ONCE, FULL_FROM, SHORT = range(4)
PARTS = 10
KINDS = {"EIO": EIO_ONCE, "ENOSPC": FULL_FROM, "short write": SHORT}


class Server:
    """The process whose disk fails."""

    def __init__(self, library: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, unlucky_site.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LD_PRELOAD": str(library)})

    def day(self, folder: Path, *, at: int, kind: int, encrypted: bool = False) -> dict:
        """Let a day pass whose write number `at` fails, and return what came of each step."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(
            {"folder": str(folder), "at": at, "kind": kind, "encrypted": encrypted}) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"
        return json.loads((folder / "outcome.json").read_text("utf-8"))

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("a C compiler on Linux is needed to make the disk fail")
    library = tmp_path_factory.mktemp("disk") / "faulty_disk.so"
    source = Path(unlucky_site.__file__).with_name("faulty_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    made = Server(library)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the system has that: the faults are made, and flushing takes no time."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


def is_done(outcome: dict, step: str) -> bool:
    return step in outcome and not isinstance(outcome[step], dict)


def opened(path: Path) -> SqliteWorkspace:
    """Open a workspace as the next start would, and check that it is whole."""
    workspace = SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), keys=known_keys(),
                                     anchors=path.with_name("anchors"))
    assert workspace.warnings == ()
    assert workspace.verify().problems == ()
    assert workspace.rebuild().differing == ()
    return workspace


def check(folder: Path, outcome: dict) -> None:
    """Check that what was done is there, that nothing is half there, and that what was refused was said well."""
    assert "failed" not in outcome, outcome["failed"]
    for step, what in outcome.items():
        if isinstance(what, dict):
            is_unsigned = step == "export" and not is_done(outcome, "sign")
            expected = {"EnvironmentFault", "WorkspaceLockedError", *(["InputError"] if is_unsigned else [])}
            assert what["refused"] in expected, (step, what)
            assert what["next"], (step, what)
    disk = folder / "disk"
    with closing(opened(disk / "w.ehrw")) as workspace:
        check_content(workspace, outcome)
    with closing(opened(disk / "old.ehrw")) as workspace:
        assert len(workspace.rows()) == 2
        assert len(workspace.events(R1)) == 6
    if is_done(outcome, "backup"):
        shelf = SqliteBackups(disk / "w.ehrw", clock=SteppingClock(), ids=CountingIds(), keys=known_keys())
        made = [each for each in shelf.backups() if each.path.name == outcome["backup"]]
        assert shelf.check(made[0].path).problems == ()
    if is_done(outcome, "edition"):
        with closing(SqliteCodeSetIndex.open(disk / "sets")) as index:
            assert index.concept(ICD_10_CM, "I10") is not None
    for path in (disk / "out").glob("*.json") if (disk / "out").is_dir() else ():
        json.loads(path.read_bytes())
    leftovers = [each.name for each in disk.rglob("*") if each.name.endswith((".part", ".rekeying", ".restoring"))]
    assert leftovers == []


def check_content(workspace: SqliteWorkspace, outcome: dict) -> None:
    ids = {row.record_id for row in workspace.rows()}
    runs = {run.run_id for run in workspace.runs(R1)}
    if is_done(outcome, "propose"):
        assert outcome["propose"] in runs
    if is_done(outcome, "add"):
        assert "I10" in [each.coding.code for each in workspace.coding(R1).assignments]
    if is_done(outcome, "sign"):
        assert workspace.coding(R1).version >= outcome["sign"]
        assert workspace.coding(R1).signature is not None
    if is_done(outcome, "import"):
        assert len(ids - {"r1", "big"}) == outcome["import"]
    if is_done(outcome, "records"):
        assert "big" in ids
    if is_done(outcome, "export"):
        assert len(workspace.exports()) >= outcome["export"]
    assert len(workspace.profiles()) == (1 if is_done(outcome, "profile") else len(workspace.profiles()))
    if is_done(outcome, "key"):
        assert salt_of(workspace.path) == bytes(range(2, 18))


def fail_at(server: Server, folder: Path, *, kind: int, encrypted: bool, every: int, first: int = 1) -> int:
    """Let each `every`-th write fail in turn and return how many steps were refused."""
    whole = server.day(folder, at=0, kind=COUNT_ONLY, encrypted=encrypted)
    assert not any(isinstance(each, dict) for each in whole.values()), whole
    check(folder, whole)
    refused = 0
    for at in range(first, whole["writes"] + 1, every):
        outcome = server.day(folder, at=at, kind=kind, encrypted=encrypted)
        check(folder, outcome)
        refused += sum(1 for each in outcome.values() if isinstance(each, dict))
    print(f"kind {kind}, encrypted {encrypted}: {whole['writes']} writes, each {every}th: {refused} steps refused")
    return refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_at_some_write_costs_the_step_and_nothing_else(
    server: Server, folder: Path, kind: str
) -> None:
    assert fail_at(server, folder / "site", kind=KINDS[kind], encrypted=False, every=41, first=7) > 0


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1, PARTS + 1))
@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_at_any_write_costs_the_step_and_nothing_else(
    server: Server, folder: Path, kind: str, encrypted: bool, first: int
) -> None:
    """All parts together let each write fail; they may run side by side."""
    assert fail_at(server, folder / "site", kind=KINDS[kind], encrypted=encrypted, every=PARTS, first=first) > 0
