"""Keys pressed while a change is on its way are neither lost nor act on what the window showed before it.

The keys go to the window's handle, as the window system sends them; the store is held by a gate, and opened only
once everything is pressed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout

from ehrcoder.core.assignments import CodingAction, Decision, DiagnosisUse
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.task_runner import Lane
from ehrcoder.usecases.foresee_edits import Outlook

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
DECIDE_ALL = (KEY.Key_A, KEY.Key_P, *[KEY.Key_A] * 4)
Pressed = Qt.Key | tuple[Qt.Key, Qt.KeyboardModifier]


def press(window: MainWindow, *keys: Pressed) -> None:
    """Press keys as fast as they can be pressed: nothing is waited for between them."""
    for key in keys:
        code, modifiers = key if isinstance(key, tuple) else (key, NONE)
        QTest.keyClick(window.windowHandle(), code, modifiers)


def type_words(window: MainWindow, words: str) -> None:
    for letter in words:
        if letter.isascii():
            QTest.keyClick(window.windowHandle(), letter)
        else:
            send(window, Qt.Key(ord(letter.upper())), letter)


def send(window: MainWindow, code: Qt.Key, text: str, *, is_repeat: bool = False) -> None:
    """Send what QTest cannot: a letter beyond ASCII, a key that repeats itself."""
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
        QApplication.sendEvent(window.windowHandle(), QKeyEvent(kind, code, NONE, text, is_repeat))


@contextmanager
def slow_store(window: MainWindow, lane: Lane = Lane.STORE) -> Iterator[None]:
    """Nothing of what is pressed in the block reaches the store before the block ends."""
    assert wait_until_loaded(window)
    gate = threading.Event()
    for _ in range(2 if lane is Lane.READ else 1):
        window.session.runner.start(lane, lambda: gate.wait(30))
    try:
        yield
    finally:
        gate.set()
    assert wait_until_loaded(window)


def actions(window: MainWindow) -> list[CodingAction]:
    return [each.action for each in window.session.need_view().history]


def codes(window: MainWindow) -> list[str]:
    return [each.coding.code for each in window.session.need_view().coding.assignments]


def decisions(window: MainWindow) -> list[Decision]:
    view = window.session.need_view()
    return [view.decision(each.suggestion_id) for each in view.suggestions]


def said(window: MainWindow) -> str:
    return window.status.message.text()


def test_a_key_behind_a_decision_acts_on_what_that_decision_shows(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_P)
        assert codes(proposed) == []
        assert proposed.type_ahead.waiting == 1
    assert proposed.session.need_view().coding.assignments[0].use is DiagnosisUse.PRINCIPAL
    assert codes(proposed) == ["J18.9"]


def test_a_number_behind_x_answers_the_popup_and_takes_no_alternative(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_X, KEY.Key_1)
    assert decisions(proposed)[:2] == [Decision.ACCEPTED, Decision.REJECTED]
    assert codes(proposed) == ["J18.9"]
    assert not proposed.choices.isVisible()


def test_undo_and_redo_behind_a_decision_are_not_lost(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, (KEY.Key_Z, CTRL), (KEY.Key_Z, CTRL | SHIFT))
    assert actions(proposed) == [CodingAction.ACCEPT, CodingAction.UNDO, CodingAction.UNDO]
    assert codes(proposed) == ["J18.9"]


def test_a_comment_behind_a_decision_is_typed_into_its_popup_and_decides_nothing(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_C)
        type_words(proposed, "ax1? Ap")
        press(proposed, KEY.Key_Return)
    assert actions(proposed) == [CodingAction.ACCEPT, CodingAction.COMMENT]
    assert proposed.session.need_view().comments[-1].text == "ax1? Ap"


def test_a_record_is_decided_and_signed_by_keys_that_all_came_too_early(proposed: MainWindow):
    first = proposed.session.need_view().record_id
    with slow_store(proposed):
        press(proposed, *DECIDE_ALL, (KEY.Key_Return, CTRL))
        press(proposed, KEY.Key_Return, (KEY.Key_Return, CTRL))
    row = proposed.session.row(first)
    assert row is not None
    assert row.status == "signed"
    view = proposed.session.need_view()
    assert view.record_id != first


def test_keys_behind_the_signature_act_on_the_next_record(proposed: MainWindow):
    first = proposed.session.need_view().record_id
    press(proposed, *DECIDE_ALL)
    with slow_store(proposed):
        press(proposed, (KEY.Key_Return, CTRL), (KEY.Key_Return, CTRL), KEY.Key_F)
    assert proposed.session.need_view().record_id != first
    assert actions(proposed) == [CodingAction.FLAG]


def test_signing_waits_for_the_code_edits_and_asks_only_once(proposed: MainWindow):
    press(proposed, *DECIDE_ALL)
    with slow_store(proposed, Lane.READ):
        proposed.session.checks.look(proposed.session.need_view())
        press(proposed, (KEY.Key_Return, CTRL))
        assert not proposed.sign.isVisible()
        press(proposed, KEY.Key_J)
        assert proposed.type_ahead.waiting == 1
    assert proposed.sign.isVisible()
    assert proposed.session.need_view().coding.signature is None


def test_accepting_waits_until_it_is_known_what_that_would_raise(
    proposed: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    view = proposed.session.need_view()
    error = EditFinding(rule_id="excludes1", severity=EditSeverity.ERROR, message="They exclude each other.",
                        codes=(), assignment_ids=(), source="test")
    outlook = Outlook(findings={view.suggestions[0].suggestion_id: (error,)})
    monkeypatch.setattr(proposed.session._read, "outlook", lambda _: outlook)
    with slow_store(proposed, Lane.READ):
        proposed.session.checks.look(view)
        press(proposed, KEY.Key_A, KEY.Key_A)
    assert codes(proposed) == []
    assert "raises an error" in said(proposed)
    assert "1 key pressed after it was not carried out." in said(proposed)


def test_a_refused_change_drops_the_keys_behind_it_and_says_so(
    proposed: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object, **__: object) -> None:
        raise EnvironmentFault("The disk is full.", kept="Every decision before this one.")

    monkeypatch.setattr(proposed.session._store, "decide", fail)
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_X, KEY.Key_1, KEY.Key_A)
    assert codes(proposed) == []
    assert decisions(proposed) == [Decision.UNDECIDED] * 5
    assert proposed.message.isVisible()
    assert "3 keys pressed after it were not carried out." in said(proposed)
    monkeypatch.undo()
    press(proposed, KEY.Key_Escape, KEY.Key_A)
    assert wait_until_loaded(proposed)
    assert codes(proposed) == ["J18.9"]  # the refused suggestion is the current one again, and can be decided


def test_a_refused_key_keeps_what_was_typed_for_its_popup_from_acting_up_to_esc(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_N)  # no words are selected: no search opens
        type_words(proposed, "fx1a")
        press(proposed, KEY.Key_Return, KEY.Key_Escape, KEY.Key_X, KEY.Key_2)
    assert actions(proposed) == [CodingAction.ACCEPT, CodingAction.REJECT]
    assert decisions(proposed)[1] is Decision.REJECTED


def test_esc_acts_at_once_while_nothing_waits(proposed: MainWindow):
    proposed.focus_assigned()
    with slow_store(proposed):
        proposed.session.decisions.accept(proposed.session.need_view().suggestions[0].suggestion_id)
        press(proposed, KEY.Key_Escape)
        assert proposed.focusWidget() is proposed.tray.view


def test_esc_behind_waiting_keys_keeps_its_turn_and_the_second_one_drops_them(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_X, KEY.Key_Escape, KEY.Key_X, KEY.Key_3)
    assert decisions(proposed)[1] is Decision.REJECTED
    assert [each.reason for each in proposed.session.need_view().history[1:]] == ["ruled-out"]
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_A, KEY.Key_A, KEY.Key_Escape, KEY.Key_Escape)
        assert proposed.type_ahead.waiting == 0
        assert "not carried out" in said(proposed)
    assert decisions(proposed)[2:] == [Decision.ACCEPTED, Decision.UNDECIDED, Decision.UNDECIDED]


def test_a_long_wait_is_told(proposed: MainWindow, qtbot):
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_J)
        qtbot.waitUntil(lambda: "Saving…" in said(proposed), timeout=5000)
    assert "Saving…" not in said(proposed)


def test_the_window_closes_while_keys_wait_and_keeps_what_was_decided(open_window, proposed: MainWindow):
    gate = threading.Event()
    proposed.session.runner.start(Lane.STORE, lambda: gate.wait(30))
    press(proposed, KEY.Key_A, KEY.Key_X, KEY.Key_1)
    threading.Timer(0.2, gate.set).start()
    proposed.close()
    assert not proposed.isVisible()
    again = open_window()
    assert decisions(again)[:2] == [Decision.ACCEPTED, Decision.UNDECIDED]


def test_a_dialog_that_a_waiting_key_opens_gets_the_keys_behind_it(proposed: MainWindow):
    dialog = QDialog(proposed)
    words = QLineEdit()
    QVBoxLayout(dialog).addWidget(words)
    dialog.setModal(True)

    def opening() -> None:
        dialog.open()
        words.setFocus()

    proposed._handlers["flag"] = opening
    with slow_store(proposed):
        press(proposed, KEY.Key_A, KEY.Key_F)
        type_words(proposed, "Axé1")
    assert words.text() == "Axé1"
    assert actions(proposed) == [CodingAction.ACCEPT]
    dialog.close()


@pytest.mark.parametrize(("code", "modifiers", "name"), [
    (KEY.Key_Question, SHIFT, "keys"), (KEY.Key_Plus, CTRL | SHIFT, "larger"),
    (KEY.Key_Space, SHIFT, "previous_evidence"), (KEY.Key_Space, NONE, "next_evidence"),
    (KEY.Key_V, SHIFT, "previous_edit"), (KEY.Key_V, NONE, "next_edit"),
    (KEY.Key_Enter, CTRL | Qt.KeyboardModifier.KeypadModifier, "sign"), (KEY.Key_F5, NONE, "propose"),
])
def test_a_key_that_waited_means_what_it_means_at_once(
    proposed: MainWindow, code: Qt.Key, modifiers: Qt.KeyboardModifier, name: str
):
    at_once = modifiers
    if code in (KEY.Key_Question, KEY.Key_Plus):  # no keyboard without a display: Qt cannot know that Shift makes them
        at_once &= ~SHIFT
    triggered: list[str] = []
    for spec in proposed.actions_.specs:
        proposed._handlers[spec.name] = lambda name=spec.name: triggered.append(name)
    record_id = proposed.session.need_view().record_id
    press(proposed, (code, at_once))
    assert triggered == [name]
    with slow_store(proposed):
        proposed.session.mark(lambda marks: marks.flag(record_id))
        press(proposed, (code, modifiers))
        assert triggered == [name]
    assert triggered == [name, name]


def test_a_key_held_down_while_it_waits_decides_once(proposed: MainWindow):
    with slow_store(proposed):
        press(proposed, KEY.Key_F)
        for repeated in (False, True, True):
            send(proposed, KEY.Key_A, "a", is_repeat=repeated)
    assert actions(proposed) == [CodingAction.FLAG, CodingAction.ACCEPT]
