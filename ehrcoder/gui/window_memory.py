"""What the window remembers from one day to the next: sizes, hidden panes, theme, text size, switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings

from ehrcoder.gui.theme import THEMES, Theme

if TYPE_CHECKING:
    from ehrcoder.gui.main_window import MainWindow

_ROOMY = 660
_USUAL_SIZE = (1440, 900)


class WindowMemory:
    """Reads and writes one small file; without one, nothing is remembered."""

    def __init__(self, settings: QSettings | None) -> None:
        self._settings = settings

    def theme(self, otherwise: Theme) -> Theme:
        """Return the remembered theme."""
        name = str(self._value("theme", ""))
        return THEMES.get(name, otherwise)

    def font_size(self, otherwise: int) -> int:
        """Return the remembered size of the text, in points."""
        return int(str(self._value("font_size", otherwise)))

    def is_on(self, name: str) -> bool:
        """Return whether a switch was left on; off where nothing is known."""
        return str(self._value(name, "false")).casefold() == "true"

    def keep(self, name: str, *, on: bool) -> None:
        """Remember a switch at once."""
        if self._settings is not None:
            self._settings.setValue(name, on)
            self._settings.sync()

    @property
    def is_kept(self) -> bool:
        """Whether anything is remembered at all."""
        return self._settings is not None

    def recall_places(self, window: MainWindow) -> None:
        """Bring panes and window to where they were."""
        settings = self._settings
        if settings is None or not settings.contains("geometry"):
            window.resize(*_USUAL_SIZE)
        if settings is None:
            return
        for key, restore in (
            ("geometry", window.restoreGeometry), ("panes", window.panes.restoreState),
            ("right", window.right.restoreState), ("history", window.note.history.splitter.restoreState),
        ):
            value = settings.value(key)
            if isinstance(value, QByteArray):
                restore(value)
        window.records.setHidden(self.is_on("records_hidden"))
        window.trail.setHidden(self.is_on("trail_hidden"))
        window.note.sections_wanted = not self.is_on("sections_hidden")

    def share_out(self, window: MainWindow) -> None:
        """Give each pane its part of the window, where nobody has moved them: the note gets what the others leave.

        Only once the window is polished is it known how wide the buttons of a pane are.
        """
        if self._settings is not None and self._settings.contains("panes"):
            return
        width = window.panes.width() - 2 * window.panes.handleWidth()
        records = min(max(window.records.minimumWidth(), width * 18 // 100), 340)
        codes = max(window.right.minimumWidth(), width * 31 // 100)
        window.panes.setSizes([records, width - records - codes, codes])
        height = window.right.height()
        assigned = height * (42 if height > _ROOMY else 37) // 100
        window.right.setSizes([height - assigned, assigned])

    def remember(self, window: MainWindow) -> None:
        """Write all of it."""
        settings = self._settings
        if settings is None:
            return
        for name, value in (
            ("font_size", window.text_size), ("theme", window.theme.name), ("geometry", window.saveGeometry()),
            ("panes", window.panes.saveState()), ("right", window.right.saveState()),
            ("history", window.note.history.splitter.saveState()), ("records_hidden", window.records.isHidden()),
            ("trail_hidden", window.trail.isHidden()), ("sections_hidden", not window.note.sections_wanted),
            ("bulk_allowed", window.actions_["bulk_allowed"].isChecked()),
        ):
            settings.setValue(name, value)
        settings.sync()

    def _value(self, name: str, otherwise: object) -> object:
        return otherwise if self._settings is None else self._settings.value(name, otherwise)
