"""A large workspace is verified by two processes; what the second one finds, or its failing, is never lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SteppingClock, record_of
from builders.people import PASSWORD, cheap_passwords, make_team

from ehrcoder.adapters.store import verify_helper
from ehrcoder.adapters.store.cipher import new_key
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.rekey import change_key
from ehrcoder.adapters.store.verify_histories import HistoriesCheck, Part
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM

RECORDS = tuple(f"r{number}" for number in range(2, 10))


@pytest.fixture(autouse=True)
def second_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(verify_helper, "HELPED_FROM", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workspace of a team with nine records, of which the helper checks the last seven."""
    team = make_team(tmp_path / "w.ehrw")
    team.come(CODER)
    team.workspace.add_records([record_of(each) for each in RECORDS])
    for each in RECORDS:
        team.verify.add(each, coder_id=CODER, system=ICD_10_CM, code="I10")
    team.workspace.close()
    return tmp_path / "w.ehrw"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The helpers that were started."""
    found: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*words: object, **options: object) -> subprocess.Popen[bytes]:
        found.append(popen(*words, **options))  # type: ignore[call-overload]
        return found[-1]

    monkeypatch.setattr(verify_helper.subprocess, "Popen", noted)
    return found


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """The parts that this process checks itself."""
    parts: list[Part] = []
    everything = HistoriesCheck.everything

    def noted(self: HistoriesCheck, part: Part, records: object) -> None:
        parts.append(part)
        everything(self, part, records)  # type: ignore[arg-type]

    monkeypatch.setattr(HistoriesCheck, "everything", noted)
    return parts


def opened(path: Path, keys: WorkspaceKeys | None = None) -> SqliteWorkspace:
    return SqliteWorkspace.open(path, clock=SteppingClock(), ids=CountingIds(), passwords=cheap_passwords, keys=keys)


def spoil(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        assert raw.execute(statement).rowcount == 1
        raw.commit()


def said(path: Path) -> list[str]:
    with closing(opened(path)) as workspace:
        return [each for each in workspace.verify().problems if not each.startswith("The guard")]


def test_each_process_checks_a_part(path: Path, started: list, looked_at: list[Part]) -> None:
    with closing(opened(path)) as workspace:
        report = workspace.verify()
    assert (report.records, report.events, report.problems) == (9, 8, ())
    assert [each.returncode for each in started] == [0]
    assert [part.end for part in looked_at] == ["r3"]


def test_an_encrypted_workspace_is_checked_by_two_as_well(path: Path, started: list, looked_at: list[Part]) -> None:
    key = new_key("five words that are long")
    change_key(path, old=None, new=key, clock=SteppingClock(), ids=CountingIds())
    keys = WorkspaceKeys()
    keys.remember(key)
    started.clear()
    looked_at.clear()
    with closing(opened(path, keys)) as workspace:
        assert workspace.verify().problems == ()
    assert [each.returncode for each in started] == [0]
    assert len(looked_at) == 1


@pytest.mark.parametrize("record", ["r1", "r2", "r3", "r9"])
@pytest.mark.parametrize(("statement", "problem"), [
    ("UPDATE documents SET text = text || '!' WHERE record_id = '{}'", "is not what was imported"),
    ("UPDATE coding SET held_for = 'x' WHERE record_id = '{}'", "has no history|not where its history ends"),
    ("UPDATE records SET source_sha256 = 'x' WHERE record_id = '{}'", "look-ups"),
])
def test_what_is_wrong_in_either_part_is_said_once(path: Path, record: str, statement: str, problem: str) -> None:
    import re

    spoil(path, statement.format(record))
    found = said(path)
    assert len(found) == 1
    assert record in found[0]
    assert re.search(problem, found[0])


def test_a_decision_of_nobody_is_noticed_in_the_helpers_part(path: Path) -> None:
    with closing(opened(path)) as workspace:
        workspace.sign_in(CODER, PASSWORD)
        assert workspace.verify().problems == ()
    spoil(path, "UPDATE events SET body = replace(body, '\"coder_id\":\"coder-a\"', '\"coder_id\":\"nobody\"') "
                "WHERE record_id = 'r9'")
    assert any("nobody" in each or "altered" in each for each in said(path))


@pytest.mark.parametrize("breaks", ["dies", "lies", "cannot be started", "sees another state"])
def test_a_helper_that_fails_costs_time_only(
    path: Path, looked_at: list[Part], monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    popen = subprocess.Popen
    scripts = {"dies": "import os; os.abort()", "lies": "print('sound', 64 * '0')", "sees another state": "print('')"}

    def broken(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        if breaks == "cannot be started":
            raise OSError("no more processes")
        return popen([sys.executable, "-c", scripts[breaks]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(verify_helper.subprocess, "Popen", broken)
    assert said(path) == []
    assert looked_at[-1] == Part()


ALONE: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "one processor": lambda patch: patch.setattr(os, "cpu_count", lambda: 1),
    "a small workspace": lambda patch: patch.setattr(verify_helper, "HELPED_FROM", 10_000),
}


@pytest.mark.parametrize("case", ALONE)
def test_no_helper_is_started_where_it_would_not_help(
    path: Path, started: list, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    ALONE[case](monkeypatch)
    assert said(path) == []
    assert started == []
