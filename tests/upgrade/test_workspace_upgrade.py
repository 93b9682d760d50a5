"""A workspace of every former schema opens, keeps all that it held, and is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SmallCodeSets, SteppingClock

from ehrcoder.adapters.store import migrate
from ehrcoder.adapters.store.migrate import statements
from ehrcoder.adapters.store.row_hash import HASHED
from ehrcoder.adapters.store.schema import APPLICATION_ID, MIGRATIONS, Migration
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.plan import WorkState
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordStatus
from ehrcoder.usecases.verify_code import VerifyCode

PASSWORD = "four plain words here"
KEPT = sorted(Path(__file__).parent.glob("schema-*.sql"))


def restored(script: Path, folder: Path) -> Path:
    path = folder / "w.ehrw"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script.read_bytes().decode("utf-8"))
    return path


def opened(path: Path) -> SqliteWorkspace:
    return SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds())


def test_every_schema_that_was_ever_released_is_kept() -> None:
    assert [each.name for each in KEPT] == [f"schema-{number:04}.sql" for number in range(1, len(MIGRATIONS) + 1)]


def test_migrations_are_named_in_their_order() -> None:
    assert [each.name[:4] for each in MIGRATIONS] == [f"{number:04}" for number in range(1, len(MIGRATIONS) + 1)]


@pytest.mark.parametrize("script", KEPT, ids=lambda each: each.stem)
def test_a_kept_workspace_opens_with_all_that_it_held(tmp_path: Path, script: Path) -> None:
    with closing(opened(restored(script, tmp_path))) as workspace:
        assert workspace.verify().problems == ()
        assert workspace.rebuild().differing == ()
        signed, open_row = workspace.rows()
        assert (signed.status, open_row.status) == (RecordStatus.SIGNED, RecordStatus.IN_PROGRESS)
        assert [each.coding.code for each in workspace.coding(RecordId("r1")).assignments] == ["I10", "J45.901"]
        assert len(workspace.events(RecordId("r1"))) == 6
        assert workspace.record(RecordId("r2")).documents[0].text == "astral 𝔘\r\n"
        assert len(workspace.exports()) == 1
        expected = ["Ada Root", "Cleo Coder"] if script.stem >= "schema-0004" else []
        assert [each.name for each in workspace.profiles()] == expected


@pytest.mark.parametrize("script", KEPT, ids=lambda each: each.stem)
def test_work_goes_on_in_a_kept_workspace(tmp_path: Path, script: Path) -> None:
    path = restored(script, tmp_path)
    with closing(opened(path)) as workspace:
        if workspace.profiles():
            workspace.sign_in(CODER, PASSWORD)
        ids = CountingIds()
        ids._last = 500
        verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids)
        workspace._session.ids._last = 1000
        verify.add(RecordId("r2"), coder_id=CODER, system=ICD_10_CM, code="I10")
        verify.undo(RecordId("r2"), coder_id=CODER)
        assert workspace.verify().problems == ()
    with closing(opened(path)) as workspace:
        assert workspace.coding(RecordId("r2")).version == 3


# What a campaign and a worklist of the fifth schema looked like, in lines that had no hash.
PLANNED = """
INSERT INTO campaigns VALUES (1, 'c1', 'spring', '2026-04-01T08:00:00+00:00', '{"seed":3}');
INSERT INTO campaign_work VALUES ('c1', 'first', 0, 'r1', 'done', '{"record_id":"r1"}', '2 codes');
INSERT INTO campaign_work VALUES ('c1', 'first', 1, 'r2', 'waiting', '{"record_id":"r2"}', '');
INSERT INTO campaign_entries VALUES (1, 'c1', 'figure', 'first', '2026-04-01T08:00:00+00:00', '{"share":0.5}');
INSERT INTO recode_tasks VALUES ('r2', 'icd', 'R07.9', '2027', 'retired', 0, '{}', NULL, NULL, NULL);
INSERT INTO recode_editions VALUES (1, '2026 2027');
"""
SPOILED = (
    ("campaigns", "UPDATE campaigns SET name = 'autumn'"),
    ("campaign_work", "UPDATE campaign_work SET outcome = '9 codes' WHERE position = 0"),
    ("campaign_entries", "UPDATE campaign_entries SET body = '{}'"),
    ("recode_tasks", "UPDATE recode_tasks SET settled_at = '2026-04-01'"),
    ("recode_editions", "UPDATE recode_editions SET stamp = '2026'"),
)


def test_lines_without_a_hash_get_one_and_stay_what_they_were(tmp_path: Path) -> None:
    path = restored(KEPT[4], tmp_path)
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(PLANNED)
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems == ()
        (campaign,) = workspace.campaigns.campaigns()
        assert (campaign.name, campaign.plan.seed) == ("spring", 3)
        assert [line.outcome for line in workspace.campaigns.work("c1", "first")] == ["2 codes", ""]
        workspace.campaigns.settle("c1", "first", {RecordId("r2"): (WorkState.DONE, "1 code")})
        assert workspace.verify().problems == ()
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        raw.execute("UPDATE campaigns SET name = 'autumn'")


@pytest.mark.parametrize(("table", "statement"), SPOILED)
def test_a_changed_line_of_a_campaign_or_worklist_is_noticed(tmp_path: Path, table: str, statement: str) -> None:
    path = restored(KEPT[4], tmp_path)
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(PLANNED)
    opened(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"DROP TRIGGER IF EXISTS {table}_never_update")
        raw.execute(statement)
        raw.commit()
    with closing(opened(path)) as workspace:
        assert f"Line 1 of the table {table} was altered." in workspace.verify().problems


def test_every_table_is_chained_compared_or_hashed() -> None:
    """A table that is added needs something that notices a change in it."""
    chained = {"meta", "migrations", "ledger", "records", "documents", "events", "runs", "suggestions", "exports",
               "profile_events", "secrets"}
    compared = {"coding", "assignments", "decisions"}
    assert {name for kind, name in migrate.expected_schema() if kind == "table"} == chained | compared | set(HASHED)


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = restored(KEPT[-1], tmp_path)
    script = "CREATE TABLE extra (x INTEGER) STRICT; CREATE TABLE meta (x INTEGER) STRICT;"
    broken = Migration(name="9999-broken", script=script)
    monkeypatch.setattr(migrate, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(sqlite3.OperationalError):
        opened(path)
    monkeypatch.undo()
    with closing(opened(path)) as workspace:
        assert workspace.verify().problems == ()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)
        assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_new_migration_is_applied_once_and_a_copy_of_the_former_file_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = restored(KEPT[-1], tmp_path)
    added = Migration(name="9999-extra", script="CREATE TABLE extra (x INTEGER) STRICT;")
    monkeypatch.setattr(migrate, "MIGRATIONS", (*MIGRATIONS, added))
    migrate.expected_schema.cache_clear()
    try:
        for _ in range(2):
            with closing(opened(path)) as workspace:
                assert workspace.verify().problems == ()
        with closing(sqlite3.connect(path)) as raw:
            names = [name for (name,) in raw.execute("SELECT name FROM migrations ORDER BY number")]
        assert names == [each.name for each in (*MIGRATIONS, added)]
    finally:
        monkeypatch.undo()
        migrate.expected_schema.cache_clear()
    before = path.with_name(f"{path.name}.schema-{len(MIGRATIONS)}")
    with closing(opened(before)) as former:
        assert former.verify().problems == ()


def test_a_script_is_split_where_its_statements_end() -> None:
    script = "CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT ';'; END;\nSELECT 2;"
    assert [each.split()[0:2] for each in statements(script)] == [
        ["CREATE", "TABLE"], ["CREATE", "TRIGGER"], ["SELECT", "2;"]]
