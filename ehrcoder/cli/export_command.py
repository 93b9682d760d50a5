"""`ehrcoder export`: writes signed records in every format, and checks files that were written before."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all, spoken
from ehrcoder.core.errors import EnvironmentFault, InputError, IntegrityError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehrcoder.ports import CodeSetIndex, ExportWriter, Workspace
    from ehrcoder.services import Services
    from ehrcoder.usecases.export_records import ExportReport
    from ehrcoder.usecases.verify_exports import CheckedExport

FORMATS = (
    "fhir-transaction", "fhir-collection", "fhir-document", "fhir-ndjson", "ccda", "csv", "xlsx", "jsonl", "brat",
    "summary-html", "summary-pdf",
)
_PRINTED = "summary-pdf"
_VERIFY = "verify"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "export",
        help="write signed records as FHIR R4, C-CDA, tables or a printable summary",
        usage="ehrcoder export (RECORD ... | --all) --out DIR [--format NAME] [--workspace FILE] [--json]\n"
        "       ehrcoder export verify PATH ... [--workspace FILE] [--json]",
        description="Write signed records into a folder, one file a record (fhir-ndjson: one a resource type, "
        "jsonl: one in all, brat: two a note), and log each with its hash. A record whose "
        "codes break a rule is refused with the reason; a failed export leaves the former file. `export verify` "
        "tells of exported files or their folders whether they are still what was exported, and still current.",
        epilog="Exit codes: 0 everything written or intact, 1 some records refused or files outdated or unknown, "
        "2 bad input such as an unsigned record, 3 not found, 4 disk full or target not writable, "
        "5 history or file changed.",
    )
    parser.add_argument("targets", nargs="*", metavar="RECORD", help="id, beginning of an id, or title")
    parser.add_argument("--all", action="store_true", help="every signed record of the workspace")
    parser.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], metavar="NAME",
        help=f"one of {', '.join(FORMATS)} (default: {FORMATS[0]})",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write to; made when it is not there")
    parser.add_argument(
        "--coder", metavar="NAME", help="who exports; the exported AuditEvent says so (default: from the settings)"
    )
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Export, or verify what was exported."""
    if options.targets[:1] == [_VERIFY]:
        return _run_verify(options)
    return _run_export(options)


def _run_export(options: argparse.Namespace) -> int:
    from ehrcoder.cli.record_access import coder_of, opened
    from ehrcoder.usecases.export_records import export_records, signed_record_ids
    from ehrcoder.usecases.find_record import find_record

    if options.all == bool(options.targets):
        raise InputError("Nothing was exported.", next_step="Name the records to export, or give --all, not both.")
    if options.out is None:
        raise InputError("Nothing was exported.", next_step="Name the folder to write to with --out DIR.")
    with opened(options) as (services, workspace):
        if options.all:
            record_ids = signed_record_ids(workspace, workspace)
        else:
            record_ids = tuple(find_record(workspace, text) for text in options.targets)
        writer = _writer(services, options.format)
        report = export_records(
            record_ids, folder=options.out, writer=writer, store=workspace, history=workspace, log=workspace,
            clock=services.clock, index=_code_sets(services),
            exported_by=coder_of(options, services), progress=_show_progress if sys.stderr.isatty() else None,
        )
        left_out = len(workspace.rows()) - len(record_ids) if options.all else 0
    _print_report(report, left_out=left_out, as_json=options.json)
    return 1 if report.refused else 0


def _writer(services: Services, format_name: str) -> ExportWriter:
    """Return the writer of a format. The PDF is printed by Qt, which only the window's package knows."""
    wanted = "summary-html" if format_name == _PRINTED else format_name
    writer = next(each for each in services.writers if each.format_name == wanted)
    if format_name != _PRINTED:
        return writer
    from ehrcoder.gui.summary_pdf import printed

    return printed(writer)


def _code_sets(services: Services) -> CodeSetIndex | None:
    try:
        return services.code_sets
    except EnvironmentFault as error:
        print(said("Note: codes are not compared with their code sets again. {}", spoken(error.what)), file=sys.stderr)
        return None


def _print_report(report: ExportReport, *, left_out: int, as_json: bool) -> None:
    if as_json:
        print_json({
            "format": report.format_name,
            "files": [
                {
                    "record": each.record_id, "path": str(each.path), "sha256": each.sha256, "bytes": each.size,
                    "codes": each.code_count,
                }
                for each in report.files
            ],
            "refused": [{"record": each.record_id, "reason": each.reason} for each in report.refused],
            "not_signed": left_out,
        })
        return
    if report.files:
        print_table(
            said_all("file", "codes", "bytes", "SHA-256"),
            [(str(each.path), str(each.code_count), str(each.size), each.sha256[:16]) for each in report.files],
        )
    for refused in report.refused:
        print(said("Refused: {}", spoken(refused.reason)), file=sys.stderr)
    print(said("{} written, {} refused.", len(report.files), len(report.refused)), end="")
    print(said(" {} records are not signed and were left out.", left_out) if left_out else "")


def _run_verify(options: argparse.Namespace) -> int:
    from ehrcoder.cli.record_access import opened
    from ehrcoder.usecases.verify_exports import verify_exports

    paths = [Path(text) for text in options.targets[1:]]
    if not paths:
        raise InputError("Nothing was checked.", next_step="Name the exported files or their folder.")
    with opened(options, read_only=True) as (_, workspace):
        checked = verify_exports(paths, log=workspace, history=workspace)
        problems = _history_problems(workspace)
    _print_checked(checked, problems, as_json=options.json)
    return _exit_code(checked, problems)


def _history_problems(workspace: Workspace) -> tuple[str, ...]:
    return workspace.verify().problems


def _print_checked(checked: Sequence[CheckedExport], problems: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json({
            "files": [
                {
                    "path": str(each.path), "state": each.state.value, "record": each.record_id,
                    "exported_at": each.exported_at.isoformat() if each.exported_at else None,
                }
                for each in checked
            ],
            "history_problems": list(problems),
        })
        return
    if checked:
        print_table(
            said_all("file", "state", "what was found"),
            [(each.path.name, said(each.state.value), spoken(each.message)) for each in checked],
        )
    for problem in problems:
        print(said("History: {}", spoken(problem)), file=sys.stderr)


def _exit_code(checked: Sequence[CheckedExport], problems: Sequence[str]) -> int:
    from ehrcoder.usecases.verify_exports import ExportState

    states = {each.state for each in checked}
    if problems or states & {ExportState.CHANGED, ExportState.HISTORY_CHANGED}:
        return IntegrityError.exit_code
    return 0 if states <= {ExportState.INTACT} else 1


def _show_progress(done: int, total: int, message: str) -> None:
    print("\r" + said("{}/{} exported", done, total), end="\n" if done == total else "", file=sys.stderr, flush=True)
