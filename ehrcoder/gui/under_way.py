"""What a key started and the window does not show yet: whoever acts on what is shown waits for its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from PySide6.QtCore import QObject, Signal

Told = ParamSpec("Told")


class UnderWay(QObject):
    """Counts what was begun and not ended; used on the main thread only."""

    settled = Signal()
    """Everything that was begun is shown, or was refused."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0

    @property
    def is_any(self) -> bool:
        """Whether what is shown will change on its own in a moment."""
        return self._count > 0

    def begin(self) -> None:
        """Something was started whose outcome the person has not seen."""
        self._count += 1

    def end(self) -> None:
        """Its outcome is shown."""
        self._count -= 1
        if not self._count:
            self.settled.emit()

    def ending(self, told: Callable[Told, object]) -> Callable[Told, None]:
        """Return a callback that shows an outcome by `told` and ends what `begin` began, whatever comes of it."""
        @wraps(told)
        def shown(*args: Told.args, **kwargs: Told.kwargs) -> None:
            try:
                told(*args, **kwargs)
            finally:
                self.end()

        return shown
