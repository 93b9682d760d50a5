"""`ehrcoder sign`: signs a record's coding, or opens a signed one for an amendment."""

from __future__ import annotations

import argparse
import sys

from ehrcoder.cli.output import add_json_option, add_workspace_option
from ehrcoder.cli.record_access import add_coder_option, coder_of, opened
from ehrcoder.cli.terminal_language import said, spoken
from ehrcoder.core.errors import InputError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "sign", help="sign a record's coding, or amend a signed one",
        description="Sign what was decided about a record. Every suggestion must be decided first. With "
                    "--amend, open a signed record for changes; its former signature stays in the history.",
    )
    parser.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    parser.add_argument("--meaning", default="verified", metavar="TEXT",
                        help="what the signature says (default: verified)")
    parser.add_argument("--amend", action="store_true", help="open a signed record; needs --reason")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why it is amended")
    add_coder_option(parser)
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sign or amend, then show the record."""
    from ehrcoder.cli.verify_show import show
    from ehrcoder.usecases.find_record import find_record
    from ehrcoder.usecases.sign_record import amend_record, sign_record, signing_warnings

    if options.reason and not options.amend:
        raise InputError("--reason belongs to --amend.", next_step="Sign without it, or amend with it.")
    with opened(options) as (services, workspace):
        record_id = find_record(workspace, options.record)
        coder_id = coder_of(options, services)
        if options.amend:
            amend_record(record_id, history=workspace, coder_id=coder_id, reason=options.reason)
        else:
            coding = sign_record(record_id, history=workspace, store=workspace, coder_id=coder_id,
                                 meaning=options.meaning, clock=services.clock)
            for warning in signing_warnings(coding, workspace.record(record_id)):
                print(said("Note: {}", spoken(warning)), file=sys.stderr)
        show(workspace, record_id, as_json=options.json)
    return 0
