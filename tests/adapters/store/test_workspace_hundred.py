"""A hundred tampered histories and five hundred changed bytes in a plain workspace: every one is noticed."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SteppingClock, record_of, run_of, suggestion_of
from builders.people import ADMIN, PASSWORD, cheap_passwords, make_team
from builders.planned_work import plan_work

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import EhrCoderError
from ehrcoder.core.history import ledger_hash
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.sign_record import sign_record

R1 = RecordId("r1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of a team and its anchor: profiles, records, runs, events, plans, signature, export."""
    folder = tmp_path_factory.mktemp("site")
    team = make_team(folder / "w.ehrw")
    workspace, verify = team.workspace, team.verify
    workspace.sign_in(CODER, PASSWORD)
    workspace.add_records([record_of("r2"), record_of("r3", text="Asthma. Hypertension. diabetes")])
    workspace.save_run(run_of("run2", record_id="r3"), [suggestion_of("t1", "I10", rank=1, run_id="run2",
                                                                      record_id="r3")])
    verify.accept(R1, "s1", coder_id=CODER)
    verify.accept(R1, "s2", coder_id=CODER)
    verify.reject(R1, "s3", coder_id=CODER, reason=RejectReason.NEGATED)
    verify.undo(R1, coder_id=CODER)
    verify.redo(R1, coder_id=CODER)
    for code in ("R07.9", "I10", "E11.9"):
        verify.add("r2", coder_id=CODER, system=ICD_10_CM, code=code)
    plan_work(workspace)
    workspace.confirm(PASSWORD)
    coding = sign_record(R1, history=workspace, store=workspace, coder_id=CODER, clock=team.clock)
    workspace.log_exports([ExportEntry(record_id=R1, file_name="r1.json", format="fhir", sha256="ab" * 32,
                                       head_hash=coding.head_hash, at=team.clock.now())])
    workspace.close()
    shutil.copy(workspace.path, folder / "older.ehrw")
    with closing(opened(folder)) as later:
        later.sign_in(CODER, PASSWORD)
        team.verify.__class__(history=later, store=later, index=team.verify.index, ids=later._session.ids).reject(
            "r3", "t1", coder_id=CODER, reason=RejectReason.OTHER)
    with closing(opened(folder, read_only=True)) as whole:
        assert whole.verify().problems == ()
        assert whole.warnings == ()
    return folder


def opened(folder: Path, *, read_only: bool = False) -> SqliteWorkspace:
    ids = CountingIds()
    ids._last = 5000
    return SqliteWorkspace.open(folder / "w.ehrw", clock=SteppingClock(), ids=ids, anchors=folder / "anchors",
                                read_only=read_only, passwords=cheap_passwords)


Tamper = Callable[[sqlite3.Connection, random.Random], object]


def positions(raw: sqlite3.Connection) -> list[int]:
    return [row[0] for row in raw.execute("SELECT position FROM events ORDER BY position")]


def rechain(raw: sqlite3.Connection) -> None:
    """Make every hash of the ledger fit again, as somebody who knows the format would."""
    previous = raw.execute("SELECT value FROM meta WHERE key = 'ledger_genesis'").fetchone()[0]
    lines = raw.execute("SELECT position, kind, subject, content_sha256 FROM ledger ORDER BY position").fetchall()
    for number, (position, kind, subject, content) in enumerate(lines, 1):
        fresh = ledger_hash(position=number, kind=kind, subject=subject, content_sha256=content, previous_hash=previous)
        raw.execute("UPDATE ledger SET position = ?, previous_hash = ?, hash = ? WHERE position = ?",
                    (number, previous, fresh, position))
        raw.execute("UPDATE OR IGNORE events SET position = ? WHERE position = ?", (number, position))
        previous = fresh


def edit(raw: sqlite3.Connection, generator: random.Random) -> None:
    """Change who, what or why; sometimes with hashes that fit again."""
    position = generator.choice(positions(raw))
    (body,) = raw.execute("SELECT body FROM events WHERE position = ?", (position,)).fetchone()
    plain = json.loads(body)
    generator.choice([
        lambda: plain["draft"].update(coder_id="max"), lambda: plain["draft"].update(reason="another"),
        lambda: plain.update(at="2020-01-01T00:00:00+00:00"), lambda: plain["draft"].update(action="comment"),
    ])()
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    raw.execute("UPDATE events SET body = ? WHERE position = ?", (text, position))
    if generator.random() < 0.5:
        digest = sha256_of_text(text)
        raw.execute("UPDATE events SET hash = ? WHERE position = ?", (digest, position))
        raw.execute("UPDATE ledger SET content_sha256 = ? WHERE position = ?", (digest, position))
        rechain(raw)


def delete(raw: sqlite3.Connection, generator: random.Random) -> None:
    position = generator.choice(positions(raw))
    raw.execute("DELETE FROM events WHERE position = ?", (position,))
    if generator.random() < 0.5:
        raw.execute("DELETE FROM ledger WHERE position = ?", (position,))
        if generator.random() < 0.5:
            rechain(raw)


