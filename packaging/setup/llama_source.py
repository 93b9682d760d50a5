"""Takes out of llama.cpp's source what the program never loads: building the rest takes half the time."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

from console import SetupError

# Between processors that have a library of their own; these take the next older one. Sapphire Rapids is among them
# because its tiles (AMX) are named by processors of virtual machines that then refuse them: the worker dies there.
LEFT_OUT = ("cannonlake", "cascadelake", "cooperlake", "ivybridge", "piledriver", "sapphirerapids")
_PROCESSORS = Path("vendor", "llama.cpp", "ggml", "src", "CMakeLists.txt")
# Argument parsing, downloads and templates for llama.cpp's own programs; llama-cpp-python forces them on.
_COMMON = re.compile(r"set\(LLAMA_BUILD_COMMON ON ")


def unpack(archive: Path, target: Path) -> Path:
    """Unpack a source archive and return its one folder. Raises SetupError."""
    # Python 3.11 before its fourth release has no filters; what is unpacked was held to its hash.
    checked = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as packed:
        packed.extractall(target, **checked)
    folders = [path for path in target.iterdir() if path.is_dir()]
    if len(folders) != 1:
        raise SetupError(f"{archive.name} holds {len(folders)} folders instead of one.")
    return folders[0]


def trim(source: Path) -> None:
    """Leave the shared programs' part and the processors of `LEFT_OUT` out of a build.

    Raises SetupError where the source is not what it was written for: a part that is silently built again costs
    minutes, and one that is silently missing costs more.
    """
    _edit(source / "CMakeLists.txt", _COMMON, "set(LLAMA_BUILD_COMMON OFF ")
    for name in LEFT_OUT:
        line = re.compile(rf"^[ \t]*ggml_add_cpu_backend_variant\({name}[ \t].*\n", re.MULTILINE)
        _edit(source / _PROCESSORS, line, "")


def _edit(file: Path, found: re.Pattern[str], by: str) -> None:
    text = file.read_text("utf-8") if file.is_file() else ""
    changed, count = found.subn(by, text, count=1)
    if count != 1:
        raise SetupError(
            f"llama.cpp's {file.name} no longer holds `{found.pattern}`. A newer llama-cpp-python builds otherwise: "
            "bring packaging/setup/llama_source.py up to it."
        )
    file.write_text(changed, "utf-8")
