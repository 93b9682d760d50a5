"""Builds the llama-cpp-python wheel once; it comes as source only and takes minutes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path

import environment
import hashed
import llama_source
from console import Console, SetupError
from places import CACHE, REQUIREMENTS, WHEELS

# Not tuned to this machine: a wheel that is, dies with an illegal instruction on another one.
_DEFAULT_ARGUMENTS = "-DGGML_NATIVE=OFF"
# Pictures and sound, which no record brings to the model. It changes no library that is used, and names no wheel.
_WITHOUT_MEDIA = "-DLLAVA_BUILD=OFF"


def version() -> str:
    """Return the locked version of llama-cpp-python."""
    found = re.search(r"^llama-cpp-python==(\S+)$", (REQUIREMENTS / "run.txt").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SetupError("requirements/run.txt does not pin llama-cpp-python.")
    return found.group(1)


# For other machines: one library for each family of processors, chosen when the program starts. The shipped program
# never builds on CMAKE_ARGS, which speak of the machine at hand.
PORTABLE_ARGUMENTS = f"{_DEFAULT_ARGUMENTS} -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON"


def cmake_arguments(*, portable: bool = False) -> str:
    """Return the build's options: the default, then those of CMAKE_ARGS, such as `-DGGML_CUDA=on`."""
    if portable:
        return PORTABLE_ARGUMENTS
    return f"{_DEFAULT_ARGUMENTS} {os.environ.get('CMAKE_ARGS', '')}".strip()


def _folder(*, portable: bool = False) -> Path:
    """Return where the wheel of these options is kept; builds with other options lie beside the default one."""
    arguments = cmake_arguments(portable=portable)
    if arguments == _DEFAULT_ARGUMENTS:
        return WHEELS
    return WHEELS / hashlib.sha256(arguments.encode()).hexdigest()[:12]


def built_wheel(*, portable: bool) -> Path:
    """Return the wheel for other machines or the one of the set-up. Raises SetupError before it was built."""
    wheel = cached_wheel(portable=portable)
    if wheel is None:
        raise SetupError("The llama-cpp-python wheel is gone; run this again.")
    return wheel


def cached_wheel(*, portable: bool = False) -> Path | None:
    """Return the wheel when it was built before and is whole."""
    for wheel in sorted(_folder(portable=portable).glob(f"llama_cpp_python-{version()}-*.whl")):
        try:
            with zipfile.ZipFile(wheel) as archive:
                if archive.testzip() is None:
                    return wheel
        except (zipfile.BadZipFile, OSError):
            pass
        wheel.unlink()
    return None


def ensure(console: Console, *, portable: bool = False) -> str:
    """Build the wheel unless it is there."""
    if cached_wheel(portable=portable) is not None:
        return ""
    tools = CACHE / "setup" / "build-venv"
    fresh, source = CACHE / "setup" / "new-wheel", CACHE / "setup" / "llama-source"
    cores = str(os.cpu_count() or 1)
    console.note(f"built once, then kept in .cache/wheels; about 4 minutes on 2 idle cores ({cores} here)")
    environment.ensure_venv(console, tools, "build environment")
    environment.pip(console, tools, ["install", "-r", REQUIREMENTS / "build.txt"], "installing build tools")
    for folder in (fresh, source):
        shutil.rmtree(folder, ignore_errors=True)
    search = {
        "CMAKE_ARGS": f"{cmake_arguments(portable=portable)} {_WITHOUT_MEDIA}",
        "CMAKE_BUILD_PARALLEL_LEVEL": os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", cores),
        "PATH": f"{environment.python_of(tools).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    # pip keeps wheels that it built under any options: without its cache the options count.
    flags = ["--no-deps", "--no-build-isolation"]
    wanted = CACHE / "setup" / "llama-source.txt"
    wanted.write_text(hashed.pinned_source("llama-cpp-python") + "\n", "utf-8")
    get = ["download", *flags, "--no-binary", "llama-cpp-python", "-d", source, "-r", wanted]
    environment.pip(console, tools, get, "fetching llama-cpp-python", **search)
    unpacked = llama_source.unpack(next(source.glob("*.tar.gz")), source)
    llama_source.trim(unpacked)
    build = ["wheel", "--verbose", *flags, "--no-cache-dir", "-w", fresh, unpacked]
    environment.pip(console, tools, build, "building llama-cpp-python", **search)
    shutil.rmtree(source)
    target = _folder(portable=portable)
    target.mkdir(parents=True, exist_ok=True)
    for wheel in fresh.glob("*.whl"):
        os.replace(wheel, target / wheel.name)
    if cached_wheel(portable=portable) is None:
        raise SetupError("pip built no usable llama-cpp-python wheel.")
    return "built"
