"""Builds a workspace as large as a busy site's in years, and measures opening, verification and one decision.

    python tests/bench/large_workspace.py 100000 20 /tmp/large [--encrypted]

builds 100,000 records with 20 events each (kept for the next call) and prints what it measured as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.coding_world import CODER, SmallCodeSets, coding_of, evidence_of, record_of

from ehrcoder.adapters.store.cipher import connect, new_key
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.assignments import CodeAssignment, CodingAction, EventDraft, PresentOnAdmission
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.history import ledger_hash
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.usecases.verify_code import VerifyCode

PASSPHRASE = "a passphrase of the benchmark"
_IN_ONE_TRANSACTION = 500


def keys() -> WorkspaceKeys:
    return WorkspaceKeys(ask=lambda _: PASSPHRASE)


def opened(path: Path, *, encrypted: bool = False, read_only: bool = False) -> SqliteWorkspace:
    create_with = new_key(PASSPHRASE) if encrypted and not path.exists() else None
    return SqliteWorkspace.open(path, clock=SystemClock(), ids=UuidSource(), keys=keys(), create_with=create_with,
                                read_only=read_only)


def drafts(record_id: RecordId, events: int) -> list[EventDraft]:
    """Return decisions: five codes, then changes of one of them."""
    made: list[EventDraft] = []
    codes = ("I10", "E11.9", "J45.909", "J45.901", "R07.9")
    standing: list[CodeAssignment] = []
    for number in range(events):
        if number < len(codes):
            after = CodeAssignment(
                assignment_id=AssignmentId(f"{record_id}-{number}"), record_id=record_id,
                coding=coding_of(codes[number]), kind=CodeKind.DIAGNOSIS, sequence=number + 1,
                evidence=(evidence_of(),))
            made.append(EventDraft(action=CodingAction.ADD, coder_id=CODER, after=after))
            standing.append(after)
        else:
            before = standing[0]
            value = PresentOnAdmission.NO if number % 2 else PresentOnAdmission.YES
            standing[0] = replace(before, present_on_admission=value)
            made.append(EventDraft(action=CodingAction.CHANGE, coder_id=CODER, before=before, after=standing[0]))
    return made


def build(path: Path, *, records: int, events: int, encrypted: bool = False) -> None:
    """Fill a workspace: one history through the workspace's own methods, the others after its pattern.

    Two million events one by one would take an hour. What is written here has to pass verification like any other.
    """
    if path.exists():
        return
    with closing(opened(path, encrypted=encrypted)) as workspace:
        pattern = RecordId(_name(0))
        workspace.add_records([record_of(pattern)])
        workspace.append(pattern, drafts(pattern, events))
        for first in range(1, records, _IN_ONE_TRANSACTION):
            ids = [_name(number) for number in range(first, min(first + _IN_ONE_TRANSACTION, records))]
            with workspace._session.writing():
                workspace.add_records([record_of(each) for each in ids])
    raw = connect(path, mode="rw", key=keys().key_for(path))
    # A log of gigabytes would be written only to be thrown away; opening the workspace brings it back.
    raw.execute("PRAGMA journal_mode = OFF")
    with closing(raw), raw:
        guards = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            raw.execute(f"DROP TRIGGER {name}")
        _repeat_history(raw, pattern)
        for _, script in guards:
            raw.execute(script)


def _name(number: int) -> str:
    return f"r{number:07}"


def _repeat_history(raw: sqlite3.Connection, pattern: str) -> None:
    """Give every other record the events, assignments and coding of the pattern, hashes and chains of its own."""
    patterns = [(body, json.loads(body)) for (body,) in raw.execute(
        "SELECT body FROM events WHERE record_id = ? ORDER BY sequence", (pattern,))]
    assigned = raw.execute("SELECT sequence, assignment_id, system, code, body FROM assignments WHERE record_id = ?",
                           (pattern,)).fetchall()
    position, line_hash = raw.execute("SELECT position, hash FROM ledger ORDER BY position DESC LIMIT 1").fetchone()
    others = raw.execute("SELECT record_id, content_sha256 FROM records WHERE record_id <> ? ORDER BY number",
                         (pattern,)).fetchall()
    for record_id, previous in others:
        ledger, rows = [], []
        for sequence, (body, plain) in enumerate(patterns, 1):
            position += 1
            event_id = f"{record_id}-event-{sequence}"
            text = body.replace(plain["previous_hash"], previous).replace(plain["event_id"], event_id)
            text = text.replace(pattern, record_id)
            digest = sha256_of_text(text)
            rows.append((position, event_id, record_id, sequence, previous, digest, text))
            after = ledger_hash(position=position, kind="event", subject=event_id, content_sha256=digest,
                                previous_hash=line_hash)
            ledger.append((position, "event", event_id, digest, line_hash, after))
            previous, line_hash = digest, after
        raw.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", ledger)
        raw.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        raw.executemany("INSERT INTO assignments VALUES (?, ?, ?, ?, ?, ?)", [
            (record_id, number, name.replace(pattern, record_id), system, code, body.replace(pattern, record_id))
            for number, name, system, code, body in assigned])
        raw.execute("UPDATE coding SET version = ?, head_hash = ?, assignment_count = ? WHERE record_id = ?",
                    (len(patterns), previous, len(assigned), record_id))


def measure(path: Path, *, decisions: int = 300) -> dict[str, object]:
    """Return seconds and rates; CPU time beside wall-clock time, since the machine may be busy."""
    opening, listing = [], []
    for _ in range(5):
        began = time.perf_counter()
        workspace = opened(path)
        opening.append(time.perf_counter() - began)
        rows = workspace.rows()
        listing.append(time.perf_counter() - began)
        workspace.close()
    with closing(opened(path)) as workspace:
        verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=UuidSource())
        took: list[float] = []
        for row in rows[:: max(1, len(rows) // decisions)][:decisions]:
            assignment = workspace.coding(row.record_id).assignments[-1]
            began = time.perf_counter()
            verify.make_principal(row.record_id, assignment.assignment_id, coder_id=CODER)
            took.append(time.perf_counter() - began)
        began, began_cpu = time.perf_counter(), time.process_time()
        report = workspace.verify()
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "records": report.records,
        "events": report.events, "problems": list(report.problems), "file_bytes": path.stat().st_size,
        "open_s": round(statistics.median(opening), 3), "open_and_list_s": round(statistics.median(listing), 3),
        "decision_ms_p50": round(1000 * statistics.median(took), 1),
        "decision_ms_p95": round(1000 * statistics.quantiles(took, n=20)[18], 1),
        "verify_s": round(wall, 1), "verify_cpu_s": round(cpu, 1), "verify_events_per_s": round(report.events / wall),
        "verify_events_per_cpu_s": round(report.events / cpu),
    }


if __name__ == "__main__":
    count, each_has, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    is_encrypted = "--encrypted" in sys.argv
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"large-{count}-{each_has}{'-encrypted' if is_encrypted else ''}.ehrw"
    start = time.perf_counter()
    build(file, records=count, events=each_has, encrypted=is_encrypted)
    print(f"built in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(json.dumps(measure(file), indent=2))
