"""`ehrcoder audit`: shows a record's history and checks that the workspace's history is whole."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ehrcoder.cli.output import add_json_option, add_workspace_option, one_line, print_json, print_table
from ehrcoder.cli.record_access import opened
from ehrcoder.cli.terminal_language import said, said_all
from ehrcoder.core.errors import IntegrityError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "audit", help="show a record's history; check that nothing was altered",
        description="Show who decided what and when, and check the hash chain over the whole workspace.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="show a record's history, oldest first")
    show.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    show.set_defaults(run=_show)
    verify = actions.add_parser("verify", help="check every line against its hash; exit code 5 when broken")
    verify.set_defaults(run=_verify)
    rebuild = actions.add_parser("rebuild", help="replay every event and compare with the stored coding")
    rebuild.add_argument("--repair", action="store_true", help="store what was replayed where it differs")
    rebuild.set_defaults(run=_rebuild)
    export = actions.add_parser("export", help="write a record's whole history, for the standalone verifier")
    export.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write; it holds clinical text")
    export.set_defaults(run=_export)
    accept = actions.add_parser(
        "accept", help="take the history's present end for the right one, after an older copy was put back on purpose")
    accept.set_defaults(run=_accept)
    for each in (show, verify, rebuild, export, accept):
        add_workspace_option(each)
        add_json_option(each)


def _show(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.audit_trail import record_history
    from ehrcoder.usecases.find_record import find_record

    with opened(options, read_only=True) as (_, workspace):
        record_id = find_record(workspace, options.record)
        lines = record_history(workspace, record_id)
    if options.json:
        print_json([
            {"sequence": line.sequence, "event_id": line.event_id, "group_id": line.group_id,
             "at": line.at.isoformat(), "coder": line.coder_id, "action": line.action.value,
             "code": line.code, "text": line.text, "reason": line.reason, "hash": line.hash}
            for line in lines
        ])
    elif not lines:
        print(said("Record {}: nothing was decided yet.", record_id))
    else:
        print(said("Record {}, times in UTC", record_id))
        print_table(said_all("event", "time", "coder", "what", "reason", "hash"), [
            (str(line.sequence), f"{line.at:%Y-%m-%d %H:%M:%S}", one_line(line.coder_id, 20),
             one_line(line.text, 70), one_line(line.reason, 40), line.hash[:12])
            for line in lines
        ])
    return 0


def _export(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.export_history import export_history
    from ehrcoder.usecases.find_record import find_record

    with opened(options, read_only=True) as (services, workspace):
        record_id = find_record(workspace, options.record)
        count = export_history(record_id, path=options.out, store=workspace, history=workspace, log=workspace,
                               clock=services.clock)
        verifier = services.paths.resources / "verifier" / "verify_export.py"
    if options.json:
        print_json({"record_id": record_id, "path": str(options.out), "events": count, "verifier": str(verifier)})
    else:
        print(said("{}: {} events of record {}. The file holds clinical text.", options.out, count, record_id))
        print(said("Check it without this program: python {} BUNDLE {}", verifier, options.out))
    return 0


def _accept(options: argparse.Namespace) -> int:
    with opened(options) as (_, workspace):
        is_accepted = workspace.accept_end()
    if options.json:
        print_json({"accepted": is_accepted})
    else:
        print(said("The present end is taken for the right one from now on.") if is_accepted
              else said("Nothing contradicted the end of the history."))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.audit_trail import verify_history

    with opened(options, read_only=True) as (_, workspace):
        path = workspace.path
        report = verify_history(workspace)
    if options.json:
        print_json({
            "intact": not report.problems, "events": report.events, "records": report.records,
            "head_hash": report.head_hash, "problems": list(report.problems),
        })
    elif not report.problems:
        print(said("{} is intact: {} events on {} records, head {}.", path, report.events, report.records,
                   report.head_hash))
    else:
        print(said("{} is NOT intact. The first problem:", path) + f"\n  {one_line(report.problems[0], 400)}")
        for problem in report.problems[1:]:
            print(said("  then: {}", one_line(problem, 400)))
        print(said("What to do: keep this file as it is, look at the last backup (`ehrcoder backup drill`), and "
                   "compare the two. If an older copy was put back on purpose: `ehrcoder audit accept`."))
    return IntegrityError.exit_code if report.problems else 0


def _rebuild(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.audit_trail import rebuild_coding

    with opened(options, read_only=not options.repair) as (_, workspace):
        report = rebuild_coding(workspace, repair=options.repair)
    if options.json:
        print_json({"records": report.records, "events": report.events,
                    "differing": list(report.differing), "repaired": report.repaired})
    elif not report.differing:
        print(said("{} events replayed: the coding of all {} records is what they say.", report.events, report.records))
    else:
        print(said("{} events replayed: the stored coding of {} of {} records was not what they say.",
                   report.events, len(report.differing), report.records))
        for record_id in report.differing:
            print(f"  {record_id}")
        print(said("It was stored anew.") if report.repaired
              else said("Repair it with `ehrcoder audit rebuild --repair`."), file=sys.stderr)
    return IntegrityError.exit_code if report.differing and not report.repaired else 0
