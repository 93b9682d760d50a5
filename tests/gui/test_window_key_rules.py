"""What each key does, and what it never does."""

from __future__ import annotations

import pytest
from builders.window_keys import ALT, CTRL, KEY, NONE, SHIFT, press
from builders.window_world import FakeServices
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ehrcoder.core.assignments import (
    CodingAction,
    Decision,
    DiagnosisUse,
    PresentOnAdmission,
    RejectReason,
)
from ehrcoder.core.records import RecordStatus
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow


def type_words(window: MainWindow, words: str) -> None:
    QTest.keyClicks(window.focusWidget(), words)
    assert wait_until_loaded(window)


def decisions(window: MainWindow) -> list[Decision]:
    view = window.session.view
    assert view is not None
    return [view.decision(each.suggestion_id) for each in view.suggestions]


def codes(window: MainWindow) -> list[str]:
    view = window.session.view
    assert view is not None
    return [each.coding.code for each in view.coding.assignments]


def current_code(window: MainWindow) -> str:
    row = window.tray.current
    return row.suggestion.coding.code if row else ""


def said(window: MainWindow) -> str:
    return window.status.message.text()


def test_opening_a_record_proposes_nothing(window, services: FakeServices):
    assert window.session.view is not None
    assert not services.made_engine.started.is_set()
    assert window.session.view.suggestions == ()


@pytest.mark.parametrize(("key", "modifier"), [(KEY.Key_F5, NONE), (KEY.Key_P, CTRL)])
def test_f5_and_ctrl_p_propose_codes_and_tick_none(window, key, modifier):
    press(window, key, modifier)
    assert len(window.tray.model.rows) == 5
    assert set(decisions(window)) == {Decision.UNDECIDED}
    assert codes(window) == []


def test_j_and_k_move_without_deciding_and_stop_at_the_ends(proposed):
    assert current_code(proposed) == "J18.9"
    press(proposed, KEY.Key_K)
    assert current_code(proposed) == "J18.9"
    for _ in range(9):
        press(proposed, KEY.Key_J)
    assert current_code(proposed) == "0B9L8ZZ"
    assert set(decisions(proposed)) == {Decision.UNDECIDED}


def test_arrows_move_in_the_tray(proposed):
    press(proposed, KEY.Key_Down)
    assert current_code(proposed) == "E11.9"
    press(proposed, KEY.Key_Up)
    assert current_code(proposed) == "J18.9"


def test_a_accepts_and_goes_to_the_next_undecided(proposed):
    press(proposed, KEY.Key_A)
    assert codes(proposed) == ["J18.9"]
    assert current_code(proposed) == "E11.9"


def test_space_shows_the_next_evidence_and_accepts_nothing(proposed):
    press(proposed, KEY.Key_Space)
    assert "2" in said(proposed)
    assert codes(proposed) == []


def test_x_then_a_digit_rejects_with_that_reason(proposed):
    first = proposed.tray.model.rows[0].suggestion.suggestion_id
    for digit, reason in enumerate(RejectReason, start=1):
        proposed.tray.go_to(first)
        press(proposed, KEY.Key_X)
        assert proposed.choices.isVisible()
        press(proposed, Qt.Key(KEY.Key_0.value + digit))
        assert not proposed.choices.isVisible()
        assert decisions(proposed)[0] is Decision.REJECTED
        view = proposed.session.view
        assert view is not None
        assert view.history[-1].reason == reason.value
        press(proposed, KEY.Key_Z, CTRL)
        assert decisions(proposed)[0] is Decision.UNDECIDED


def test_x_then_anything_else_rejects_nothing(proposed):
    for key in (KEY.Key_Escape, KEY.Key_8, KEY.Key_A, KEY.Key_Return, KEY.Key_Space):
        press(proposed, KEY.Key_X)
        press(proposed, key)
        assert set(decisions(proposed)) == {Decision.UNDECIDED}
        press(proposed, KEY.Key_Escape)


def test_keys_typed_right_behind_x_never_reach_the_suggestions(proposed):
    tray = proposed.tray.view
    QTest.keyClick(tray, KEY.Key_X)
    QTest.keyClick(proposed.focusWidget(), KEY.Key_2)
    assert wait_until_loaded(proposed)
    assert decisions(proposed)[0] is Decision.REJECTED
    assert codes(proposed) == []


def test_a_digit_takes_the_ranked_alternative(proposed):
    press(proposed, KEY.Key_2)
    assert codes(proposed) == ["J15.9"]
    assert decisions(proposed)[0] is Decision.REPLACED


