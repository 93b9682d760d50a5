"""`ehrcoder gui`: opens the verification window; `ehrcoder` alone does the same."""

from __future__ import annotations

import argparse

from ehrcoder.cli.output import add_workspace_option


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "gui", help="open the verification window",
        description="Open the window in which suggestions are accepted, replaced, rejected and signed.",
    )
    add_workspace_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from ehrcoder.gui.app import run_window
    from ehrcoder.services import Services

    return run_window(Services(), options.workspace)
