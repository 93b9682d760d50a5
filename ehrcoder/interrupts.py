"""Ctrl+C that is not lost: Python drops what is raised inside a function that SQLite calls back.

An interrupt that falls into one would end the statement with an error that nobody asked for, and the job would go on.
It is put off for a moment instead, until the function has returned.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CALLED_BY_SQLITE = frozenset({
    ("ehrcoder.adapters.store.guard", "_decide"), ("ehrcoder.adapters.store.row_hash", "row_sha256"),
})
"""Module and name of each function that is given to SQLite; a test compares them with what the program gives it."""
_A_MOMENT = 0.005


@contextmanager
def heeded_interrupts() -> Iterator[None]:
    """Within this, an interrupt (SIGINT) raises KeyboardInterrupt, wherever it falls.

    Changes nothing where somebody else handles interrupts, or on another thread than the main one.
    """
    is_ours = (threading.current_thread() is threading.main_thread()
               and signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) in CALLED_BY_SQLITE:
            again = threading.Timer(_A_MOMENT, signal.raise_signal, [number])
            again.daemon = True
            again.start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt
