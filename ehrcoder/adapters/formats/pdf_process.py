"""Reads PDF documents in a process of its own, which can be ended when a file takes for ever.

The parser is written in Python and can be held by a small file for minutes, or until memory is gone: 20 KB of PDF
unpack to a page on which one word is drawn 200,000 times. No count of bytes or pages shows that beforehand, so the
clock does; and only a process can be stopped by it without leaving something half done in this one.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from ehrcoder.adapters.formats import pdf_child
from ehrcoder.core.errors import InputError

_IMPORT_ROOT = Path(__file__).resolve().parents[3]
_START_SECONDS = 60.0
_LEAST_SECONDS = 3.5
_BYTES_A_SECOND = 50_000
_IDLE_SECONDS = 5.0


class PdfProcess:
    """The process that reads PDF documents: started by the first, shared by all, ended when none came for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def pages(self, data: bytes, *, name: str) -> list[str]:
        """Return the text of each page, empty where a page has none.

        The file may take 3.5 seconds, and a second more for each 50 KB. Raises InputError when it takes longer, is
        locked or damaged, or has too many pages.
        """
        seconds = _LEAST_SECONDS + len(data) / _BYTES_A_SECOND
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            try:
                answer, in_time = self._asked(data, seconds)
            except BaseException:
                # Interrupted in the middle: its answer must not be taken for that of the next file.
                self._stop()
                raise
            if answer is None:
                self._stop()
            else:
                self._idle = threading.Timer(_IDLE_SECONDS, self.close)
                self._idle.daemon = True
                self._idle.start()
        if not in_time:
            raise InputError(
                f"{name} was given up after {seconds:.0f} seconds: its pages take far longer to read than its size "
                "explains.",
                next_step="Print it anew as PDF, or copy its text.",
            )
        # A process that ended by itself was ended by what it read.
        if answer is None:
            raise _refusal(pdf_child.DAMAGED, name)
        if isinstance(answer, str):
            raise _refusal(answer, name)
        return answer

    def close(self) -> None:
        """End the process; the next document starts another."""
        with self._lock:
            self._stop()

    def _asked(self, data: bytes, seconds: float) -> tuple[list[str] | str | None, bool]:
        """Return the pages, the word for why there are none, or None where the process ended, and if it was in time."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        struck = threading.Event()

        def strike() -> None:
            struck.set()
            process.kill()

        clock = threading.Timer(seconds, strike)
        clock.daemon = True
        clock.start()
        try:
            with suppress(OSError):
                process.stdin.write(len(data).to_bytes(pdf_child.LENGTH_BYTES, "big") + data)
                process.stdin.flush()
            line = process.stdout.readline()
        finally:
            clock.cancel()
            clock.join()
        if struck.is_set():
            return None, False
        return (json.loads(line) if line.endswith(b"\n") else None), True

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        frozen = bool(getattr(sys, "frozen", False))
        process = self._process = subprocess.Popen(
            [sys.executable, *((pdf_child.OPTION,) if frozen else ("-m", pdf_child.__name__))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            # `python -m` would otherwise import from whatever folder the program was started in.
            cwd=None if frozen else _IMPORT_ROOT, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        # The time of a file begins when somebody is there to read it.
        clock = threading.Timer(_START_SECONDS, process.kill)
        clock.daemon = True
        clock.start()
        try:
            assert process.stdout is not None
            process.stdout.readline()
        finally:
            clock.cancel()
        return process

    def _stop(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


def _refusal(word: str, name: str) -> InputError:
    match word:
        case pdf_child.LOCKED:
            return InputError(f"{name} is protected by a password.", next_step="Unlock it first.")
        case pdf_child.TOO_MANY_PAGES:
            return InputError(f"{name} has more than {pdf_child.MOST_PAGES} pages.", next_step="Split it.")
        case pdf_child.TOO_LARGE:
            return InputError(f"{name} is a PDF whose pages need far more memory to read than its size explains.",
                              next_step="Print it anew as PDF, or copy its text.")
        case _:
            return InputError(f"{name} is a PDF that is damaged or locked.", next_step="Save it again.")


pdf_process = PdfProcess()
atexit.register(pdf_process.close)
