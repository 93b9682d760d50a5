"""Whatever is changed in the file behind the program's back, verification names it."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SteppingClock, open_world, record_of, suggestion_ids

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import EhrCoderError, IntegrityError
from ehrcoder.core.history import ledger_hash
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import ChainReport, ExportEntry
from ehrcoder.usecases.sign_record import sign_record

I10, E119, J45909 = suggestion_ids()


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two records, one signed and exported, and nothing wrong."""
    world = open_world(tmp_path_factory.mktemp("intact") / "w.ehrw")
    workspace, verify = world.workspace, world.verify
    workspace.add_records([record_of("r2")])
    verify.accept("r1", I10, coder_id=CODER)
    verify.reject("r1", E119, coder_id=CODER, reason=RejectReason.NEGATED)
    verify.add("r2", coder_id=CODER, system=ICD_10_CM, code="R07.9")
    verify.accept("r1", J45909, coder_id=CODER)
    coding = sign_record(world.record_id, history=workspace, store=workspace, coder_id=CODER, clock=world.clock)
    workspace.log_exports([ExportEntry(
        record_id=world.record_id, file_name="r1.json", format="fhir", sha256="ab" * 32,
        head_hash=coding.head_hash, at=world.clock.now())])
    verify.add("r2", coder_id=CODER, system=ICD_10_CM, code="I10")
    assert workspace.verify().problems == ()
    workspace.close()
    return workspace.path


def tampered(intact: Path, folder: Path, change: Callable[[sqlite3.Connection], object]) -> ChainReport:
    """Return what verification says of a copy that was changed without the program."""
    path = folder / "copy.ehrw"
    shutil.copy(intact, path)
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("; ".join(
            f"DROP TRIGGER {name}" for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ))
        guards = raw.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()[0]
        assert guards == 0
        change(raw)
        raw.commit()
    return verified(path)


def verified(path: Path) -> ChainReport:
    with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), read_only=True)) as workspace:
        return workspace.verify()


def beyond_guards(report: ChainReport) -> list[str]:
    return [each for each in report.problems if not each.startswith("The guard")]


def forge_event(raw: sqlite3.Connection, position: int, edit: Callable[[dict], None]) -> None:
    """Change an event and give it a hash that fits, as somebody who knows the format would."""
    (body,) = raw.execute("SELECT body FROM events WHERE position = ?", (position,)).fetchone()
    plain = json.loads(body)
    edit(plain)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    raw.execute("UPDATE events SET body = ?, hash = ? WHERE position = ?",
                (text, hashlib.sha256(text.encode()).hexdigest(), position))


def rechain_ledger(raw: sqlite3.Connection) -> None:
    """Give every line of the ledger hashes that fit, as somebody who knows the format would."""
    previous = raw.execute("SELECT value FROM meta WHERE key = 'ledger_genesis'").fetchone()[0]
    lines = raw.execute(
        "SELECT l.position, l.kind, l.subject, coalesce(e.hash, l.content_sha256) FROM ledger AS l "
        "LEFT JOIN events AS e USING (position) ORDER BY l.position").fetchall()
    for position, kind, subject, content in lines:
        fresh = ledger_hash(position=position, kind=kind, subject=subject, content_sha256=content,
                            previous_hash=previous)
        raw.execute("UPDATE ledger SET content_sha256 = ?, previous_hash = ?, hash = ? WHERE position = ?",
                    (content, previous, fresh, position))
        previous = fresh


def first_event(raw: sqlite3.Connection, record_id: str = "r1", sequence: int = 1) -> int:
    return raw.execute("SELECT position FROM events WHERE record_id = ? AND sequence = ?",
                       (record_id, sequence)).fetchone()[0]


def test_an_intact_workspace_has_no_problem(intact: Path) -> None:
    report = verified(intact)
    assert report.problems == ()
    assert (report.events, report.records) == (6, 2)


def test_removed_guards_are_named(intact: Path, tmp_path: Path) -> None:
    report = tampered(intact, tmp_path, lambda raw: None)
    assert any("events_never_update" in each for each in report.problems)
    assert beyond_guards(report) == []


