"""The packaged program under its two names: `ehrcoder`, the commands, and `ehrcoder-window`, which opens the window.

`ehrcoder` also is what the window starts as the model's worker process.
"""

import multiprocessing
import os
import sys
from pathlib import Path

from ehrcoder.cli.main import main


def words() -> list[str]:
    """Return the command that was asked for; the window's program takes a workspace file, as a desktop gives it."""
    given = sys.argv[1:]
    if not Path(sys.argv[0]).stem.lower().endswith("-window") or (given and given[0].startswith("-")):
        return given
    return ["gui", *(["--workspace", given[0]] if given else [])]


if __name__ == "__main__":
    multiprocessing.freeze_support()
    # A windowed program on Windows has no standard streams; what prints must find some all the same.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program
    sys.exit(main(words()))
