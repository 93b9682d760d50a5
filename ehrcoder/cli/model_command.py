"""`ehrcoder model`: install the default language model, or use a file that somebody brought."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("model", help="install or choose the language model")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help="put the default model together and check its SHA-256")
    install.add_argument("--if-missing", action="store_true", help="do nothing, silently, when it is there and whole")
    install.set_defaults(run=_install)
    use = actions.add_parser(
        "use", help="use a model file (GGUF), or the default model again",
        description="Copy a GGUF file into the data folder and make it the model that proposes. What was measured "
                    "holds for the default model; measure another one with `ehrcoder evaluate`.",
    )
    choice = use.add_mutually_exclusive_group(required=True)
    choice.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a GGUF file")
    choice.add_argument("--default", action="store_true", help="go back to the default model")
    use.set_defaults(run=_use)


def _install(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    services = Services()
    licence = services.install_default_model(only_if_missing=options.if_missing)
    if licence is None:
        return 0
    print(licence, file=sys.stderr)
    print(f"installed {services.default_model_path.name}, SHA-256 checked")
    return 0


def _use(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    services = Services()
    path = services.use_model(None if options.default else options.file)
    if path == services.default_model_path:
        print(f"in use: the default model, {path.name}" + ("" if path.is_file() else ", which is not installed yet"))
    else:
        print(f"in use: {path.name}, without the shipped adapter. `ehrcoder doctor` says whether it answers.")
    return 0
