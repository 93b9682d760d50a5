"""A pseudo-language, in which every text is longer and marked, shows nothing hard-coded and nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QToolButton,
    QTreeWidget,
    QWidget,
)

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow

OPEN, CLOSE = "⟦", "⟧"
# What is shown as it is stored or as it is named everywhere: record, patient, codes, keys, versions.
DATA = ("recordTitle", "detailTitle", "detailWords", "detailCode", "detailNote", "keycap", "editions", "modelState",
        "about_code")
_WORD = re.compile(r"[^\W\d_]{3,}")


class Pseudo(QTranslator):
    """Gives back every text in brackets, a third longer."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        words = text if isinstance(text, str) else bytes(text).decode("utf-8")
        return f"{OPEN}{words}{'~' * (len(words) // 3)}{CLOSE}" if words.strip() else words


@pytest.fixture
def pseudo(qapp) -> Iterator[None]:
    translator = Pseudo()
    QCoreApplication.installTranslator(translator)
    try:
        yield
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.fixture
def pseudo_window(pseudo, open_window) -> MainWindow:
    window = open_window()
    window.trigger("propose")
    assert wait_until_loaded(window)
    return window


def plain_texts(window: MainWindow) -> Iterator[tuple[str, str]]:
    """Yield where a text stands and the text, for all that the window itself says."""
    for action in window.findChildren(QAction):
        if action.objectName() in {spec.name for spec in window.actions_.specs}:
            yield f"action {action.objectName()}", action.text()
            yield f"tip of {action.objectName()}", action.toolTip()
    for widget in window.findChildren(QWidget):
        name = f"{type(widget).__name__} {widget.objectName()}"
        if widget.objectName() in DATA or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget, QLabel | QAbstractButton):
            yield name, widget.text()
        if isinstance(widget, QLineEdit) and not isinstance(widget.parent(), QComboBox):
            yield name, widget.placeholderText()
        if isinstance(widget, QComboBox) and widget.objectName() != "documents":
            yield from ((name, widget.itemText(place)) for place in range(widget.count()))
        if isinstance(widget, QTabBar):
            yield from ((name, widget.tabText(place)) for place in range(widget.count()))
        if isinstance(widget, QTreeWidget):
            header = widget.headerItem()
            yield from ((name, header.text(column)) for column in range(header.columnCount()))
        if not isinstance(widget, QLabel):
            yield f"name of {name}", widget.accessibleName()


@pytest.mark.parametrize("popup", ["", "keys", "rebind", "search", "reject", "replace", "ladder", "comment", "history"])
def test_nothing_that_the_window_says_is_hard_coded(pseudo_window: MainWindow, popup: str):
    if popup:
        pseudo_window.trigger(popup)
        assert wait_until_loaded(pseudo_window)
    view = pseudo_window.session.need_view()
    known = [view.record.source_name, view.record.patient.pseudonym, "Discharge summary"]
    wrong = []
    for where, text in plain_texts(pseudo_window):
        bare = text.replace("&", "")
        for name in known:
            bare = bare.replace(name, "")
        if _WORD.search(bare) and OPEN not in bare:
            wrong.append(f"{where}: {text}")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_nothing_is_cut_off_where_texts_are_a_third_longer(pseudo_window: MainWindow):
    pseudo_window.resize(1280, 800)
    assert wait_until_loaded(pseudo_window)
    cut = [
        f"{type(each).__name__} {each.objectName()} {each.text()}: {each.width()} of {each.sizeHint().width()}"
        for each in pseudo_window.findChildren(QToolButton)
        if each.isVisible() and each.text() and not each.objectName().startswith("qt_")
        and each.width() < each.sizeHint().width() - 1
    ]
    cut += [
        f"QLabel {each.objectName()} {each.text()}: {each.width()} of {each.sizeHint().width()}"
        for each in pseudo_window.tray.findChildren(QLabel) + pseudo_window.assigned.findChildren(QLabel)
        if each.isVisible() and not each.wordWrap() and each.objectName() not in DATA
        and each.width() < each.sizeHint().width() - 1
    ]
    assert not cut, "\n".join(cut)
