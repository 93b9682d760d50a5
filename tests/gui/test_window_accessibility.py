"""Everything that takes the focus has a name and a role; text stands out from its ground in every theme."""

from __future__ import annotations

from itertools import product

import pytest
from builders.window_keys import open_popup
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPushButton,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)

from ehrcoder.core.assignments import Decision
from ehrcoder.core.codes import CodeKind
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.theme import THEMES, Theme, contrast


def _takes_focus(widget: QWidget) -> bool:
    if widget.focusPolicy() is Qt.FocusPolicy.NoFocus or isinstance(widget, QScrollBar):
        return False
    if isinstance(widget, QKeySequenceEdit):
        return False  # hands the focus to the line inside it, which is looked at itself
    return not (widget.objectName().startswith("qt_") or isinstance(widget.parent(), QAbstractScrollArea))


@pytest.mark.parametrize("popup", [
    "", "keys", "about", "search", "reject", "replace", "ladder", "comment", "history", "rebind", "hold", "tour",
    "filter_tray", "accept_listed", "sign",
])
def test_no_control_that_takes_the_focus_is_without_a_name_and_a_role(proposed: MainWindow, popup: str):
    open_popup(proposed, popup)
    nameless = []
    for widget in proposed.findChildren(QWidget):
        if not _takes_focus(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            nameless.append(f"{type(widget).__name__} {widget.objectName()}")
        elif interface.role() in (QAccessible.Role.NoRole, QAccessible.Role.Client):
            nameless.append(f"{type(widget).__name__} {widget.objectName()} has no role")
    assert not nameless, "\n".join(nameless)


def test_every_button_has_an_action_or_a_tooltip_and_an_object_name(window: MainWindow):
    ours = [
        each for each in window.findChildren(QAbstractButton)
        if not each.objectName().startswith("qt_") and isinstance(each, (QToolButton, QPushButton))
        and not isinstance(each.parent(), (QTabBar, QLineEdit, QMenuBar))
    ]
    assert len(ours) > 15
    for button in ours:
        assert button.objectName()
        assert button.toolTip()
        assert button.accessibleName()
        if isinstance(button, QToolButton):
            action = button.defaultAction()
            assert action is not None
            assert action.text()
            assert action.objectName()


def test_every_row_of_the_tray_says_its_state_in_words(proposed: MainWindow):
    proposed.trigger("accept")
    assert wait_until_loaded(proposed)
    texts = [
        proposed.tray.model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(proposed.tray.model.rowCount())
    ]
    assert texts[0].startswith("Accepted")
    assert texts[1].startswith("To decide")
    assert all("quote" in text and "%" in text for text in texts)


def test_tab_stays_inside_an_open_popup(proposed: MainWindow):
    from PySide6.QtTest import QTest

    proposed.trigger("replace")
    assert wait_until_loaded(proposed)
    for _ in range(8):
        QTest.keyClick(proposed.focusWidget(), Qt.Key.Key_Tab)
        assert proposed.search.isAncestorOf(proposed.focusWidget())


def _pairs(theme: Theme):
    grounds = (theme.surface, theme.selection, theme.hover, theme.raised, theme.window)
    texts = [theme.text, theme.muted, theme.warning]
    texts += [theme.decision(each).name() for each in Decision]
    yield from product(texts, grounds)
    for kind in CodeKind:
        yield theme.kind(kind).name(), theme.surface
        yield theme.kind(kind).name(), theme.selection
        yield theme.text, theme.kind_ground(kind).name()
    yield theme.on_accent, theme.accent
    yield theme.on_current, theme.current
    yield theme.warning, theme.warning_ground
    yield theme.accent, theme.surface


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_text_colour_stands_out_from_its_grounds(name: str):
    weak = [
        f"{text} on {ground}: {contrast(text, ground):.2f}"
        for text, ground in _pairs(THEMES[name]) if contrast(text, ground) < 4.5
    ]
    assert weak == []


def test_contrast_is_the_ratio_that_wcag_defines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_rendered_text_is_readable_in_every_theme(proposed: MainWindow, name: str):
    """Computed from what was painted: the strongest contrast inside each label's own rectangle."""
    window = proposed
    window.set_theme(THEMES[name])
    window.trigger("accept")
    assert wait_until_loaded(window)
    labels = [each for each in window.findChildren(QLabel) if each.isVisible() and each.text().strip()]
    labels += [each for each in window.findChildren(QAbstractButton)
               if each.isVisible() and each.isEnabled() and each.text().strip()
               and not each.objectName().startswith("qt_")]
    assert len(labels) > 25
    image = window.grab().toImage()
    for label in labels:
        corner = label.mapTo(window, label.rect().topLeft())
        colours = {
            image.pixelColor(x, y).name()
            for x in range(corner.x(), min(corner.x() + label.width(), image.width()), 1)
            for y in range(corner.y(), min(corner.y() + label.height(), image.height()), 1)
        }
        ground = image.pixelColor(corner.x() + label.width() // 2, corner.y() + label.height() - 4).name()
        assert max(contrast(colour, ground) for colour in colours) >= 4.5, label.text()
