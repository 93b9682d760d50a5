"""Runs work off the main thread and brings each result back to it.

Three lanes: the store lane is one thread and owns the writing workspace; the read lane is two threads, each
with its own read-only objects; the propose lane is one thread and owns the coding engine.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ehrcoder.core.errors import CancelledError, EhrCoderError, InputError
from ehrcoder.gui.language import spoken

Result = TypeVar("Result")


class Lane(StrEnum):
    """Which threads a piece of work runs on."""

    STORE = "store"
    READ = "read"
    PROPOSE = "propose"


_THREADS = {Lane.STORE: 1, Lane.READ: 2, Lane.PROPOSE: 1}


class CancelFlag:
    """A person's wish to stop, set on the main thread and asked for on another."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError once the person asked to stop."""
        if self._event.is_set():
            raise CancelledError("Cancelled.", kept="Nothing of the cancelled work was saved.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that went wrong, as the person sees it. `trace` names places in our code, never data."""

    what: str
    kept: str = ""
    next_step: str = ""
    trace: str = ""
    kind: str = ""
    """The class of the error."""
    is_refusal: bool = False
    """The person asked for what cannot be done; a line in the status bar says enough."""

    @property
    def is_our_bug(self) -> bool:
        """Whether the program itself is to blame."""
        return bool(self.trace)


def problem_of(error: BaseException) -> Problem:
    """Return what a person is told of an error; the text of a foreign exception may hold clinical text."""
    if isinstance(error, EhrCoderError):
        return Problem(
            what=spoken(error.what), kept=spoken(error.kept), next_step=spoken(error.next_step),
            is_refusal=isinstance(error, InputError), kind=type(error).__name__,
        )
    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames[-8:])
    return Problem(
        what=spoken(f"EHRCoder made a mistake of its own ({type(error).__name__})."),
        kept=spoken("Every decision that was shown as saved is kept."),
        next_step=spoken("Go on working; if it happens again, report the lines below. They hold no clinical text."),
        trace=places or type(error).__name__,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    result: Any
    error: BaseException | None
    done: Callable[[Any], None] | None
    failed: Callable[[Problem], None] | None
    cancelled: Callable[[], None] | None


class TaskRunner(QObject):
    """Starts work on a lane; its callbacks run on the thread that made the runner."""

    problem = Signal(object)
    """A `Problem` that no callback of the work took."""
    failed_by_bug = Signal(object)
    """An exception that is our own mistake, for its report."""
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=f"ehrcoder-{lane}")
            for lane, count in _THREADS.items()
        }
        self._closed = False
        self._running = 0
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether every piece of work was done and delivered."""
        return self._running == 0

    def start(
        self, lane: Lane, work: Callable[[], Result], *, done: Callable[[Result], None] | None = None,
        failed: Callable[[Problem], None] | None = None, cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Run `work` on a lane, then one of the callbacks on the main thread."""
        if self._closed:
            return
        self._running += 1
        self._lanes[lane].submit(self._run, work, done, failed, cancelled)

    def call_store(self, work: Callable[[], Result]) -> Result:
        """Run `work` on the store lane and wait for it; from another lane only, never from the main thread."""
        future: Future[Result] = self._lanes[Lane.STORE].submit(work)
        return future.result()

    def close(self, *, last: Callable[[], None] | None = None) -> None:
        """Wait for running work, drop what has not started, and run `last` on the store lane."""
        if self._closed:
            return
        self._closed = True
        for lane in (Lane.PROPOSE, Lane.READ):
            self._lanes[lane].shutdown(wait=True, cancel_futures=True)
        store = self._lanes[Lane.STORE]
        if last is not None:
            store.submit(last)
        store.shutdown(wait=True)

    def _run(
        self, work: Callable[[], Any], done: Callable[[Any], None] | None,
        failed: Callable[[Problem], None] | None, cancelled: Callable[[], None] | None,
    ) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - the border of a thread: the person must hear of it
            error = raised
        if not self._closed:
            self._finished.emit(
                _Outcome(result=result, error=error, done=done, failed=failed, cancelled=cancelled)
            )

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        self._running -= 1
        if self._closed:
            return
        if outcome.error is None:
            if outcome.done is not None:
                outcome.done(outcome.result)
        elif isinstance(outcome.error, CancelledError) and outcome.cancelled is not None:
            outcome.cancelled()
        else:
            problem = problem_of(outcome.error)
            if problem.is_our_bug:
                self.failed_by_bug.emit(outcome.error)
            if outcome.failed is not None:
                outcome.failed(problem)
            if outcome.failed is None or problem.is_our_bug:
                self.problem.emit(problem)
