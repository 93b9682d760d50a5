"""Writes requirements/*.txt: the exact version of everything that the requirements of pyproject.toml pull in.

Run with the environment's own Python after changing pyproject.toml: `.venv/bin/python packaging/lock.py`, with the
names of lists where not all that they need is installed here. It reads what is installed and asks nobody, so what is
locked is what was tried.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent
# Needed on other systems only, hence not installed where the lock is written.
_ELSEWHERE = ('colorama==0.4.6; sys_platform == "win32"', 'pywin32-ctypes==0.2.3; sys_platform == "win32"')
# What is installed on Linux only: these wheels do not exist elsewhere.
_MARKERS = dict.fromkeys(("uvloop", "secretstorage", "jeepney"), 'sys_platform != "win32"')
_HEADERS = {
    "run": "What the product needs when it runs.",
    "assets": "What the default model and the code sets are built from; the product never imports it.",
    "test": "What the checks of `make test` need besides run.txt and assets.txt.",
    "docs": "What builds the documentation (`make docs`) besides run.txt; the built pages ship, this does not.",
    "package": "What `make package` needs besides run.txt, assets.txt and docs.txt.",
    "train": "What training the shipped artefacts needs besides run.txt; neither make run nor make test installs it.",
}


def closure(requirements: Iterable[str], taken: set[str]) -> dict[str, str]:
    """Return name → pinned line of the requirements and all that they pull in, but for names already taken."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [(Requirement(text), "") for text in requirements]
    while queue:
        requirement, extra = queue.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        distribution = metadata.distribution(requirement.name)
        if name not in taken and name not in found:
            found[name] = f"{name}=={distribution.version.partition('+')[0]}"
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                queue.extend((Requirement(text), wanted) for text in distribution.requires or ())
    return found


def main() -> None:
    """Write the lists, or those named on the command line."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {"run": project["dependencies"], **project["optional-dependencies"]}
    folder = REPOSITORY / "requirements"
    folder.mkdir(exist_ok=True)
    # pip and setuptools install the rest: requirements/tools.txt, kept by hand.
    base: set[str] = {"pip", "setuptools"}
    chosen = sys.argv[1:] or list(_HEADERS)
    for name, header in _HEADERS.items():
        if name not in chosen and name not in ("run", "assets"):
            continue
        pinned = closure(wanted[name], base)
        if name in ("run", "assets"):
            base |= pinned.keys()
        if name not in chosen:
            continue
        lines = [f"{line}; {_MARKERS[key]}" if key in _MARKERS else line for key, line in pinned.items()]
        lines += _ELSEWHERE if name == "run" else ()
        text = f"# {header}\n# Written by packaging/lock.py.\n" + "\n".join(sorted(set(lines))) + "\n"
        (folder / f"{name}.txt").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