def test_an_edited_event_is_named_with_the_code_it_touches(intact: Path, tmp_path: Path) -> None:
    report = tampered(intact, tmp_path, lambda raw: raw.execute(
        "UPDATE events SET body = replace(body, '\"code\":\"I10\"', '\"code\":\"I15\"') WHERE record_id = 'r1'"))
    assert beyond_guards(report)[0].startswith("Event 1 of record r1 was altered")
    assert "code I15 (accept)" in beyond_guards(report)[0]


CASES: dict[str, tuple[Callable[[sqlite3.Connection], object], str]] = {
    "a coder's name exchanged, hash made to fit": (
        lambda raw: forge_event(raw, first_event(raw), lambda plain: plain["draft"].update(coder_id="other")),
        "Event 1 of record r1 was exchanged"),
    "the same, and the ledger made to fit": (
        lambda raw: (forge_event(raw, first_event(raw), lambda plain: plain["draft"].update(coder_id="other")),
                     rechain_ledger(raw)),
        "Event 2 of record r1 does not follow event 1"),
    "an event deleted": (
        lambda raw: raw.execute("DELETE FROM events WHERE position = ?", (first_event(raw, sequence=2),)),
        "was deleted"),
    "an event deleted with its line of the ledger": (
        lambda raw: [raw.execute(f"DELETE FROM {table} WHERE position = ?", (first,))
                     for first in [first_event(raw, sequence=2)] for table in ("events", "ledger")],
        "ledger are missing"),
    "the end of a record's history cut, with the ledger and the list made to fit": (
        lambda raw: (raw.execute("DELETE FROM ledger WHERE position = (SELECT max(position) FROM events)"),
                     raw.execute("DELETE FROM events WHERE position = (SELECT max(position) FROM events)")),
        "does not follow|not where its history ends"),
    "an event inserted": (
        lambda raw: raw.execute(
            "INSERT INTO events SELECT 999, 'forged', record_id, 9, hash, 'h', body FROM events LIMIT 1"),
        "inserted from outside"),
    "two events swapped": (
        lambda raw: (raw.execute("UPDATE events SET sequence = -1 WHERE record_id = 'r1' AND sequence = 1"),
                     raw.execute("UPDATE events SET sequence = 1 WHERE record_id = 'r1' AND sequence = 2"),
                     raw.execute("UPDATE events SET sequence = 2 WHERE record_id = 'r1' AND sequence = -1")),
        "its place was altered"),
    "an event moved to another record": (
        lambda raw: raw.execute("UPDATE events SET record_id = 'r2', sequence = 7 WHERE record_id = 'r1' "
                                "AND sequence = 4"), "its place was altered"),
    "an event's id exchanged": (
        lambda raw: raw.execute("UPDATE events SET event_id = 'x' WHERE sequence = 1 AND record_id = 'r1'"),
        "was exchanged"),
    "a line of the ledger edited": (
        lambda raw: raw.execute("UPDATE ledger SET subject = 'x' WHERE position = 2"), "Line 2 of the ledger"),
    "a record deleted": (
        lambda raw: [raw.execute(f"DELETE FROM {table} WHERE record_id = 'r2'")
                     for table in ("assignments", "coding", "documents", "events", "records")],
        "Record r2 is missing"),
    "a record inserted": (
        lambda raw: raw.execute("INSERT INTO records SELECT 9, 'r9', source_sha256, content_sha256, body "
                                "FROM records WHERE record_id = 'r2'"), "Record r9 was inserted"),
    "a note edited": (
        lambda raw: raw.execute("UPDATE documents SET text = text || '.' WHERE record_id = 'r2'"),
        "Record r2 is not what was imported"),
    "a note edited and its hash made to fit": (
        lambda raw: (raw.execute("UPDATE documents SET text = text || '.' WHERE record_id = 'r2'"),
                     raw.execute("UPDATE records SET content_sha256 = 'x' WHERE record_id = 'r2'")),
        "Record r2"),
    "a note made unreadable": (
        lambda raw: raw.execute("UPDATE documents SET text = CAST(x'41ff42' AS TEXT) WHERE record_id = 'r2'"),
        "Record r2 is not what was imported"),
    "a document removed": (
        lambda raw: raw.execute("DELETE FROM documents WHERE record_id = 'r2'"), "Record r2 is not what"),
    "a pseudonym exchanged": (
        lambda raw: raw.execute("UPDATE records SET body = replace(body, '\"r2\"', '\"r8\"')"), "Record r2 is not"),
    "a suggestion edited": (
        lambda raw: raw.execute("UPDATE suggestions SET body = replace(body, '0.9', '0.1')"), "Suggestion s1"),
    "a run edited": (
        lambda raw: raw.execute("UPDATE runs SET body = replace(body, 'clinical', 'other')"), "Run run1"),
    "a run removed": (
        lambda raw: (raw.execute("DELETE FROM suggestions"), raw.execute("DELETE FROM runs")), "Run run1"),
    "an export forgotten": (lambda raw: raw.execute("DELETE FROM exports"), "export log has 0 lines"),
    "an export edited": (
        lambda raw: raw.execute("UPDATE exports SET body = replace(body, 'r1.json', 'r2.json')"),
        "Line 1 of the export log"),
    "a stored code exchanged": (
        lambda raw: raw.execute("UPDATE assignments SET code = 'I15' WHERE record_id = 'r1' AND sequence = 1"),
        "stored codes of record r1 are not"),
    "a stored decision exchanged": (
        lambda raw: raw.execute("UPDATE decisions SET decision = 'rejected' WHERE suggestion_id = 's1'"),
        "stored codes of record r1 are not"),
    "a stored signature taken away": (
        lambda raw: raw.execute("UPDATE coding SET signature = NULL WHERE record_id = 'r1'"),
        "record r1 is not where its history ends"),
    "codes stored for a record without history": (
        lambda raw: (raw.execute("INSERT INTO records SELECT 9, 'r9', source_sha256, content_sha256, body "
                                 "FROM records WHERE record_id = 'r2'"),
                     raw.execute("INSERT INTO assignments VALUES ('r9', 1, 'x', 's', 'c', '{}')")),
        "codes or decisions of record r9 have no history"),
    "a suggestion of the last run deleted": (
        lambda raw: raw.execute("DELETE FROM suggestions WHERE suggestion_id = 's2'"), "Suggestion"),
    "a suggestion moved to another record": (
        lambda raw: raw.execute("UPDATE suggestions SET record_id = 'r2' WHERE suggestion_id = 's2'"),
        "Suggestion s2 of record r2"),
    "a run moved to another record": (
        lambda raw: (raw.execute("UPDATE runs SET record_id = 'r2'"),
                     raw.execute("UPDATE suggestions SET record_id = 'r2'")), "Run run1 was moved to record r2"),
    "the stored coding set back": (
        lambda raw: raw.execute("UPDATE coding SET version = 1 WHERE record_id = 'r1'"), "not where its history ends"),
}


