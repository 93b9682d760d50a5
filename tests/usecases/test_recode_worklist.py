"""After a newer edition: no assigned code is rewritten, and the records it touches are on the worklist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.code_releases import CODES, code_file, imported, put
from builders.coding_world import CODER, CountingIds, SteppingClock, record_of

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.csv_writer import CsvWriter
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.recode import CodeChange, change_between, same_title
from ehrcoder.core.records import Period
from ehrcoder.usecases.export_records import export_records
from ehrcoder.usecases.recode_worklist import WorklistReport, refresh_worklist
from ehrcoder.usecases.sign_record import sign_record
from ehrcoder.usecases.verify_code import VerifyCode

NEWER = {"A0001": "Cholera, classical", "A0002": "Cholera, El Tor", "A009": "Cholera NOS", "I10": "Hypertension",
         "Z0000": "Check-up"}
OLD_DAY, NEW_DAY = dt.date(2026, 5, 4), dt.date(2026, 11, 2)


class World:
    """A workspace and a folder of code sets that a newer edition can come into."""

    def __init__(self, folder: Path) -> None:
        self.sets = folder / "sets"
        self._folder = folder
        imported(self.sets, put(folder, "icd10cm_codes_2026.txt", code_file(CODES)))
        self.workspace = SqliteWorkspace.open(folder / "w.ehrw", clock=SteppingClock(), ids=CountingIds())
        self._ids = CountingIds()

    def record(self, name: str, day: dt.date | None, *codes: str) -> RecordId:
        record = replace(record_of(name, text=f"Note of {name}."), period=Period(start=day, end=day))
        self.workspace.add_records([record])
        with closing(SqliteCodeSetIndex.open(self.sets)) as index:
            verify = VerifyCode(history=self.workspace, store=self.workspace, index=index, ids=self._ids)
            for code in codes:
                verify.add(record.record_id, coder_id=CODER, system=ICD_10_CM, code=code)
        return record.record_id

    def remove(self, record_id: RecordId) -> None:
        verify = VerifyCode(history=self.workspace, store=self.workspace, index=None, ids=self._ids)
        (standing,) = self.workspace.coding(record_id).assignments
        verify.remove(record_id, standing.assignment_id, coder_id=CODER, reason="recoded")

    def newer_edition(self) -> None:
        imported(self.sets, put(self._folder, "icd10cm_codes_2027.txt", code_file(NEWER)))

    def refresh(self, *, force: bool = False) -> WorklistReport:
        with closing(SqliteCodeSetIndex.open(self.sets)) as index:
            return refresh_worklist(self.workspace, index, force=force)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.workspace.close()


def test_the_list_is_empty_until_a_newer_edition_comes(world: World) -> None:
    world.record("r1", OLD_DAY, "A00.0", "I10")
    assert world.refresh().tasks == ()


def test_a_retired_and_a_revised_code_are_listed_and_stay_as_they_were_assigned(world: World) -> None:
    record_id = world.record("r1", OLD_DAY, "A00.0", "A00.9", "I10")
    before = world.workspace.coding(record_id)
    world.newer_edition()
    report = world.refresh()
    assert [(t.assigned.code, t.change, t.edition, t.must_change) for t in report.tasks] == [
        ("A00.0", CodeChange.RETIRED, "2027", False), ("A00.9", CodeChange.REVISED, "2027", False),
    ]
    assert world.workspace.coding(record_id) == before
    assert world.workspace.rows()[0].recode == "A00.0 retired, A00.9 revised"


def test_a_code_that_is_not_valid_on_the_records_own_date_must_be_changed_and_comes_first(world: World) -> None:
    world.record("old", OLD_DAY, "A00.0")
    late = world.record("late", NEW_DAY, "A00.0")
    undated = world.record("undated", None, "A00.0")
    world.newer_edition()
    report = world.refresh()
    assert [(t.record_id, t.must_change) for t in report.tasks] == [(late, True), (undated, True), ("old", False)]
    assert report.tasks[0].choices == ("A00.01", "A00.02")
    assert (report.records, report.must_change) == (3, 2)
    assert [row.recode for row in world.workspace.rows()] == ["A00.0 retired", "A00.0 retired!", "A00.0 retired!"]


def test_a_code_that_was_changed_leaves_the_list(world: World) -> None:
    record_id = world.record("r1", NEW_DAY, "A00.0")
    world.newer_edition()
    world.refresh()
    world.remove(record_id)
    assert world.workspace.recode_tasks() == ()
    assert world.workspace.rows()[0].recode == ""


def test_a_settled_task_stays_settled_through_further_refreshes(world: World) -> None:
    record_id = world.record("r1", OLD_DAY, "A00.0")
    world.newer_edition()
    world.refresh()
    with pytest.raises(InputError, match="needs a reason"):
        world.workspace.settle_recode(record_id, coder_id=CODER, reason=" ")
    assert world.workspace.settle_recode(record_id, coder_id=CODER, reason="right on its date") == 1
    assert world.refresh(force=True).tasks == ()
    (settled,) = world.workspace.settled_recodes()
    assert (settled.task.assigned.code, settled.coder_id, settled.reason) == ("A00.0", CODER, "right on its date")


def test_nothing_is_compared_again_while_no_code_set_changed(world: World) -> None:
    world.record("r1", OLD_DAY, "A00.0")
    world.newer_edition()
    assert not world.refresh().was_current
    again = world.refresh()
    assert again.was_current
    assert len(again.tasks) == 1


def test_a_code_is_assigned_from_the_edition_of_the_records_day(world: World) -> None:
    world.newer_edition()
    old, new = world.record("old", OLD_DAY, "A00.9"), world.record("new", NEW_DAY, "A00.9")
    codings = [world.workspace.coding(each).assignments[0].coding for each in (old, new)]
    assert [(each.version, each.display) for each in codings] == [("2026", "Cholera, unspecified"),
                                                                  ("2027", "Cholera NOS")]
    with pytest.raises(InputError, match="2026, which is in force on the record's date"):
        world.record("early", OLD_DAY, "A00.01")


def test_a_signed_record_with_a_retired_code_can_still_be_exported(world: World, tmp_path: Path) -> None:
    record_id = world.record("r1", OLD_DAY, "A00.0")
    sign_record(record_id, history=world.workspace, store=world.workspace, coder_id=CODER, clock=SteppingClock())
    world.newer_edition()
    with closing(SqliteCodeSetIndex.open(world.sets)) as index:
        report = export_records(
            [record_id], folder=tmp_path / "out", writer=CsvWriter(), store=world.workspace, history=world.workspace,
            log=world.workspace, clock=SteppingClock(), index=index,
        )
    assert (report.refused, len(report.files)) == ((), 1)


def test_a_workspace_is_whole_with_a_worklist(world: World) -> None:
    world.record("r1", OLD_DAY, "A00.0")
    world.newer_edition()
    world.refresh()
    assert world.workspace.verify().problems == ()
    assert world.workspace.rebuild().differing == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Ménière's disease", "Meniere's disease", True),
     ("Charcôt's joint,  vertebrae", "Charcot's Joint, vertebrae", True),
     ("immune globin", "immune globulin", False), ("Type 1", "Type 2", False)],
)
def test_titles_that_differ_in_letters_only_are_not_revised(one: str, other: str, same: bool) -> None:
    assert same_title(one, other) is same
    assert change_between(one, other) is (None if same else CodeChange.REVISED)
    assert change_between(one, None) is CodeChange.RETIRED
