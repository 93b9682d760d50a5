"""Code sets come in through the window while it stays usable; records that an edition changed are on the queue."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.code_releases import CODES, code_file, imported, put
from builders.coding_world import CODER, CountingIds, record_of
from builders.window_world import FakeServices
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ehrcoder.adapters.codesets.importer import import_releases
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.code_releases import ReleaseImport
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeSetEdition
from ehrcoder.core.records import Period
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.code_set_import import CodeSetImportPopup
from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.models.record_list import QueueFilter
from ehrcoder.paths import find_paths
from ehrcoder.usecases.verify_code import VerifyCode

NEWER = {"A0001": "Cholera, classical", "A009": "Cholera NOS", "I10": "Hypertension", "Z0000": "Check-up"}
DAY = dt.date(2026, 11, 2)


@pytest.fixture
def sets(tmp_path: Path, services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Real code sets in a folder, which the window's services read and import into; one record has a code of them."""
    folder = tmp_path / "sets"
    imported(folder, put(tmp_path, "icd10cm_codes_2026.txt", code_file(CODES)))

    def importing(paths: list[Path], *, system="", name="", edition="", progress=None, cancel=None) -> ReleaseImport:
        sources = find_paths().code_set_sources
        return import_releases(paths, folder, sources, progress=progress, cancel=cancel)

    monkeypatch.setattr(services, "open_code_sets", lambda: SqliteCodeSetIndex.open(folder))
    monkeypatch.setattr(services, "import_code_sets", importing, raising=False)
    with closing(services.open_workspace(tmp_path / "work.ehrw")) as workspace:
        workspace.add_records([replace(record_of("late", title="Late"), period=Period(start=DAY, end=DAY))])
        with closing(SqliteCodeSetIndex.open(folder)) as index:
            VerifyCode(history=workspace, store=workspace, index=index, ids=CountingIds()).add(
                "late", coder_id=CODER, system=ICD_10_CM, code="A00.0"
            )
    return folder


def dialog(window: MainWindow) -> CodeSetImportPopup:
    window.trigger("code_sets")
    assert wait_until_loaded(window)
    return next(each for each in window.overlays if isinstance(each, CodeSetImportPopup))


def test_a_release_comes_in_and_the_dialog_says_what_it_changed(open_window, sets: Path, tmp_path: Path) -> None:
    window = open_window()
    popup = dialog(window)
    assert popup.table.item(0, 0).text() == "ICD-10-CM, fiscal year 2026 (2026)"
    assert popup.table.item(0, 1).text() == "2025-10-01 – 2026-09-30"
    popup.import_paths([put(tmp_path, "icd10cm_codes_2027.txt", code_file(NEWER)), put(tmp_path, "read.me", b"Hello")])
    assert popup.stop.isVisible()
    assert not popup.files.isEnabled()
    assert wait_until_loaded(window, 60)
    text = popup.result.toPlainText()
    assert "ICD-10-CM, fiscal year 2027: 13 codes" in text
    assert "1 added: A00.01" in text
    assert "1 revised: A00.9" in text
    assert "1 retired: A00.0" in text
    assert "read.me: text that is no release" in text
    assert [popup.table.item(row, 0).text() for row in range(2)] == [
        "ICD-10-CM, fiscal year 2027 (2027)", "ICD-10-CM, fiscal year 2026 (2026)",
    ]
    assert popup.files.isEnabled()
    assert not popup.stop.isVisible()


def test_records_that_an_edition_changed_are_found_by_the_queues_filter_and_settled_with_a_reason(
    open_window, sets: Path, tmp_path: Path
) -> None:
    window = open_window()
    popup = dialog(window)
    popup.import_paths([put(tmp_path, "icd10cm_codes_2027.txt", code_file(NEWER))])
    assert wait_until_loaded(window, 60)
    popup.dismiss()
    window.records.which.setCurrentIndex(window.records.which.findData(QueueFilter.RECODE))
    model = window.records.model
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["Late · 2026-11-02"]
    assert "A00.0 retired (no longer valid)" in model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    window.session.open_record("late")
    assert wait_until_loaded(window)
    window.trigger("changed_codes")
    assert wait_until_loaded(window)
    assert "A00.0 retired in 2027, to be changed" in window.message.details.toPlainText()
    assert "in its place: A00.01" in window.message.details.toPlainText()
    window.message.dismiss()
    window.trigger("settle_codes")
    QTest.keyClicks(window.reason.line, "the payer still takes it")
    QTest.keyClick(window.reason.line, Qt.Key.Key_Return)
    assert wait_until_loaded(window)
    assert model.rowCount() == 0
    (assigned,) = window.session.view.coding.assignments
    assert assigned.coding.code == "A00.0", "the code was not touched"


