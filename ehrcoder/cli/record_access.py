"""Opens the workspace for commands that work on one record, and names its coder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.terminal_language import said, spoken
from ehrcoder.core.errors import EhrCoderError, NotFoundError
from ehrcoder.core.ids import CoderId

if TYPE_CHECKING:
    from ehrcoder.ports import OpenWorkspace
    from ehrcoder.services import Services


def add_coder_option(parser: argparse.ArgumentParser) -> None:
    """Add `--coder NAME`."""
    parser.add_argument("--coder", metavar="NAME",
                        help="name under which the decision is stored (default: from the settings)")


@contextmanager
def opened(options: argparse.Namespace, *, read_only: bool = False) -> Iterator[tuple[Services, OpenWorkspace]]:
    """Yield the services and the workspace that the options name; both are closed at the end.

    Raises NotFoundError when the workspace is not there.
    """
    from ehrcoder.services import Services

    with closing(Services()) as services:
        path = options.workspace or services.default_workspace
        if not path.expanduser().is_file():
            # Opening would create it, and a mistyped name would show an empty workspace.
            raise NotFoundError(f"There is no workspace {path}.",
                                next_step="Import records first; that creates it.")
        with closing(services.open_workspace(path, read_only=read_only)) as workspace:
            for warning in workspace.warnings:
                print(said("Warning: {} See `ehrcoder audit verify`.", spoken(warning)), file=sys.stderr)
            if not read_only:
                sign_in_where_needed(options, services, workspace)
                _back_up(services, path)
            yield services, workspace


def sign_in_where_needed(options: argparse.Namespace, services: Services, workspace: OpenWorkspace) -> None:
    """Sign in whoever gives the command, where the workspace has profiles. Raises InputError.

    The password was given for this one command, so it stands for a signature as well.
    """
    if not workspace.profiles():
        return
    coder_id = coder_of(options, services)
    password = services.secrets.password(coder_id)
    workspace.sign_in(coder_id, password)
    workspace.confirm(password)


def _back_up(services: Services, path: Path) -> None:
    """Make the day's backup; work goes on without it, but not without a word."""
    try:
        services.back_up_if_due(path)
    except EhrCoderError as error:
        print(said("Note: today's backup could not be made. {}", spoken(str(error))), file=sys.stderr)


def coder_of(options: argparse.Namespace, services: Services) -> CoderId:
    """Return who decides: `--coder`, else the name in the settings."""
    return CoderId((getattr(options, "coder", None) or "").strip() or services.settings.coder)
