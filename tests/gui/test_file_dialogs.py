"""A file dialog looks at names alone: to open a file of the workspace would take SQLite's locks on it away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QFileSystemModel, QLineEdit

from ehrcoder.gui import file_dialogs
from ehrcoder.gui.main_window import MainWindow

SOURCES = Path(file_dialogs.__file__).parent
_HELD_BY_OTHERS = """
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))
"""


def is_locked(file: Path, byte: int) -> bool:
    """Ask from another process, since a process never meets its own locks."""
    asked = subprocess.run([sys.executable, "-c", _HELD_BY_OTHERS, str(file), str(byte)], capture_output=True,
                           check=False, text=True)
    assert asked.returncode == 0 or "BlockingIOError" in asked.stderr, asked.stderr
    return asked.returncode != 0


@pytest.mark.skipif(sys.platform == "win32", reason="locks of Windows belong to the handle, not to the process")
def test_the_workspace_stays_locked_while_its_folder_is_shown(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    memory = Path(f"{window.session.path}-shm")
    assert is_locked(memory, 128)  # SQLite's sign that somebody has the workspace open
    listed: list[int] = []

    def leave(turns: int = 0) -> None:
        dialog = QApplication.activeModalWidget()
        model = dialog.findChild(QFileSystemModel) if dialog is not None else None
        listed.append(model.rowCount(model.index(str(tmp_path))) if model is not None else 0)
        if dialog is not None and (listed[-1] >= 3 or turns > 100):
            QTimer.singleShot(300, dialog.reject)
        else:
            QTimer.singleShot(50, lambda: leave(turns + 1))

    QTimer.singleShot(100, leave)
    assert file_dialogs.ask_for_files(window, "Files", "All files (*)") == []
    assert listed[-1] >= 3, "the dialog did not list the workspace, its log and its memory"
    assert is_locked(memory, 128)
    assert is_locked(window.session.path, 0x40000002)


def test_a_chosen_file_comes_back(window: MainWindow, tmp_path: Path):
    wanted = tmp_path / "note.txt"
    wanted.write_text("Cough.", "utf-8")

    def choose(turns: int = 0) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            if turns > 100:
                dialog.reject()
                return
            # As a person types it: `selectFile` leaves a line alone that has the focus.
            dialog.findChild(QLineEdit, "fileNameEdit").setText(str(wanted))
            dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open).click()
            if not dialog.isVisible():
                return
        QTimer.singleShot(50, lambda: choose(turns + 1))

    QTimer.singleShot(100, choose)
    assert file_dialogs.ask_for_files(window, "Files", "Notes (*.txt)") == [wanted]


def test_nothing_in_the_window_asks_for_files_in_another_way():
    asking = [path for path in SOURCES.rglob("*.py") if "QFileDialog" in path.read_text("utf-8")]
    assert [path.name for path in asking] == ["file_dialogs.py"]
