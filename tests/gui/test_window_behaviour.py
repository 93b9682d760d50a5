"""The window's rules of behaviour, each by the keys that would break it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.window_keys import CTRL, KEY, NONE, SHIFT, press
from builders.window_world import FakeIndex, FakeServices
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from ehrcoder.core.assignments import CodingAction, Decision
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.records import RecordStatus
from ehrcoder.gui.app import make_window, wait_until_loaded
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.models.record_list import QueueFilter, QueueOrder
from ehrcoder.usecases.foresee_edits import Outlook


def type_words(window: MainWindow, words: str) -> None:
    QTest.keyClicks(window.focusWidget(), words)
    assert wait_until_loaded(window)


def codes(window: MainWindow) -> list[str]:
    view = window.session.view
    assert view is not None
    return [each.coding.code for each in view.coding.assignments]


def actions(window: MainWindow) -> list[CodingAction]:
    view = window.session.view
    assert view is not None
    return [each.action for each in view.history]


def said(window: MainWindow) -> str:
    return window.status.message.text()


def decide_all(window: MainWindow, *, principal: bool = True) -> None:
    press(window, KEY.Key_A)
    if principal:
        press(window, KEY.Key_P)
    for _ in range(4):
        press(window, KEY.Key_A)


def warning(message: str = "J18.9 and I10 exclude each other.") -> EditFinding:
    return EditFinding(rule_id="excludes2", severity=EditSeverity.WARNING, message=message, codes=(),
                       assignment_ids=(), source="test")


# 1. Enter, single letters, Esc, comments


def test_typing_a_comment_accepts_nothing_and_leaves_the_comment(proposed: MainWindow):
    press(proposed, KEY.Key_C)
    type_words(proposed, "a x 1 2 aaa p")
    assert codes(proposed) == []
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == []
    assert actions(proposed) == [CodingAction.COMMENT]
    assert proposed.tray.model.rows[0].comments == 1
    assert "a x 1 2 aaa p" in proposed.tray.detail.notes[0].text()


def test_enter_in_the_tray_the_note_and_the_lists_submits_nothing(proposed: MainWindow):
    for target in (proposed.tray.view, proposed.note.note, proposed.assigned.table, proposed.note.history.table):
        target.setFocus()
        press(proposed, KEY.Key_Return)
        press(proposed, KEY.Key_Enter)
        assert actions(proposed) == []
        assert not any(overlay.isVisible() for overlay in proposed.overlays)


def test_single_letters_do_nothing_in_the_history_and_escape_comes_back(proposed: MainWindow):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_5, CTRL)
    for key in (KEY.Key_A, KEY.Key_X, KEY.Key_1, KEY.Key_P, KEY.Key_F):
        press(proposed, key)
    assert actions(proposed) == [CodingAction.ACCEPT]
    press(proposed, KEY.Key_Escape)
    assert proposed.tray.view.hasFocus()


# 2. Nothing is pre-ticked; warnings need a reason


def test_a_warning_needs_a_typed_reason_before_the_record_is_signed(proposed: MainWindow):
    decide_all(proposed)
    proposed.assigned.show_findings((warning(),))
    press(proposed, KEY.Key_Return, CTRL)
    assert proposed.sign.isVisible()
    press(proposed, KEY.Key_Return, CTRL)
    assert proposed.sign.isVisible()
    assert proposed.sign.missing.isVisible()
    type_words(proposed, "two separate findings")
    record_id = proposed.session.need_view().record_id
    press(proposed, KEY.Key_Return, CTRL)
    assert not proposed.sign.isVisible()
    row = proposed.session.row(record_id)
    assert row is not None
    assert row.status is RecordStatus.SIGNED
    proposed.session.open_record(record_id)
    assert wait_until_loaded(proposed)
    reasons = [each.reason for each in proposed.session.need_view().history if each.action is CodingAction.ACKNOWLEDGE]
    assert reasons == ["two separate findings (excludes2: J18.9 and I10 exclude each other.)"]


def test_a_record_on_hold_is_not_signed_and_says_why(proposed: MainWindow):
    decide_all(proposed)
    record_id = proposed.session.need_view().record_id
    press(proposed, KEY.Key_H, CTRL)
    type_words(proposed, "operation note is missing")
    press(proposed, KEY.Key_Return)
    assert proposed.session.need_view().record_id != record_id
    proposed.session.open_record(record_id)
    assert wait_until_loaded(proposed)
    assert "operation note is missing" in proposed.note.notice.text()
    press(proposed, KEY.Key_Return, CTRL)
    assert not proposed.sign.isVisible()
    assert "operation note is missing" in said(proposed)
    press(proposed, KEY.Key_H, CTRL)
    press(proposed, KEY.Key_Return, CTRL)
    assert proposed.sign.isVisible()


# 3. One key never accepts an error


def test_a_code_that_would_raise_an_error_takes_a_second_key(proposed: MainWindow):
    row = proposed.tray.current
    assert row is not None
    found = replace(warning("There is no such code."), severity=EditSeverity.ERROR)
    proposed.review.show_outlook(Outlook(findings={row.suggestion.suggestion_id: (found,)}))
    press(proposed, KEY.Key_A)
    assert codes(proposed) == []
    assert "There is no such code." in said(proposed)
    press(proposed, KEY.Key_J)
    press(proposed, KEY.Key_K)
    press(proposed, KEY.Key_A)
    assert codes(proposed) == []
    press(proposed, KEY.Key_A)
    assert codes(proposed) == ["J18.9"]


def test_what_a_suggestion_would_run_into_is_found_out_by_itself(open_window, services: FakeServices):
    class Gone(FakeIndex):
        def concept(self, system, code, *, on=None):
            return None if code == "I10" else super().concept(system, code, on=on)

    services.open_code_sets = Gone
    window = open_window()
    window.trigger("propose")
    assert wait_until_loaded(window)
    by_code = {row.suggestion.coding.code: row.errors for row in window.tray.model.rows}
    assert by_code["I10"]
    assert not by_code["J18.9"]


# 4. Bulk accept


def test_a_list_is_accepted_at_once_only_when_switched_on_filtered_and_confirmed(proposed: MainWindow):
    press(proposed, KEY.Key_B, CTRL)
    assert "switched off" in said(proposed)
    proposed.actions_["bulk_allowed"].setChecked(True)
    press(proposed, KEY.Key_B, CTRL)
    assert "Filter" in said(proposed)
    assert not proposed.bulk.isVisible()
    press(proposed, KEY.Key_L, CTRL)
    proposed.tray.which.setCurrentIndex(2)
    proposed.tray.view.setFocus()
    press(proposed, KEY.Key_B, CTRL)
    assert proposed.bulk.isVisible()
    assert proposed.bulk.list.count() == 4
    assert "4" in proposed.bulk.heading.text()
    press(proposed, KEY.Key_Escape)
    assert codes(proposed) == []
    press(proposed, KEY.Key_B, CTRL)
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == ["J18.9", "E11.9", "I10", "R50.9"]
    press(proposed, KEY.Key_Z, CTRL)
    assert codes(proposed) == []


def test_bulk_accept_is_off_at_the_first_start(window: MainWindow):
    assert not window.actions_["bulk_allowed"].isChecked()


# 5. Score and decision are separate


def test_a_decision_leaves_score_and_its_words_as_they_were(proposed: MainWindow):
    before = proposed.tray.model.rows[0]
    press(proposed, KEY.Key_A)
    after = proposed.tray.model.rows[0]
    assert after.decision is Decision.ACCEPTED
    assert after.suggestion.confidence == before.suggestion.confidence
    text = proposed.tray.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("Accepted")
    assert "84 %" in text


# 6. and 7. Signing and amending


def test_the_sign_dialog_says_what_differs_from_the_suggestions(proposed: MainWindow):
    press(proposed, KEY.Key_1)
    press(proposed, KEY.Key_X)
    press(proposed, KEY.Key_4)
    for _ in range(3):
        press(proposed, KEY.Key_A)
    proposed.trigger("focus_assigned")
    press(proposed, KEY.Key_Home, CTRL)
    press(proposed, KEY.Key_P)
    proposed.focus_review()
    press(proposed, KEY.Key_Return, CTRL)
    text = proposed.sign.summary.toPlainText()
    assert "changed: J18.9 became J18.1" in text
    assert "rejected: E11.9" in text
    assert "3 accepted as suggested" in text
    assert "dr-test" in proposed.sign.about.text()
    assert "verified" in proposed.sign.about.text()


def test_an_amendment_keeps_the_former_version_readable_and_takes_a_new_signature(proposed: MainWindow):
    decide_all(proposed)
    record_id = proposed.session.need_view().record_id
    press(proposed, KEY.Key_Return, CTRL)
    press(proposed, KEY.Key_Return, CTRL)
    proposed.session.open_record(record_id)
    assert wait_until_loaded(proposed)
    press(proposed, KEY.Key_Z, CTRL)
    assert actions(proposed)[-1] is CodingAction.SIGN
    press(proposed, KEY.Key_A, CTRL | SHIFT)
    type_words(proposed, "late result")
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_4, CTRL)
    press(proposed, KEY.Key_End, CTRL)
    press(proposed, KEY.Key_Delete)
    type_words(proposed, "not confirmed")
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_Escape)
    press(proposed, KEY.Key_Return, CTRL)
    press(proposed, KEY.Key_Return, CTRL)
    proposed.session.open_record(record_id)
    assert wait_until_loaded(proposed)
    assert actions(proposed).count(CodingAction.SIGN) == 2
    history = proposed.note.history
    signed = next(row for row in reversed(history.model.rows) if row.action is CodingAction.SIGN)
    history.table.setCurrentIndex(history.model.index_of(signed.version))
    history.against.setCurrentIndex(1)
    assert any("Removed" in history.differences.item(n).text() for n in range(history.differences.count()))


# 8. Lists, empty screens


def test_the_lists_copy_their_row_in_words(proposed: MainWindow):
    press(proposed, KEY.Key_C, CTRL)
    assert "J18.9" in QGuiApplication.clipboard().text()
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_4, CTRL)
    press(proposed, KEY.Key_C, CTRL)
    assert "J18.9\tPneumonia" in QGuiApplication.clipboard().text()


def test_the_suggestions_are_filtered_and_ordered_and_the_filter_never_hides_what_is_undecided(proposed: MainWindow):
    press(proposed, KEY.Key_L, CTRL)
    type_words(proposed, "hyper")
    assert [row.suggestion.coding.code for row in proposed.tray.model.rows] == ["I10"]
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_G)
    assert proposed.tray.current is not None
    assert proposed.tray.current.suggestion.coding.code == "J18.9"
    assert not proposed.tray.model.is_filtered
    proposed.tray.order.setCurrentIndex(4)
    assert proposed.tray.model.rows[0].suggestion.coding.code == "0B9L8ZZ"


def test_the_queue_shows_the_reason_and_filters_by_it(proposed: MainWindow):
    first = proposed.session.need_view().record_id
    press(proposed, KEY.Key_F)
    press(proposed, KEY.Key_S, CTRL)
    assert proposed.session.need_view().record_id != first
    row = proposed.session.row(first)
    assert row is not None
    words = proposed.records.model.state_words(row)
    assert "Flagged" in words
    assert "5 to decide" in words
    for which, count in ((QueueFilter.FLAGGED, 1), (QueueFilter.ON_HOLD, 0), (QueueFilter.NEW, 2)):
        proposed.records.model.set_filter("", which)
        assert proposed.records.model.rowCount() == count
    proposed.records.model.set_filter("", QueueFilter.ALL)
    proposed.records.model.set_order(QueueOrder.LEAST_SURE)
    assert proposed.records.model.row(proposed.records.model.index(0, 0)).record_id == first
    assert "least sure" in proposed.records.model.state_words(row)


# 9. History


def test_d_shows_what_the_last_action_changed_and_the_version_before_can_be_restored(proposed: MainWindow):
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_A)
    press(proposed, KEY.Key_D)
    history = proposed.note.history
    assert history.differences.item(0).text() == "Added: E11.9 Type 2 diabetes mellitus without complications"
    press(proposed, KEY.Key_Down)
    assert history.chosen is not None
    assert history.chosen.code == "J18.9"
    press(proposed, KEY.Key_R, CTRL)
    type_words(proposed, "second thoughts")
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == ["J18.9"]
    assert actions(proposed)[-1] is CodingAction.RESTORE
    press(proposed, KEY.Key_Escape)
    press(proposed, KEY.Key_Z, CTRL)
    assert codes(proposed) == ["J18.9", "E11.9"]


def test_the_line_below_shows_progress_and_the_last_ten_decisions(proposed: MainWindow):
    for _ in range(6):
        press(proposed, KEY.Key_A)
        press(proposed, KEY.Key_Z, CTRL)
    press(proposed, KEY.Key_A)
    assert len(proposed.trail.chips.rows) == 10
    assert "1 of 5 decided" in proposed.trail.progress.text()
    assert "J18.9" in proposed.trail.chips.accessibleDescription()


# 10. Tour


def test_the_tour_is_offered_once_and_its_steps_follow_the_keys(qtbot, tmp_path, services: FakeServices):
    memory = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)

    def opened() -> MainWindow:
        made = make_window(services, tmp_path / "work.ehrw", theme="light", memory=memory)
        with qtbot.waitActive(made):
            made.show()
            made.activateWindow()
        made.session.open()
        assert wait_until_loaded(made)
        return made

    window = opened()
    assert window.tour.card.isVisible()
    window.tour.start()
    window.focus_review()
    for key, place in ((KEY.Key_F5, 1), (KEY.Key_J, 2), (KEY.Key_A, 3), (KEY.Key_P, 4)):
        press(window, key)
        assert window.tour.place == place
    for _ in range(5):
        press(window, KEY.Key_A)
    press(window, KEY.Key_Return, CTRL)
    for line in window.sign.findChildren(QLineEdit):
        line.setText("The note says no more")
    press(window, KEY.Key_Return, CTRL)
    assert window.tour.heading.text() == "Signed"
    assert "Ctrl+E" in window.tour.words.text()
    window.tour.note("export")
    assert not window.tour.is_running
    window.close()
    window.deleteLater()
    again = opened()
    assert not again.tour.card.isVisible()
    again.close()
    again.deleteLater()


# keys of their own


def test_m_selects_a_sentence_that_supports_no_code_and_n_codes_it(proposed: MainWindow):
    press(proposed, KEY.Key_M)
    first = proposed.note.note.selected_evidence()
    assert first is not None
    assert "supports no code" in said(proposed)
    press(proposed, KEY.Key_M)
    second = proposed.note.note.selected_evidence()
    assert second is not None
    assert second.span.start > first.span.start
    press(proposed, KEY.Key_M, SHIFT)
    assert proposed.note.note.selected_evidence() == first
    press(proposed, KEY.Key_N)
    proposed.search.line.clear()
    type_words(proposed, "cough")
    press(proposed, KEY.Key_Return)
    view = proposed.session.need_view()
    assert view.coding.assignments[0].evidence[0].quote == first.quote


def test_e_shows_the_ladder_with_what_the_note_says_and_takes_a_code(proposed: MainWindow):
    press(proposed, KEY.Key_J)
    press(proposed, KEY.Key_E)
    assert proposed.ladder.isVisible()
    told = {each.concept.coding.code: proposed.ladder.model.words(each) for each in proposed.ladder.model.rungs}
    assert set(told) == {"E11.9", "E11.65"}
    assert "as it stands" in told["E11.9"]
    assert "not documented" in told["E11.65"]
    press(proposed, KEY.Key_Down)
    press(proposed, KEY.Key_Return)
    assert codes(proposed) == ["E11.65"]


def test_v_walks_the_code_edits_round_and_round(proposed: MainWindow):
    press(proposed, KEY.Key_A)
    code = proposed.session.need_view().coding.assignments[0]
    proposed.assigned.show_findings((
        replace(warning("first"), assignment_ids=(code.assignment_id,)), warning("second"),
    ))
    for key, modifier, message in (
        (KEY.Key_V, NONE, "first"), (KEY.Key_V, NONE, "second"), (KEY.Key_V, NONE, "first"),
        (KEY.Key_V, SHIFT, "second"),
    ):
        press(proposed, key, modifier)
        assert said(proposed) == message


def test_shift_space_goes_back_through_the_evidence(proposed: MainWindow):
    press(proposed, KEY.Key_Space)
    assert "2 of 2" in said(proposed)
    press(proposed, KEY.Key_Space, SHIFT)
    assert "1 of 2" in said(proposed)


def test_undo_takes_back_flag_comment_and_hold_without_limit(proposed: MainWindow):
    press(proposed, KEY.Key_F)
    press(proposed, KEY.Key_C)
    type_words(proposed, "look again")
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_A)
    for _ in range(3):
        press(proposed, KEY.Key_Z, CTRL)
    view = proposed.session.need_view()
    assert view.coding.flag is None
    assert view.comments == ()
    assert codes(proposed) == []
    assert not proposed.actions_["undo"].isEnabled()
    for _ in range(3):
        press(proposed, KEY.Key_Z, CTRL | SHIFT)
    assert codes(proposed) == ["J18.9"]
    assert proposed.session.need_view().coding.flag == ""


@pytest.mark.parametrize(("key", "part"), [(KEY.Key_F7, "records"), (KEY.Key_F9, "trail")])
def test_panes_hide_and_come_back_without_losing_the_focus(proposed: MainWindow, key, part):
    press(proposed, key)
    assert not getattr(proposed, part).isVisible()
    assert proposed.focusWidget() is not None
    press(proposed, key)
    assert getattr(proposed, part).isVisible()