def test_a_digit_without_an_alternative_does_nothing(proposed):
    press(proposed, KEY.Key_9)
    assert codes(proposed) == []
    assert "alternatives" in said(proposed)


def test_r_replaces_by_search_and_a_header_cannot_be_taken(proposed):
    press(proposed, KEY.Key_R)
    assert proposed.search.isVisible()
    proposed.search.line.clear()
    type_words(proposed, "pneumonia")
    last = proposed.search.model.index(proposed.search.model.rowCount() - 1, 0)
    hit = proposed.search.model.hit(last)
    assert hit is not None
    assert not hit.concept.is_billable
    assert not proposed.search.model.flags(last) & Qt.ItemFlag.ItemIsSelectable
    assert "header" in proposed.search.model.note(hit)
    press(proposed, KEY.Key_Down)
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == ["J18.1"]


def test_letters_in_the_search_line_decide_nothing(proposed):
    press(proposed, KEY.Key_K, CTRL)
    type_words(proposed, "axaax12")
    press(proposed, KEY.Key_Escape)
    assert set(decisions(proposed)) == {Decision.UNDECIDED}
    assert codes(proposed) == []


def test_n_codes_the_selected_words_with_their_place_in_the_note(proposed):
    note, view = proposed.note.note, proposed.session.view
    assert view is not None
    document = view.documents[0]
    start = document.document.text.index("Cough")
    cursor = note.textCursor()
    cursor.setPosition(document.offsets.to_qt(start))
    note.setTextCursor(cursor)
    note.setFocus()
    for _ in range(6):
        press(proposed, KEY.Key_Right, SHIFT)
    press(proposed, KEY.Key_N)
    type_words(proposed, "cough")
    press(proposed, KEY.Key_Return)
    view = proposed.session.view
    assert view is not None
    evidence = view.coding.assignments[0].evidence[0]
    assert codes(proposed) == ["R05.1"]
    assert (evidence.quote, evidence.span.start) == ("Cough", start)


def test_n_without_selected_words_says_how_to_select(proposed):
    press(proposed, KEY.Key_N)
    assert not proposed.search.isVisible()
    assert "Select the words" in said(proposed)


def test_p_makes_the_accepted_diagnosis_principal(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_P)
    view = proposed.session.view
    assert view is not None
    assert view.coding.assignments[0].coding.code == "E11.9"
    assert view.coding.assignments[0].use is DiagnosisUse.PRINCIPAL


def test_alt_arrows_change_the_sequence(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_Up, ALT)
    assert codes(proposed) == ["E11.9", "J18.9"]
    press(proposed, KEY.Key_Down, ALT)
    assert codes(proposed) == ["J18.9", "E11.9"]


def test_o_then_a_letter_says_whether_present_on_admission(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_O)
    press(proposed, KEY.Key_N)
    view = proposed.session.view
    assert view is not None
    assert view.coding.assignments[0].present_on_admission is PresentOnAdmission.NO


def test_delete_removes_a_code_only_with_a_reason(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_4, CTRL)
    press(proposed, KEY.Key_Delete)
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == ["J18.9"]
    type_words(proposed, "integral to another code")
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == []


def test_undo_and_redo_run_through_every_decision(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_A)
    for expected in (["J18.9"], []):
        press(proposed, KEY.Key_Z, CTRL)
        assert codes(proposed) == expected
    press(proposed, KEY.Key_Z, CTRL | SHIFT)
    press(proposed, KEY.Key_Z, CTRL | SHIFT)
    assert codes(proposed) == ["J18.9", "E11.9"]


def test_g_goes_to_the_next_undecided(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_K)
    press(proposed, KEY.Key_G)
    assert current_code(proposed) == "E11.9"


def test_signing_is_blocked_while_a_suggestion_is_undecided_and_says_which(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_Return, CTRL)
    assert not proposed.sign.isVisible()
    assert "E11.9" in said(proposed)
    assert current_code(proposed) == "E11.9"


def test_ctrl_enter_twice_signs_and_opens_the_next_record_and_enter_never_does(proposed):
    first = proposed.session.view
    assert first is not None
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_P)
    for _ in range(4):
        press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_Return, CTRL)
    assert proposed.sign.isVisible()
    assert "J18.9" in proposed.sign.summary.toPlainText()
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_Enter)
    assert proposed.sign.isVisible()
    press(proposed, KEY.Key_Return, CTRL)
    assert not proposed.sign.isVisible()
    row = next(row for row in proposed.session.rows if row.record_id == first.record_id)
    assert row.status is RecordStatus.SIGNED
    assert proposed.session.view is not None
    assert proposed.session.view.record_id != first.record_id


