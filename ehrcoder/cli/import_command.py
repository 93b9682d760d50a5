"""`ehrcoder import`: brings files and folders into a workspace and says what became of each."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all, spoken

if TYPE_CHECKING:
    from ehrcoder.usecases.import_records import FileOutcome, ImportReport

_ROWS_SHOWN = 40
_MESSAGE_WIDTH = 100


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "import", help="bring notes, documents, tables, messages and bundles into a workspace",
        description="Bring records into a workspace: text, Markdown, RTF, DOCX and PDF; CSV, TSV, XLSX and JSON "
                    "Lines; FHIR R4 JSON and NDJSON, C-CDA, HL7 v2; CodiEsp and brat folders; zip archives. Folders "
                    "are read with everything in them. A file that cannot be "
                    "read costs no other file; what is in the workspace already is not stored twice.",
        epilog="Exit codes: 0 all files came in or were there already, 1 some failed, 2 none came in.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    add_workspace_option(parser)
    parser.add_argument("--format", metavar="NAME",
                        help="read every file in this format: brat, ccda, codiesp, csv, docx, fhir, fhir-ndjson, "
                             "hl7v2, jsonl, pdf, rtf, text, xlsx or zip")
    parser.add_argument("--separator", metavar="PATTERN",
                        help="regular expression: lines that match it stand between the notes of a text, Markdown, "
                             "RTF, DOCX or PDF file; a group (?P<title>…) names the note that follows")
    parser.add_argument("--separator-stays", action="store_true",
                        help="such a line is the first of its note instead of standing between two")
    parser.add_argument("--column", action="append", default=[], metavar="ROLE=NAME",
                        help="which column of a table is the text, record, patient, start, end, sex, birth, age, "
                             "class, type, title, language, or holds codes (icd10cm, icd10pcs, icd9cm, snomed, hcpcs; "
                             "NAME* for several); remembered for every table with this header. ROLE= for none")
    parser.add_argument("--preview", action="store_true",
                        help="show the beginning of each table and what its columns are taken for; import nothing")
    parser.add_argument("--report", type=Path, metavar="FILE.csv",
                        help="write each file's outcome to a table")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import, print the outcomes and return 0, 1 or 2."""
    from ehrcoder.cli.record_access import sign_in_where_needed
    from ehrcoder.services import Services
    from ehrcoder.usecases.import_records import import_paths

    services = Services()
    try:
        if options.preview or options.column:
            from ehrcoder.cli.import_preview import prepare_tables

            prepare_tables(options, services)
            if options.preview:
                return 0
        workspace = services.open_workspace(options.workspace)
        try:
            sign_in_where_needed(options, services, workspace)
            report = import_paths(
                options.paths, readers=services.readers, store=workspace, clock=services.clock,
                ids=services.ids, format_name=options.format, options=_reader_options(options),
                mappings=services.column_mappings,
                progress=_show_progress if sys.stderr.isatty() else None,
            )
        finally:
            workspace.close()
    finally:
        services.close()
    if options.report is not None:
        _write_report(report, options.report)
    if options.json:
        print_json(_as_json(report))
    else:
        _print_report(report)
    return _exit_code(report)


def _reader_options(options: argparse.Namespace) -> dict[str, str]:
    found: dict[str, str] = {}
    if options.separator:
        found["separator"] = options.separator
        if options.separator_stays:
            found["separator.stays"] = "yes"
    return found


def _exit_code(report: ImportReport) -> int:
    if report.imported or report.duplicates:
        return 1 if report.failed else 0
    return 2


def _show_progress(done: int, total: int, message: str) -> None:
    end = "\n" if done == total else ""
    print("\r\x1b[K" + said("{} of {} {}", done, total, message[-60:]), end=end, file=sys.stderr, flush=True)


def _print_report(report: ImportReport) -> None:
    if not report.outcomes:
        print(said("There were no files to import."))
        return
    # What needs attention comes first; a thousand files that came in are a number.
    ordered = sorted(report.outcomes, key=lambda outcome: outcome.status.value != "failed")
    rows = [
        (said(outcome.status.value), outcome.source_name, str(_new_records(outcome)), outcome.source_format,
         _shortened(spoken(outcome.message)))
        for outcome in ordered[:_ROWS_SHOWN]
    ]
    print_table(said_all("outcome", "file", "records", "format", "remarks"), rows)
    rest = Counter(said(outcome.status.value) for outcome in ordered[_ROWS_SHOWN:])
    if rest:
        counts = ", ".join(f"{count} {status}" for status, count in rest.items())
        print(said("… and {}; --report FILE.csv lists every file.", counts))
    print(said("New records: {}. Files: {} read, {} there already, {} failed.",
               report.new_records, report.imported, report.duplicates, report.failed))


def _shortened(message: str) -> str:
    return message if len(message) <= _MESSAGE_WIDTH else message[: _MESSAGE_WIDTH - 1] + "…"


def _new_records(outcome: FileOutcome) -> int:
    return len(outcome.record_ids) if outcome.status.value == "imported" else 0


def _as_json(report: ImportReport) -> dict[str, object]:
    return {
        "imported": report.imported, "duplicates": report.duplicates, "failed": report.failed,
        "new_records": report.new_records,
        "files": [
            {
                "source_name": outcome.source_name, "status": outcome.status.value,
                "format": outcome.source_format, "record_ids": list(outcome.record_ids),
                "message": outcome.message, "left_out": list(outcome.left_out),
            }
            for outcome in report.outcomes
        ],
    }


def _write_report(report: ImportReport, path: Path) -> None:
    from ehrcoder.core.errors import EnvironmentFault
    from ehrcoder.usecases.import_report import report_csv

    try:
        path.write_bytes(report_csv(report))
    except OSError as error:
        raise EnvironmentFault(
            f"The report cannot be written: {error.strerror}.", kept="The import itself is done.",
            next_step="Give --report another file.",
        ) from error
