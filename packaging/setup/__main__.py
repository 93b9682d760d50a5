"""Sets everything up for `make run` and `make test`: `python packaging/setup [--tests]`. Standard library only."""

from __future__ import annotations

import argparse
import os
import sys

import checkers
import environment
import llama_wheel
import product
import system_libraries
from console import Console, SetupError
from places import LOG_FILE, VENV


def has_display() -> bool:
    """Tell whether a window can be shown."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def set_up(console: Console, *, tests: bool) -> None:
    """Run every stage; each does nothing when its inputs are those of the last time."""
    builds = llama_wheel.cached_wheel() is None
    needs = system_libraries.needs_of(tests=tests, builds_wheel=builds, window=has_display())
    console.stage("System libraries", lambda: system_libraries.ensure(console, needs))
    console.stage("Python environment", lambda: environment.ensure_venv(console, VENV, ".venv"))
    console.stage("llama.cpp runtime", lambda: llama_wheel.ensure(console))
    console.stage("Packages", lambda: _install(console, tests=tests))
    console.stage("Language model", lambda: product.ensure_model(console))
    console.stage("Code sets", lambda: product.ensure_code_sets(console))
    if tests:
        console.stage("FHIR checkers (Python)", lambda: checkers.ensure_python(console))
        console.stage("FHIR checkers (Node.js)", lambda: checkers.ensure_node(console))


def _install(console: Console, *, tests: bool) -> str:
    wheel = llama_wheel.cached_wheel()
    if wheel is None:
        raise SetupError("The llama-cpp-python wheel is gone; run this again.")
    return environment.install_packages(console, wheel=wheel, tests=tests)


def main() -> int:
    """Set up and return the exit code."""
    parser = argparse.ArgumentParser(prog="packaging/setup", description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    options = parser.parse_args()
    console = Console(total=8 if options.tests else 6, log_file=LOG_FILE)
    try:
        set_up(console, tests=options.tests)
    except SetupError as failure:
        print(f"\nSet-up stopped: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up cancelled; finished stages are kept.", file=sys.stderr)
        return 130
    console.close()
    return 0


sys.exit(main())
