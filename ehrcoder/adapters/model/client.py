"""The language model as the engine sees it: a worker process that is started, asked, cancelled and restarted."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ehrcoder.adapters.model import default_model, protocol
from ehrcoder.adapters.model.worker_process import Answers, WorkerDiedError, WorkerProcess
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


class LlamaWorkerModel:
    """Implements the `LanguageModel` port over one worker process; safe to call from any thread, one at a time."""

    def __init__(
        self, *, model: Path, adapter: Path | None, expected_sha256: str, settings: ModelSettings, log_file: Path
    ) -> None:
        # The worker runs in another folder, where a relative path would mean another file.
        self._model = model.expanduser().absolute()
        self._adapter = adapter.expanduser().absolute() if adapter else None
        self._expected_sha256 = expected_sha256
        self._settings = settings
        self._log_file = log_file
        self._lock = threading.RLock()
        self._worker: WorkerProcess | None = None
        self._loaded: protocol.Loaded | None = None
        self._hashes: dict[tuple[Path, int, int], str] = {}
        self._last_id = 0
        self._closings = 0

    @classmethod
    def from_settings(cls, settings: ModelSettings, paths: Paths) -> LlamaWorkerModel:
        """Choose model and adapter: those of the settings, else the default model with the shipped adapter."""
        default = paths.model_named(default_model.NAME)
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

    @property
    def running_process(self) -> int:
        """The worker's process id; 0 while none runs."""
        loaded, worker = self._loaded, self._worker
        return loaded.process_id if loaded is not None and worker is not None and worker.is_running else 0

    def handshake(self) -> protocol.Loaded:
        """Return what the worker says of itself, starting it if needed. Raises ModelUnavailableError."""
        with self._lock:
            return self._ready(None)[1]

    def judge(self, requests: Sequence[JudgeRequest], *, cancel: CancelToken | None = None) -> tuple[JudgeAnswer, ...]:
        """Answer every request in order; see the port."""
        items = [
            protocol.JudgeItem(prefix=_plain(r.prefix), suffixes=[_plain(suffix) for suffix in r.suffixes])
            for r in requests
        ]
        if not items:
            return ()
        with self._lock:
            self._last_id += 1
            answer = self._ask(protocol.Judge(id=self._last_id, items=items), cancel)
        if not isinstance(answer, protocol.Judged):
            self._unavailable("The language model gave no usable answer.")
        if [len(margins) for margins in answer.margins] != [len(item.suffixes) for item in items]:
            self._unavailable("The language model did not answer every question.")
        return tuple(
            JudgeAnswer(margins=tuple(margins), prompt_tokens=tokens, seconds=seconds)
            for margins, tokens, seconds in zip(answer.margins, answer.tokens, answer.seconds, strict=True)
        )

    def complete(self, prompt: str, *, grammar: str | None, max_tokens: int) -> str:
        """Return the greedy completion under a grammar; see the port."""
        return self._complete(prompt, grammar=grammar, max_tokens=max_tokens, as_message=False)

    def complete_chat(self, message: str, *, grammar: str | None, max_tokens: int) -> str:
        """Return an instruction model's greedy answer to a person's message, through its own chat template.

        Raises ModelUnavailableError, also when the model has no template (see `handshake`).
        """
        return self._complete(message, grammar=grammar, max_tokens=max_tokens, as_message=True)

    def _complete(self, prompt: str, *, grammar: str | None, max_tokens: int, as_message: bool) -> str:
        with self._lock:
            self._last_id += 1
            request = protocol.Complete(
                id=self._last_id, prompt=_plain(prompt), grammar=grammar, max_tokens=max_tokens, as_message=as_message
            )
            answer = self._ask(request, None)
        if not isinstance(answer, protocol.Completed):
            self._unavailable("The language model gave no usable answer.")
        return answer.text

    def close(self) -> None:
        """Stop the worker and free its memory. A question that another thread still waits for is given up."""
        self._closings += 1
        if not self._lock.acquire(blocking=False):
            if (worker := self._worker) is not None:
                worker.kill()
            self._lock.acquire()
        try:
            self._stop_worker()
        finally:
            self._lock.release()

    def _stop_worker(self) -> None:
        worker, self._worker, self._loaded = self._worker, None, None
        if worker is not None:
            worker.stop()

    def _ask(self, request: protocol.Judge | protocol.Complete, cancel: CancelToken | None) -> Answers:
        """Send a question; a worker that dies is restarted once and asked again."""
        closings, deaths = self._closings, 0
        while True:
            try:
                worker, _ = self._ready(cancel)
                worker.send(request)
                answer = self._wait(worker, request.id, cancel)
            except WorkerDiedError as error:
                self._stop_worker()
                deaths += 1
                if self._closings != closings:
                    self._unavailable("The language model was stopped while it worked.")
                if deaths == 2:
                    self._unavailable(f"The language model's process ended twice while it worked ({error}).")
                continue
            if isinstance(answer, protocol.Failed):
                self._unavailable(f"The language model could not answer: {answer.reason}.")
            return answer

    def _wait(self, worker: WorkerProcess, number: int, cancel: CancelToken | None) -> Answers:
        """Wait for the answer to a question. On a cancel the worker stops, or is killed after two seconds."""
        while True:
            # Polled without a cancel too: an endless wait on a queue cannot be interrupted on Windows.
            answer = worker.next_answer(_POLL_SECONDS)
            if cancel is not None:
                try:
                    cancel.raise_if_cancelled()
                except CancelledError:
                    self._cancel(worker, number, answered=_answers(answer, number))
                    raise
            if answer is not None and _answers(answer, number):
                return answer

    def _cancel(self, worker: WorkerProcess, number: int, *, answered: bool) -> None:
        """Have the worker drop a question, so that the next one finds it free."""
        if answered:
            return
        deadline = time.monotonic() + CANCEL_SECONDS
        try:
            worker.send(protocol.Cancel())
            while time.monotonic() < deadline:
                if _answers(worker.next_answer(_POLL_SECONDS), number):
                    return
        except WorkerDiedError:
            pass
        worker.kill()
        self._stop_worker()

    def _ready(self, cancel: CancelToken | None) -> tuple[WorkerProcess, protocol.Loaded]:
        """Return the running worker and its handshake, starting it if needed."""
        if self._worker is not None and self._loaded is not None and self._worker.is_running:
            return self._worker, self._loaded
        self._stop_worker()
        self._check_files()
        try:
            self._worker = WorkerProcess(self._log_file)
        except OSError as error:
            self._unavailable(f"The language model's process could not be started: {error.strerror}.")
        try:
            self._loaded = self._load(self._worker, cancel)
        except BaseException:
            self._worker.kill()
            self._stop_worker()
            raise
        return self._worker, self._loaded

    def _load(self, worker: WorkerProcess, cancel: CancelToken | None) -> protocol.Loaded:
        closings, deadline = self._closings, time.monotonic() + LOAD_SECONDS
        request = protocol.Load(
            model=str(self._model),
            adapter=str(self._adapter or ""),
            context_size=self._settings.context_size,
            threads=self._settings.threads,
            gpu_layers=self._settings.gpu_layers,
        )
        try:
            worker.send(request)
            while (answer := worker.next_answer(_POLL_SECONDS)) is None and time.monotonic() < deadline:
                if cancel is not None:
                    cancel.raise_if_cancelled()
        except WorkerDiedError as error:
            if self._closings != closings:
                self._unavailable("The language model was stopped while it started.")
            self._unavailable(f"The language model's process ended while it started ({error}).")
        if not isinstance(answer, protocol.Loaded):
            reason = answer.reason if isinstance(answer, protocol.Failed) else "no answer in time"
            self._unavailable(f"The language model did not start: {reason}.")
        return answer

    def _check_files(self) -> None:
        """Refuse a file that is missing or not what was expected: flipped weights load without complaint."""
        for path in filter(None, (self._model, self._adapter)):
            try:
                with path.open("rb") as file:
                    magic = file.read(len(_GGUF_MAGIC))
                expected = self._expected_sha256 if path == self._model else ""
                expected = expected or _recorded_sha256(path)
                is_damaged = bool(expected) and self._sha256(path) != expected
            except FileNotFoundError:
                self._unavailable(f"The file {path.name} is not there.")
            except OSError as error:
                self._unavailable(f"The file {path.name} cannot be read: {error.strerror}.")
            if magic != _GGUF_MAGIC:
                self._unavailable(f"The file {path.name} is not a GGUF model.")
            if is_damaged:
                self._unavailable(f"The file {path.name} is damaged: its SHA-256 is not the published one.")

    def _sha256(self, path: Path) -> str:
        """Return a file's hash; computed again when the file was replaced."""
        status = path.stat()
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = default_model.sha256_of(path)
        return self._hashes[key]

    def _unavailable(self, what: str) -> NoReturn:
        raise ModelUnavailableError(
            what, kept=_WITHOUT, next_step="`ehrcoder doctor` says what is missing and how to mend it."
        )


def _answers(answer: Answers | None, number: int) -> bool:
    """Tell whether this is the answer to that question, and not to one that was given up."""
    return answer is not None and not isinstance(answer, protocol.Loaded) and answer.id == number


def _plain(text: str) -> str:
    """Return the text without lone surrogates, which JSON input can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _recorded_sha256(path: Path) -> str:
    """Return the hash that `sha256sum FILE > FILE.sha256` left beside a model; empty where there is none."""
    recorded = path.with_name(path.name + ".sha256")
    if not recorded.is_file():
        return ""
    words = recorded.read_text("utf-8", "replace").split()
    return words[0].lower() if words else ""
