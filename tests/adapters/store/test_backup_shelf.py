"""Backups: made while in use, opened before they count, restored without losing what stood there."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CodingWorld, CountingIds, SteppingClock, suggestion_ids

from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import InputError, IntegrityError, NotFoundError, WorkspaceLockedError
from ehrcoder.usecases.backups import (
    BackupKind,
    backup_if_due,
    check_backups,
    find_backup,
    make_backup,
    rehearse_restore,
    restore_backup,
)

I10, E119, _ = suggestion_ids()
SCHEMAS = Path(__file__).resolve().parents[2] / "upgrade"


class DatedClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 4, 1, 8, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.at


@pytest.fixture
def shelf(coding_world: CodingWorld) -> SqliteBackups:
    return SqliteBackups(coding_world.workspace.path, clock=SteppingClock(), ids=CountingIds())


def opened(path: Path) -> SqliteWorkspace:
    return SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), read_only=True)


def spoil(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(sql)
        raw.commit()


def test_a_backup_made_while_a_coder_works_holds_everything_saved_so_far(
    coding_world: CodingWorld, shelf: SqliteBackups
) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    made, checked = make_backup(shelf, clock=coding_world.clock)
    coding_world.verify.accept("r1", E119, coder_id=CODER)
    assert (checked.records, checked.events, checked.problems) == (1, 1, ())
    with closing(opened(made.path)) as copy:
        assert [each.coding.code for each in copy.coding(coding_world.record_id).assignments] == ["I10"]
    assert [each.path for each in shelf.backups()] == [made.path]


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights otherwise")
def test_only_its_owner_can_read_a_backup(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    made, _ = make_backup(shelf, clock=coding_world.clock)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700


def test_two_backups_of_the_same_second_do_not_overwrite_each_other(coding_world: CodingWorld) -> None:
    shelf = SqliteBackups(coding_world.workspace.path, clock=SteppingClock(), ids=CountingIds())
    clock = DatedClock()
    for _ in range(3):
        make_backup(shelf, clock=clock)
    assert len(shelf.backups()) == 3


def test_a_copy_that_does_not_verify_is_thrown_away(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.workspace.close()
    spoil(coding_world.workspace.path, "UPDATE events SET body = replace(body, 'I10', 'I15')")
    with pytest.raises(IntegrityError, match="thrown away"):
        make_backup(shelf, clock=coding_world.clock)
    assert shelf.backups() == ()


def test_one_backup_a_day_is_made_and_old_daily_ones_go_but_no_others(
    coding_world: CodingWorld, shelf: SqliteBackups
) -> None:
    clock = DatedClock()
    kept, _ = make_backup(shelf, clock=clock)
    assert backup_if_due(shelf, clock=clock, keep=2) is None
    for _ in range(4):
        clock.at += dt.timedelta(days=1)
        assert backup_if_due(shelf, clock=clock, keep=2) is not None
        assert backup_if_due(shelf, clock=clock, keep=2) is None
    kinds = [(each.kind, each.made_at.day) for each in shelf.backups()]
    assert kinds == [(BackupKind.MANUAL, 1), (BackupKind.DAILY, 4), (BackupKind.DAILY, 5)]
    assert kept.path.exists()


def test_a_restore_brings_the_copy_back_and_keeps_the_file_that_stood_there(
    coding_world: CodingWorld, shelf: SqliteBackups
) -> None:
    path = coding_world.workspace.path
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    made, _ = make_backup(shelf, clock=coding_world.clock)
    coding_world.verify.accept("r1", E119, coder_id=CODER)
    coding_world.workspace.close()
    restored = restore_backup(shelf, made.path, clock=coding_world.clock)
    with closing(opened(path)) as now:
        assert len(now.events(coding_world.record_id)) == 1
        assert now.verify().problems == ()
    assert restored.former is not None
    with closing(opened(restored.former)) as former:
        assert len(former.events(coding_world.record_id)) == 2
        assert former.verify().problems == ()


def test_a_restore_leaves_no_log_of_the_former_file_to_be_applied(
    coding_world: CodingWorld, shelf: SqliteBackups
) -> None:
    path = coding_world.workspace.path
    made, _ = make_backup(shelf, clock=coding_world.clock)
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    # A killed program leaves its write-ahead log behind: copied here while the connection is open.
    left = {suffix: path.with_name(path.name + suffix).read_bytes() for suffix in ("", "-wal")}
    coding_world.workspace.close()
    for suffix, data in left.items():
        path.with_name(path.name + suffix).write_bytes(data)
    restored = restore_backup(shelf, made.path, clock=coding_world.clock)
    assert not path.with_name(path.name + "-wal").exists()
    with closing(opened(path)) as now:
        assert now.events(coding_world.record_id) == ()
    with closing(opened(restored.former or path)) as former:
        assert len(former.events(coding_world.record_id)) == 1


def test_a_damaged_workspace_is_replaced_and_kept(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    path = coding_world.workspace.path
    made, _ = make_backup(shelf, clock=coding_world.clock)
    coding_world.workspace.close()
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    restored = restore_backup(shelf, made.path, clock=coding_world.clock)
    assert restored.former is not None
    assert restored.former.read_bytes().endswith(b"\xff" * 5000)
    with closing(opened(path)) as now:
        assert now.verify().problems == ()


def test_a_lost_workspace_comes_back(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    made, _ = make_backup(shelf, clock=coding_world.clock)
    coding_world.workspace.close()
    coding_world.workspace.path.unlink()
    assert restore_backup(shelf, made.path, clock=coding_world.clock).former is None
    with closing(opened(coding_world.workspace.path)) as now:
        assert len(now.rows()) == 1


def test_an_open_workspace_is_not_replaced(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    made, _ = make_backup(shelf, clock=coding_world.clock)
    with pytest.raises(WorkspaceLockedError):
        restore_backup(shelf, made.path, clock=coding_world.clock)
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    assert coding_world.workspace.verify().problems == ()


def test_a_damaged_backup_is_named_and_never_restored(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    made, _ = make_backup(shelf, clock=coding_world.clock)
    coding_world.workspace.close()
    before = coding_world.workspace.path.read_bytes()
    spoil(made.path, "UPDATE documents SET text = 'other'")
    with pytest.raises(IntegrityError, match="not restored"):
        restore_backup(shelf, made.path, clock=coding_world.clock)
    cut = shelf.folder / "20260401T000000Z.manual.ehrw"
    cut.write_bytes(made.path.read_bytes()[:5000])
    found = check_backups(shelf, [made.path, cut])
    assert all(each.problems for each in found)
    assert coding_world.workspace.path.read_bytes() == before


def test_a_drill_says_what_the_backup_lacks_and_touches_nothing(
    coding_world: CodingWorld, shelf: SqliteBackups
) -> None:
    make_backup(shelf, clock=coding_world.clock)
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    drill = rehearse_restore(shelf, find_backup(shelf, "latest"))
    assert (drill.missing_records, drill.missing_events, drill.belongs) == (0, 1, True)
    assert drill.backup.problems == ()
    assert [path.name for path in shelf.folder.iterdir()] == [shelf.backups()[0].path.name]


def test_a_drill_notices_another_workspaces_backup(coding_world: CodingWorld, tmp_path: Path) -> None:
    from builders.coding_world import open_world

    other = open_world(tmp_path / "other.ehrw")
    other.verify.add("r1", coder_id=CODER, system="http://hl7.org/fhir/sid/icd-10-cm", code="R07.9")
    other.workspace.close()
    shelf = SqliteBackups(coding_world.workspace.path, clock=SteppingClock(), ids=CountingIds())
    assert not rehearse_restore(shelf, other.workspace.path).belongs


@pytest.mark.parametrize("script", sorted(SCHEMAS.glob("schema-*.sql")), ids=lambda each: each.stem)
def test_a_backup_of_every_former_schema_is_checked_and_stays_as_it_is(
    coding_world: CodingWorld, shelf: SqliteBackups, tmp_path: Path, script: Path
) -> None:
    old = tmp_path / "old.ehrw"
    with closing(sqlite3.connect(old)) as raw:
        raw.executescript(script.read_bytes().decode("utf-8"))
    before = old.read_bytes()
    (found,) = check_backups(shelf, [old])
    assert (found.records, found.events, found.problems) == (2, 7, ())
    assert old.read_bytes() == before


def test_a_copy_left_by_a_migration_is_listed(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    made, _ = make_backup(shelf, clock=coding_world.clock)
    path = coding_world.workspace.path
    shutil.copy(made.path, path.with_name(f"{path.name}.schema-1"))
    assert BackupKind.MIGRATION in [each.kind for each in shelf.backups()]


def test_names_that_fit_none_or_several_are_refused(coding_world: CodingWorld, shelf: SqliteBackups) -> None:
    with pytest.raises(NotFoundError, match="no backup of"):
        find_backup(shelf, "latest")
    for _ in range(2):
        make_backup(shelf, clock=coding_world.clock)
    with pytest.raises(InputError, match="2 backups begin"):
        find_backup(shelf, "2026")
    with pytest.raises(NotFoundError):
        find_backup(shelf, "2031")
    assert find_backup(shelf, shelf.backups()[0].path.name) == shelf.backups()[0].path
