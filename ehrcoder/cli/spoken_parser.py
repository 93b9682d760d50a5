"""A parser whose help, usage and complaints are in the terminal's language.

Texts are looked up when they are printed, so that commands are described in English only where they are defined.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ehrcoder.cli.terminal_language import complaint, placeholder, said


class SpokenFormatter(argparse.HelpFormatter):
    """Says in the terminal's language what a parser was given in English."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        """Add the usage line."""
        super().add_usage(said(usage) if usage else usage, actions, groups,
                          prefix=complaint("usage: ") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin a list of arguments."""
        super().start_section(said(complaint(heading)) if heading else heading)

    def add_text(self, text: str | None) -> None:
        """Add a description or the lines at the end."""
        super().add_text(said(text) if text and text != argparse.SUPPRESS else text)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return said(complaint(action.help)) if action.help else action.help

    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:
        name = super()._metavar_formatter(action, default_metavar)
        # argparse asks with no name at all when an option is added.
        return lambda size: tuple(placeholder(each) if each else each for each in name(size))


class SpokenParser(argparse.ArgumentParser):
    """An argument parser for the terminal's language; the parsers of its commands are such parsers too."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", SpokenFormatter)
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and leave with exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {complaint('error')}: {complaint(message)}\n")
