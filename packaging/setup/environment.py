"""Makes `.venv` and installs pinned packages into it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import hashed
from console import Console
from places import REPOSITORY, REQUIREMENTS, VENV, python_of, stamp_in
from stamps import Stamp

_PIP_HINT = (
    "If the package index could not be reached, run this again once it can be: finished steps are kept. If a file has "
    f"another hash because your own mirror built it, set {hashed.ANY_FILE}=1."
)


def pip(console: Console, venv: Path, arguments: list[str | Path], what: str, **more: str) -> None:
    """Run pip of a virtual environment."""
    command = [python_of(venv), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    console.run(command, what, next_step=_PIP_HINT, environment=more)


def is_usable(venv: Path) -> bool:
    """Tell whether an environment runs, is new enough, has pip, and still lies where it was made."""
    python = python_of(venv)
    script = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        if subprocess.run([python, "-c", script], capture_output=True, check=False).returncode:
            return False
        first_line = (python.parent / "pip").read_bytes().split(b"\n", 1)[0]
    except OSError:
        return False
    # A moved environment still names its old place in the first line of its programs.
    return str(python.parent).encode() in first_line or not first_line.startswith(b"#!/")


def ensure_venv(console: Console, venv: Path, label: str) -> str:
    """Make a virtual environment, anew when the one there is broken or was moved."""
    if is_usable(venv):
        return ""
    again = venv.exists() or venv.is_symlink()
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    shutil.rmtree(venv, ignore_errors=True)
    console.run([sys.executable, "-m", "venv", venv], f"making {label}")
    return f"made {label} anew" if again else f"made {label}"


def install_packages(console: Console, *, wheel: Path, tests: bool) -> str:
    """Install the locked packages, the runtime's wheel and the product itself, editable."""
    # The tests build the guide and the packaged program as well.
    names = ["run", "assets", *(["test", "docs", "package"] if tests else [])]
    files = [REQUIREMENTS / f"{name}.txt" for name in names]
    done = []
    checked_files = [path for path in (hashed.list_for_this_machine(),) if path is not None]
    locked = Stamp(stamp_in(VENV, "packages-test" if tests else "packages-run"), [sys.version, *files, *checked_files])
    runtime = Stamp(stamp_in(VENV, "llama-wheel"), [wheel])
    if not runtime.holds():
        _install_wheel(console, wheel, replace=stamp_in(VENV, "llama-wheel").exists())
        runtime.write()
        done.append("llama-cpp-python")
    if not locked.holds():
        tools = REQUIREMENTS / "tools.txt"
        pip(console, VENV, ["install", "-r", tools], "installing pip and setuptools")
        if checked_files:
            # What ships comes from the very files that were tried; what only tests or builds is pinned by version.
            pip(console, VENV, ["install", "--require-hashes", "-r", *checked_files], "installing packages")
            files = files[2:]
        else:
            console.note("no list of hashes for this system and Python, or not wanted: versions are pinned, files not")
        listed = [word for file in files for word in ("-r", file)]
        if listed:
            pip(console, VENV, ["install", *listed], "installing packages")
        locked.write()
        done.append(f"packages ({', '.join(names)})")
    product = Stamp(stamp_in(VENV, "product"), [str(REPOSITORY), REPOSITORY / "pyproject.toml"])
    if not product.holds():
        flags = ["install", "--no-deps", "--no-build-isolation", "--editable"]
        pip(console, VENV, [*flags, REPOSITORY], "installing ehrcoder")
        product.write()
        done.append("ehrcoder")
    return f"installed {', '.join(done)}" if done else ""


def _install_wheel(console: Console, wheel: Path, *, replace: bool) -> None:
    """Install the wheel that was built here; its dependencies come from the lock."""
    flags = ["--force-reinstall"] if replace else []
    pip(console, VENV, ["install", "--no-deps", *flags, wheel], "installing llama-cpp-python")
