"""Before anything is typed, the search lists what the engine thought of for this record and did not suggest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ehrcoder.core.codes import CodeKind
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)
    assert wait_until_loaded(window)


def listed(window: MainWindow) -> list[str]:
    model = window.search.model
    hits = (model.hit(model.index(row, 0)) for row in range(model.rowCount()))
    return [hit.concept.coding.code for hit in hits if hit is not None]


def test_it_lists_them_likeliest_first_with_their_words(proposed: MainWindow):
    press(proposed, KEY.Key_K, CTRL)
    assert listed(proposed) == ["R05.1", "J18.1"]
    hit = proposed.search.model.hit(proposed.search.model.index(0, 0))
    assert hit is not None
    assert "Cough" in proposed.search.model.note(hit)
    assert "possible" in proposed.search.foot.text()


def test_enter_alone_takes_none_and_an_arrow_takes_the_first_on_its_own_words(proposed: MainWindow):
    press(proposed, KEY.Key_K, CTRL)
    press(proposed, KEY.Key_Return)
    assert proposed.search.isVisible()
    assert not proposed.session.need_view().coding.assignments
    press(proposed, KEY.Key_Down)
    press(proposed, KEY.Key_Return)
    assigned = proposed.session.need_view().coding.assignments
    assert [each.coding.code for each in assigned] == ["R05.1"]
    assert [each.quote for each in assigned[0].evidence] == ["Cough"]
    assert assigned[0].suggestion_id is None


def test_what_was_taken_is_listed_no_more_and_words_search_all_codes(proposed: MainWindow):
    press(proposed, KEY.Key_K, CTRL)
    press(proposed, KEY.Key_Down)
    press(proposed, KEY.Key_Return)
    press(proposed, KEY.Key_K, CTRL)
    assert listed(proposed) == ["J18.1"]
    QTest.keyClicks(proposed.search.line, "hypertension")
    assert wait_until_loaded(proposed)
    assert listed(proposed) == ["I10"]


def test_a_kind_that_is_chosen_holds_for_the_list_too(proposed: MainWindow):
    press(proposed, KEY.Key_K, CTRL)
    proposed.search.kind.setCurrentIndex(proposed.search.kind.findData(CodeKind.PROCEDURE))
    assert wait_until_loaded(proposed)
    assert listed(proposed) == []
