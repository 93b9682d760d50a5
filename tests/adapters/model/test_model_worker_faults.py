"""What happens when the model is damaged, cancelled, killed or closed while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from builders.model_world import damaged_copy, long_work, make_model, request

from ehrcoder.adapters.model.client import LlamaWorkerModel
from ehrcoder.core.errors import CancelledError, ModelUnavailableError

MARKER = "Zebrafever"


class CancelAfter:
    """Cancels some time after the first question."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def raise_if_cancelled(self) -> None:
        if time.monotonic() >= self._until:
            raise CancelledError("cancelled")


class KillEveryWorker:
    """Kills the worker whenever its client looks up from waiting."""

    def __init__(self, model: LlamaWorkerModel) -> None:
        self._model = model
        self.killed: set[int] = set()

    def raise_if_cancelled(self) -> None:
        worker = self._model._worker
        if worker is not None and self._model._loaded is not None:
            self.killed.add(self._model._loaded.process_id)
            worker.kill()


def has_ended(process_id: int) -> bool:
    """Tell, waiting a while, whether a process is gone; one that only waits to be reaped is."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_cancel_stops_the_question_and_the_same_worker_answers_the_next(model: LlamaWorkerModel) -> None:
    before = model.handshake().process_id
    with pytest.raises(CancelledError):
        model.judge(long_work(), cancel=CancelAfter(0.3))
    assert len(model.judge([request("Fever.")])) == 1
    assert model.handshake().process_id == before


def test_cancel_while_the_model_loads_leaves_no_worker(tmp_path: Path) -> None:
    starting = make_model(tmp_path)
    with pytest.raises(CancelledError):
        starting.judge([request("Fever.")], cancel=CancelAfter(0))
    assert len(starting.judge([request("Fever.")])) == 1
    starting.close()


def test_a_killed_worker_is_restarted_and_the_question_answered(model: LlamaWorkerModel) -> None:
    before = model.judge([request("Fever.")])
    killed = model.handshake().process_id
    killer = threading.Timer(0.3, os.kill, (killed, signal.SIGKILL))
    killer.start()
    assert len(model.judge(long_work(8))) == 8
    killer.join()
    assert model.judge([request("Fever.")]) == before
    assert model.handshake().process_id != killed


def test_a_worker_that_dies_twice_is_said_and_the_model_can_be_asked_again(model: LlamaWorkerModel) -> None:
    killer = KillEveryWorker(model)
    with pytest.raises(ModelUnavailableError, match=r"ended twice while it worked \(signal SIGKILL\)"):
        model.judge(long_work(), cancel=killer)
    assert len(killer.killed) == 2
    assert all(has_ended(process_id) for process_id in killer.killed)
    assert len(model.judge([request("Fever.")])) == 1


def test_closing_gives_up_a_question_that_another_thread_waits_for(model: LlamaWorkerModel) -> None:
    model.handshake()
    closer = threading.Timer(0.3, model.close)
    closer.start()
    with pytest.raises(ModelUnavailableError, match="was stopped"):
        model.judge(long_work(400))
    closer.join()


def test_the_worker_ends_with_its_client(tmp_path: Path) -> None:
    short_lived = make_model(tmp_path)
    process_id = short_lived.handshake().process_id
    short_lived.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def test_the_worker_ends_when_its_parent_is_killed_though_a_sibling_holds_its_input_open(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path; from builders.model_world import make_model\n"
        f"model = make_model(Path({str(tmp_path)!r})); number = model.handshake().process_id\n"
        "held = model._worker._process.stdin.fileno()\n"
        "sibling = subprocess.Popen(['sleep', '60'], pass_fds=[held], stdout=subprocess.DEVNULL)\n"
        "print(number, sibling.pid, flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        worker, sibling = map(int, parent.stdout.readline().split())
        parent.kill()
    try:
        assert has_ended(worker)
    finally:
        os.kill(sibling, signal.SIGKILL)


def test_no_note_text_reaches_the_log(tmp_path: Path) -> None:
    short_lived = make_model(tmp_path)
    short_lived.judge([request(f"{MARKER} of the marker patient.")])
    with pytest.raises(ModelUnavailableError):
        short_lived.complete(MARKER, grammar=None, max_tokens=3)
    short_lived.close()
    log = (tmp_path / "worker.log").read_text("utf-8", "replace")
    assert "gemma" in log
    assert MARKER not in log


def test_a_line_that_is_no_request_ends_the_worker_without_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ehrcoder.adapters.model.worker", str(tmp_path / "worker.log")]
    line = f'{{"type": "judge", "id": "{MARKER}", "items": "{MARKER}"}}\n'
    done = subprocess.run(command, input=line, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert MARKER not in (tmp_path / "worker.log").read_text("utf-8")


def test_neither_the_folder_of_the_caller_nor_a_log_without_a_place_costs_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise RuntimeError('not the standard library')\n", "utf-8")
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    running = make_model(tmp_path / "file")
    assert len(running.judge([request("Fever.")])) == 1
    running.close()


def test_without_its_libraries_the_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", str(tmp_path))
    with pytest.raises(ModelUnavailableError, match=r"llama\.cpp cannot be loaded"):
        make_model(tmp_path).handshake()


@pytest.mark.parametrize("damage", ["missing", "empty", "random", "truncated", "bit-flipped"])
def test_a_damaged_model_is_said_and_not_loaded(tmp_path: Path, model_file: Path, damage: str) -> None:
    broken = make_model(tmp_path, path=damaged_copy(tmp_path, damage))
    with pytest.raises(ModelUnavailableError, match=r"not there|not a GGUF|damaged"):
        broken.judge([request("Fever.")])


def test_a_truncated_model_of_unknown_hash_is_refused_by_the_worker(tmp_path: Path, model_file: Path) -> None:
    broken = make_model(tmp_path, path=damaged_copy(tmp_path, "truncated"), expected="")
    with pytest.raises(ModelUnavailableError, match=r"did not start: llama\.cpp cannot load the model"):
        broken.judge([request("Fever.")])


def test_a_model_that_differs_from_the_hash_beside_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF and more")
    (tmp_path / "own.gguf.sha256").write_text("0" * 64 + "  own.gguf\n", "utf-8")
    with pytest.raises(ModelUnavailableError, match=r"own\.gguf is damaged"):
        make_model(tmp_path, path=tmp_path / "own.gguf", expected="").handshake()


def test_an_adapter_that_is_none_is_refused(tmp_path: Path, model_file: Path) -> None:
    (tmp_path / "adapter.gguf").write_bytes(b"GGUF and more")
    with pytest.raises(ModelUnavailableError, match="cannot load the adapter"):
        make_model(tmp_path, adapter=tmp_path / "adapter.gguf").handshake()
