"""Builds the guide into docs/_build/html: `make docs`. Reference pages are written from the program itself first.

    python docs/build.py               write the reference pages and build
    python docs/build.py --write-only  write the reference pages only
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
GENERATED = DOCS / "reference"
sys.path.insert(0, str(DOCS.parent))

import reference  # noqa: E402 - found beside this file

_REMOTE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"'](?:https?:)?//[^\"']+", re.IGNORECASE)


def write_reference() -> list[Path]:
    """Write the pages that are made from the program: commands, settings, keys, functions."""
    # The guide is English, whatever the terminal of who builds it asks for.
    os.environ["LANGUAGE"] = "en"
    GENERATED.mkdir(exist_ok=True)
    pages = reference.pages()
    for name, text in pages.items():
        (GENERATED / name).write_text(text, "utf-8")
    return [GENERATED / name for name in pages]


def remote_parts(folder: Path) -> list[str]:
    """Return what the built pages would load from a network: nothing may stand here."""
    return [f"{page.name}: {found}" for page in sorted(folder.rglob("*.html"))
            for found in _REMOTE.findall(page.read_text("utf-8"))]


def build(target: Path) -> int:
    """Run Sphinx with every warning an error, and return its exit code."""
    from sphinx.cmd.build import main

    shutil.rmtree(target, ignore_errors=True)
    doctrees = str(target.parent / "doctrees")
    code = main(["-q", "-W", "--keep-going", "-b", "html", "-d", doctrees, str(DOCS), str(target)])
    if code:
        return code
    remote = remote_parts(target)
    for line in remote:
        print(f"loaded from a network: {line}", file=sys.stderr)
    return 1 if remote else 0


def main() -> int:
    """Build and return the exit code."""
    parser = argparse.ArgumentParser(prog="docs/build.py", description=__doc__)
    parser.add_argument("--write-only", action="store_true", help="write the reference pages and stop")
    parser.add_argument("--out", type=Path, default=DOCS / "_build" / "html", help="folder of the built pages")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    write_reference()
    return 0 if options.write_only else build(options.out.absolute())


if __name__ == "__main__":
    sys.exit(main())
