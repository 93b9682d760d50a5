"""`ehrcoder records`: lists the records of a workspace."""

from __future__ import annotations

import argparse

from ehrcoder.cli.output import add_json_option, add_workspace_option, one_line, print_json, print_table
from ehrcoder.cli.record_access import opened
from ehrcoder.cli.terminal_language import said, said_all
from ehrcoder.core.records import RecordStatus


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("records", help="list the records of a workspace",
                                   description="Show which records a workspace holds and where they stand.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list records in the order of their import")
    listing.add_argument("--status", choices=[each.value for each in RecordStatus], help="only these")
    listing.add_argument("--ids", action="store_true", help="print ids only, one a line, for scripts")
    add_workspace_option(listing)
    add_json_option(listing)
    listing.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    with opened(options, read_only=True) as (_, workspace):
        rows = [row for row in workspace.rows() if options.status in (None, row.status.value)]
    if options.json:
        print_json([
            {"record_id": row.record_id, "title": row.title, "source_format": row.source_format,
             "imported_at": row.imported_at.isoformat(), "status": row.status.value,
             "documents": row.document_count, "characters": row.text_length,
             "suggestions": row.suggestion_count, "undecided": row.undecided_count,
             "assigned": row.assignment_count}
            for row in rows
        ])
    elif options.ids:
        for row in rows:
            print(row.record_id)
    elif not rows:
        print(said("There are no such records."))
    else:
        print_table(said_all("record", "title", "format", "status", "notes", "characters", "undecided", "assigned"), [
            (row.record_id, one_line(row.title, 40), row.source_format, said(row.status.value),
             str(row.document_count), str(row.text_length), f"{row.undecided_count}/{row.suggestion_count}",
             str(row.assignment_count))
            for row in rows
        ])
    return 0
