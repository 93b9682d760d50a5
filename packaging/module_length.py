"""Fails when a module of the product is longer than 500 lines."""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT = 500


def too_long(folder: Path) -> list[str]:
    """Return a line for every module over the limit."""
    lengths = ((path, len(path.read_bytes().splitlines())) for path in sorted(folder.rglob("*.py")))
    return [f"{path}: {length} lines, {LIMIT} at most" for path, length in lengths if length > LIMIT]


if __name__ == "__main__":
    found = too_long(Path(__file__).resolve().parent.parent / "ehrcoder")
    print("\n".join(found) if found else f"No module is longer than {LIMIT} lines.")
    sys.exit(bool(found))
