"""Windows without a display, on real workspaces with a small code set and an engine that needs no model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from builders.window_world import FakeServices, sample_records

from ehrcoder.gui.app import application, make_window, wait_until_loaded
from ehrcoder.gui.main_window import MainWindow


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    from PySide6.QtWidgets import QApplication

    return QApplication


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    made = FakeServices(tmp_path / "home")
    workspace = made.open_workspace(tmp_path / "work.ehrw")
    try:
        workspace.add_records(sample_records())
    finally:
        workspace.close()
    return made


@pytest.fixture
def open_window(qtbot, tmp_path: Path, services: FakeServices) -> Iterator[Callable[[], MainWindow]]:
    """Open a window on the workspace, loaded and active."""
    application()
    opened: list[MainWindow] = []

    def make(*, read_only: bool = False) -> MainWindow:
        window = make_window(services, tmp_path / "work.ehrw", theme="light")
        opened.append(window)
        window.resize(1280, 800)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.session.open(read_only=read_only)
        assert wait_until_loaded(window)
        return window

    make.services = services
    make.path = tmp_path / "work.ehrw"
    yield make
    for window in opened:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def proposed(window: MainWindow) -> MainWindow:
    """A window whose open record has suggestions, the tray with the focus."""
    window.trigger("propose")
    assert wait_until_loaded(window)
    window.focus_review()
    return window
