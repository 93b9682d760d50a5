"""Starts the program's own job under the watchers that this machine has, and reads what they saw."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.usecases.offline_proof import JobDone, WatchedJob

RESULT = "result.json"
_TRACE = "trace.txt"
_CALLS = "trace=socket,connect,bind,listen,sendto,sendmsg"
_SECONDS = 900


class ProcessWatcher:
    """A JobWatcher for Linux; elsewhere only Python's audit events are left."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def watch(self, *, with_model: bool) -> WatchedJob:
        """Run the job in a process of its own. Raises EnvironmentFault when it fails."""
        self._home.mkdir(parents=True, exist_ok=True)
        # Beside the user's own data, since the demo notes and the workspace lie in it for a while.
        with tempfile.TemporaryDirectory(prefix="offline-", dir=self._home) as name:
            folder = Path(name)
            namespace = _namespace()
            tracer = _tracer(folder / _TRACE, namespace)
            done = subprocess.run(
                [*namespace, *tracer, *_program(), "offline-report", "--job", str(folder),
                 *([] if with_model else ["--no-model"])],
                capture_output=True, timeout=_SECONDS, check=False,
            )
            return _read(folder, done.returncode, in_namespace=bool(namespace), is_traced=bool(tracer))


def _read(folder: Path, code: int, *, in_namespace: bool, is_traced: bool) -> WatchedJob:
    try:
        plain = json.loads((folder / RESULT).read_bytes())
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            f"The job that was to be watched ended early (exit code {code}).", kept="Nothing was changed.",
            next_step="Run `ehrcoder doctor`; `ehrcoder offline-report --no-model` leaves the model out.",
        ) from error
    interfaces = plain.pop("interfaces")
    job = JobDone(
        **{**plain, "python_events": tuple(plain["python_events"]), "problems": tuple(plain["problems"])},
        interfaces=None if interfaces is None else tuple(interfaces),
    )
    trace = (folder / _TRACE).read_text("utf-8", "replace").splitlines() if is_traced else None
    left_out = [] if in_namespace else ["no network namespace: `unshare` is not there or not permitted"]
    left_out += [] if is_traced else ["no trace of system calls: `strace` is not there or not permitted"]
    return WatchedJob(job=job, in_namespace=in_namespace, trace=None if trace is None else tuple(trace),
                      left_out=tuple(left_out))


def _namespace() -> list[str]:
    """Return the words that put a command into an empty network namespace, none where that is not possible."""
    command = ["unshare", "--map-root-user", "--net"]
    return command if _works([*command, "true"]) else []


def _tracer(target: Path, namespace: Sequence[str]) -> list[str]:
    """Return the words that trace a command's socket calls, none where that is not possible."""
    command = ["strace", "--follow-forks", "-qq", "-e", _CALLS, "-o", str(target)]
    return command if _works([*namespace, *command, "true"]) else []


def _works(command: Sequence[str]) -> bool:
    if sys.platform != "linux" or shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _program() -> list[str]:
    """Return the words that start this program, from a checkout or as one that was packaged."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ehrcoder"]


def visible_interfaces() -> tuple[str, ...] | None:
    """Return the network interfaces that this process can see, without opening a socket; None where unknown."""
    try:
        lines = Path("/proc/net/dev").read_text("ascii").splitlines()[2:]
    except OSError:
        return None
    return tuple(line.split(":")[0].strip() for line in lines)


class SocketCounter:
    """Hears of every socket that Python itself opens or uses, from now on until the process ends."""

    def __init__(self) -> None:
        self.events: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _: tuple[object, ...]) -> None:
        # The events of https://docs.python.org/3/library/audit_events.html that lead out of the process.
        if event.startswith(("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.", "poplib.", "imaplib.")):
            self.events.append(event)


def write_result(folder: Path, done: JobDone) -> None:
    """Write what the job did where `ProcessWatcher` looks for it."""
    (folder / RESULT).write_bytes(json.dumps(asdict(done)).encode("utf-8"))
