"""Takes a picture of every screen of the window in its three themes: `python packaging/window_screens.py docs/screens`.

A picture shows one screen in the three themes side by side; docs/screens.md shows the pictures.

The records are demo notes, proposed for without a language model, in a workspace that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ehrcoder.core.assignments import Decision
from ehrcoder.gui.app import application, make_window, wait_until_loaded
from ehrcoder.gui.dialogs.first_start import FirstStart
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.theme import THEMES
from ehrcoder.services import Services

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "docs"))
from screenshots import paths_to_show

NOTES = ("01-cardiology-nstemi.txt", "02-pulmonology-copd-exacerbation.txt", "04-surgery-appendicitis-discharge.txt")
SIZE = (1440, 900)
WIDTH, QUALITY = 800, 50


class Screens:
    """One window, led from screen to screen."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder

    def settle(self) -> None:
        """Let everything load that was asked for."""
        if not wait_until_loaded(self._window, 120):
            raise SystemExit("the window did not load")
        QApplication.processEvents()

    def take(self, name: str, shown: QWidget | None = None) -> None:
        """Save in each theme what the window shows, or a dialog of its own."""
        pictures: list[QImage] = []
        for theme in THEMES.values():
            self._window.set_theme(theme)
            self.settle()
            whole = (shown or self._window).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
            pictures.append(whole.scaledToWidth(
                WIDTH if shown is None else min(whole.width(), WIDTH), Qt.TransformationMode.SmoothTransformation))
        target = self._folder / f"{name}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not _side_by_side(pictures).save(str(target), quality=QUALITY):
            raise SystemExit(f"{target} could not be written")
        print(name)

    def act(self, *names: str) -> None:
        """Carry out actions one after another."""
        for name in names:
            self._window.trigger(name)
            self.settle()

    def close(self) -> None:
        """Close the open popup."""
        for overlay in self._window.overlays:
            overlay.dismiss()
        self.settle()


def _side_by_side(pictures: Sequence[QImage]) -> QImage:
    """Return pictures of one size as one."""
    width, height = pictures[0].width(), pictures[0].height()
    whole = QImage(width * len(pictures), height, QImage.Format.Format_RGB32)
    painter = QPainter(whole)
    for place, each in enumerate(pictures):
        painter.drawImage(place * width, 0, each)
    painter.end()
    return whole


def _tour(screens: Screens, window: MainWindow) -> None:
    screens.settle()
    screens.take("first-start")
    window.tour.start()
    screens.settle()
    screens.take("tour")
    window.tour.end()


def _review(screens: Screens, window: MainWindow) -> None:
    screens.act("accept", "accept", "next")
    screens.take("review")
    screens.act("reject")
    screens.take("reject")
    screens.close()
    screens.act("ladder")
    screens.take("ladder")
    screens.close()
    screens.act("search")
    window.search.line.setText("community acquired pneumonia")
    screens.settle()
    screens.take("code-search")
    screens.close()
    screens.act("next_gap")
    screens.take("uncoded-sentence")
    screens.act("comment")
    window.reason.line.setText("Ask the cardiologist whether the LAD lesion is the culprit")
    screens.take("comment")
    screens.close()
    screens.act("filter_tray")
    window.tray.which.setCurrentIndex(1)
    window.actions_["bulk_allowed"].setChecked(True)
    screens.act("accept_listed")
    screens.take("accept-listed")
    screens.close()
    window.tray.show_everything()


def _to_signature(screens: Screens, window: MainWindow) -> None:
    view = window.session.view
    assert view is not None
    window.tray.go_to(view.suggestions[0].suggestion_id)
    screens.act("flag")
    for row in window.tray.model.rows:
        if row.decision is Decision.UNDECIDED:
            window.tray.go_to(row.suggestion.suggestion_id)
            if row.suggestion.confidence >= 0.5 and not row.errors:
                screens.act("accept")
            else:
                screens.act("reject")
                window.choices._pressed("4")
            screens.settle()
    window.tray.go_to(view.suggestions[0].suggestion_id)
    screens.act("principal")
    screens.take("code-edits")
    screens.act("compare")
    screens.take("history")
    screens.act("back", "sign")
    screens.take("sign")
    screens.close()


def _first_start(screens: Screens, window: MainWindow) -> None:
    wizard = FirstStart(window.session.services, "en")
    wizard.show()
    wizard.place.file.setText("/home/ana/Documents/ward-7.ehrw")
    for name in ("welcome", "installed", "workspace", "person"):
        end = time.monotonic() + 60
        while not wizard.runner.is_idle and time.monotonic() < end:
            QApplication.processEvents()
        if name == "workspace":
            wizard.place.encrypt.setChecked(True)
            wizard.place.secret.setText("a long passphrase")
            wizard.place.again.setText("a long passphrase")
        screens.take(f"first-start-{name}", wizard)
        wizard.next()
    wizard.reject()


def _dialogs(screens: Screens, window: MainWindow) -> None:
    window.focus_assigned()
    screens.act("sort_assigned")
    screens.take("assigned-sorted")
    window.assigned.show_sequence()
    for name, action in (
        ("keys", "keys"), ("change-keys", "rebind"), ("about", "about"), ("settings", "settings"),
        ("code-sets", "code_sets"), ("browse-codes", "browse_codes"), ("build-procedure", "build_procedure"),
        ("import-report", "import_report"), ("identifiers", "identifiers"), ("campaign", "campaign"),
    ):
        screens.act(action)
        screens.take(name)
        screens.close()
    for name in ("profiles", "encryption"):
        screens.act(name)
        dialog = next(each for each in window.findChildren(QDialog) if each.isVisible())
        screens.take("people" if name == "profiles" else name, dialog)
        dialog.reject()
        screens.settle()
    window.records.which.setCurrentIndex(0)
    window.records.order.setCurrentIndex(1)
    screens.settle()
    screens.take("queue-least-sure")
    window.resize(1280, 800)
    for _ in range(4):
        window.scale(1)
    screens.settle()
    screens.take("large-text")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    folder = parser.parse_args().folder
    services = Services(paths=paths_to_show())
    services.settings = services.settings.model_copy(
        update={"coder": "dr-demo", "model": services.settings.model.model_copy(update={"enabled": False})}
    )
    application()
    with tempfile.TemporaryDirectory() as temporary:
        memory = QSettings(str(Path(temporary) / "window.ini"), QSettings.Format.IniFormat)
        window = make_window(services, Path(temporary) / "demo.ehrw", theme="light", memory=memory)
        window.resize(*SIZE)
        window.show()
        screens = Screens(window, folder)
        window.session.open()
        _tour(screens, window)
        notes = services.paths.resources / "demo" / "notes"
        window.session.import_files([notes / name for name in NOTES])
        screens.settle()
        screens.act("propose_all")
        window.resize(*SIZE)
        steps: tuple[Callable[[Screens, MainWindow], None], ...] = (_first_start, _review, _to_signature, _dialogs)
        for step in steps:
            step(screens, window)
        window.close()


if __name__ == "__main__":
    sys.exit(main())