def test_the_worklist_is_brought_up_to_date_when_the_window_opens(open_window, sets: Path, tmp_path: Path) -> None:
    imported(sets, put(tmp_path, "icd10cm_codes_2027.txt", code_file(NEWER)))
    window = open_window()
    assert wait_until_loaded(window, 60)
    assert [row.recode for row in window.session.rows if row.record_id == "late"] == ["A00.0 retired!"]


def test_an_import_can_be_cancelled_and_changes_nothing(open_window, sets: Path, tmp_path: Path) -> None:
    window = open_window()
    popup = dialog(window)
    before = sorted(each.name for each in sets.iterdir())
    popup.import_paths([put(tmp_path, "icd10cm_codes_2027.txt", code_file(NEWER))])
    QTest.mouseClick(popup.stop, Qt.MouseButton.LeftButton)
    assert wait_until_loaded(window, 60)
    assert sorted(each.name for each in sets.iterdir()) == before
    assert popup.files.isEnabled()
    assert popup.table.rowCount() == 1


def test_a_broken_release_is_told_with_what_was_kept(open_window, sets: Path, tmp_path: Path) -> None:
    window = open_window()
    popup = dialog(window)
    popup.import_paths([put(tmp_path, "icd10cm_codes_2027.zip", b"PK\x03\x04 cut off")])
    assert wait_until_loaded(window, 60)
    assert popup.result.isVisible()
    assert "damaged or cut off" in popup.result.toPlainText()
    assert "The installed code sets are unchanged." in popup.result.toPlainText()


def test_the_dialog_says_how_long_an_import_still_takes(window: MainWindow) -> None:
    shown = dialog(window)
    jobs = window.session.jobs
    shown._on_started(jobs.begin("codesets"))
    shown._on_job(JobState(name="codesets", text="Importing code sets: ICD-10-CM", done=2, total=5, seconds_left=130))
    assert shown.step.text() == "Importing code sets: ICD-10-CM  ·  about 2 min left"
    shown._on_job(JobState(name="codesets", text="Importing code sets: ICD-10-CM", done=1, total=5))
    assert shown.step.text() == "Importing code sets: ICD-10-CM"
    jobs.end("codesets")
    assert shown.files.isEnabled()


def test_the_status_line_names_the_editions_of_the_records_day_and_no_others(window: MainWindow) -> None:
    def edition(system: str, year: int) -> CodeSetEdition:
        return CodeSetEdition(
            system=system, version=str(year), name=f"Edition {year}", effective_from=dt.date(year - 1, 10, 1),
            effective_to=dt.date(year, 9, 30), concept_count=1, billable_count=1, licence="", source="", sha256="",
        )

    installed = tuple(edition(system, year) for system in (ICD_10_CM, ICD_10_PCS) for year in range(2017, 2028))
    shown = window.status.editions
    window.status.show_editions(installed, day=dt.date(2026, 9, 30))
    assert shown.text() == "ICD-10-CM 2026  ·  ICD-10-PCS 2026"
    assert "2026-09-30" in shown.toolTip()
    assert "ICD-10-CM 2019" in shown.toolTip()
    window.status.show_editions(installed, day=dt.date(2026, 10, 1))
    assert shown.text() == "ICD-10-CM 2027  ·  ICD-10-PCS 2027"
    window.status.show_editions(installed, day=dt.date(2001, 1, 1))
    assert shown.text() == "ICD-10-CM 2017  ·  ICD-10-PCS 2017"
    window.status.show_editions(installed, day=None)
    assert shown.text() == "ICD-10-CM 2027  ·  ICD-10-PCS 2027"
    assert "newest" in shown.toolTip()