def insert(raw: sqlite3.Connection, generator: random.Random) -> None:
    position = generator.choice(positions(raw))
    (last,) = raw.execute("SELECT max(position) FROM ledger").fetchone()
    raw.execute("INSERT INTO events SELECT ?, 'forged', record_id, 90, hash, 'x', body FROM events WHERE position = ?",
                (last + 1, position))
    if generator.random() < 0.5:
        raw.execute("INSERT INTO ledger SELECT ?, 'event', 'forged', 'x', hash, 'y' FROM ledger WHERE position = ?",
                    (last + 1, last))
        rechain(raw)


def reorder(raw: sqlite3.Connection, generator: random.Random) -> None:
    (record,) = generator.choice(raw.execute(
        "SELECT record_id FROM events GROUP BY record_id HAVING count(*) > 1").fetchall())
    one, two = generator.sample([row[0] for row in raw.execute(
        "SELECT sequence FROM events WHERE record_id = ?", (record,))], 2)
    for old, new in ((one, -1), (two, one), (-1, two)):
        raw.execute("UPDATE events SET sequence = ? WHERE record_id = ? AND sequence = ?", (new, record, old))


def cut(raw: sqlite3.Connection, generator: random.Random) -> None:
    """Cut the end off, and make everything that stands beside it fit."""
    places = positions(raw)
    first = places[-generator.randint(1, 3)]
    raw.execute("DELETE FROM events WHERE position >= ?", (first,))
    raw.execute("DELETE FROM ledger WHERE position >= ?", (first,))
    if generator.random() < 0.5:
        for (record,) in raw.execute("SELECT record_id FROM records").fetchall():
            head = raw.execute("SELECT sequence, hash FROM events WHERE record_id = ? ORDER BY sequence DESC LIMIT 1",
                               (record,)).fetchone() or (0, "")
            raw.execute("UPDATE coding SET version = ?, head_hash = ? WHERE record_id = ?", (*head, record))


KINDS: dict[str, Tamper] = {
    "edit": edit, "delete": delete, "insert": insert, "reorder": reorder, "cut": cut,
}


def noticed(folder: Path) -> bool:
    """Tell whether opening or verifying the workspace says that something is wrong, besides the guards taken away."""
    try:
        with closing(opened(folder, read_only=True)) as workspace:
            said = [*workspace.warnings, *workspace.verify().problems]
    except EhrCoderError:
        return True
    return any(not each.startswith("The guard") for each in said)


@pytest.mark.parametrize("kind", [*KINDS, "older copy"])
def test_each_of_a_hundred_tampered_histories_is_noticed(site: Path, tmp_path: Path, kind: str) -> None:
    missed: list[int] = []
    for seed in range(17):
        folder = tmp_path / str(seed)
        shutil.copytree(site, folder)
        # The notes about the workspace are for its place, which is another one here.
        shutil.rmtree(folder / "anchors")
        with closing(opened(folder)) as workspace:
            workspace.sign_in(ADMIN, PASSWORD)
        if kind == "older copy":
            shutil.copy(folder / "older.ehrw", folder / "w.ehrw")
        else:
            with closing(sqlite3.connect(folder / "w.ehrw")) as raw:
                raw.executescript("; ".join(f"DROP TRIGGER {name}" for (name,) in raw.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger'")))
                KINDS[kind](raw, random.Random(f"{kind} {seed}"))
                raw.commit()
        if not noticed(folder):
            missed.append(seed)
    assert missed == []


def rows_of(path: Path) -> object:
    """Return every row of every table, whatever it is for."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as raw:
        raw.text_factory = bytes
        tables = sorted(row[0].decode() for row in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))
        return [(table, sorted(map(repr, raw.execute(f'SELECT * FROM "{table}"')))) for table in tables]


def changed_bytes(site: Path, folder: Path, *, count: int, seed: int) -> tuple[int, list[int]]:
    """Change single bytes where there are some; return how many altered a row, and where one went unnoticed."""
    original = (site / "w.ehrw").read_bytes()
    used = [place for place, byte in enumerate(original) if byte]  # most of a small file is empty pages
    whole = rows_of(site / "w.ehrw")
    generator = random.Random(seed)
    altered, unnoticed = 0, list[int]()
    for _ in range(count):
        place = generator.choice(used)
        data = bytearray(original)
        data[place] ^= 1 << generator.randrange(8)
        (folder / "w.ehrw").write_bytes(data)
        try:
            is_altered = rows_of(folder / "w.ehrw") != whole
        except (sqlite3.Error, UnicodeDecodeError):
            is_altered = True
        if is_altered:
            altered += 1
            if not noticed(folder):
                unnoticed.append(place)
    return altered, unnoticed


def test_every_changed_byte_that_alters_a_row_is_noticed(site: Path, tmp_path: Path) -> None:
    altered, unnoticed = changed_bytes(site, tmp_path, count=80, seed=3)
    assert unnoticed == []
    assert altered > 10


@pytest.mark.slow
def test_of_five_hundred_changed_bytes_every_one_that_alters_a_row_is_noticed(site: Path, tmp_path: Path) -> None:
    altered, unnoticed = changed_bytes(site, tmp_path, count=500, seed=29)
    assert unnoticed == []
    assert altered > 100
