"""Ends the reading of a file that was made to be read for ever, or was damaged into it.

Parsers written in Python can be held by a small file for minutes: 20 KB of PDF unpack to a page on which one word is
drawn 200,000 times. No count of bytes or pages shows that beforehand, so the clock does.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ehrcoder.core.errors import InputError

_TICK = 0.05
# A tick that took longer was none of the reader's: the computer slept, or the program was stopped.
_LONGEST_TICK = 10.0
_LEAST_SECONDS = 3.5
_BYTES_A_SECOND = 50_000


class _TimeIsUpError(BaseException):
    """Outside `Exception`, since parsers catch those to go on."""


@contextmanager
def time_limit(size: int, *, name: str) -> Iterator[None]:
    """Hold what is done inside to 3.5 seconds, and a second more for each 50 KB of the file.

    `size` is the file's in bytes. Raises InputError when the time is up. The thread is interrupted between two steps of
    Python; a single call into C is not, so it is meant for parsers written in Python.
    """
    seconds = _LEAST_SECONDS + size / _BYTES_A_SECOND
    watch = _Watch(threading.get_ident(), seconds)
    guard = threading.Thread(target=watch.run, name="reading time limit", daemon=True)
    guard.start()
    try:
        try:
            yield
        finally:
            watch.end()
            guard.join()
    except _TimeIsUpError:
        raise _too_long(name, seconds) from None
    except Exception:
        # Interrupted within a `finally` or a destructor, the parser may have made something else of it.
        if watch.has_struck:
            raise _too_long(name, seconds) from None
        raise


def _too_long(name: str, seconds: float) -> InputError:
    return InputError(
        f"{name} was given up after {seconds:.0f} seconds: its pages take far longer to read than its size explains.",
        next_step="Print it anew as PDF, or copy its text.",
    )


class _Watch:
    def __init__(self, thread: int, seconds: float) -> None:
        self._thread = ctypes.c_ulong(thread)
        self._seconds = seconds
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.has_struck = False

    def run(self) -> None:
        """Interrupt the thread when its time is up, and again for as long as it goes on."""
        left = self._seconds
        last = time.monotonic()
        while not self._ended.wait(_TICK):
            now = time.monotonic()
            left -= now - last if now - last < _LONGEST_TICK else _TICK
            last = now
            if left <= 0:
                with self._lock:
                    if not self._ended.is_set():
                        self.has_struck = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(_TimeIsUpError))

    def end(self) -> None:
        """Strike no more, and take back a blow that has not fallen yet."""
        while True:
            try:
                with self._lock:
                    self._ended.set()
                    if self.has_struck:
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, None)
                return
            except _TimeIsUpError:
                continue
