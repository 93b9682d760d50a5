"""The worker process: holds llama.cpp, answers one question at a time, knows no database and no network.

Started as `python -m ehrcoder.adapters.model.worker LOGFILE`. Messages go over a copy of standard output, since
llama.cpp prints; file descriptors 1 and 2 lead to the log. The worker ends when its standard input does.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from ehrcoder.adapters.model import protocol

if TYPE_CHECKING:
    from ehrcoder.adapters.model.runtime import LlamaRuntime


class Worker:
    """Reads requests on one thread, so that a cancel arrives while the other thread computes."""

    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self._requests = requests
        self._answers = answers
        self._stop = threading.Event()
        self._queue: queue.Queue[protocol.Load | protocol.Judge | protocol.Complete | None] = queue.Queue()
        self._runtime: LlamaRuntime | None = None

    def run(self) -> None:
        """Answer until standard input ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        while (request := self._queue.get()) is not None:
            self._answer(request)

    def _listen(self) -> None:
        # A line that is no request ends the worker without a word: pydantic's message would quote clinical text.
        with suppress(ValueError, OSError):
            for line in self._requests:
                message = protocol.REQUEST.validate_json(line)
                if isinstance(message, protocol.Cancel):
                    self._stop.set()
                else:
                    self._stop.clear()
                    self._queue.put(message)
        # The parent is gone or wants us gone; a computation under way is not waited for.
        os._exit(0)

    def _answer(self, request: protocol.Load | protocol.Judge | protocol.Complete) -> None:
        number = 0 if isinstance(request, protocol.Load) else request.id
        try:
            answer = self._handle(request)
        except protocol.LlamaCancelledError:
            answer = protocol.Cancelled(id=number)
        except protocol.LlamaFailureError as error:
            answer = protocol.Failed(id=number, reason=str(error))
        except Exception as error:  # noqa: BLE001
            # The worker loop answers whatever happens; the type alone is told, since messages may hold text.
            answer = protocol.Failed(id=number, reason=f"the worker failed ({type(error).__name__})")
        self._answers.write(answer.model_dump_json() + "\n")
        self._answers.flush()

    def _handle(
        self, request: protocol.Load | protocol.Judge | protocol.Complete
    ) -> protocol.Loaded | protocol.Judged | protocol.Completed:
        if isinstance(request, protocol.Load):
            return self._load(request)
        if self._runtime is None:
            raise protocol.LlamaFailureError("no model is loaded")
        if isinstance(request, protocol.Judge):
            margins, tokens, seconds = self._runtime.judge([(item.prefix, item.suffixes) for item in request.items])
            return protocol.Judged(id=request.id, margins=margins, tokens=tokens, seconds=seconds)
        text = self._runtime.complete(
            request.prompt, grammar=request.grammar, max_tokens=request.max_tokens, as_message=request.as_message
        )
        return protocol.Completed(id=request.id, text=text)

    def _load(self, request: protocol.Load) -> protocol.Loaded:
        from ehrcoder.adapters.model.runtime import LlamaRuntime

        runtime = LlamaRuntime(
            model=request.model,
            adapter=request.adapter,
            context_size=request.context_size,
            threads=request.threads or _usable_cores(),
            gpu_layers=request.gpu_layers,
            should_stop=self._stop.is_set,
        )
        self._runtime = runtime
        description, parameters, versions, system = runtime.describe()
        return protocol.Loaded(
            description=description,
            parameters=parameters,
            has_chat_template=bool(runtime.chat_template),
            context_size=runtime.context_size,
            threads=runtime.threads,
            gpu_offload=runtime.gpu_offload,
            gpu_layers=runtime.gpu_layers,
            adapter_loaded=runtime.adapter_loaded,
            library_versions=versions,
            system_info=system,
            process_id=os.getpid(),
            resident_bytes=_resident_bytes(),
        )


def _watch_parent(parent: int) -> None:
    """End with the parent even when another of its children holds our standard input open.

    The kernel's own parent-death signal (PR_SET_PDEATHSIG) would come when the *thread* that started us ends.
    """
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


def _log_to(log_file: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        return os.open(log_file or os.devnull, flags, 0o600)
    except OSError:
        # A full disk or a folder without write access must not cost the model.
        return os.open(os.devnull, os.O_WRONLY)


def _usable_cores() -> int:
    """Return how many threads to use by default: every core that this process may run on, eight at most."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(8, len(os.sched_getaffinity(0))))
    return max(1, min(8, os.cpu_count() or 1))


def _resident_bytes() -> int:
    """Return the memory that the worker holds now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return 0


def main(log_file: str) -> None:
    """Run the worker; llama.cpp's output goes to `log_file`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Threads that wait for each other must sleep: while they spin, other programs on the machine make a judgement
    # take several times as long (docs/decisions/the-model-worker.md). Read when llama.cpp's libraries load.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    log = _log_to(log_file)
    os.dup2(log, 1)
    os.dup2(log, 2)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    with os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n") as requests:
        Worker(requests, answers).run()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
