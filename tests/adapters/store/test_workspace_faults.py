"""What the world does to a workspace ends in a sentence that says what to do, and in no lost data."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import (
    CODER,
    CodingWorld,
    CountingIds,
    SteppingClock,
    open_world,
    record_of,
    suggestion_ids,
)

from ehrcoder.adapters.store import lock as lock_module
from ehrcoder.adapters.store.faults import fault_of, translated
from ehrcoder.adapters.store.lock import WriterLock
from ehrcoder.adapters.store.schema import MIGRATIONS
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import (
    EhrCoderError,
    EnvironmentFault,
    InputError,
    IntegrityError,
    NotFoundError,
    WorkspaceLockedError,
)
from ehrcoder.core.ids import RecordId

I10, E119, J45909 = suggestion_ids()
R1 = RecordId("r1")


def opened(path: Path, *, read_only: bool = False) -> SqliteWorkspace:
    return SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), read_only=read_only)


def test_a_full_file_refuses_the_decision_and_keeps_what_was_there(coding_world: CodingWorld) -> None:
    workspace = coding_world.workspace
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    connection = workspace._session.database.conn
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(EnvironmentFault, match="full") as caught:
        workspace.add_records([record_of("big", text="x" * 1_000_000)])
    assert "Free some space" in caught.value.next_step
    assert [row.record_id for row in workspace.rows()] == ["r1"]
    connection.execute("PRAGMA max_page_count = 1000000")
    coding_world.verify.accept("r1", E119, coder_id=CODER)
    assert workspace.verify().problems == ()


FILL = """
import resource, signal, sys
sys.path[:0] = sys.argv[2:]
from builders.coding_world import CODER, open_world, record_of
from ehrcoder.core.errors import EnvironmentFault
from pathlib import Path
world = open_world(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
added = 0
try:
    while True:
        world.workspace.add_records([record_of(f"n{added}", text="x" * 20_000)])
        added += 1
except EnvironmentFault as error:
    print(added, error.exit_code, flush=True)
    print(error.next_step, flush=True)
"""


def test_a_file_that_may_not_grow_any_more_keeps_all_that_was_saved(tmp_path: Path) -> None:
    roots = [str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]
    done = subprocess.run([sys.executable, "-c", FILL, str(tmp_path / "w.ehrw"), *roots], capture_output=True,
                          check=True, timeout=60)
    added, code = done.stdout.split()[:2]
    assert int(code) == EnvironmentFault.exit_code
    assert int(added) > 0
    with closing(opened(tmp_path / "w.ehrw")) as workspace:
        assert len(workspace.rows()) == 1 + int(added)
        assert workspace.verify().problems == ()


def test_a_second_writer_in_the_same_program_is_refused(coding_world: CodingWorld) -> None:
    with pytest.raises(WorkspaceLockedError):
        opened(coding_world.workspace.path)


def test_the_lock_is_free_again_after_closing_and_after_a_failed_opening(tmp_path: Path) -> None:
    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 999")
    for _ in range(2):
        with pytest.raises(InputError, match="newer EHRCoder"):
            opened(path)
    lock = WriterLock(path)
    lock.acquire()
    lock.release()
    lock.release()


def test_a_drive_without_locks_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a network drive answers that has no lock manager; without a lock two writers would meet there."""
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    before = path.read_bytes()
    monkeypatch.setattr(lock_module, "_lock", refuse)
    with pytest.raises(EnvironmentFault, match="does not support file locks") as caught:
        opened(path)
    assert "local disk" in caught.value.next_step
    assert path.read_bytes() == before
    with closing(opened(path, read_only=True)) as reader:
        assert len(reader.rows()) == 1
    monkeypatch.undo()
    opened(path).close()


def test_a_lock_file_that_nobody_holds_is_no_obstacle(tmp_path: Path) -> None:
    """Left by a crash, by an older program, or by hand: only a lock counts, never the file."""
    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    path.with_name("w.ehrw-lock").write_text("999999 and something else\n")
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems == ()


def test_a_disk_too_full_for_the_lock_opens_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    monkeypatch.setattr(lock_module.os, "ftruncate", full)
    with closing(opened(path)) as workspace:
        assert len(workspace.rows()) == 1


def test_another_database_writer_is_said_to_use_the_workspace(
    coding_world: CodingWorld,
) -> None:
    coding_world.workspace._session.database.conn.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(coding_world.workspace.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceLockedError):
            coding_world.verify.accept("r1", I10, coder_id=CODER)
        other.rollback()
    assert coding_world.verify.accept("r1", I10, coder_id=CODER).version == 1


@pytest.mark.parametrize("content", [b"Just a note.\n" * 100, b"PK\x03\x04", b"SQLite format 3\x00" + b"x" * 5000])
def test_a_file_that_is_no_workspace_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(InputError, match="not a workspace"):
            opened(path, read_only=read_only)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(InputError, match="not a workspace"):
        opened(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    for read_only in (True, False):
        with pytest.raises(InputError, match=r"newer EHRCoder.*Update EHRCoder"):
            opened(path, read_only=read_only)


def test_a_missing_workspace_is_created_for_writing_only(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        opened(tmp_path / "none.ehrw", read_only=True)
    assert list(tmp_path.iterdir()) == []
    opened(tmp_path / "deep" / "er" / "new.ehrw").close()
    assert (tmp_path / "deep" / "er" / "new.ehrw").is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentFault, match="cannot be"):
        opened(tmp_path / "file" / "w.ehrw")


def test_a_folder_given_as_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EhrCoderError, match="cannot be opened"):
        opened(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(EnvironmentFault, match="permissions"):
            opened(tmp_path / "w.ehrw")
    finally:
        tmp_path.chmod(0o700)


def test_a_truncated_workspace_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "w.ehrw"
    world = open_world(path)
    world.workspace.add_records([record_of("big", text="x" * 500_000)])
    world.workspace.close()
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(IntegrityError, match="damaged"):
        read_everything(path)


def read_everything(path: Path) -> None:
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems
        for row in workspace.rows():
            workspace.record(row.record_id)


def test_a_removed_index_or_column_is_said_to_be_damage(tmp_path: Path) -> None:
    path = tmp_path / "w.ehrw"
    open_world(path).workspace.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP INDEX suggestions_by_record")
    with pytest.raises(IntegrityError, match="suggestions_by_record"):
        opened(path)


def test_a_damaged_record_list_names_the_command_that_makes_it_anew(coding_world: CodingWorld) -> None:
    connection = coding_world.workspace._session.database.conn
    connection.execute("UPDATE coding SET imported_at = 'yesterday'")
    connection.commit()
    with pytest.raises(IntegrityError, match="audit rebuild"):
        coding_world.workspace.rows()
    assert coding_world.workspace.rebuild(repair=True).differing == ("r1",)
    assert len(coding_world.workspace.rows()) == 1


def test_closing_twice_is_harmless(coding_world: CodingWorld) -> None:
    coding_world.workspace.close()
    coding_world.workspace.close()


@pytest.mark.parametrize("name", ["SQLITE_ERROR", "SQLITE_MISUSE", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_RANGE"])
def test_a_mistake_of_the_program_is_no_fault_of_the_world(tmp_path: Path, name: str) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert fault_of(error, tmp_path) is None


@pytest.mark.parametrize(("name", "kind"), [
    ("SQLITE_FULL", EnvironmentFault), ("SQLITE_BUSY", WorkspaceLockedError),
    ("SQLITE_BUSY_SNAPSHOT", WorkspaceLockedError), ("SQLITE_LOCKED", WorkspaceLockedError),
    ("SQLITE_READONLY_DBMOVED", EnvironmentFault), ("SQLITE_CANTOPEN", EnvironmentFault),
    ("SQLITE_IOERR_FSYNC", EnvironmentFault), ("SQLITE_NOMEM", EnvironmentFault),
    ("SQLITE_CORRUPT_VTAB", IntegrityError), ("SQLITE_NOTADB", InputError), ("SQLITE_TOOBIG", InputError),
    ("SQLITE_CONSTRAINT_TRIGGER", IntegrityError),
])
def test_every_failure_of_the_world_has_its_kind_and_a_next_step(
    tmp_path: Path, name: str, kind: type[EhrCoderError]
) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = getattr(sqlite3, name)
    fault = fault_of(error, tmp_path)
    assert type(fault) is kind
    assert fault.next_step


def test_a_copy_of_an_encrypted_database_that_fails_is_told_by_its_words(tmp_path: Path) -> None:
    """SQLCipher's driver gives such an error no code."""
    driver = pytest.importorskip("sqlcipher3.dbapi2")
    (tmp_path / "target").touch()
    with (closing(driver.connect(":memory:")) as source,
          closing(driver.connect(f"{(tmp_path / 'target').as_uri()}?mode=ro", uri=True)) as target):
        source.execute("CREATE TABLE t (x)")
        with pytest.raises(EnvironmentFault, match="cannot be written"), translated(tmp_path):
            source.backup(target)


def test_text_that_cannot_be_read_is_not_quoted(tmp_path: Path) -> None:
    fault = fault_of(sqlite3.OperationalError("Could not decode to UTF-8 column 'text' with text 'Asthma'"), tmp_path)
    assert isinstance(fault, IntegrityError)
    assert "Asthma" not in str(fault)


def test_durability_settings_are_in_force(coding_world: CodingWorld) -> None:
    connection = coding_world.workspace._session.database.conn
    asked = {name: connection.execute(f"PRAGMA {name}").fetchone()[0]
             for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' "
                                     "AND name NOT LIKE 'sqlite_%'"))
    assert strict
    assert set(strict.values()) == {1}
