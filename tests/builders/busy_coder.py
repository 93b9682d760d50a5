"""A process that decides without end, for tests that end it: says each decision that it was told is saved.

Run as `busy_coder.py WORKSPACE`: prints `ready`, then the record's version after every acknowledged action.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.coding_world import CODER, SmallCodeSets, record_of, run_of, suggestion_of

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.interrupts import heeded_interrupts
from ehrcoder.usecases.verify_code import VerifyCode


def say(text: str) -> None:
    """Write at once, past every buffer: what was said survives a kill."""
    os.write(1, f"{text}\n".encode())


def main(path: Path) -> None:
    clock, ids = SystemClock(), UuidSource()
    workspace = SqliteWorkspace.open(path, clock=clock, ids=ids)
    record_id = RecordId("r1")
    if not workspace.rows():
        workspace.add_records([record_of()])
    say("ready")
    verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids)
    while True:
        run_id = ids.new_id()
        codes = ("I10", "E11.9", "J45.909")
        workspace.save_run(run_of(run_id), [
            suggestion_of(ids.new_id(), code, rank=rank, run_id=run_id) for rank, code in enumerate(codes, 1)])
        for suggestion in workspace.suggestions(record_id):
            if suggestion.run_id == run_id:
                say(str(verify.accept(record_id, suggestion.suggestion_id, coder_id=CODER).version))
        coding = workspace.coding(record_id)
        say(str(verify.make_principal(record_id, coding.assignments[-1].assignment_id, coder_id=CODER).version))
        say(str(verify.undo(record_id, coder_id=CODER).version))
        for assignment in workspace.coding(record_id).assignments:
            say(str(verify.remove(record_id, assignment.assignment_id, coder_id=CODER, reason="again").version))
        try:
            say(str(verify.redo(record_id, coder_id=CODER).version))
        except InputError:
            first = next(each for each in workspace.suggestions(record_id))
            verify.accept(record_id, first.suggestion_id, coder_id=CODER)
            say(str(verify.reject(record_id, first.suggestion_id, coder_id=CODER,
                                  reason=RejectReason.OTHER).version))


if __name__ == "__main__":
    # Started from a background job, a process ignores interrupts; this one is here to be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with heeded_interrupts():
        main(Path(sys.argv[1]))
