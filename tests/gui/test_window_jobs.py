"""Long jobs say how long they still take; a key pressed while one runs is carried out or answered, never swallowed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from builders.window_world import FakeServices
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.jobs import Jobs
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.read_desk import ReadDesk
from ehrcoder.gui.time_left import TimeLeft, left_words

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)
    QApplication.processEvents()


def said(window: MainWindow) -> str:
    return window.status.message.text()


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end
        QApplication.processEvents()


@pytest.mark.parametrize(("reports", "total", "at", "left"), [
    ([(0, 0.0), (1, 30.0)], 10, 40.0, None),  # one piece says nothing
    ([(0, 0.0), (1, 1.0), (2, 2.0)], 10, 2.5, None),  # too early
    ([(0, 0.0), (1, 3.0), (2, 6.0)], 10, 6.0, 24.0),
    ([(0, 0.0), (1, 3.0), (2, 6.0)], 10, 7.0, 23.0),  # counts down between two pieces
    ([(0, 0.0), (1, 3.0), (2, 6.0)], 10, 60.0, 21.0),  # a slow piece costs no time of those behind it
    ([(0, 0.0), (1, 60.0), (2, 62.0), (3, 64.0)], 10, 64.0, 14.0),  # the first loaded the engine
    ([(0, 0.0), (1, 3.0), (2, 6.0)], 3, 10.0, None),  # the last piece takes longer than the others did
    ([(0, 0.0), (1, 3.0), (2, 6.0)], 0, 10.0, None),  # nobody knows how many there are
])
def test_time_left_is_said_once_it_is_fair(reports, total, at, left):
    watch = TimeLeft()
    for done, when in reports:
        watch.report(done=done, total=total, at=when)
    found = watch.seconds(at=at)
    assert found == (left if left is None else pytest.approx(left))


def test_other_pieces_begin_the_estimate_anew_and_more_of_the_same_do_not():
    watch = TimeLeft()
    for done in range(4):
        watch.report(done=done, total=4, at=done * 5.0)
    watch.report(done=3, total=7, at=15.0)
    assert watch.seconds(at=15.0) == pytest.approx(20.0)
    watch.report(done=0, total=3, at=16.0)
    assert watch.seconds(at=30.0) is None


@pytest.mark.parametrize(("seconds", "words"), [
    (None, ""), (3, "a few seconds left"), (42, "about 40 s left"), (58, "about 1 min left"), (179, "about 3 min left"),
    (3500, "about 58 min left"), (3599, "about 1 h 0 min left"), (8000, "about 2 h 15 min left"),
])
def test_time_left_is_as_coarse_as_an_estimate_is(seconds, words):
    assert left_words(seconds) == words


def test_the_status_bar_says_how_long_a_job_still_takes(window: MainWindow):
    now = [0.0]
    jobs = Jobs(window, now=lambda: now[0])
    jobs.changed.connect(window.status.show_job)
    jobs.begin("export")
    tell = jobs.progress("export", "Exporting {0}")
    for done in range(4):
        now[0] = done * 20.0
        tell(done, 10, "r1")
        QApplication.processEvents()
        assert ("left" in window.status.job.text()) == (done >= 2)
    assert window.status.job.text() == "Exporting r1 (4 of 10)  ·  about 2 min left"
    jobs.end("export")
    assert not window.status.job.isVisible()


def test_the_end_of_one_job_leaves_another_one_shown(window: MainWindow):
    jobs = window.session.jobs
    jobs.begin("import")
    jobs.tell(JobState(name="import", text="Importing a.csv", total=2))
    jobs.begin("export")
    jobs.tell(JobState(name="export", text="Exporting r1", total=5))
    QApplication.processEvents()
    assert window.status.job.text().startswith("Exporting")
    assert "1 further job runs" in window.status.job.toolTip()
    jobs.end("export")
    assert window.status.job.text().startswith("Importing")
    assert window.status.cancel.isVisible()
    jobs.end("import")
    assert not window.status.cancel.isVisible()


@pytest.fixture
def held_import(monkeypatch) -> threading.Event:
    """An import waits until this is set."""
    gate, real = threading.Event(), ReadDesk.import_files

    def wait_then_import(self, *args, **kwargs):
        assert gate.wait(10)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(ReadDesk, "import_files", wait_then_import)
    return gate


def test_codes_are_proposed_while_files_are_imported(window: MainWindow, held_import, tmp_path):
    (tmp_path / "late.txt").write_text("Assessment: pneumonia.")
    window.session.import_files([tmp_path / "late.txt"])
    press(window, KEY.Key_F5)
    wait_for(lambda: window.session.view.suggestions)
    assert window.session.jobs.is_running("import")
    held_import.set()
    assert wait_until_loaded(window)


def test_f5_before_the_first_record_is_open_is_kept_for_it(window: MainWindow, held_import, tmp_path):
    (tmp_path / "first.txt").write_text("Assessment: pneumonia.")
    window.session._view = None
    window.session.import_files([tmp_path / "first.txt"])
    press(window, KEY.Key_F5)
    assert "as soon as a record is open" in said(window)
    held_import.set()
    wait_for(lambda: window.session.view is not None and window.session.view.runs)


def test_shift_f5_during_an_import_also_means_what_is_still_coming(window: MainWindow, held_import, tmp_path):
    (tmp_path / "late.txt").write_text("Assessment: Essential hypertension and fever.")
    window.session.import_files([tmp_path / "late.txt"])
    press(window, KEY.Key_F5, SHIFT)
    assert "for the others once they are in" in said(window)
    held_import.set()
    wait_for(lambda: len(window.session.rows) == 4 and not window.session.new_ids())
    assert wait_until_loaded(window)


def test_f5_puts_the_open_record_before_the_batch(window: MainWindow, services: FakeServices):
    first, second, third = (row.record_id for row in window.session.rows)
    services.made_engine.gate = threading.Event()
    read: list[str] = []
    real = services.made_engine.propose

    def propose(record, *, cancel=None):
        read.append(record.record_id)
        return real(record, cancel=cancel)

    services.made_engine.propose = propose
    press(window, KEY.Key_F5, SHIFT)
    assert services.made_engine.started.wait(10)
    window.session.open_record(third)
    wait_for(lambda: window.session.view.record_id == third)
    press(window, KEY.Key_F5)
    assert said(window) == "Another record is being read; this one is next, before 1 that waits."
    window.session.open_record(first)
    wait_for(lambda: window.session.view.record_id == first)
    press(window, KEY.Key_F5)
    assert said(window) == "Codes are being proposed for this record already."
    services.made_engine.gate.set()
    assert wait_until_loaded(window)
    assert read == [first, third, second]


def test_cancelling_forgets_what_waits(window: MainWindow, services: FakeServices):
    services.made_engine.gate = threading.Event()
    press(window, KEY.Key_F5, SHIFT)
    assert services.made_engine.started.wait(10)
    window.trigger("cancel")
    assert wait_until_loaded(window)
    assert len(window.session.new_ids()) == 3
    assert not window.session.is_busy


def test_a_key_whose_action_is_off_says_why(proposed: MainWindow):
    press(proposed, KEY.Key_E, CTRL)
    assert said(proposed) == "No record is signed yet; Ctrl+Enter signs the open one."
    press(proposed, KEY.Key_Z, CTRL)
    assert said(proposed) == "There is nothing to undo on this record."
    press(proposed, KEY.Key_Period, CTRL)
    assert said(proposed) == "No job runs."


def test_review_keys_on_a_signed_record_say_that_it_is_signed(proposed: MainWindow):
    for _ in range(5):
        proposed.trigger("accept")
        assert wait_until_loaded(proposed)
    signed = proposed.session.view.record_id
    proposed.session.sign({}, ())
    assert wait_until_loaded(proposed)
    proposed.session.open_record(signed)
    assert wait_until_loaded(proposed)
    for key in (KEY.Key_A, KEY.Key_X, KEY.Key_F5):
        proposed.status.say("")
        press(proposed, key)
        assert said(proposed) == "The record is signed. Ctrl+Shift+A amends it, with a reason."


def test_reading_only_says_so(open_window):
    window = open_window(read_only=True)
    press(window, KEY.Key_F5)
    assert said(window) == "The workspace is open for reading only."


def test_the_tour_waits_for_the_engine_and_says_so(window: MainWindow, services: FakeServices):
    services.made_engine.gate = threading.Event()
    window.tour.start()
    press(window, KEY.Key_F5)
    assert services.made_engine.started.wait(10)
    QApplication.processEvents()
    assert window.tour.place == 1
    assert window.tour.is_waiting
    assert "The engine is reading the note" in window.tour.words.text()
    assert not window.tour.onward.isEnabled()
    press(window, KEY.Key_J)
    assert window.tour.place == 1
    services.made_engine.gate.set()
    assert wait_until_loaded(window)
    assert not window.tour.is_waiting
    assert "Press J" in window.tour.words.text()
    press(window, KEY.Key_J)
    assert window.tour.place == 2


def test_the_tour_goes_back_to_its_first_step_when_the_engine_was_stopped(window: MainWindow, services: FakeServices):
    services.made_engine.gate = threading.Event()
    window.tour.start()
    press(window, KEY.Key_F5)
    assert services.made_engine.started.wait(10)
    window.trigger("cancel")
    assert wait_until_loaded(window)
    assert window.tour.place == 0
    assert "Press F5" in window.tour.words.text()


def test_the_button_of_the_first_step_lets_codes_be_proposed(window: MainWindow):
    window.tour.start()
    window.tour.onward.click()
    assert wait_until_loaded(window)
    assert window.tour.place == 1
    assert window.session.view.suggestions


def test_the_tour_on_a_record_with_codes_begins_with_looking_at_them(proposed: MainWindow):
    proposed.tour.start()
    assert proposed.tour.place == 1


def test_the_key_of_an_action_counts_as_work(proposed: MainWindow):
    active = proposed.session.active
    active._last -= 30  # the key before was pressed half a minute ago
    press(proposed, KEY.Key_J)
    assert 30 <= active.total < 40
    active._last -= 30
    press(proposed, KEY.Key_A)
    assert wait_until_loaded(proposed)
    assert proposed.session.view.active_seconds >= 60
