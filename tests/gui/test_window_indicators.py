"""What shows that something can be ticked, chosen or typed stands out 3:1 from its ground, as painted in each theme."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.gui import theme as theme_module
from ehrcoder.gui.theme import DARK, THEMES, Theme, apply_theme, contrast

ENOUGH = 3.0


@pytest.fixture(params=sorted(THEMES))
def theme(request, qapp):
    chosen = THEMES[request.param]
    apply_theme(qapp, chosen, 11)
    # Every window puts its own theme on; a style sheet that is taken away again leaves Qt with a style that is gone.
    return chosen


@pytest.fixture
def painted(qtbot):
    """Return how a widget is painted on a page of a dialog, without the focus."""
    pages: list[QWidget] = []

    def paint(widget: QWidget) -> QImage:
        page = QWidget()
        pages.append(page)
        QVBoxLayout(page).addWidget(widget)
        qtbot.addWidget(page)
        page.resize(300, 120)
        page.show()
        page.setFocus()
        QApplication.processEvents()
        return page.grab(QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())).toImage()

    return paint


def strongest(image: QImage, place: QRect, ground: str) -> float:
    """Return the strongest contrast of a place with a colour."""
    colours = {image.pixelColor(x, y).name() for x in range(place.left(), place.right() + 1)
               for y in range(place.top(), place.bottom() + 1)}
    return max(contrast(colour, ground) for colour in colours)


def indicator(button: QCheckBox | QRadioButton) -> QRect:
    option = QStyleOptionButton()
    button.initStyleOption(option)
    element = (QStyle.SubElement.SE_CheckBoxIndicator if isinstance(button, QCheckBox)
               else QStyle.SubElement.SE_RadioButtonIndicator)
    return button.style().subElementRect(element, option, button)


def edges(place: QRect) -> list[QRect]:
    """Return the four sides of a frame, three pixels wide."""
    return [QRect(place.left(), place.center().y(), 3, 1), QRect(place.right() - 2, place.center().y(), 3, 1),
            QRect(place.center().x(), place.top(), 1, 3), QRect(place.center().x(), place.bottom() - 2, 1, 3)]


@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_a_box_is_seen_ticked_or_not(theme: Theme, kind, is_on: bool, painted) -> None:
    button = kind("Encrypt it")
    button.setAutoExclusive(False)
    button.setChecked(is_on)
    image, place = painted(button), indicator(button)
    for edge in edges(place):
        assert strongest(image, edge, theme.window) >= ENOUGH
    inside = QRect(place.center().x() - 2, place.center().y() - 2, 5, 5)
    fill = image.pixelColor(place.left() + 3, place.center().y()).name()
    assert (strongest(image, inside, fill) >= ENOUGH) == is_on  # the mark; nothing is there where it is not ticked


def test_the_mark_is_found_where_the_program_lies_in_a_folder_with_spaces(
    qapp, painted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtlog
) -> None:
    folder = tmp_path / 'EHR Coder ñ "2"'
    shutil.copytree(Path(__file__).parents[2] / "resources" / "icons", folder / "icons")
    monkeypatch.setattr(theme_module, "find_paths", lambda: SimpleNamespace(resources=folder))
    theme_module._pictures.cache_clear()
    try:
        apply_theme(qapp, DARK, 12)
        button = QCheckBox("Encrypt it")
        button.setChecked(True)
        image, place = painted(button), indicator(button)
    finally:
        theme_module._pictures.cache_clear()
    inside = QRect(place.center().x() - 2, place.center().y() - 2, 5, 5)
    assert strongest(image, inside, DARK.accent) >= ENOUGH
    assert not any("stylesheet" in each.message for each in qtlog.records)


@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize("is_chosen", [False, True])
def test_a_box_in_a_list_is_seen_on_every_ground(theme: Theme, is_on: bool, is_chosen: bool, painted) -> None:
    listed = QListWidget()
    item = QListWidgetItem("name: Maria")
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
    listed.addItem(item)
    if is_chosen:
        listed.setCurrentRow(0)
    image = painted(listed)
    option = QStyleOptionViewItem()
    listed.initViewItemOption(option)
    option.rect = listed.visualItemRect(item)
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    place = listed.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, listed)
    place.translate(listed.viewport().pos())
    ground = theme.selection if is_chosen else theme.surface
    for edge in edges(place):
        assert strongest(image, edge, ground) >= ENOUGH


@pytest.mark.parametrize("kind", [QLineEdit, QComboBox, QSpinBox, QPushButton])
def test_the_frame_of_a_control_is_seen(theme: Theme, kind, painted) -> None:
    control = kind()
    image = painted(control)
    for edge in edges(control.rect()):
        assert strongest(image, edge, theme.window) >= ENOUGH


def test_the_arrow_of_a_choice_is_seen(theme: Theme, painted) -> None:
    box = QComboBox()
    box.addItem("")
    image = painted(box)
    right = QRect(box.width() - 20, 5, 15, box.height() - 10)
    assert strongest(image, right, theme.raised) >= ENOUGH


def test_marks_and_arrows_have_the_colours_of_their_theme(theme: Theme) -> None:
    folder = Path(__file__).parents[2] / "resources" / "icons"
    for name, colour in (("check", theme.on_accent), ("down", theme.text), ("up", theme.text)):
        drawing = (folder / f"{name}-{theme.name}.svg").read_text()
        assert re.findall('stroke="(.+?)"', drawing) == [colour]
