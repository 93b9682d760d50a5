"""Pictures of the window show a loaded record; nothing in it is cut off at the smallest size."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QToolButton

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.screenshot import save_screenshot


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screenshot_shows_the_record_that_was_named(tmp_path, services, qapp, theme):
    workspace = services.open_workspace(tmp_path / "work.ehrw", read_only=True)
    rows = workspace.rows()
    workspace.close()
    target = save_screenshot(
        tmp_path / "work.ehrw", tmp_path / "shots" / f"{theme}.png", record_id=rows[-1].record_id, theme=theme,
        size=(1280, 800), services=services,
    )
    image = QImage(str(target))
    assert (image.width(), image.height()) == (1280, 800)
    colours = {image.pixelColor(x, y).name() for x in range(0, 1280, 7) for y in range(0, 800, 7)}
    assert len(colours) > 20


def test_no_button_is_cut_off_at_the_smallest_size(proposed: MainWindow):
    proposed.resize(1280, 800)
    assert wait_until_loaded(proposed)
    for button in proposed.findChildren(QToolButton):
        if button.isVisible() and button.text() and not button.objectName().startswith("qt_"):
            assert button.width() >= button.sizeHint().width() - 1, button.objectName()


def test_a_code_is_never_elided_in_the_assigned_list(proposed: MainWindow):
    for _ in range(5):
        proposed.trigger("accept")
        assert wait_until_loaded(proposed)
    table = proposed.assigned.table
    metrics = QFontMetrics(table.font())
    for row in range(5):
        index = proposed.assigned.model.index(row, 1)
        assert metrics.horizontalAdvance(index.data()) < table.columnWidth(1)


def test_the_note_keeps_its_room_at_the_smallest_size(window: MainWindow):
    records, note, codes = window.panes.sizes()
    assert window.width() == 1280
    assert note >= 480
    assert codes >= window.tray.least_width
    assert records >= 200
