"""A process that dies at any moment loses nothing that it was told is saved."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from builders import busy_coder
from builders.coding_world import CountingIds, SteppingClock

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import WorkspaceLockedError
from ehrcoder.core.ids import RecordId

R1 = RecordId("r1")


def heed_interrupts() -> None:
    # Where the tests run in the background, interrupts are ignored, and a child would not even start to listen to them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, busy_coder.__file__, str(path)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=heed_interrupts)


def opened(path: Path) -> SqliteWorkspace:
    return SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds())


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> int:
    """End the process and return the last version that it was told is saved, 0 for none."""
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    versions = [int(line) for line in said.split(b"\n")[:-1] if line.isdigit()]
    return versions[-1] if versions else 0


def check(path: Path, acknowledged: int) -> int:
    """Check that a workspace needs no repair and return how far its history goes."""
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems == ()
        assert workspace.rebuild().differing == ()
        if not workspace.rows():
            return 0
        version = workspace.coding(R1).version
        assert version >= acknowledged
        return version


def kill_often(folder: Path, *, times: int, seed: int, how: signal.Signals) -> None:
    generator = random.Random(seed)
    path = folder / "w.ehrw"
    reached: list[int] = []
    for _ in range(times):
        process = start(path)
        assert process.stdout is not None
        if generator.random() < 0.8:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(generator.uniform(0, 0.3))
        else:
            time.sleep(generator.uniform(0.2, 0.6))
        reached.append(check(path, end(process, how)))
    assert reached == sorted(reached)
    assert reached[-1] > 0


def test_kill_at_random_moments_loses_no_acknowledged_decision(tmp_path: Path) -> None:
    kill_often(tmp_path, times=8, seed=1, how=signal.SIGKILL)


def test_an_interrupt_at_random_moments_ends_the_program_and_loses_no_acknowledged_decision(tmp_path: Path) -> None:
    kill_often(tmp_path, times=6, seed=2, how=signal.SIGINT)


@pytest.mark.slow
def test_a_hundred_kills_lose_no_acknowledged_decision(tmp_path: Path) -> None:
    kill_often(tmp_path, times=100, seed=3, how=signal.SIGKILL)


def test_a_second_program_is_refused_until_the_first_one_is_gone_even_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "w.ehrw"
    process = start(path)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(WorkspaceLockedError) as caught:
            opened(path)
        assert str(process.pid) in caught.value.what
        assert "Close" in caught.value.next_step
        with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), read_only=True)) as reader:
            assert len(reader.rows()) == 1
    finally:
        end(process, signal.SIGKILL)
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems == ()
