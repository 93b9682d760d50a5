"""Makes a picture of the window without a display."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehrcoder.core.ids import RecordId
    from ehrcoder.services import Services


def save_screenshot(
    workspace: Path, target: Path, *, record_id: RecordId | None = None, theme: str = "light",
    size: tuple[int, int] = (1440, 900), services: Services | None = None,
) -> Path:
    """Write a PNG of the window with a record open (the first open one where none is named).

    Raises EnvironmentFault when the window does not load or the file cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ehrcoder.core.errors import EnvironmentFault
    from ehrcoder.gui.app import application, make_window, wait_until_loaded
    from ehrcoder.services import Services as RealServices

    application()
    used = services or RealServices()
    window = make_window(used, workspace, theme=theme)
    try:
        window.resize(*size)
        window.show()
        window.session.open(read_only=True)
        loaded = wait_until_loaded(window)
        window.session.look_for_model()
        loaded = loaded and wait_until_loaded(window)
        if record_id is not None:
            window.session.open_record(record_id)
            loaded = loaded and wait_until_loaded(window)
        QApplication.processEvents()
        if not loaded:
            raise EnvironmentFault("The window did not load in time.", next_step="Try again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(target), "PNG"):
            raise EnvironmentFault(f"{target} could not be written.", next_step="Check the folder and the disk.")
    finally:
        window.close()
        window.deleteLater()
        QApplication.processEvents()
    return target