@pytest.mark.parametrize("name", CASES)
def test_tampering_is_noticed(intact: Path, tmp_path: Path, name: str) -> None:
    change, expected = CASES[name]
    report = tampered(intact, tmp_path, change)
    found = beyond_guards(report)
    assert any(re.search(expected, each) for each in found), found


def test_an_exported_history_that_was_rolled_back_is_noticed(tmp_path: Path) -> None:
    """An older copy of the file is consistent in itself; the export log of a newer one is not."""
    world = open_world(tmp_path / "w.ehrw")
    world.verify.accept("r1", I10, coder_id=CODER)
    world.workspace.log_exports([ExportEntry(
        record_id=world.record_id, file_name="x", format="fhir", sha256="", head_hash="f" * 64, at=world.clock.now())])
    assert any("older one" in each for each in world.workspace.verify().problems)
    world.workspace.close()


def test_a_tampered_history_is_never_shown_as_a_coding(intact: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.ehrw"
    tampered(intact, tmp_path, lambda raw: raw.execute(
        "UPDATE events SET body = replace(body, 'coder-a', 'coder-b') WHERE record_id = 'r1' AND sequence = 2"))
    with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds())) as workspace:
        for ask in (workspace.coding, workspace.events):
            with pytest.raises(IntegrityError, match="Event 2 of record r1"):
                ask(RecordId("r1"))
        with pytest.raises(IntegrityError):
            workspace.rebuild(repair=True)
        assert workspace.coding(RecordId("r2")).version == 2


