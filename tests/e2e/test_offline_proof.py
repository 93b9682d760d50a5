"""No socket is opened from import to export: seen from outside by namespace, system calls and Python's audit events."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ehrcoder.cli.main import main
from ehrcoder.usecases.offline_proof import JobDone, WatchedJob, network_calls, prove_offline

CLEAN = JobDone(records=1, codes=1, files=3, with_model=False, python_events=(), interfaces=("lo",))


class Seen:
    """A watcher that has seen something already."""

    def __init__(self, seen: WatchedJob) -> None:
        self.seen = seen

    def watch(self, *, with_model: bool) -> WatchedJob:
        return self.seen


def report(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code = main(["offline-report", "--json", *words])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["offline"], found["offenders"]) == (0, True, [])
    return found


def check_watched(found: dict[str, Any]) -> None:
    assert found["records"] >= 1
    assert found["codes"] > 0
    assert found["files"] >= 3 * found["records"]
    if found["left_out"]:
        pytest.skip(f"the job passed, but was not watched by everything: {'; '.join(found['left_out'])}")
    assert set(found["interfaces"]) <= {"lo"}
    assert len(found["watchers"]) == 3


def test_the_whole_job_without_the_model_opens_no_socket(capsys: pytest.CaptureFixture[str]) -> None:
    check_watched(report(capsys, "--no-model"))


@pytest.mark.slow
@pytest.mark.model
def test_the_whole_job_with_the_model_opens_no_socket(capsys: pytest.CaptureFixture[str]) -> None:
    check_watched(report(capsys))


def test_a_socket_that_python_opens_is_seen() -> None:
    script = (
        "from ehrcoder.adapters.offline_watch import SocketCounter\n"
        "counter = SocketCounter()\nimport socket\nsocket.socket().close()\nprint(counter.events)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert "socket.__new__" in done.stdout


def test_a_socket_that_any_process_opens_is_seen_in_the_trace(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    target = tmp_path / "trace.txt"
    script = "import os, socket\nif os.fork() == 0:\n    socket.socket(socket.AF_INET6)\n    os._exit(0)\nos.wait()"
    command = ["strace", "--follow-forks", "-qq", "-e", "trace=socket", "-o", str(target), sys.executable, "-c", script]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("strace is not permitted here")
    assert ("socket INET6", False) in network_calls(target.read_text("utf-8").splitlines())


@pytest.mark.parametrize(("line", "found"), [
    ("17 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3", (("socket INET", False),)),
    ("17 connect(3, {sa_family=AF_INET6, sin6_port=htons(443)}, 28) = -1 ENETUNREACH", (("connect INET6", False),)),
    ("17 socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3", (("socket NETLINK", False),)),
    ('17 connect(3, {sa_family=AF_UNIX, sun_path="/run/nscd/socket"}, 110) = -1 ENOENT', (("connect UNIX", True),)),
    ("17 sendto(3, \"x\", 1, 0, NULL, 0) = 1", (("sendto unknown", False),)),
    ("17 --- SIGCHLD {si_signo=SIGCHLD} ---", ()),
    ("17 +++ exited with 0 +++", ()),
])
def test_a_traced_call_is_read_by_its_address_family(line: str, found: tuple[tuple[str, bool], ...]) -> None:
    assert network_calls([line]) == found


def test_what_any_watcher_saw_is_in_the_report() -> None:
    seen = WatchedJob(
        job=CLEAN, in_namespace=True,
        trace=("1 socket(AF_INET, 1, 0) = 3", "1 socket(AF_UNIX, 1, 0) = 4"),
    )
    found = prove_offline(Seen(seen), with_model=False)
    assert found.offenders == ("system call: socket INET",)
    assert found.local_sockets == 1


def test_a_job_that_ends_early_is_said_to_have_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    assert main(["offline-report", "--no-model"]) == 4
    assert "ended early" in capsys.readouterr().err
    assert [each for each in (tmp_path / "home").iterdir() if each.name.startswith("offline-")] == []
