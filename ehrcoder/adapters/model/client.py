"""The language model as the engine sees it: a worker process that is started, asked, cancelled and restarted."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ehrcoder.adapters.model import default_model, protocol
from ehrcoder.core.errors import CancelledError, ModelUnavailableError
from ehrcoder.core.suggestions import ModelDescription
from ehrcoder.paths import Paths
from ehrcoder.ports import CancelToken, JudgeAnswer, JudgeRequest
from ehrcoder.settings import ModelSettings

LOAD_SECONDS = 120.0
CANCEL_SECONDS = 2.0
_POLL_SECONDS = 0.02
_GGUF_MAGIC = b"GGUF"
_WITHOUT = "Suggestions go on from the lexicon and the code sets; coding by hand is not affected."

Answers = protocol.Loaded | protocol.Judged | protocol.Completed | protocol.Cancelled | protocol.Failed


class _WorkerDiedError(Exception):
    """The worker process ended without an answer."""


class LlamaWorkerModel:
    """Implements the `LanguageModel` port over one worker process; safe to call from any thread, one at a time."""

    def __init__(
        self, *, model: Path, adapter: Path | None, expected_sha256: str, settings: ModelSettings, log_file: Path
    ) -> None:
        self._model = model
        self._adapter = adapter
        self._expected_sha256 = expected_sha256
        self._settings = settings
        self._log_file = log_file
        self._lock = threading.RLock()
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[Answers | None] = queue.Queue()
        self._loaded: protocol.Loaded | None = None
        self._hashes: dict[Path, str] = {}
        self._last_id = 0

    @classmethod
    def from_settings(cls, settings: ModelSettings, paths: Paths) -> LlamaWorkerModel:
        """Choose model and adapter: those of the settings, else the default model with the shipped adapter."""
        default = paths.models / default_model.NAME
        model = settings.path or default
        shipped = paths.artefacts / "adapter.gguf"
        adapter = settings.adapter or (shipped if model == default and shipped.exists() else None)
        return cls(
            model=model,
            adapter=adapter,
            expected_sha256=default_model.SHA256 if model == default else "",
            settings=settings,
            log_file=paths.logs / "model-worker.log",
        )

    def describe(self) -> ModelDescription:
        """Say which model answers, starting the worker if needed. Raises ModelUnavailableError."""
        with self._lock:
            loaded = self.handshake()
            return ModelDescription(
                name=self._model.name,
                sha256=self._sha256(self._model),
                adapter=self._adapter.name if self._adapter else "",
                adapter_sha256=self._sha256(self._adapter) if self._adapter else "",
                context_size=loaded.context_size,
                threads=loaded.threads,
                gpu_layers=loaded.gpu_layers,
                library_versions=tuple(sorted(loaded.library_versions.items())),
            )

    def handshake(self) -> protocol.Loaded:
        """Return what the worker says of itself, starting it if needed. Raises ModelUnavailableError."""
        with self._lock:
            if self._loaded is None or self._process is None or self._process.poll() is not None:
                self._start()
            if self._loaded is None:
                self._unavailable("The language model did not start.")
            return self._loaded

    def judge(self, requests: Sequence[JudgeRequest], *, cancel: CancelToken | None = None) -> tuple[JudgeAnswer, ...]:
        """Answer every request in order; see the port."""
        items = [protocol.JudgeItem(prefix=r.prefix, suffixes=list(r.suffixes)) for r in requests]
        if not items:
            return ()
        with self._lock:
            self._last_id += 1
            answer = self._ask(protocol.Judge(id=self._last_id, items=items), cancel)
        if not isinstance(answer, protocol.Judged):
            self._unavailable("The language model gave no usable answer.")
        return tuple(
            JudgeAnswer(margins=tuple(margins), prompt_tokens=tokens)
            for margins, tokens in zip(answer.margins, answer.tokens, strict=True)
        )

    def complete(self, prompt: str, *, grammar: str | None, max_tokens: int) -> str:
        """Return the greedy completion under a grammar; see the port."""
        with self._lock:
            self._last_id += 1
            request = protocol.Complete(id=self._last_id, prompt=prompt, grammar=grammar, max_tokens=max_tokens)
            answer = self._ask(request, None)
        if not isinstance(answer, protocol.Completed):
            self._unavailable("The language model gave no usable answer.")
        return answer.text

    def close(self) -> None:
        """Stop the worker and free its memory."""
        with self._lock:
            process, self._process, self._loaded = self._process, None, None
            if process is None:
                return
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(timeout=CANCEL_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _ask(self, request: protocol.Judge | protocol.Complete, cancel: CancelToken | None) -> Answers:
        """Send a question; a worker that dies is restarted once and asked again."""
        for attempt in (1, 2):
            self.handshake()
            try:
                self._send(request)
                answer = self._wait(request.id, cancel)
            except _WorkerDiedError:
                self.close()
                if attempt == 2:
                    self._unavailable("The language model's process ended twice while it worked.")
                continue
            if isinstance(answer, protocol.Failed):
                self._unavailable(f"The language model could not answer: {answer.reason}.")
            return answer
        raise AssertionError("unreachable")

    def _wait(self, number: int, cancel: CancelToken | None) -> Answers:
        """Wait for the answer to a question. On a cancel the worker stops, or is killed after two seconds."""
        while True:
            answer = self._next_answer(_POLL_SECONDS if cancel is not None else None)
            if answer is not None and getattr(answer, "id", number) == number:
                return answer
            if cancel is None:
                continue
            try:
                cancel.raise_if_cancelled()
            except CancelledError:
                self._cancel(number)
                raise

    def _cancel(self, number: int) -> None:
        deadline = time.monotonic() + CANCEL_SECONDS
        try:
            self._send(protocol.Cancel())
            while time.monotonic() < deadline:
                answer = self._next_answer(_POLL_SECONDS)
                if answer is not None and getattr(answer, "id", number) == number:
                    return
        except _WorkerDiedError:
            self.close()
            return
        if self._process is not None:
            self._process.kill()
        self.close()

    def _next_answer(self, timeout: float | None) -> Answers | None:
        """Return the next answer, None when none came in time. Raises when the worker's output ended."""
        try:
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            return None
        if answer is None:
            raise _WorkerDiedError
        return answer

    def _send(self, request: protocol.Load | protocol.Judge | protocol.Complete | protocol.Cancel) -> None:
        if self._process is None or self._process.stdin is None:
            raise _WorkerDiedError
        try:
            self._process.stdin.write(request.model_dump_json() + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise _WorkerDiedError from error

    def _start(self) -> None:
        self.close()
        self._check_file()
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            _worker_command(self._log_file),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="strict",
        )
        threading.Thread(target=_read_answers, args=(self._process, self._answers), daemon=True).start()
        try:
            self._send(
                protocol.Load(
                    model=str(self._model),
                    adapter=str(self._adapter or ""),
                    context_size=self._settings.context_size,
                    threads=self._settings.threads,
                    gpu_layers=self._settings.gpu_layers,
                )
            )
            answer = self._next_answer(LOAD_SECONDS)
        except _WorkerDiedError:
            self.close()
            self._unavailable("The language model's process ended while it started.")
        if not isinstance(answer, protocol.Loaded):
            reason = answer.reason if isinstance(answer, protocol.Failed) else "no answer in time"
            if self._process is not None:
                self._process.kill()
            self.close()
            self._unavailable(f"The language model did not start: {reason}.")
        self._loaded = answer

    def _check_file(self) -> None:
        """Refuse a file that is missing or not what was expected: flipped weights load without complaint."""
        for path in filter(None, (self._model, self._adapter)):
            if not path.is_file():
                self._unavailable(f"The file {path.name} is not there.")
            with path.open("rb") as file:
                if file.read(4) != _GGUF_MAGIC:
                    self._unavailable(f"The file {path.name} is not a GGUF model.")
        if self._expected_sha256 and self._sha256(self._model) != self._expected_sha256:
            self._unavailable(f"The file {self._model.name} is damaged: its SHA-256 is not the published one.")

    def _sha256(self, path: Path) -> str:
        """Return a file's hash; computed once a process, before the worker loads the file."""
        if path not in self._hashes:
            self._hashes[path] = default_model.sha256_of(path)
        return self._hashes[path]

    def _unavailable(self, what: str) -> NoReturn:
        raise ModelUnavailableError(
            what, kept=_WITHOUT, next_step="`ehrcoder doctor` says what is missing and how to mend it."
        )


def _worker_command(log_file: Path) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--model-worker", str(log_file)]
    return [sys.executable, "-m", "ehrcoder.adapters.model.worker", str(log_file)]


def _read_answers(process: subprocess.Popen[str], answers: queue.Queue[Answers | None]) -> None:
    """Pass the worker's lines on; the end of its output is told as None."""
    assert process.stdout is not None
    try:
        for line in process.stdout:
            answers.put(protocol.ANSWER.validate_json(line))
    except ValueError:
        # A closed pipe or a line that is no answer: either way this worker cannot be talked to any more.
        process.kill()
    answers.put(None)
