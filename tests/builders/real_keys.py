"""A real X server and real key presses, for tests of the window from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from builders.window_world import FakeServices

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import EhrCoderError

TESTS = Path(__file__).resolve().parent.parent

_PATIENCE = 120.0


def wait_until(holds: Callable[[], bool], what: str, *, patience: float = _PATIENCE) -> None:
    """Wait until something holds; fails with `what` when it does not in time."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@contextmanager
def running_display() -> Iterator[dict[str, str]]:
    """Run an X server and yield the environment that leads to it; skips where the tools are missing."""
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; the set-up installs them through apt")
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        yield environment | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


class WindowProgram:
    """The window as a program of its own on a display, and what its workspace holds meanwhile; ended with `with`."""

    def __init__(self, path: Path, services: FakeServices, display: dict[str, str]) -> None:
        self.path = path
        self._services = services
        self._process = subprocess.Popen(
            [sys.executable, str(TESTS / "builders" / "window_program.py"), str(path)],
            env=display | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])},
        )

    def __enter__(self) -> WindowProgram:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def holds(self, question: Callable[[SqliteWorkspace], bool]) -> Callable[[], bool]:
        """Return what asks the stored workspace; a moment at which it is being written answers no."""
        def asked() -> bool:
            assert self._process.poll() is None, "the window ended"
            try:
                workspace = self._services.open_workspace(self.path, read_only=True)
            except EhrCoderError:
                return False
            with closing(workspace):
                return question(workspace)

        return asked

    def ended_well(self) -> bool:
        """Wait for it to end by itself."""
        return self._process.wait(20) == 0


class Keyboard:
    """Presses keys on a display, as a person would."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        self._run("key", "--delay", "60", *keys)

    def type(self, words: str) -> None:
        """Type words."""
        self._run("type", "--delay", "25", words)

    def focus(self, title: str, *, patience: float = _PATIENCE) -> None:
        """Wait for a window and give it the focus, since no window manager does so here."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = self._run("search", "--onlyvisible", "--name", title).split()
            return bool(found)

        wait_until(is_there, f"no window is called {title}", patience=patience)
        self._run("windowfocus", "--sync", found[-1])
