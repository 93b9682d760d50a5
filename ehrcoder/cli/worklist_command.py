"""`ehrcoder worklist`: the records whose codes a later edition of a code set retired or revised."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import add_json_option, add_workspace_option, one_line, print_json
from ehrcoder.cli.record_access import add_coder_option, coder_of, opened
from ehrcoder.cli.terminal_language import said

if TYPE_CHECKING:
    from ehrcoder.core.recode import RecodeTask


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "worklist", help="list the records whose codes a newer edition retired or revised",
        description="An import of code sets never rewrites assigned codes: it puts their records on this list.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show what is open, after a look at the installed code sets")
    listing.add_argument("--must-change", action="store_true", help="only codes not valid on the record's date")
    listing.add_argument("--settled", action="store_true", help="show what was closed without a change, and why")
    refresh = actions.add_parser("refresh", help="make the list anew, even where no code set has changed")
    settle = actions.add_parser("settle", help="close a record's tasks without changing its codes")
    settle.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    settle.add_argument("--reason", required=True, help="why the codes stay as they are")
    add_coder_option(settle)
    for each, run in ((listing, _list), (refresh, _list), (settle, _settle)):
        add_workspace_option(each)
        add_json_option(each)
        each.set_defaults(run=run, settled=False, must_change=False)


def _list(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.recode_worklist import refresh_worklist

    with opened(options) as (services, workspace):
        report = refresh_worklist(workspace, services.code_sets, force=options.action == "refresh")
        titles = {row.record_id: row.title for row in workspace.rows()}
        settled = workspace.settled_recodes() if options.settled else ()
    if options.settled:
        if options.json:
            print_json([
                {**_document(each.task, titles), "settled_by": each.coder_id, "settled_at": each.at.isoformat(),
                 "reason": each.reason}
                for each in settled
            ])
        for each in settled if not options.json else ():
            print(said("{}  {}  closed by {}: {}", each.task.record_id, each.task.assigned.code, each.coder_id,
                       each.reason))
        return 0
    tasks = [task for task in report.tasks if task.must_change or not options.must_change]
    if options.json:
        print_json([_document(task, titles) for task in tasks])
    elif not tasks:
        print(said("The worklist is empty: no assigned code was retired or revised by a later edition."))
    else:
        _print(tasks, titles)
        print("\n" + said("Records: {}; with a code that is not valid on the record's date: {}. No code was changed.",
                          report.records, report.must_change))
    return 0


def _print(tasks: list[RecodeTask], titles: dict[Any, str]) -> None:
    record_id = None
    for task in sorted(tasks, key=lambda each: list(titles).index(each.record_id)):
        if task.record_id != record_id:
            record_id = task.record_id
            print(f"{record_id}  {one_line(titles[record_id], 60)}")
        standing = said("must be changed") if task.must_change else said("right on the record's date")
        print(f"  {task.assigned.code}  {task.assigned.display}")
        print("    " + said("{} in edition {} (assigned from {}): {}", said(task.change.value), task.edition,
                            task.assigned.version, standing))
        if task.now and task.change.value == "revised":
            print("    " + said("now: {}", task.now))
        if task.choices:
            print("    " + said("in its place: {}", ", ".join(task.choices)))


def _settle(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.find_record import find_record

    with opened(options) as (services, workspace):
        record_id = find_record(workspace, options.record)
        count = workspace.settle_recode(record_id, coder_id=coder_of(options, services), reason=options.reason)
    if options.json:
        print_json({"record_id": record_id, "closed": count})
    else:
        print(said("Record {}; tasks closed: {}; its codes are as they were.", record_id, count))
    return 0


def _document(task: RecodeTask, titles: dict[Any, str]) -> dict[str, Any]:
    return {
        "record_id": task.record_id, "title": titles.get(task.record_id, ""), "system": task.assigned.system,
        "code": task.assigned.code, "display": task.assigned.display, "assigned_from": task.assigned.version,
        "change": task.change.value, "edition": task.edition, "now": task.now, "must_change": task.must_change,
        "choices": list(task.choices),
    }
