"""`ehrcoder validate`: check a record's codes against the code sets and the rules of coding."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.cli.record_access import add_coder_option, coder_of, opened
from ehrcoder.cli.terminal_language import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ehrcoder.core.assignments import RecordCoding
    from ehrcoder.core.edits import EditFinding
    from ehrcoder.core.ids import RecordId
    from ehrcoder.ports import Workspace
    from ehrcoder.services import Services

LISTS = {
    "poa-exempt": "whether present on admission must be given (POA-exempt list)",
    "mce": "unacceptable principal diagnoses and ages (Medicare Code Editor lists)",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "validate", help="check a record's codes: existence, notes, sequence, outcomes",
        description="Check the assigned codes of a record against the edition in force on its date. Exit code 1 when a "
        "finding is an error.",
    )
    parser.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    parser.add_argument("--let-stand", metavar="RULE", help="let the warnings of this rule stand; needs --reason")
    parser.add_argument("--reason", default="", help="why they may stand; kept in the history")
    parser.add_argument("--severity", action="store_true",
                        help="also tell CC, MCC and CMS-HCC categories, where such lists are imported")
    add_coder_option(parser)
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Validate and print the findings, errors first."""
    from ehrcoder.core.edits import EditSeverity
    from ehrcoder.usecases.find_record import find_record

    with opened(options, read_only=not options.let_stand) as (services, workspace):
        record_id = find_record(workspace, options.record)
        if options.let_stand:
            _let_stand(options, services, workspace, record_id)
        coding, record = workspace.coding(record_id), workspace.record(record_id)
        findings = findings_of(services, workspace, record_id, with_severity=options.severity)
        off = [words for kind, words in LISTS.items() if kind not in services.code_sets.lists(on=record.day)]
    if options.json:
        print_json([
            {
                "rule": each.rule_id, "severity": each.severity.value, "message": each.message,
                "codes": list(each.codes), "assignment_ids": list(each.assignment_ids), "source": each.source,
                "let_stand": each.let_stand,
            }
            for each in findings
        ])
    else:
        _print(record_id, coding, findings, off)
    return 1 if any(each.severity is EditSeverity.ERROR for each in findings) else 0


def findings_of(
    services: Services, workspace: Workspace, record_id: RecordId, *, with_severity: bool = False
) -> tuple[EditFinding, ...]:
    """Check a record's codes, and take what somebody let stand for information."""
    from ehrcoder.core.comments import comments
    from ehrcoder.usecases.validate_record import validate_coding

    said = [each.text for each in comments(workspace.events(record_id))]
    return validate_coding(
        workspace.coding(record_id), workspace.record(record_id), services.code_sets, said=said,
        with_severity=with_severity or services.settings.coding.severity,
    )


def _let_stand(
    options: argparse.Namespace, services: Services, workspace: Workspace, record_id: RecordId
) -> None:
    from ehrcoder.core.edits import EditSeverity
    from ehrcoder.core.errors import InputError
    from ehrcoder.usecases.mark_record import MarkRecord

    warnings = [
        each for each in findings_of(services, workspace, record_id)
        if each.rule_id == options.let_stand and each.severity is EditSeverity.WARNING
    ]
    if not warnings:
        raise InputError(f"The record has no open warning of rule {options.let_stand}.", kept="Nothing was changed.")
    reasons: Mapping[str, str] = {each.message: options.reason for each in warnings}
    MarkRecord(history=workspace, coder_id=coder_of(options, services)).acknowledge(record_id, warnings, reasons)


def _print(
    record_id: RecordId, coding: RecordCoding, findings: tuple[EditFinding, ...], off: list[str]
) -> None:
    if not coding.assignments:
        print(said("Record {}: no code is assigned yet, so there is nothing to check.", record_id))
        return
    if not findings:
        print(said("Record {}: {} codes, nothing speaks against them.", record_id, len(coding.assignments)))
    places = {each.assignment_id: each.sequence for each in coding.assignments}
    for each in findings:
        where = ", ".join(str(places[one]) for one in each.assignment_ids)
        print(f"{said(each.severity.value).upper()}  {each.message}")
        place = said("at code {}; ", where) if where else ""
        print(said("    rule {}; {}{}", each.rule_id, place, each.source))
        if each.let_stand:
            print(said("    let stand: {}", each.let_stand))
    for words in off:
        print(said("Not checked: {}. `ehrcoder codesets import` brings the list.", said(words)))
