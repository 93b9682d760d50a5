"""The worker process as its parent holds it: start, send, receive, stop."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from ehrcoder.adapters.model import protocol

STOP_SECONDS = 2.0
_IMPORT_ROOT = Path(__file__).resolve().parents[3]

Questions = protocol.Load | protocol.Judge | protocol.Complete | protocol.Cancel
Answers = protocol.Loaded | protocol.Judged | protocol.Completed | protocol.Cancelled | protocol.Failed


class WorkerDiedError(Exception):
    """The worker process ended without an answer; the message says how."""


class WorkerProcess:
    """One running worker. Its answers are read on a thread of their own, so that waiting can be given up."""

    def __init__(self, log_file: Path) -> None:
        """Start the worker. Raises OSError."""
        self._answers: queue.Queue[Answers | None] = queue.Queue()
        self._process = subprocess.Popen(
            _command(_writable(log_file)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="strict",
            # `python -m` would otherwise import from whatever folder the program was started in.
            cwd=None if _is_frozen() else _IMPORT_ROOT,
            # A windowed program on Windows must not open a console for its worker.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._reader = threading.Thread(target=self._read, name="model-answers", daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def send(self, question: Questions) -> None:
        """Pass a question on. Raises WorkerDiedError."""
        line = question.model_dump_json() + "\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerDiedError(self._ending()) from error

    def next_answer(self, seconds: float) -> Answers | None:
        """Return the next answer, None when none came in time. Raises WorkerDiedError."""
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if answer is None:
            # Whoever asks again must be told again.
            self._answers.put(None)
            raise WorkerDiedError(self._ending())
        return answer

    def kill(self) -> None:
        """End the process at once; `stop` is still to be called."""
        self._process.kill()

    def stop(self) -> None:
        """Ask the worker to end, insist after two seconds, and leave nothing behind."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=STOP_SECONDS)
        self._process.stdout.close()

    def _read(self) -> None:
        """Pass the worker's lines on; the end of its output is told as None."""
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._answers.put(protocol.ANSWER.validate_json(line))
        except ValueError:
            # A line that is no answer: this worker cannot be talked to any more.
            self._process.kill()
        self._answers.put(None)

    def _ending(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_SECONDS)
        code = self._process.returncode
        if code is None:
            return "it does not answer"
        if code >= 0:
            return f"exit code {code}"
        known = {item.value: item.name for item in signal.Signals}
        return f"signal {known.get(-code, -code)}"


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def _command(log_file: str) -> list[str]:
    if _is_frozen():
        return [sys.executable, "--model-worker", log_file]
    return [sys.executable, "-m", "ehrcoder.adapters.model.worker", log_file]


def _writable(log_file: Path) -> str:
    """Return the log file's full path; a log that cannot be written must not cost the model."""
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return os.devnull
    return str(log_file.absolute())
