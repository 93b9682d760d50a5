"""Starts the window: the application, the session behind it, and what to do when either cannot start."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from ehrcoder.crash import CrashReports
from ehrcoder.gui.care_parts import tell_of_last_crash
from ehrcoder.gui.icons import icon
from ehrcoder.gui.language import install_language
from ehrcoder.gui.main_window import MainWindow, memory_in
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.task_runner import Problem, problem_of
from ehrcoder.gui.theme import apply_theme, theme_named

if TYPE_CHECKING:
    from ehrcoder.services import Services

_LOCKED = "WorkspaceLockedError"
TURN_SECONDS = 0.001
_ENCRYPTED = "PassphraseNeededError"


def application() -> QApplication:
    """Return the one QApplication of this process."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    app = QApplication(["ehrcoder"])
    app.setApplicationName("EHRCoder")
    app.setDesktopFileName("ehrcoder")
    app.setWindowIcon(icon("app", "#0a5ea8"))
    return app


def make_window(
    services: Services, workspace: Path | None, *, theme: str | None = None, memory: QSettings | None = None
) -> MainWindow:
    """Return a window that is not shown yet; its session opens the workspace off the main thread."""
    session = WorkspaceSession(services, workspace)
    look = services.settings.window
    return MainWindow(
        session, theme=theme or look.theme, font_size=look.font_size, memory=memory,
        keys_file=services.paths.home / "keys.json" if memory is not None else None,
    )


def run_window(services: Services, workspace: Path | None = None) -> int:
    """Show the window until it is closed, and return the exit code."""
    if sys.platform.startswith("linux") and not _has_display():
        from ehrcoder.core.errors import EnvironmentFault

        raise EnvironmentFault(
            "There is no display to show the window on.",
            next_step="Start it from a desktop, or use the commands: ehrcoder --help",
        )
    app = application()
    # While codes are proposed another thread computes; the one that answers keys must not wait 5 ms for its turn.
    sys.setswitchinterval(TURN_SECONDS)
    language = install_language(app, services.settings.window.language, services.paths.resources)
    services.keys.ask_nobody()  # at the terminal; the window has its own way
    reports = CrashReports(services.paths.logs, stamp=lambda: f"{services.clock.now():%Y%m%d-%H%M%S}")
    ended = reports.start()
    if workspace is None and not _set_up_first(services, app, language):
        reports.stop()
        return 0
    window = make_window(services, workspace, memory=memory_in(services.paths.home))
    window.workspace_refused.connect(lambda problem: _open_otherwise(window, problem))
    _show_bugs(window.show_problem, reports)
    window.session.runner.failed_by_bug.connect(reports.write)
    window.show()
    QTimer.singleShot(0, window.session.open)
    if ended is not None:
        window.session.opened.connect(lambda _: tell_of_last_crash(window, ended))
    code = app.exec()
    sys.excepthook = sys.__excepthook__
    reports.stop()
    return code


def _set_up_first(services: Services, app: QApplication, language: str) -> bool:
    """Show the wizard where nobody has worked yet; False when the person left it."""
    from ehrcoder.gui.dialogs.first_start import SPEAK_ANOTHER, FirstStart, is_first_start

    if not is_first_start(services):
        return True
    look = services.settings.window
    apply_theme(app, theme_named(look.theme), look.font_size)
    while True:
        wizard = FirstStart(services, language)
        result = wizard.exec()
        language = wizard.language
        wizard.deleteLater()
        if result != SPEAK_ANOTHER:
            return result == FirstStart.DialogCode.Accepted
        install_language(app, language, services.paths.resources)


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _open_otherwise(window: MainWindow, problem: Problem) -> None:
    """Say why the workspace does not open; offer to read it where only another window holds it."""
    if problem.kind == _ENCRYPTED:
        ask_for_passphrase(window)
        return
    box = QMessageBox(window)
    box.setWindowTitle("EHRCoder")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(problem.what)
    box.setInformativeText(" ".join(part for part in (problem.kept, problem.next_step) if part))
    leave = box.addButton(window.tr("Quit"), QMessageBox.ButtonRole.RejectRole)
    read = None
    if problem.kind == _LOCKED:
        read = box.addButton(window.tr("Open for reading only"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(leave)
    box.exec()
    if read is not None and box.clickedButton() is read:
        window.session.open(read_only=True)
    else:
        window.close()


def ask_for_passphrase(window: MainWindow) -> None:
    """Ask until the workspace opens, or close the window."""
    from ehrcoder.gui.dialogs.encryption import PassphraseDialog

    dialog = PassphraseDialog(window, window.session, window.session.path)
    dialog.accepted.connect(window.session.open)
    dialog.rejected.connect(window.close)
    dialog.open()


def _show_bugs(show: Callable[[Problem], None], reports: CrashReports) -> None:
    """Let every unhandled error reach the person and a report; the workspace itself is safe by then."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        reports.write(error.with_traceback(trace))
        show(problem_of(error.with_traceback(trace)))

    sys.excepthook = hook


def wait_until_loaded(window: MainWindow, seconds: float = 30.0) -> bool:
    """Let the window work until nothing is under way; tell whether it got there in time."""
    end = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < end:
        QApplication.processEvents()
        quiet = quiet + 1 if window.session.runner.is_idle and not window.type_ahead.waiting else 0
        if quiet > 3:
            return True
        time.sleep(0.002)
    return False
