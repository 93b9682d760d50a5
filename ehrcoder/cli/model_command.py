"""`ehrcoder model`: put the default language model together."""

from __future__ import annotations

import argparse
import sys


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("model", help="install the default language model")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help="put the default model together and check its SHA-256")
    install.add_argument("--if-missing", action="store_true", help="do nothing, silently, when it is there and whole")
    install.set_defaults(run=_install)


def _install(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    services = Services()
    licence = services.install_default_model(only_if_missing=options.if_missing)
    if licence is None:
        return 0
    print(licence, file=sys.stderr)
    print(f"installed {services.default_model_path.name}, SHA-256 checked")
    return 0
