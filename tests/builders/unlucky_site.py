"""A short day's work on a disk that fails at one of its writes; run with `faulty_disk.c` preloaded.

A server as `busy_site` is one: each line of JSON, such as {"folder": …, "at": 7, "kind": 1, "encrypted": false}, forks
a child that prepares a site, arms the disk, works, and writes what came of each step into `outcome.json`.
"""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.busy_site import R1, Site, fixed_key, known_keys
from builders.code_releases import code_file, imported, put, sources_with_few_synonyms
from builders.coding_world import CODER, record_of

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.rekey import change_key
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.writers import all_writers
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import EhrCoderError
from ehrcoder.core.profiles import Role
from ehrcoder.usecases.backups import make_backup
from ehrcoder.usecases.export_records import export_records
from ehrcoder.usecases.import_records import import_paths
from ehrcoder.usecases.profiles import create_profile

PASSWORD = "four plain words here"
FIRST_SCHEMA = (Path(__file__).parents[1] / "upgrade" / "schema-0001.sql").read_bytes().decode("utf-8")


class Day:
    """The steps of the day; each is done and noted as done, or refused in words and noted as that."""

    def __init__(self, folder: Path, *, sources: Path) -> None:
        self.sources = sources
        self.site = Site(folder / "disk")
        self.site.say = lambda *words: None  # type: ignore[method-assign]  # its own notes would fail as well
        self.folder = folder
        self.outcome: dict[str, object] = {}
        self.workspace: SqliteWorkspace | None = None

    def prepare(self, *, encrypted: bool) -> None:
        """Make the site while the disk is sound."""
        self.site.folder.mkdir()
        put(self.folder, "note.txt", b"Hypertension of the third note.\n")
        put(self.folder, "icd10cm_codes_2026.txt", code_file())
        self.site.ready().close()
        with closing(sqlite3.connect(self.site.folder / "old.ehrw")) as raw:
            raw.executescript(FIRST_SCHEMA)
        if encrypted:
            change_key(self.site.folder / "w.ehrw", old=None, new=fixed_key(1), clock=self.site.clock,
                       ids=self.site.ids)

    def step(self, name: str, work: Callable[[], object]) -> None:
        try:
            done = work()
            self.outcome[name] = done if isinstance(done, (int, str)) else True
        except EhrCoderError as error:
            self.outcome[name] = {"refused": type(error).__name__, "kept": error.kept, "next": error.next_step}

    def work(self) -> None:
        """Do everything that writes."""
        site, path = self.site, self.site.folder / "w.ehrw"
        self.step("open", self._open)
        for name, job in (
            ("propose", lambda workspace: site.proposed(workspace)),
            ("add", lambda workspace: site.verify(workspace).add(
                R1, coder_id=CODER, system=ICD_10_CM, code="I10").version),
            ("sign", lambda workspace: site.decided_and_signed(workspace, R1)),
            ("import", lambda workspace: import_paths(
                [self.folder / "note.txt"], readers=all_readers(), store=workspace, clock=site.clock,
                ids=site.ids).new_records),
            ("export", lambda workspace: len(export_records(
                [R1], folder=site.folder / "out", writer=next(
                    each for each in all_writers() if each.format_name == "fhir-transaction"),
                store=workspace, history=workspace, log=workspace, clock=site.clock).files)),
            ("records", lambda workspace: workspace.add_records([record_of("big", text="x" * 60_000)])),
            ("profile", lambda workspace: create_profile(
                workspace, coder_id="root", name="Ada", roles=[Role.ADMINISTRATOR], password=PASSWORD).coder_id),
        ):
            self.step(name, lambda job=job: job(self._opened()))
        self.step("close", self._close)
        shelf = SqliteBackups(path, clock=site.clock, ids=site.ids, keys=known_keys(),
                              anchors=site.folder / "anchors")
        self.step("backup", lambda: make_backup(shelf, clock=site.clock)[0].path.name)
        self.step("edition", lambda: len(imported(
            site.folder / "sets", self.folder / "icd10cm_codes_2026.txt", sources=self.sources).editions))
        self.step("migrate", lambda: SqliteWorkspace.open(
            site.folder / "old.ehrw", clock=site.clock, ids=site.ids, anchors=site.folder / "anchors").close())
        self.step("key", lambda: change_key(path, old=known_keys().key_for(path), new=fixed_key(2), clock=site.clock,
                                            ids=site.ids))

    def _open(self) -> None:
        self.workspace = self.site.opened()

    def _opened(self) -> SqliteWorkspace:
        if self.workspace is None:
            self._open()
        assert self.workspace is not None
        return self.workspace

    def _close(self) -> None:
        if self.workspace is not None:
            self.workspace.close()


def main() -> None:
    disk = ctypes.CDLL(None)
    disk.disk_disarm.restype = ctypes.c_long
    with tempfile.TemporaryDirectory() as folder:
        sources = sources_with_few_synonyms(Path(folder))
        # What the steps import is imported before the first fork.
        first = Day(Path(folder), sources=sources)
        first.prepare(encrypted=True)
        first.work()
        serve(disk, sources)


def serve(disk: ctypes.CDLL, sources: Path) -> None:
    """Fork a day for each line of standard input."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            folder = Path(order["folder"])
            day = Day(folder, sources=sources)
            try:
                day.prepare(encrypted=order["encrypted"])
                disk.disk_arm(str(folder / "disk").encode(), ctypes.c_long(order["at"]), order["kind"])
                day.work()
            except BaseException as error:  # noqa: BLE001 - the test reads what the day could not take
                import traceback

                day.outcome["failed"] = "".join(traceback.format_exception(error))
            day.outcome["writes"] = disk.disk_disarm()
            (folder / "outcome.json").write_text(json.dumps(day.outcome))
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"done\n")


if __name__ == "__main__":
    main()
