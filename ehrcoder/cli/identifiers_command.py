"""`ehrcoder identifiers`: show what in a record may tell who the patient is."""

from __future__ import annotations

import argparse
from collections import Counter

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.cli.record_access import opened


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "identifiers", help="look for possible identifiers in a record or in all",
        description="Look for possible identifiers: names with titles, phone, e-mail, address, dates with day, "
                    "record numbers, ages over 89. Patterns miss some; no finding is no proof that a record is "
                    "anonymous. Exit code 1 when something was found.",
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("record", nargs="?", metavar="RECORD", help="id, beginning of an id, or title")
    chosen.add_argument("--all", action="store_true", help="look through every record of the workspace")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look and print kinds and places; the words themselves stay in the record."""
    from ehrcoder.usecases.check_identifiers import check_identifiers
    from ehrcoder.usecases.find_record import find_record

    with opened(options, read_only=True) as (_, workspace):
        chosen = [row.record_id for row in workspace.rows()] if options.all else [
            find_record(workspace, options.record)]
        documents = [each for record_id in chosen for each in check_identifiers(record_id, store=workspace)]
    if options.json:
        print_json([
            {"record_id": each.record_id, "document_id": each.document_id, "kind": found.kind.value,
             "start": found.start, "end": found.end}
            for each in documents for found in each.found
        ])
    else:
        for each in documents:
            counts = Counter(found.kind.value for found in each.found)
            said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
            print(f"{each.record_id} {each.document_id}: {said}")
            if not options.all:
                print("\n".join(f"    {found.start}-{found.end} {found.kind.value}" for found in each.found))
        print(f"{sum(len(each.found) for each in documents)} possible identifiers in {len(chosen)} records. "
              "Patterns miss some: this does not make a record anonymous.")
    return 1 if documents else 0