def test_signing_is_blocked_while_a_code_edit_of_level_error_is_open(proposed):
    for _ in range(5):
        press(proposed, KEY.Key_A)
    assert proposed.assigned.errors
    assert proposed.assigned.findings.isVisible()
    press(proposed, KEY.Key_Return, CTRL)
    assert not proposed.sign.isVisible()
    assert proposed.assigned.errors[0] in said(proposed)


def test_a_signed_record_changes_only_by_an_amendment(proposed):
    first = proposed.session.view
    assert first is not None
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_P)
    for _ in range(4):
        press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_Return, CTRL)
    press(proposed, KEY.Key_Return, CTRL)
    proposed.session.open_record(first.record_id)
    assert wait_until_loaded(proposed)
    press(proposed, KEY.Key_X)
    assert not proposed.choices.isVisible()
    press(proposed, KEY.Key_A, CTRL | SHIFT)
    type_words(proposed, "late result")
    press(proposed, KEY.Key_Return)
    view = proposed.session.view
    assert view is not None
    assert not view.is_signed
    assert [line.action for line in view.history][-2:] == [CodingAction.SIGN, CodingAction.AMEND]


def test_single_letters_do_nothing_while_the_record_list_has_the_focus(proposed):
    press(proposed, KEY.Key_1, CTRL)
    for key in (KEY.Key_A, KEY.Key_X, KEY.Key_P, KEY.Key_1, KEY.Key_R, KEY.Key_N):
        press(proposed, key)
        assert set(decisions(proposed)) == {Decision.UNDECIDED}
        assert not any(overlay.isVisible() for overlay in proposed.overlays)


def test_letters_act_in_the_note_too(proposed):
    press(proposed, KEY.Key_2, CTRL)
    press(proposed, KEY.Key_A)
    assert codes(proposed) == ["J18.9"]


def test_escape_comes_back_to_the_tray_from_anywhere(proposed):
    for key in (KEY.Key_1, KEY.Key_2, KEY.Key_4):
        press(proposed, key, CTRL)
        press(proposed, KEY.Key_Escape)
        if key is not KEY.Key_2:
            assert proposed.tray.view.hasFocus()
    press(proposed, KEY.Key_3, CTRL)
    assert proposed.tray.view.hasFocus()


def test_slash_finds_words_and_letters_typed_there_decide_nothing(proposed):
    press(proposed, KEY.Key_Slash)
    type_words(proposed, "lower lobe")
    assert proposed.note.note.hasFocus() is False
    assert proposed.note.find_result.text() == ""
    type_words(proposed, " axa")
    assert "Not in this document" in proposed.note.find_result.text()
    press(proposed, KEY.Key_Escape)
    assert set(decisions(proposed)) == {Decision.UNDECIDED}
    assert proposed.tray.view.hasFocus()


def test_a_key_held_down_decides_once_only(proposed):
    for name in ("accept", "sign", "undo", "reject", "remove", "alternative_1"):
        assert not proposed.actions_[name].autoRepeat()


def test_evidence_never_on_the_screen_takes_a_second_key(proposed):
    proposed.review._seen.clear()
    press(proposed, KEY.Key_A)
    assert codes(proposed) == []
    assert "again" in said(proposed)
    press(proposed, KEY.Key_A)
    assert codes(proposed) == ["J18.9"]


def test_ctrl_plus_and_minus_change_every_font(proposed):
    before = proposed.tray.view.font().pointSize()
    press(proposed, KEY.Key_Plus, CTRL)
    assert proposed.tray.view.font().pointSize() == before + 1
    press(proposed, KEY.Key_Minus, CTRL)
    assert proposed.tray.view.font().pointSize() == before


def test_the_question_mark_shows_the_key_sheet(proposed):
    press(proposed, KEY.Key_Question)
    assert proposed.key_sheet.isVisible()
    press(proposed, KEY.Key_Escape)
    assert not proposed.key_sheet.isVisible()
    assert proposed.tray.view.hasFocus()


def test_no_two_actions_share_a_key(window):
    keys = [key for spec in window.actions_.specs for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_history_shows_what_was_pressed(proposed):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_X)
    press(proposed, KEY.Key_3)
    first, second = proposed.note.history.model.rows
    assert (first.what, first.code, first.change, first.why) == (
        "Rejected", "E11.9", "To decide → Rejected", "Ruled out")
    assert (second.what, second.code) == ("Accepted", "J18.9")
    assert (first.coder_id, first.suggested_by) == ("dr-test", "on the suggestion of engine without model, 73 %")
