"""Makes every picture of the window that the guide shows, anew: `python docs/screenshots.py`, without a display.

The records are the fictional demo notes, the suggestions the shipped model's own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from ehrcoder.gui.app import application, make_window, wait_until_loaded  # noqa: E402
from ehrcoder.gui.main_window import MainWindow  # noqa: E402
from ehrcoder.gui.theme import apply_theme, theme_named  # noqa: E402
from ehrcoder.paths import Paths, find_paths  # noqa: E402
from ehrcoder.services import Services  # noqa: E402

NOTES = ("02-pulmonology-copd-exacerbation.txt", "06-paediatrics-bronchiolitis.txt", "10-neurology-stroke.txt")
_SIZE = (1280, 800)


def paths_to_show() -> Paths:
    """Return this installation's parts under a folder whose name may stand in a picture."""
    real = find_paths()
    home = Path(tempfile.gettempdir()) / "ehrcoder"
    home.mkdir(exist_ok=True)
    for name in ("models", "codesets"):
        if not (home / name).exists():
            (home / name).symlink_to(real.home / name)
    return replace(real, home=home)


def prepare(services: Services, workspace: Path) -> None:
    """Import the notes and propose codes for the first of them."""
    from ehrcoder.usecases.import_records import import_paths
    from ehrcoder.usecases.propose_codes import propose_codes

    with closing(services.open_workspace(workspace)) as opened:
        folder = services.paths.resources / "demo" / "notes"
        import_paths(
            [folder / name for name in NOTES], readers=services.readers, store=opened, clock=services.clock,
            ids=services.ids,
        )
        first = min(opened.rows(), key=lambda row: row.title)
        propose_codes(first.record_id, engine=services.engine(), store=opened, history=opened,
                      withheld=lambda record_id: False)


def save(widget: QWidget, name: str) -> None:
    """Write a picture of a widget into docs/images."""
    for _ in range(5):
        QApplication.processEvents()
    target = DOCS / "images" / name
    if not widget.grab().save(str(target), "PNG"):
        raise OSError(f"{target} could not be written")
    print(f"{target.relative_to(DOCS.parent)}: {target.stat().st_size // 1024} kB")


def with_window(services: Services, workspace: Path, theme: str, work: Callable[[MainWindow], None]) -> None:
    """Open the window on the first record, let `work` use it, and close it."""
    window = make_window(services, workspace, theme=theme)
    try:
        window.resize(*_SIZE)
        window.show()
        window.session.open()
        wait_until_loaded(window)
        window.session.look_for_model()
        first = min(window.session.rows, key=lambda row: row.title)
        window.session.open_record(first.record_id)
        wait_until_loaded(window, 90)
        work(window)
    finally:
        window.close()
        window.deleteLater()
        QApplication.processEvents()


def light(window: MainWindow) -> None:
    """The window as it is met first, then its popups."""
    save(window, "window-light.png")
    for action, name in (("search", "search.png"), ("settings", "settings.png"), ("about", "about.png")):
        window.trigger(action)
        wait_until_loaded(window)
        if action == "search":
            window.search.line.setText("copd exacerbation")
            wait_until_loaded(window)
            QApplication.processEvents()
            wait_until_loaded(window, 5)
        save(window, name)
        next(each for each in window.overlays if each.isVisible()).dismiss()


def dark(window: MainWindow) -> None:
    """Some decisions, in the dark theme."""
    window.focus_review()
    for action in ("accept", "accept"):
        window.trigger(action)
        wait_until_loaded(window)
    save(window, "window-dark.png")


def first_start(services: Services, language: str, name: str) -> None:
    """The page of the first start that asks for the workspace."""
    from ehrcoder.gui.dialogs.first_start import FirstStart
    from ehrcoder.gui.language import install_language

    app = application()
    install_language(app, language, services.paths.resources)
    apply_theme(app, theme_named("light"), services.settings.window.font_size)
    wizard = FirstStart(services, language)
    wizard.show()
    wizard.place.file.setText("/home/ana/Documents/ward-7.ehrw")
    wizard.next()
    wizard.next()
    save(wizard, name)
    wizard.reject()
    install_language(app, "en", services.paths.resources)


def main() -> int:
    """Make every picture and return the exit code."""
    application()
    (DOCS / "images").mkdir(exist_ok=True)
    services = Services(paths=paths_to_show())
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "ward-7.ehrw"
        prepare(services, workspace)
        with_window(services, workspace, "light", light)
        with_window(services, workspace, "dark", dark)
        first_start(services, "en", "first-start.png")
        first_start(services, "es", "first-start-es.png")
    services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
