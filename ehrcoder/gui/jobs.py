"""The long jobs that run: how each one stands, how long it still takes, and how to stop them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.task_runner import CancelFlag
from ehrcoder.gui.time_left import TimeLeft
from ehrcoder.ports import Progress

_TICK_MS = 1000


class Jobs(QObject):
    """Used on the main thread, but for `tell` and `progress`, which may be called on any."""

    changed = Signal(object)
    """JobState of the job that is shown: the one begun last; of another while it runs on; an empty one when idle."""
    _told = Signal(object)

    def __init__(self, parent: QObject | None = None, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._now = now
        self._flags: dict[str, CancelFlag] = {}
        self._states: dict[str, JobState] = {}
        self._left: dict[str, TimeLeft] = {}
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show)

    @property
    def is_any(self) -> bool:
        """Whether a job runs."""
        return bool(self._flags)

    def is_running(self, name: str) -> bool:
        """Whether this job runs."""
        return name in self._flags

    @property
    def shown(self) -> JobState:
        """The job that is shown, with its time left."""
        if not self._flags:
            return JobState()
        name = list(self._flags)[-1]
        state = self._states.get(name)
        if state is None:
            return JobState(name=name)
        left = self._left[name].seconds(at=self._now())
        return replace(state, seconds_left=left, others=len(self._flags) - 1)

    def begin(self, name: str) -> CancelFlag:
        """A job was started; return by what it can be stopped."""
        flag = self._flags[name] = CancelFlag()
        self._left[name] = TimeLeft()
        self._timer.start()
        self.changed.emit(self.shown)
        return flag

    def end(self, name: str) -> None:
        """A job has ended, whatever came of it."""
        for kept in (self._flags, self._states, self._left):
            kept.pop(name, None)
        if not self._flags:
            self._timer.stop()
        self.changed.emit(self.shown)

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for flag in self._flags.values():
            flag.cancel()

    def tell(self, state: JobState) -> None:
        """Say how a job stands."""
        self._told.emit(state)

    def progress(self, name: str, text: str) -> Progress:
        """Return what a use-case calls to say how a job stands; `text` gets its message."""
        def told(done: int, total: int, message: str) -> None:
            self.tell(JobState(name=name, text=text.format(message), done=done, total=total))

        return told

    @Slot(object)
    def _on_told(self, state: JobState) -> None:
        if state.name in self._flags:
            self._states[state.name] = state
            self._left[state.name].report(done=state.done, total=state.total, at=self._now())
            self._show()

    @Slot()
    def _show(self) -> None:
        if (state := self.shown).text:
            self.changed.emit(state)
