"""Makes sure of what pip cannot bring: compiler, Qt's system libraries, and the tools of the tests.

Everything is looked for by what it does (a library that loads, a program on the path), so that a machine that has
it under another package name is left alone. Only Debian and Ubuntu are installed on; elsewhere it is named.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from console import Console, SetupError


@dataclass(frozen=True)
class Need:
    """One thing that must be there, and the Debian package that has it."""

    package: str
    present: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    def loads() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return loads


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _any_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
    return any(next(folder.rglob(pattern), None) for folder in folders for pattern in ("*.ttf", "*.otf"))


def _venv_module() -> bool:
    # Debian ships venv without ensurepip, so that making an environment fails half way.
    script = "import ensurepip, venv"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


VENV_NEEDS = (Need("python3-venv", _venv_module),)
# CMake and ninja come through pip (requirements/build.txt).
COMPILER_NEEDS = (Need("g++", _program("c++", "g++", "clang++")),)
RUN_NEEDS = (
    Need("libegl1", _library("libEGL.so.1")),
    Need("libgl1", _library("libGL.so.1")),
    Need("libxkbcommon0", _library("libxkbcommon.so.0")),
    Need("libdbus-1-3", _library("libdbus-1.so.3")),
    Need("libglib2.0-0", _library("libglib-2.0.so.0")),
    Need("libfontconfig1", _library("libfontconfig.so.1")),
    Need("fontconfig", _program("fc-match")),
    Need("fonts-dejavu-core", _any_font),
)
# What Qt's plugin for X needs (objdump -p libQt6XcbQpa.so.6); most of it comes with the packages above.
WINDOW_NEEDS = tuple(
    Need(package, _library(library))
    for package, library in (
        ("libx11-xcb1", "libX11-xcb.so.1"),
        ("libxcb-cursor0", "libxcb-cursor.so.0"),
        ("libxcb-icccm4", "libxcb-icccm.so.4"),
        ("libxcb-keysyms1", "libxcb-keysyms.so.1"),
        ("libxcb-randr0", "libxcb-randr.so.0"),
        ("libxcb-shape0", "libxcb-shape.so.0"),
        ("libxcb-shm0", "libxcb-shm.so.0"),
        ("libxcb-sync1", "libxcb-sync.so.1"),
        ("libxcb-util1", "libxcb-util.so.1"),
        ("libxcb-xfixes0", "libxcb-xfixes.so.0"),
        ("libxcb-xkb1", "libxcb-xkb.so.1"),
        ("libxkbcommon-x11-0", "libxkbcommon-x11.so.0"),
    )
)
TEST_NEEDS = (
    Need("xvfb", _program("Xvfb")),
    Need("xauth", _program("xauth")),
    Need("xdotool", _program("xdotool")),
    Need("strace", _program("strace")),
    *WINDOW_NEEDS,
    Need("nodejs", _program("node")),
    Need("npm", _program("npm")),
)


def needs_of(*, tests: bool, builds_wheel: bool, window: bool) -> tuple[Need, ...]:
    """Return what this machine needs. Only Linux needs system libraries for Qt."""
    needs = VENV_NEEDS + (COMPILER_NEEDS if builds_wheel else ())
    if sys.platform != "linux":
        return needs + ((Need("nodejs", _program("node")), Need("npm", _program("npm"))) if tests else ())
    needs += RUN_NEEDS + (WINDOW_NEEDS if window or tests else ()) + (TEST_NEEDS if tests else ())
    return tuple(dict.fromkeys(needs))


def missing_packages(needs: Iterable[Need]) -> list[str]:
    """Return the packages that are missing, in order."""
    return [need.package for need in needs if not need.present()]


def ensure(console: Console, needs: tuple[Need, ...]) -> str:
    """Install what is missing, or name the one command that does. Raises SetupError."""
    packages = missing_packages(needs)
    if not packages:
        return ""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise SetupError(f"Missing on this system: {names} (Debian's names). Install them, then run this again.")
    prefix = _as_root()
    if prefix is None:
        raise SetupError(
            "System packages are missing. Run this one command, then run make again:\n\n"
            f"    sudo apt-get update && sudo apt-get install --yes --no-install-recommends {names}\n"
        )
    console.note(f"installing through apt: {names}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    hint = f"Run by hand: apt-get update && apt-get install --yes --no-install-recommends {names}"
    console.run([*prefix, "apt-get", "update"], "apt-get update", environment=quiet, next_step=hint)
    install = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"]
    console.run([*install, "--no-install-recommends", *packages], "apt-get install", next_step=hint)
    still = missing_packages(needs)
    if still:
        raise SetupError(f"apt installed without an error, but still missing: {' '.join(still)}.")
    return f"installed {names}"


def _as_root() -> list[str] | None:
    """Return what to put before a command to run it as root: nothing, sudo, or None when neither works."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None
