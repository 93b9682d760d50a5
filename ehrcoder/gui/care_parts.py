"""What the window gains for looking after the installation: settings, model file, guide, versions, crash reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QUrl

from ehrcoder.gui.action_spec import ActionSpec
from ehrcoder.gui.task_runner import Lane

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost


def actions() -> tuple[tuple[ActionSpec, Callable[[PartHost], None]], ...]:
    """Return these actions with their words and keys, and what each runs."""
    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    return (
        (ActionSpec(
            name="settings", group=tr("File"), text=tr("Settings…"), keys=("Ctrl+,",),
            tip=tr("Look for a setting and change it")), change_settings),
        (ActionSpec(
            name="model_file", group=tr("File"), text=tr("Choose a language model…"),
            tip=tr("Copy a model file into the data folder and let it propose")), choose_model),
        (ActionSpec(
            name="guide", group=tr("Help"), text=tr("Guide"), keys=("Shift+F1",),
            tip=tr("Open the guide in the browser; it lies on this machine")), open_guide),
        (ActionSpec(
            name="licences", group=tr("Help"), text=tr("Licences"),
            tip=tr("Show the licence of everything that is enclosed")), open_licences),
        (ActionSpec(
            name="about", group=tr("Help"), text=tr("About EHRCoder"),
            tip=tr("Versions, code sets, model, and what is sent anywhere: nothing")), tell_about),
    )


def change_settings(host: PartHost) -> None:
    """Show the settings."""
    from ehrcoder.gui.dialogs.settings import SettingsPopup

    host.popup(SettingsPopup, lambda: SettingsPopup(host)).ask()


def tell_about(host: PartHost) -> None:
    """Show versions, editions, model and licences."""
    from ehrcoder.gui.dialogs.about import AboutPopup

    host.popup(AboutPopup, lambda: AboutPopup(host)).tell()


def open_guide(host: PartHost) -> None:
    """Open the guide in the system's browser; it lies on this machine."""
    _open_page(host, host.session.services.paths.guide / "index.html")


def open_licences(host: PartHost) -> None:
    """Open the licences of all that is enclosed, or say where they are in a checkout."""
    paths = host.session.services.paths
    _open_page(host, paths.resources.parent / "licences.html")


def _open_page(host: PartHost, page: Path) -> None:
    from PySide6.QtGui import QDesktopServices

    if not page.is_file():
        host.message.tell(
            _tr("Not built yet"),
            _tr("There is no {0}.\n\nIn a checkout, `make docs` builds the guide; the licences come with "
                "`make package`.").format(page),
        )
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(page))):
        host.message.tell(_tr("No browser"), _tr("No program on this machine opens web pages. The page is:\n\n{0}")
                          .format(page))


def choose_model(host: PartHost) -> None:
    """Let the person choose a model file, copy it and use it from the next proposals on."""
    from ehrcoder.gui.file_dialogs import ask_for_file

    file = ask_for_file(host.widget, _tr("Choose a language model"), _tr("Models (*.gguf);;All files (*)"))
    if file is None:
        return
    host.say(_tr("Copying the model …"))
    session = host.session

    def done(path: Path) -> None:
        host.say(_tr("In use from the next proposals on: {0}").format(path.name))
        session.use_other_engine()

    session.runner.start(
        Lane.PROPOSE, lambda: session.services.use_model(file), done=done, failed=session.problem.emit
    )


def tell_of_last_crash(host: PartHost, report: Path) -> None:
    """Say that the last run ended by a failure, and where its report lies."""
    host.message.tell(
        _tr("The last run ended by a failure of the program"),
        _tr("Every decision that was shown as saved is kept.\n\nWhat failed is written in the file below, without "
            "clinical text, names or paths. Nothing was sent: pass it on if it happens again."),
        str(report),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("care_parts", text)
