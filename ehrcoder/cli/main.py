"""The `ehrcoder` command: parses arguments, runs one command group, turns errors into exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ehrcoder import __version__
from ehrcoder.cli import (
    audit_command,
    backup_command,
    campaign_command,
    codesets_command,
    demo_command,
    doctor_command,
    encryption_command,
    evaluate_command,
    export_command,
    gui_command,
    identifiers_command,
    import_command,
    learn_command,
    model_command,
    offline_command,
    profiles_command,
    propose_command,
    records_command,
    search_command,
    sign_command,
    validate_command,
    verify_command,
    worklist_command,
)
from ehrcoder.cli.spoken_parser import SpokenParser
from ehrcoder.cli.terminal_language import said, spoken
from ehrcoder.core.errors import CancelledError, EhrCoderError
from ehrcoder.interrupts import heeded_interrupts

MODEL_WORKER = "--model-worker"
VERIFICATION_HELPER = "--verification-helper"
PDF_READER = "--pdf-reader"
PROBE_WINDOW = "--probe-window"
COMMANDS = (
    gui_command, import_command, identifiers_command, records_command, propose_command, verify_command, sign_command,
    search_command, validate_command, export_command, audit_command, backup_command, campaign_command,
    evaluate_command, learn_command, codesets_command, worklist_command, model_command, demo_command, doctor_command,
    offline_command, profiles_command, encryption_command,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command group; each module adds its own."""
    parser = SpokenParser(
        prog="ehrcoder",
        description="Code health records offline: import, propose, verify, sign, export.",
        epilog="Exit codes: 0 done, 1 failed, 2 bad input, 3 not found, 4 environment, 5 integrity, 130 cancelled.",
    )
    parser.add_argument("--version", action="version", version=f"ehrcoder {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = sys.argv[1:] if arguments is None else list(arguments)
    if options[:1] == [MODEL_WORKER]:
        return _run_model_worker(options[1:])
    if options[:1] == [VERIFICATION_HELPER]:
        return _run_verification_helper()
    if options[:1] == [PDF_READER]:
        return _run_pdf_reader()
    if options[:1] == [PROBE_WINDOW]:
        return _probe_window()
    parsed = build_parser().parse_args(options or ["gui"])
    try:
        with heeded_interrupts():
            return parsed.run(parsed)
    except KeyboardInterrupt:
        print(said("Cancelled. What was already saved is kept."), file=sys.stderr)
        return CancelledError.exit_code
    except EhrCoderError as error:
        print(f"ehrcoder: {spoken(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output went away (`ehrcoder … | head`); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EhrCoderError.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is our own fault
        return _report_own_fault(error, command=parsed.command)


def _report_own_fault(error: Exception, *, command: str) -> int:
    """Log where the program itself failed, and say so without the error's message: it may quote a record."""
    from ehrcoder import logs
    from ehrcoder.paths import find_paths

    folder = find_paths().logs
    logs.start_logging(folder).error("%s: unexpected error", command, exc_info=error)
    logs.stop_logging()
    print(
        said("ehrcoder: the program itself failed ({}). What was saved before is kept. Run `ehrcoder doctor`; if "
             "nothing is off, report this with the end of the log in {}, which holds no clinical text.",
             type(error).__name__, folder),
        file=sys.stderr,
    )
    return EhrCoderError.exit_code


def _run_model_worker(options: Sequence[str]) -> int:
    """Become the model's worker process; an installed program has no other way to start it."""
    from ehrcoder.services import run_model_worker

    run_model_worker(options[0] if options else "")
    return 0


def _run_verification_helper() -> int:
    """Become the second process of a verification; an installed program has no other way to start it."""
    from ehrcoder.services import run_verification_helper

    run_verification_helper()
    return 0


def _run_pdf_reader() -> int:
    """Become the process that reads PDF documents; an installed program has no other way to start it."""
    from ehrcoder.services import run_pdf_reader

    run_pdf_reader()
    return 0


def _probe_window() -> int:
    """Start Qt and say its version; an installed program has no other way to be asked."""
    from ehrcoder.gui.probe import tell

    tell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
