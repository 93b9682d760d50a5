"""The window says what was noticed about its workspace, and makes the day's backup."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from builders.window_world import FakeServices, sample_records

from ehrcoder.gui.main_window import MainWindow

Opener = Callable[..., MainWindow]


def test_an_older_copy_put_back_is_said_at_opening(
    qtbot, open_window: Opener, services: FakeServices, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "work.ehrw"
    older = shutil.copy(path, tmp_path / "older")
    workspace = services.open_workspace(path)
    workspace.add_records(sample_records())
    workspace.close()
    shutil.copy(older, path)
    said: list[str] = []
    monkeypatch.setattr(MainWindow, "show_problem", lambda window, problem: said.append(problem.what))
    open_window()
    assert "its end was cut, or the file was replaced" in said[0]


def test_opening_for_writing_makes_the_days_backup_and_reading_does_not(
    qtbot, open_window: Opener, services: FakeServices, tmp_path: Path
) -> None:
    open_window(read_only=True)
    assert services.backed_up == []
    open_window()
    qtbot.waitUntil(lambda: services.backed_up == [tmp_path / "work.ehrw"])
