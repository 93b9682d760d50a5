"""No word, button or list heading of the window and its dialogs is cut off, at 1280×800 and at 200 % scale."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.window_keys import open_popup
from builders.window_world import FakeServices
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QMenuBar,
    QScrollBar,
    QTabBar,
    QWidget,
)

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.first_start import FirstStart
from ehrcoder.gui.language import install_language
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.theme import THEMES, apply_theme

POPUPS = ("", "keys", "about", "search", "reject", "replace", "ladder", "comment", "history", "rebind", "hold", "tour",
          "filter_tray", "filter_assigned", "accept_listed", "sign", "settings", "code_sets", "identifiers", "campaign",
          "profiles", "encryption", "browse_codes", "build_procedure")
"""Actions that open what the window has; with `sort_assigned` its hint."""
# Their words go on in their tooltip: a record's name and a message may be longer than any window.
ELIDED = ("status_message", "recordTitle", "job_text", "modelState")


def cut_off(root: QWidget) -> Iterator[str]:
    """Yield each visible label or button that is smaller than its words, and each that leaves its parent."""
    for each in [*root.findChildren(QLabel), *root.findChildren(QAbstractButton)]:
        if not each.isVisible() or each.objectName().startswith("qt_") or each.objectName() in ELIDED:
            continue
        if isinstance(each.parent(), QTabBar | QMenuBar | QScrollBar | QComboBox) or each.visibleRegion().isEmpty():
            continue
        name = f"{type(each).__name__} {each.objectName()} {each.text()[:60]!r}"
        wanted = each.sizeHint()
        if isinstance(each, QLabel) and each.wordWrap():
            if each.heightForWidth(each.width()) > each.height() + 1:
                yield f"{name}: {each.height()} high, {each.heightForWidth(each.width())} wanted"
        elif each.text() and (each.width() < wanted.width() - 1 or each.height() < min(wanted.height(), 60) - 3):
            yield f"{name}: {each.width()}×{each.height()}, {wanted.width()}×{wanted.height()} wanted"


def _open(window: MainWindow, action: str) -> None:
    open_popup(window, action)
    QApplication.processEvents()


@pytest.fixture(params=["en", "es"])
def spoken_window(request, qapp, open_window) -> Iterator[MainWindow]:
    services: FakeServices = open_window.services
    install_language(qapp, request.param, services.paths.resources)
    window = open_window()
    window.trigger("propose")
    assert wait_until_loaded(window)
    window.resize(1280, 800)
    yield window
    install_language(qapp, "en", services.paths.resources)


def test_nothing_is_cut_off_at_the_smallest_size(spoken_window: MainWindow):
    known = {spec.name for spec in spoken_window.actions_.specs}
    found: list[str] = []
    for action in POPUPS:
        if action and action not in known:
            pytest.fail(f"there is no action {action}")
        _open(spoken_window, action)
        found += [f"{action or 'window'}: {each}" for each in cut_off(spoken_window)]
        for overlay in spoken_window.overlays:
            overlay.dismiss()
        for dialog in spoken_window.findChildren(QDialog):
            dialog.reject()
        spoken_window.trigger("back")
        assert wait_until_loaded(spoken_window)
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_the_first_start_is_cut_off(qtbot, qapp, tmp_path, language: str):
    services = FakeServices(tmp_path / "home")
    install_language(qapp, language, services.paths.resources)
    apply_theme(qapp, THEMES["light"], 11)
    wizard = FirstStart(services, language)
    qtbot.addWidget(wizard)
    wizard.show()
    found: list[str] = []
    for _ in range(4):
        qtbot.waitUntil(lambda: wizard.runner.is_idle)
        for _ in range(3):
            QApplication.processEvents()  # the layout follows what was found
        found += list(cut_off(wizard))
        wizard.next()
    wizard.reject()
    install_language(qapp, "en", services.paths.resources)
    assert not found, "\n".join(sorted(set(found)))


def test_nothing_is_cut_off_at_200_percent():
    """The tests above once more in a process whose screen has twice the pixels a point."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", __file__, "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         "-k", "not 200_percent"],
        env={**os.environ, "QT_SCALE_FACTOR": "2"}, cwd=Path(__file__).parents[2],
        capture_output=True, encoding="utf-8", check=False, timeout=240,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert "5 passed, 1 deselected" in done.stdout


def test_a_label_that_is_too_small_is_noticed(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    label, wrapped = QLabel("No diagnosis is marked as principal.", page), QLabel("One two three four five six", page)
    wrapped.setWordWrap(True)
    label.setGeometry(0, 0, 40, 20)
    wrapped.setGeometry(0, 30, 60, 18)
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    page.show()
    assert len(list(cut_off(page))) == 2
