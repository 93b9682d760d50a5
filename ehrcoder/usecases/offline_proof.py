"""Runs the whole job while others watch for sockets, and says what they saw.

Three watchers, each as far as the machine has it: Python's own audit events (always), an empty network namespace
in which no address can be reached, and a trace of the system calls of every process that takes part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import Clock, CodeSetIndex, ExportWriter, IdSource, RecordReader, Workspace
from ehrcoder.usecases.demo import code_records, export_all
from ehrcoder.usecases.import_records import import_paths

_CALL = re.compile(r"^\d+\s+(socket|connect|bind|listen|sendto|sendmsg)\((.*)$")
_FAMILY = re.compile(r"\b(?:AF|PF)_([A-Z0-9]+)\b")
_LOCAL = frozenset({"UNIX", "LOCAL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDone:
    """What the watched job did. `interfaces` are the network interfaces that it could see, None where unknown."""

    records: int
    codes: int
    files: int
    with_model: bool
    python_events: tuple[str, ...]
    interfaces: tuple[str, ...] | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedJob:
    """The job with what the watchers outside of it saw. `trace` is None where system calls were not traced."""

    job: JobDone
    in_namespace: bool
    trace: tuple[str, ...] | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineReport:
    """`offenders` is empty when no watcher saw a socket that could reach another machine."""

    job: JobDone
    watchers: tuple[str, ...]
    left_out: tuple[str, ...]
    offenders: tuple[str, ...]
    local_sockets: int


class JobWatcher(Protocol):
    """Runs the job in a process of its own under every watcher that the machine has."""

    def watch(self, *, with_model: bool) -> WatchedJob:
        """Raises EnvironmentFault when the job itself fails."""
        ...


def prove_offline(watcher: JobWatcher, *, with_model: bool) -> OfflineReport:
    """Run the job under every watcher and sum up what they saw."""
    seen = watcher.watch(with_model=with_model)
    watchers = ["Python's audit events"]
    if seen.in_namespace:
        watchers.append("an empty network namespace")
    if seen.trace is not None:
        watchers.append("a trace of the system calls of every process")
    offenders = [f"Python: {each}" for each in seen.job.python_events]
    calls = network_calls(seen.trace or ())
    offenders += [f"system call: {call}" for call, is_local in calls if not is_local]
    return OfflineReport(
        job=seen.job, watchers=tuple(watchers), left_out=seen.left_out, offenders=tuple(offenders),
        local_sockets=sum(1 for _, is_local in calls if is_local),
    )


def network_calls(trace: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Return each traced call as (name and address family, whether it stays on this machine).

    A call that names no family is counted as one that could leave.
    """
    found: list[tuple[str, bool]] = []
    for line in trace:
        call = _CALL.match(line)
        if call is None:
            continue
        family = _FAMILY.search(call.group(2))
        name = family.group(1) if family else "unknown"
        found.append((f"{call.group(1)} {name}", name in _LOCAL))
    return tuple(found)


def do_job(
    sources: Iterable[Path], folder: Path, *, workspace: Workspace, readers: tuple[RecordReader, ...],
    engines: Iterable[CodingEngine], writers: tuple[ExportWriter, ...], index: CodeSetIndex, clock: Clock,
    ids: IdSource,
) -> tuple[int, int, int, tuple[str, ...]]:
    """Import, propose with each engine in turn, decide, sign, verify and export.

    Returns how many records, codes and files came out, and the problems that verification found.
    """
    import_paths(list(sources), readers=readers, store=workspace, clock=clock, ids=ids)
    done = [
        each for number, engine in enumerate(engines, 1)
        for each in code_records(workspace, engine=engine, index=index, ids=ids, clock=clock, limit=number)
    ]
    signed = [each.record_id for each in done]
    reports = export_all(signed, workspace, folder=folder, writers=writers, index=index, clock=clock)
    return (len(done), sum(len(each.suggestions) for each in done),
            sum(len(report.files) for report in reports), workspace.verify().problems)
