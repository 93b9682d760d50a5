"""The code browser and the procedure builder, by keys, on the code sets of this installation."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from ehrcoder.core.codes import ICD_10_PCS
from ehrcoder.gui.dialogs.code_browser import CodeBrowser
from ehrcoder.gui.dialogs.procedure_builder import ProcedureBuilder
from ehrcoder.paths import find_paths


@pytest.fixture
def window(open_window, monkeypatch):
    from ehrcoder.services import Services

    if not (find_paths().code_sets / "vocabulary.sqlite").is_file():
        pytest.skip("the code sets are not built here: run `ehrcoder codesets build`")
    monkeypatch.setattr(open_window.services, "open_code_sets", lambda: Services().open_code_sets(), raising=False)
    return open_window()


def trigger(window, name: str) -> None:
    next(action for action in window.findChildren(QAction) if action.objectName() == name).trigger()


def press(qtbot, *keys) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget(), key)


def test_the_browser_walks_down_and_up_by_keys_and_shows_what_is_inherited(qtbot, window) -> None:
    trigger(window, "browse_codes")
    browser = window.findChild(CodeBrowser)
    qtbot.waitUntil(lambda: browser.model.rowCount() > 20, timeout=20_000)
    assert browser.view.hasFocus()
    browser.line.setText("j441")
    qtbot.keyClick(browser.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: browser.marked is not None and browser.marked.coding.code == "J44.1", timeout=20_000)
    qtbot.waitUntil(lambda: "from J44" in browser.text.toPlainText(), timeout=20_000)
    assert browser.assign.isEnabled()
    press(qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: browser.marked is not None and browser.marked.coding.code == "J44", timeout=20_000)
    assert not browser.assign.isEnabled()
    press(qtbot, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: browser.marked is not None and browser.marked.coding.code == "J44.0", timeout=20_000)
    press(qtbot, Qt.Key.Key_Escape)
    assert not browser.isVisible()


def test_a_code_that_does_not_exist_is_said_in_a_line_and_the_level_stays(qtbot, window) -> None:
    trigger(window, "browse_codes")
    browser = window.findChild(CodeBrowser)
    qtbot.waitUntil(lambda: browser.model.rowCount() > 20, timeout=20_000)
    browser.line.setText("J44.7")
    qtbot.keyClick(browser.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "J44.7" in browser.foot.text(), timeout=20_000)
    assert browser.model.rowCount() > 20


def test_the_builder_completes_a_code_by_typing_and_takes_characters_back(qtbot, window) -> None:
    trigger(window, "build_procedure")
    builder = window.findChild(ProcedureBuilder)
    for typed, wanted in (("0", "0"), ("d", "0D"), ("t", "0DT"), ("j", "0DTJ"), ("0", "0DTJ0")):
        qtbot.waitUntil(lambda before=wanted[:-1]: builder.step is not None and builder.step.code == before,
                        timeout=20_000)
        qtbot.keyClicks(builder.view, typed)
    qtbot.waitUntil(lambda: builder.step.code == "0DTJ0", timeout=20_000)
    qtbot.keyClicks(builder.view, "3")
    qtbot.waitUntil(lambda: "0DTJ03" in builder.foot.text(), timeout=20_000)
    press(qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: builder.step.code == "0DTJ", timeout=20_000)
    for wanted in ("0DTJ0", "0DTJ0Z", "0DTJ0ZZ"):
        press(qtbot, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda code=wanted: builder.step.code == code, timeout=20_000)
    assert "Resection of Appendix, Open Approach" in builder.result.text()
    assert builder.assign.isEnabled()


def test_a_finished_code_is_handed_to_whoever_asked(qtbot, window) -> None:
    taken = []
    trigger(window, "build_procedure")
    builder = window.findChild(ProcedureBuilder)
    builder.ask(beginning="0DTJ0ZZ", taken=taken.append)
    qtbot.waitUntil(lambda: builder.step is not None and builder.step.finished is not None, timeout=20_000)
    press(qtbot, Qt.Key.Key_Return)
    assert [(each.system, each.code) for each in taken] == [(ICD_10_PCS, "0DTJ0ZZ")]
    assert not builder.isVisible()


def test_what_is_typed_in_the_list_goes_to_a_code(qtbot, window) -> None:
    trigger(window, "browse_codes")
    browser = window.findChild(CodeBrowser)
    qtbot.waitUntil(lambda: browser.model.rowCount() > 20, timeout=20_000)
    assert browser.view.hasFocus()
    for letter in "i50.21":
        qtbot.keyClicks(QApplication.focusWidget(), letter)
    assert browser.line.text() == "i50.21"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: browser.marked is not None and browser.marked.coding.code == "I50.21", timeout=20_000)
    assert browser.view.hasFocus()


def test_browser_and_builder_open_by_their_keys_at_what_the_search_marks(qtbot, window) -> None:
    control_alt = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for typed, key, kind in (("acute systolic heart failure", Qt.Key.Key_K, CodeBrowser),
                             ("resection of appendix", Qt.Key.Key_B, ProcedureBuilder)):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        assert window.search.isVisible()
        window.search.line.clear()
        qtbot.keyClicks(window.search.line, typed)
        qtbot.waitUntil(lambda: window.search.is_settled and window.search.model.rowCount() > 0, timeout=20_000)
        marked = window.search.model.hit(window.search.view.currentIndex()).concept.coding.code
        qtbot.keyClick(QApplication.focusWidget(), key, control_alt)
        opened = window.findChild(kind)
        assert opened is not None
        assert opened.isVisible()
        assert not window.search.isVisible()
        if kind is CodeBrowser:
            qtbot.waitUntil(lambda shown=opened, code=marked: shown.marked is not None
                            and shown.marked.coding.code == code, timeout=20_000)
        else:
            qtbot.waitUntil(lambda shown=opened, code=marked: shown.step is not None
                            and shown.step.code.startswith(code[:4]), timeout=20_000)
        press(qtbot, Qt.Key.Key_Escape)
        assert not opened.isVisible()