@pytest.mark.parametrize("sql", [
    "UPDATE events SET body = '{}'", "DELETE FROM events", "UPDATE ledger SET hash = 'x'", "DELETE FROM ledger",
    "UPDATE records SET body = '{}'", "DELETE FROM records", "UPDATE documents SET text = ''",
    "DELETE FROM documents", "UPDATE runs SET body = '{}'", "DELETE FROM exports", "DELETE FROM migrations",
    "INSERT OR REPLACE INTO events SELECT * FROM events", "INSERT OR REPLACE INTO ledger SELECT * FROM ledger",
    "INSERT INTO ledger VALUES (99, 'event', 'x', 'x', 'x', 'x')",
    "INSERT INTO ledger SELECT max(position) + 1, 'event', 'x', 'x', 'wrong', 'x' FROM ledger",
    "INSERT INTO events SELECT position + 50, 'x', record_id, 9, hash, 'x', body FROM events LIMIT 1",
])
def test_the_guards_forbid_changes_in_the_file(intact: Path, tmp_path: Path, sql: str) -> None:
    shutil.copy(intact, tmp_path / "copy.ehrw")
    with closing(sqlite3.connect(tmp_path / "copy.ehrw")) as raw:
        raw.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(sql)


def test_the_stored_coding_is_rebuilt_from_the_events(intact: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.ehrw"
    shutil.copy(intact, path)
    with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds())) as workspace:
        rows = workspace.rows()
        assert workspace.rebuild().differing == ()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM assignments WHERE record_id = 'r2' AND sequence = 1")
        raw.execute("UPDATE coding SET version = 99, title = 'x' WHERE record_id = 'r1'")
        raw.execute("DELETE FROM decisions")
        raw.commit()
    with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds())) as workspace:
        found = workspace.rebuild()
        assert (found.differing, found.repaired) == (("r1", "r2"), False)
        assert workspace.rebuild(repair=True).repaired
        assert workspace.rebuild().differing == ()
        assert workspace.rows() == rows
        assert workspace.verify().problems == ()


def content_of(path: Path) -> tuple[object, ...]:
    """Return all that a person would see of a workspace."""
    with closing(SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), read_only=True)) as workspace:
        ids = [row.record_id for row in workspace.rows()]
        return (workspace.exports(), *(
            (workspace.record(each), workspace.coding(each), workspace.events(each), workspace.suggestions(each),
             workspace.runs(each)) for each in ids))


def flipped(intact: Path, folder: Path, count: int, seed: int) -> list[int]:
    """Change single bytes, one at a time; return where a change of content went unnoticed."""
    original, whole = intact.read_bytes(), content_of(intact)
    generator = random.Random(seed)
    path = folder / "flip.ehrw"
    unnoticed: list[int] = []
    for _ in range(count):
        place = generator.randrange(len(original))
        data = bytearray(original)
        data[place] ^= 1 << generator.randrange(8)
        path.write_bytes(data)
        try:
            noticed = bool(verified(path).problems) or content_of(path) == whole
        except EhrCoderError:
            noticed = True
        if not noticed:
            unnoticed.append(place)
    return unnoticed


def test_random_damage_that_changes_content_is_noticed(intact: Path, tmp_path: Path) -> None:
    assert flipped(intact, tmp_path, count=60, seed=7) == []


@pytest.mark.slow
def test_much_random_damage_that_changes_content_is_noticed(intact: Path, tmp_path: Path) -> None:
    assert flipped(intact, tmp_path, count=1000, seed=11) == []
