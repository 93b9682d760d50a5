"""What every command shares: workspace option, JSON output, tables."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def add_workspace_option(parser: argparse.ArgumentParser) -> None:
    """Add `--workspace FILE`."""
    parser.add_argument(
        "--workspace", type=Path, metavar="FILE", help="workspace file (default: the last one of this user)"
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header in columns as wide as their widest cell."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def one_line(text: str, width: int = 60) -> str:
    """Return text fit for one line of a terminal: no control characters, cut at `width` with an ellipsis."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * width]).split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"
