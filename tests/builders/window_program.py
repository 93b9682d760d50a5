"""The window as a program of its own, with the tests' small code set and engine: WORKSPACE is its only argument."""

from __future__ import annotations

import sys
from pathlib import Path

from builders.window_world import FakeServices

from ehrcoder.gui.app import run_window

if __name__ == "__main__":
    workspace = Path(sys.argv[1])
    sys.exit(run_window(FakeServices(workspace.parent / "home"), workspace))  # pyright: ignore[reportArgumentType]
