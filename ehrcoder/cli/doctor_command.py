"""`ehrcoder doctor`: says what is installed, what is off, and what to do about it."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.core.errors import EnvironmentFault

if TYPE_CHECKING:
    from ehrcoder.usecases.doctor import DoctorReport, Finding

_MARKS = {"fine": "ok  ", "note": "note", "off": "OFF "}
_TITLES = {
    "program": "Program", "libraries": "Libraries", "sqlite": "SQLite", "window": "Window", "settings": "Settings",
    "model_file": "Language model", "trained": "Artefacts", "code_sets": "Code sets", "worker": "Model process",
    "gpu": "GPU", "workspace": "Workspace", "storage": "Storage",
}
_WIDTH = 110


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "doctor", help="check the installation and say what to do",
        description="Check libraries, SQLite, window, settings, language model, trained artefacts, code sets, model "
                    "process, GPU and workspace. Nothing is changed.",
        epilog="Exit codes: 0 nothing is off, 4 something is off.",
    )
    parser.add_argument("--verbose", action="store_true", help="also versions, paths and hashes")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look at everything and print it."""
    report = _report(options.workspace)
    if options.json:
        print_json({"whole": report.is_whole, "findings": [_document(each) for each in report.findings]})
    else:
        for finding in report.findings:
            _print(finding, verbose=options.verbose)
        off = [_TITLES[each.name] for each in report.findings if each.standing.value == "off"]
        print(f"\nOff: {', '.join(off)}." if off else "\nNothing is off.")
    return 0 if report.is_whole else EnvironmentFault.exit_code


def _report(workspace: Path | None) -> DoctorReport:
    from ehrcoder.usecases.doctor import diagnose, without_package

    try:
        from ehrcoder.services import installation_probes

        probes, today = installation_probes(workspace)
    except ImportError as error:
        # Without these packages not even the settings can be read.
        return without_package(error.name or str(error))
    return diagnose(probes, today=today)


def _print(finding: Finding, *, verbose: bool) -> None:
    head = f"{_MARKS[finding.standing.value]}  {_TITLES[finding.name]:<14}  "
    indent = " " * len(head)
    print(_filled(head + finding.summary, indent))
    if finding.next_step:
        print(_filled(f"{indent}→ {finding.next_step}", f"{indent}  "))
    for name, value in finding.facts if verbose else ():
        print(f"{indent}{name}: {value}")


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _document(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name, "title": _TITLES[finding.name], "standing": finding.standing.value,
        "summary": finding.summary, "facts": dict(finding.facts), "next_step": finding.next_step,
    }
