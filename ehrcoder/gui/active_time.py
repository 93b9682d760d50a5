"""How long a person worked on the open record: the time between key presses and clicks, pauses left out."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow

LONGEST_PAUSE = 60.0
"""Seconds without a key or a click after which nobody is taken to be working."""

_WORK = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)


class ActiveTime(QObject):
    """Counts seconds of work on one record; every decision takes along those since the one before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._earlier = 0
        self._taken = 0
        self._worked = 0.0
        self._last: float | None = None

    def watch(self, window: QWindow) -> None:
        """Listen to what reaches a window from outside: a key and a click each come by once."""
        window.installEventFilter(self)

    def begin(self, earlier: int) -> None:
        """Start for a record on which people worked `earlier` seconds before."""
        self._earlier, self._taken, self._worked, self._last = earlier, 0, 0.0, time.monotonic()

    def note(self, at: float) -> None:
        """Take note of a key or a click at this moment."""
        if self._last is not None:
            pause = at - self._last
            self._worked += pause if pause <= LONGEST_PAUSE else 0.0
            self._last = at

    def note_now(self) -> None:
        """Take note of an action's key: Qt hands it to the action alone, and the filter below never sees it."""
        self.note(time.monotonic())

    def take(self) -> int:
        """Return the whole seconds since they were last taken, to be kept with a decision."""
        fresh = int(self._worked) - self._taken
        self._taken += fresh
        return fresh

    @property
    def total(self) -> int:
        """Seconds of work on the record, all people and sessions together."""
        return self._earlier + int(self._worked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _WORK:
            self.note(time.monotonic())
        return False
