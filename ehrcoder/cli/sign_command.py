"""`ehrcoder sign`: signs a record's coding, or opens a signed one for an amendment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option
from ehrcoder.cli.record_access import add_coder_option, coder_of, opened
from ehrcoder.cli.terminal_language import said, spoken
from ehrcoder.core.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from ehrcoder.core.edits import EditFinding
    from ehrcoder.core.ids import RecordId
    from ehrcoder.ports import Workspace
    from ehrcoder.services import Services


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "sign", help="sign a record's coding, or amend a signed one",
        description="Sign what was decided about a record. Every suggestion must be decided first, no error of the "
                    "code edits may be open, and each warning needs a reason: by --reason RULE=TEXT, or typed when a "
                    "terminal asks for it. With --amend, open a signed record for changes; its former signature "
                    "stays in the history.",
    )
    parser.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    parser.add_argument("--meaning", default="verified", metavar="TEXT",
                        help="what the signature says (default: verified)")
    parser.add_argument("--amend", action="store_true", help="open a signed record; needs --reason")
    parser.add_argument("--reason", action="append", default=[], metavar="RULE=TEXT",
                        help="why the warnings of a rule may stand, once for each rule; with --amend: why it is "
                             "amended")
    add_coder_option(parser)
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sign or amend, then show the record."""
    from ehrcoder.cli.verify_show import show
    from ehrcoder.usecases.find_record import find_record
    from ehrcoder.usecases.sign_record import amend_record, coding_to_sign, sign_record, signing_warnings

    with opened(options) as (services, workspace):
        record_id = find_record(workspace, options.record)
        coder_id = coder_of(options, services)
        if options.amend:
            amend_record(record_id, history=workspace, coder_id=coder_id, reason=" ".join(options.reason))
        else:
            coding_to_sign(record_id, history=workspace, store=workspace)
            _give_reasons(options, services, workspace, record_id)
            coding = sign_record(record_id, history=workspace, store=workspace, coder_id=coder_id,
                                 meaning=options.meaning, clock=services.clock)
            for warning in signing_warnings(coding, workspace.record(record_id)):
                print(said("Note: {}", spoken(warning)), file=sys.stderr)
        show(workspace, record_id, as_json=options.json)
    return 0


def _give_reasons(
    options: argparse.Namespace, services: Services, workspace: Workspace, record_id: RecordId
) -> None:
    """Keep why each warning may stand. Raises InputError for an error, or naming the warnings without a reason."""
    from ehrcoder.cli.validate_command import findings_of
    from ehrcoder.core.edits import EditSeverity
    from ehrcoder.usecases.mark_record import MarkRecord

    given = _by_rule(options.reason)
    if not workspace.coding(record_id).assignments:
        findings: tuple[EditFinding, ...] = ()
    else:
        try:
            findings = findings_of(services, workspace, record_id)
        except EnvironmentFault as fault:
            print(said("Note: {}", said("No code edit was looked for. {}", spoken(fault.what))), file=sys.stderr)
            findings = ()
    errors = [each for each in findings if each.severity is EditSeverity.ERROR]
    if errors:
        raise InputError(f"Errors are open: {_listed(errors)}", kept="Nothing was changed.",
                         next_step="Correct the codes that are named, then sign.")
    warnings = [each for each in findings if each.severity is EditSeverity.WARNING]
    rules = {each.rule_id for each in warnings}
    for rule in given:
        if rule not in rules:
            named = ", ".join(sorted(rules)) or "none"
            raise InputError(f"The record has no open warning of rule {rule}. Open: {named}.",
                             kept="Nothing was changed.")
    lacking = [each for each in warnings if each.rule_id not in given]
    if lacking and sys.stdin.isatty() and not options.json:
        given = {**given, **_asked(lacking)}
        lacking = [each for each in warnings if each.rule_id not in given]
    if lacking:
        raise InputError(
            f"Warnings have no reason yet: {_listed(lacking)}", kept="Nothing was changed.",
            next_step="Say for each rule why it may stand: --reason RULE=TEXT, or correct the codes.",
        )
    if warnings:
        MarkRecord(history=workspace, coder_id=coder_of(options, services)).acknowledge(
            record_id, warnings, {each.message: given[each.rule_id] for each in warnings})


def _by_rule(reasons: Sequence[str]) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for each in reasons:
        rule, sign, words = each.partition("=")
        if not sign or not rule.strip() or not words.strip():
            raise InputError(f"--reason takes RULE=TEXT, not: {each}", kept="Nothing was changed.",
                             next_step="`ehrcoder validate RECORD` shows the rules of the open warnings.")
        given[rule.strip()] = words.strip()
    return given


def _asked(warnings: Sequence[EditFinding]) -> dict[str, str]:
    """Ask at the terminal for each rule's reason; an empty line leaves it without one."""
    given: dict[str, str] = {}
    for rule in dict.fromkeys(each.rule_id for each in warnings):
        for each in warnings:
            if each.rule_id == rule:
                print(said("Warning {}: {}", rule, spoken(each.message)), file=sys.stderr)
        print(said("Why may it stand?"), end=" ", file=sys.stderr, flush=True)
        words = sys.stdin.readline().strip()
        if words:
            given[rule] = words
    return given


def _listed(findings: Sequence[EditFinding]) -> str:
    return "".join(f"\n  {each.rule_id}: {each.message}" for each in findings)
