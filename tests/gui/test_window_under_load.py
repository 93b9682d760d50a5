"""The window goes on answering while the engine works, and a person can stop it at any moment."""

from __future__ import annotations

import threading
import time

import pytest
from builders.window_world import FakeServices
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.import_report import ImportReportPopup
from ehrcoder.gui.main_window import MainWindow


def test_the_event_loop_runs_while_proposals_are_made(window: MainWindow, services: FakeServices):
    engine = services.made_engine
    engine.gate = threading.Event()
    window.trigger("propose")
    assert engine.started.wait(10)
    ticks: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(0)
    while len(ticks) < 50:  # the engine is held all the while: only a free event loop gets here
        QApplication.processEvents()
    timer.stop()
    assert window.session.is_busy
    engine.gate.set()
    assert wait_until_loaded(window)
    assert len(window.tray.model.rows) == 5


def test_decisions_are_stored_while_another_record_is_proposed(proposed: MainWindow, services: FakeServices):
    engine = services.made_engine
    engine.gate = threading.Event()
    engine.started.clear()
    proposed.trigger("propose_all")
    assert engine.started.wait(10)
    proposed.trigger("accept")
    end = time.monotonic() + 10
    while not proposed.session.view.coding.assignments and time.monotonic() < end:
        QApplication.processEvents()
    assert [each.coding.code for each in proposed.session.view.coding.assignments] == ["J18.9"]
    assert proposed.session.is_busy
    engine.gate.set()
    assert wait_until_loaded(proposed)


@pytest.mark.parametrize("way", ["cancel", "back"])
def test_a_proposal_is_cancelled_and_saves_nothing(window: MainWindow, services: FakeServices, way: str):
    services.made_engine.gate = threading.Event()
    window.trigger("propose")
    assert services.made_engine.started.wait(10)
    QApplication.processEvents()
    assert window.status.cancel.isVisible()
    window.focus_review()
    window.trigger(way)
    assert wait_until_loaded(window)
    assert window.session.view.suggestions == ()
    assert window.session.view.runs == ()
    assert not window.session.is_busy
    assert not window.status.cancel.isVisible()
    assert "Cancelled" in window.status.message.text()


def test_closing_the_window_stops_a_running_proposal(open_window, services: FakeServices):
    window = open_window()
    services.made_engine.gate = threading.Event()
    window.trigger("propose")
    assert services.made_engine.started.wait(10)
    window.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("ehrcoder-")]


def test_a_missing_model_is_said_and_everything_else_works(window: MainWindow, services: FakeServices):
    services.model.problem = "The model file is not there."
    window.session.look_for_model()
    assert wait_until_loaded(window)
    assert "Language model off" in window.status.model.text()
    assert "The model file is not there." in window.status.model.toolTip()
    window.trigger("propose")
    assert wait_until_loaded(window)
    window.trigger("accept")
    assert wait_until_loaded(window)
    assert len(window.session.view.coding.assignments) == 1


def test_a_mistake_of_ours_is_told_with_what_was_kept_and_no_clinical_text(
    window: MainWindow, services: FakeServices
):
    def fail(record, *, cancel=None):
        raise ValueError(record.documents[0].text)

    services.made_engine.propose = fail
    window.trigger("propose")
    assert wait_until_loaded(window)
    assert window.message.isVisible()
    told = window.message.words.text() + window.message.details.toPlainText()
    assert "kept" in told
    assert "ValueError" in told
    assert "pneumonia" not in told
    assert not window.session.is_busy


def test_a_second_window_on_the_same_workspace_is_told_and_can_read(open_window, qtbot):
    open_window()
    from ehrcoder.gui.app import make_window

    second = make_window(open_window.services, open_window.path, theme="light")
    refused = []
    second.workspace_refused.connect(refused.append)
    second.show()
    second.session.open()
    assert wait_until_loaded(second)
    assert refused[0].kind == "WorkspaceLockedError"
    assert refused[0].next_step
    second.session.open(read_only=True)
    assert wait_until_loaded(second)
    assert second.session.view is not None
    assert not second.actions_["accept"].isEnabled()
    assert not second.actions_["import"].isEnabled()
    assert "read only" in second.windowTitle()
    second.close()


def test_an_import_shows_its_records_and_names_what_could_not_be_read(window: MainWindow, tmp_path):
    (tmp_path / "good.txt").write_bytes(b"Chief complaint: cough.\r\nAssessment: pneumonia.\r\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    window.session.import_files([tmp_path / "good.txt", tmp_path / "empty.txt"])
    assert wait_until_loaded(window)
    assert window.records.model.total == 4
    report = next(each for each in window.overlays if isinstance(each, ImportReportPopup))
    assert report.isVisible()
    assert "empty.txt" in report.details.toPlainText()
