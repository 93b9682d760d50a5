"""`ehrcoder validate`: check a record's codes against the code sets and the rules of coding."""

from __future__ import annotations

import argparse

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.cli.record_access import opened


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "validate", help="check a record's codes: existence, notes, sequence, outcomes",
        description="Check the assigned codes of a record. Exit code 1 when a finding is an error.",
    )
    parser.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Validate and print the findings, errors first."""
    from ehrcoder.core.edits import EditSeverity
    from ehrcoder.usecases.find_record import find_record
    from ehrcoder.usecases.validate_record import validate_coding

    with opened(options, read_only=True) as (services, workspace):
        record_id = find_record(workspace, options.record)
        coding = workspace.coding(record_id)
        findings = validate_coding(coding, workspace.record(record_id), services.code_sets)
    if options.json:
        print_json([
            {
                "rule": each.rule_id, "severity": each.severity.value, "message": each.message,
                "codes": list(each.codes), "assignment_ids": list(each.assignment_ids), "source": each.source,
            }
            for each in findings
        ])
    elif not coding.assignments:
        print(f"Record {record_id}: no code is assigned yet, so there is nothing to check.")
    elif not findings:
        print(f"Record {record_id}: {len(coding.assignments)} codes, nothing speaks against them.")
    else:
        for each in findings:
            print(f"{each.severity.value.upper()}  {each.message}")
            print(f"    rule {each.rule_id}; {each.source}")
    return 1 if any(each.severity is EditSeverity.ERROR for each in findings) else 0
