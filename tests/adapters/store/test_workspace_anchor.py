"""An older copy put back or a cut end is noticed at opening, by what was noted outside the file."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SmallCodeSets, SteppingClock, record_of

from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.backups import make_backup, restore_backup
from ehrcoder.usecases.verify_code import VerifyCode

R1 = RecordId("r1")


class World:
    """A workspace that is opened and closed again for each step, as commands do."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "w.ehrw"
        self.anchors = folder / "anchors"
        self.ids = CountingIds()
        with closing(self.open()) as workspace:
            workspace.add_records([record_of()])

    def open(self, *, read_only: bool = False) -> SqliteWorkspace:
        return SqliteWorkspace.open(self.path, clock=SteppingClock(), ids=self.ids, read_only=read_only,
                                    anchors=self.anchors)

    def work(self, code: str) -> None:
        with closing(self.open()) as workspace:
            verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=self.ids)
            verify.add(R1, coder_id=CODER, system=ICD_10_CM, code=code)

    def warnings(self) -> tuple[str, ...]:
        with closing(self.open(read_only=True)) as workspace:
            assert workspace.warnings == workspace.verify().problems[:1]
            return workspace.warnings


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def cut_end(path: Path) -> None:
    """Cut the last event with everything that would tell of it in the file, as somebody who knows it would."""
    with closing(sqlite3.connect(path)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("DELETE FROM events")
        raw.execute("DELETE FROM ledger WHERE kind = 'event'")
        raw.execute("DELETE FROM assignments")
        raw.execute("UPDATE coding SET version = 0, head_hash = '', assignment_count = 0")
        for _, script in triggers:
            raw.execute(script)
        raw.commit()


def test_work_that_goes_on_is_never_suspected(world: World) -> None:
    for code in ("I10", "E11.9", "R07.9"):
        world.work(code)
        assert world.warnings() == ()


def test_an_older_copy_put_back_is_noticed_at_every_opening_until_a_person_accepts_it(world: World) -> None:
    older = shutil.copy(world.path, world.path.with_name("older"))
    world.work("I10")
    shutil.copy(older, world.path)
    assert re.search(r"reached line \d+", world.warnings()[0])
    assert re.search(r"now it ends at line \d+", world.warnings()[0])
    world.work("E11.9")
    assert re.search(r"its line \d+ is another one", world.warnings()[0])
    with closing(world.open()) as workspace:
        assert workspace.accept_end()
        assert not workspace.accept_end()
        assert workspace.warnings == ()
    world.work("R07.9")
    assert world.warnings() == ()


def test_a_cut_end_is_noticed_even_where_the_file_itself_tells_nothing(world: World) -> None:
    world.work("I10")
    cut_end(world.path)
    with closing(SqliteWorkspace.open(world.path, clock=SteppingClock(), ids=CountingIds())) as unanchored:
        assert unanchored.verify().problems == ()
    assert "its end was cut" in world.warnings()[0]


def test_a_restore_that_a_person_asked_for_is_no_reason_to_warn(world: World) -> None:
    shelf = SqliteBackups(world.path, clock=SteppingClock(), ids=CountingIds(), anchors=world.anchors)
    made, _ = make_backup(shelf, clock=SteppingClock())
    world.work("I10")
    restore_backup(shelf, made.path, clock=SteppingClock())
    assert world.warnings() == ()
    assert len(list(world.anchors.glob("*.accepted"))) == 1


def test_a_program_that_was_killed_before_it_noted_the_end_is_not_suspected(world: World) -> None:
    (note,) = world.anchors.glob("*.head")
    before = note.read_bytes()
    world.work("I10")
    note.write_bytes(before)
    assert world.warnings() == ()


@pytest.mark.parametrize("spoil", [
    lambda note: note.write_bytes(b""), lambda note: note.write_bytes(b"\xff" * 40),
    lambda note: note.write_bytes(note.read_bytes().replace(b"1 ", b"9 ", 1)), lambda note: note.unlink(),
], ids=["emptied", "garbage", "altered", "gone"])
def test_a_note_that_cannot_be_read_costs_the_notice_and_no_work(world: World, spoil: Callable[[Path], object]) -> None:
    (note,) = world.anchors.glob("*.head")
    spoil(note)
    assert world.warnings() == ()
    world.work("I10")
    assert note.exists()


def test_a_folder_that_cannot_be_written_costs_no_work(world: World) -> None:
    shutil.rmtree(world.anchors)
    world.anchors.write_bytes(b"in the way")
    world.work("I10")
    assert world.warnings() == ()


def test_notes_of_workspaces_that_went_are_forgotten_one_day(world: World) -> None:
    for number in range(520):
        (world.anchors / f"{number:032}.head").write_bytes(b"")
    (world.anchors.parent / "other").mkdir()
    other = World(world.anchors.parent / "other")
    other.anchors = world.anchors
    other.work("I10")
    assert len(list(world.anchors.glob("*.head"))) == 500


@pytest.mark.parametrize("statement", [
    "DROP TRIGGER events_never_update", "DROP TABLE exports", "ALTER TABLE events RENAME TO e",
    "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "CREATE TRIGGER t BEFORE INSERT ON events BEGIN SELECT 1; END",
    "ATTACH ':memory:' AS other", "PRAGMA writable_schema = ON", "PRAGMA journal_mode = DELETE",
    "PRAGMA foreign_keys = OFF", "PRAGMA recursive_triggers = OFF", "PRAGMA user_version = 9",
    "CREATE VIRTUAL TABLE t USING fts5(x)", "VACUUM",
])
def test_no_statement_of_the_programs_own_can_change_the_form_of_a_workspace(world: World, statement: str) -> None:
    with closing(world.open()) as workspace:
        with pytest.raises(IntegrityError, match="it was refused"):
            workspace._session.all(statement)
        assert workspace.verify().problems == ()
