"""The option that names a day, whose editions of the code sets then answer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def add_on_option(parser: argparse.ArgumentParser) -> None:
    """Add `--on DATE` to a command."""
    parser.add_argument("--on", metavar="DATE", default="", help="in the edition of this day, such as 2026-10-01")


def day_of(options: argparse.Namespace) -> dt.date | None:
    """Return the day that was named, None where none was. Raises InputError."""
    import datetime as dt

    from ehrcoder.core.errors import InputError

    if not options.on:
        return None
    try:
        return dt.date.fromisoformat(options.on)
    except ValueError as error:
        raise InputError(f"{options.on} is no date.", next_step="Write it as YYYY-MM-DD.") from error
