"""Tells a person how far the set-up is, and runs the long commands behind it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

_HEARTBEAT_SECONDS = 15.0
_LINES_ON_FAILURE = 30
_TAIL_BYTES = 20_000
# How ninja counts what it compiles.
_STEP = re.compile(rb"\[(\d+/\d+)\]")


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def duration(seconds: float) -> str:
    """Return a span of time in words, such as `2 min 05 s`."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


class Console:
    """Prints numbered stages; commands write into a log file that is shown when they fail."""

    def __init__(self, *, total: int, log_file: Path) -> None:
        self._total = total
        self._number = 0
        self._log_file = log_file
        self._started = time.monotonic()
        self.worked = False
        log_file.parent.mkdir(parents=True, exist_ok=True)
        log_file.write_text("", "utf-8")

    def stage(self, name: str, step: Callable[[], str]) -> None:
        """Run one stage. It returns what it did in a few words; empty when there was nothing to do."""
        self._number += 1
        started = time.monotonic()
        self._say(f"[{self._number}/{self._total}] {name}")
        done = step()
        if done:
            self.worked = True
        self._say(f"      {done or 'up to date'} ({duration(time.monotonic() - started)})")

    def note(self, text: str) -> None:
        """Print a line that belongs to the current stage."""
        self._say(f"      {text}")

    def close(self) -> None:
        """Say how long it took in all."""
        self._say(f"Set-up complete after {duration(time.monotonic() - self._started)}.")

    def run(
        self, command: Sequence[str | Path], what: str, *, environment: Mapping[str, str] | None = None,
        folder: Path | None = None, next_step: str = "",
    ) -> None:
        """Run a command, with a line every 15 seconds that says that it still works. Raises SetupError."""
        words = [str(word) for word in command]
        with self._log_file.open("a+", encoding="utf-8", errors="replace") as log:
            log.write(f"\n$ {' '.join(words)}\n")
            log.flush()
            begin = log.tell()
            process = subprocess.Popen(
                words, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
                env={**os.environ, **(environment or {})},
            )
            beat = _Heartbeat(self, what, self._log_file, begin)
            try:
                code = process.wait()
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                raise
            finally:
                beat.stop()
            if code:
                log.seek(begin)
                self._fail(what, log.read(), code, next_step)

    def _fail(self, what: str, output: str, code: int, next_step: str) -> NoReturn:
        for line in output.splitlines()[-_LINES_ON_FAILURE:]:
            print(f"      | {line}", file=sys.stderr)
        raise SetupError(
            f"{what} failed (exit code {code}); all of its output is in {self._log_file}."
            f"{' ' + next_step if next_step else ''}"
        )

    @staticmethod
    def _say(text: str) -> None:
        print(text, flush=True)


class _Heartbeat:
    """Prints a line now and then while a command runs, with the step it is at where its output counts them."""

    def __init__(self, console: Console, what: str, log_file: Path, begin: int) -> None:
        self._console, self._what, self._log_file, self._begin = console, what, log_file, begin
        self._started = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopped.wait(_HEARTBEAT_SECONDS):
            self._console.note(f"… {self._what}{self._step()}: {duration(time.monotonic() - self._started)}")

    def _step(self) -> str:
        with self._log_file.open("rb") as log:
            log.seek(max(self._begin, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            steps = _STEP.findall(log.read())
        return f", step {steps[-1].decode()}" if steps else ""
