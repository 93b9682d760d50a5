"""A site at work, one job at a time and without end, for tests that kill it: says each thing that it was told is done.

Run without arguments it is a server that has everything imported: each line of JSON on standard input, such as
{"job": "sign", "folder": "/tmp/x"}, forks a child that does the job until it is killed; the child's number is printed.
What is done is appended to the file `done` in the folder, one line at once, past every buffer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.code_releases import CODES, code_file, imported, put
from builders.coding_world import CODER, NOTE, SmallCodeSets, record_of, run_of, suggestion_of
from builders.people import cheap_passwords

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.passwords import KEY_BYTES
from ehrcoder.adapters.store.cipher import CipherKey, salt_of
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.rekey import change_key
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.adapters.writers import all_writers
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.export_records import export_records
from ehrcoder.usecases.import_records import import_paths
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

R1 = RecordId("r1")
EXPORTS = ("fhir-transaction", "csv", "jsonl")


class Site:
    """A folder with a workspace, and what its program says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.ids = SystemClock(), UuidSource()

    def say(self, *words: object) -> None:
        """Note what is done: what was said survives a kill."""
        descriptor = os.open(self.folder / "done", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
        os.close(descriptor)

    def opened(self) -> SqliteWorkspace:
        return SqliteWorkspace.open(self.folder / "w.ehrw", clock=self.clock, ids=self.ids,
                                    anchors=self.folder / "anchors", keys=known_keys(), passwords=cheap_passwords)

    def ready(self) -> SqliteWorkspace:
        workspace = self.opened()
        if not workspace.rows():
            workspace.add_records([record_of()])
        return workspace

    def verify(self, workspace: SqliteWorkspace) -> VerifyCode:
        return VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=self.ids)

    def proposed(self, workspace: SqliteWorkspace, record_id: str = "r1") -> str:
        run_id = self.ids.new_id()
        workspace.save_run(run_of(run_id, record_id=record_id), [
            suggestion_of(self.ids.new_id(), code, rank=rank, run_id=run_id, record_id=record_id)
            for rank, code in enumerate(("I10", "E11.9", "J45.909"), 1)])
        return run_id

    def decided_and_signed(self, workspace: SqliteWorkspace, record_id: RecordId) -> int:
        coding = workspace.coding(record_id)
        if coding.signature is not None:
            coding = amend_record(record_id, history=workspace, coder_id=CODER, reason="again")
            self.say("version", coding.version)
        run_id = self.proposed(workspace, record_id)
        verify = self.verify(workspace)
        for each in workspace.suggestions(record_id):
            if each.run_id == run_id:
                coding = verify.reject(record_id, each.suggestion_id, coder_id=CODER, reason=RejectReason.NEGATED)
                self.say("version", coding.version)
        coding = sign_record(record_id, history=workspace, store=workspace, coder_id=CODER, clock=self.clock)
        self.say("version", coding.version)
        return coding.version


def fixed_key(number: int) -> CipherKey | None:
    """Return one of the keys between which a test changes; number 0 is the plain file."""
    return None if number == 0 else CipherKey(raw=bytes([number]) * KEY_BYTES, salt=bytes(range(number, number + 16)))


def known_keys() -> WorkspaceKeys:
    """Return a bunch with every key that a test uses."""
    keys = WorkspaceKeys()
    for number in (1, 2):
        key = fixed_key(number)
        assert key is not None
        keys.remember(key)
    return keys


def verify(site: Site) -> None:
    with closing(site.ready()) as workspace:
        coder = site.verify(workspace)
        while True:
            run_id = site.proposed(workspace)
            for each in workspace.suggestions(R1):
                if each.run_id == run_id:
                    site.say("version", coder.accept(R1, each.suggestion_id, coder_id=CODER).version)
            first = workspace.coding(R1).assignments[0].assignment_id
            site.say("version", coder.make_principal(R1, workspace.coding(R1).assignments[-1].assignment_id,
                                                     coder_id=CODER).version)
            site.say("version", coder.undo(R1, coder_id=CODER).version)
            site.say("version", coder.remove(R1, first, coder_id=CODER, reason="again").version)


def sign(site: Site) -> None:
    with closing(site.ready()) as workspace:
        while True:
            site.say("signed", site.decided_and_signed(workspace, R1))


def propose(site: Site) -> None:
    with closing(site.ready()) as workspace:
        while len(workspace.rows()) < 8:
            workspace.add_records([record_of(f"n{len(workspace.rows())}")])
        while True:
            for row in workspace.rows():
                site.say("run", row.record_id, site.proposed(workspace, row.record_id))


def import_(site: Site) -> None:
    with closing(site.opened()) as workspace:
        files = site.folder / "files"
        files.mkdir(exist_ok=True)
        while True:
            batch = [put(files, f"{site.ids.new_id()}.txt", f"{NOTE}{n} {site.ids.new_id()}".encode())
                     for n in range(5)]
            report = import_paths(batch, readers=all_readers(), store=workspace, clock=site.clock, ids=site.ids)
            for outcome in report.outcomes:
                site.say("imported", outcome.source_name)


def export(site: Site) -> None:
    with closing(site.ready()) as workspace:
        writers = [each for each in all_writers() if each.format_name in EXPORTS]
        while True:
            site.decided_and_signed(workspace, R1)
            for writer in writers:
                report = export_records([R1], folder=site.folder / "out", writer=writer, store=workspace,
                                        history=workspace, log=workspace, clock=site.clock)
                for each in report.files:
                    site.say("exported", each.path.name, each.sha256)


def migrate(site: Site) -> None:
    """Bring a workspace of a former schema up to date; the test puts a fresh one there before each start."""
    with closing(site.opened()):
        site.say("migrated")
    signal.pause()


def rekey(site: Site) -> None:
    site.ready().close()
    path = site.folder / "w.ehrw"
    numbers = {None: 0, fixed_key(1).salt: 1, fixed_key(2).salt: 2}  # type: ignore[union-attr]
    while True:
        now = numbers[salt_of(path)]
        following = (now + 1) % 3
        change_key(path, old=fixed_key(now), new=fixed_key(following), clock=site.clock, ids=site.ids)
        site.say("key", following)


def swap(site: Site) -> None:
    """Import one edition of a code set after the other."""
    target = site.folder / "sets"
    while True:
        for year in (2026, 2027, 2028):
            codes = {**CODES, f"C{year % 100}": f"Made for {year}"}
            imported(target, put(site.folder, f"icd10cm_codes_{year}.txt", code_file(codes)))
            site.say("edition", year)


JOBS: dict[str, Callable[[Site], None]] = {
    "verify": verify, "sign": sign, "propose": propose, "import": import_, "export": export, "migrate": migrate,
    "rekey": rekey, "swap": swap,
}


def serve() -> None:
    """Fork a child for each line of standard input, and print its number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                JOBS[order["job"]](Site(Path(order["folder"])))
            except BaseException as error:  # noqa: BLE001 - the test reads why a child ended of itself
                (Path(order["folder"]) / "failed").write_text(f"{order['job']}: {error!r}")
            os._exit(1)
        os.write(1, f"{child}\n".encode())


if __name__ == "__main__":
    serve()
