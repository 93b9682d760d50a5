"""Which files the locked packages may be installed from: the list of requirements/hashes for this machine."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

from console import SetupError
from places import REQUIREMENTS

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}
ANY_FILE = "EHRCODER_ANY_FILE"
"""Set to 1 where a site's own mirror builds wheels of its own: versions are pinned then, files are not."""


def list_for_this_machine() -> Path | None:
    """Return the list of hashes for this system, processor and Python, or None where there is none."""
    machine = platform.machine().lower()
    name = (f"{_SYSTEMS.get(sys.platform, sys.platform)}-{_MACHINES.get(machine, machine)}"
            f"-cp{sys.version_info[0]}{sys.version_info[1]}")
    path = REQUIREMENTS / "hashes" / f"{name}.txt"
    return path if path.is_file() and os.environ.get(ANY_FILE) != "1" else None


def pinned_source(name: str) -> str:
    """Return the line of a package that comes as source, with the hash of its archive, the same everywhere."""
    lines = {line for path in (REQUIREMENTS / "hashes").glob("*.txt")
             for line in re.findall(rf"^{re.escape(name)}==\S+ --hash=sha256:[0-9a-f]{{64}}$",
                                    path.read_text("utf-8"), re.MULTILINE)}
    if len(lines) != 1:
        raise SetupError(f"requirements/hashes must name one source archive of {name}; it names {len(lines)}.")
    line, = lines
    return line.partition(" ")[0] if os.environ.get(ANY_FILE) == "1" else line
