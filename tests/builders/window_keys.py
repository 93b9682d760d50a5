"""Keys pressed in a window, and its popups opened by their actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the focus is, and wait for what it started."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)
    assert wait_until_loaded(window)


def open_popup(window: MainWindow, action: str) -> None:
    """Bring the window to where an action opens its popup, and trigger it; '' opens none."""
    if action == "sign":
        for _ in range(5):
            window.trigger("accept")
            assert wait_until_loaded(window)
        window.tray.go_to(window.tray.model.rows[0].suggestion.suggestion_id)
        window.trigger("principal")
        assert wait_until_loaded(window)
    if action == "accept_listed":
        window.actions_["bulk_allowed"].setChecked(True)
        window.tray.which.setCurrentIndex(1)
    if action:
        window.trigger(action)
        assert wait_until_loaded(window)
