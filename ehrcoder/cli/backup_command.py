"""`ehrcoder backup`: makes, lists, checks and restores copies of a workspace, and rehearses the restore."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, one_line, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all
from ehrcoder.core.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from ehrcoder.services import Services
    from ehrcoder.usecases.backups import Backup, BackupShelf, CheckedBackup


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "backup", help="make, list, check and restore copies of a workspace",
        description="Keep copies of a workspace. Each is opened and verified before it counts. They hold clinical "
                    "text and are not encrypted: keep them where the workspace itself may be kept.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser("make", help="copy the workspace, also while it is in use, and verify the copy")
    make.set_defaults(run=_make)
    listing = actions.add_parser("list", help="list the copies, oldest first")
    listing.set_defaults(run=_list)
    check = actions.add_parser("check", help="open copies, verify and replay them; exit code 5 when one is damaged")
    check.add_argument("backup", nargs="?", default="latest", metavar="BACKUP", help="name or path (default: latest)")
    check.add_argument("--all", action="store_true", help="check every copy")
    check.set_defaults(run=_check)
    restore = actions.add_parser("restore", help="put a copy in the workspace's place; the former file is kept")
    restore.add_argument("backup", metavar="BACKUP", help="name or path, or: latest")
    restore.set_defaults(run=_restore)
    drill = actions.add_parser("drill", help="rehearse a restore beside the workspace and report; nothing is changed")
    drill.add_argument("backup", nargs="?", default="latest", metavar="BACKUP", help="name or path (default: latest)")
    drill.set_defaults(run=_drill)
    for each in (make, listing, check, restore, drill):
        add_workspace_option(each)
        add_json_option(each)


@contextmanager
def _shelf(options: argparse.Namespace) -> Iterator[tuple[Services, BackupShelf]]:
    from ehrcoder.services import Services

    with closing(Services()) as services:
        yield services, services.backups(options.workspace)


def _make(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.backups import make_backup

    with _shelf(options) as (services, shelf):
        made, checked = make_backup(shelf, clock=services.clock)
    if options.json:
        print_json({**_document(made), **_found(checked)})
    else:
        print(f"{made.path}\n" + said("{}, opened and verified: {}.", _size(made.size), _content(checked)))
    return 0


def _list(options: argparse.Namespace) -> int:
    with _shelf(options) as (_, shelf):
        backups, folder = shelf.backups(), shelf.folder
    if options.json:
        print_json([_document(each) for each in backups])
    elif not backups:
        print(said("There is no backup of {} yet. `ehrcoder backup make` makes one.", shelf.workspace))
    else:
        print(said("In {}, times in UTC", folder))
        print_table(said_all("backup", "made", "kind", "size"), [
            (each.path.name, f"{each.made_at:%Y-%m-%d %H:%M:%S}", each.kind.value, _size(each.size))
            for each in backups
        ])
    return 0


def _check(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.backups import check_backups, find_backup

    with _shelf(options) as (_, shelf):
        paths = [each.path for each in shelf.backups()] if options.all else [find_backup(shelf, options.backup)]
        if not paths:
            raise InputError(f"There is no backup of {shelf.workspace} to check.",
                             next_step="Make one with `ehrcoder backup make`.")
        checked = check_backups(shelf, paths)
    if options.json:
        print_json([_found(each) for each in checked])
    else:
        for each in checked:
            if each.problems:
                print(said("{}: NOT whole. {}", each.path.name, one_line(each.problems[0], 400)))
            else:
                print(said("{}: whole, {}.", each.path.name, _content(each)))
    return IntegrityError.exit_code if any(each.problems for each in checked) else 0


def _restore(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.backups import find_backup, restore_backup

    with _shelf(options) as (services, shelf):
        restored = restore_backup(shelf, find_backup(shelf, options.backup), clock=services.clock)
    if options.json:
        print_json({"workspace": str(restored.workspace), "former": str(restored.former) if restored.former else None,
                    **_found(restored.backup)})
    else:
        print(said("{} is again what {} holds: {}.", restored.workspace, restored.backup.path.name,
                   _content(restored.backup)))
        if restored.former is not None:
            print(said("The file that stood there is kept: {}", restored.former))
    return 0


def _drill(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.backups import find_backup, rehearse_restore

    with _shelf(options) as (_, shelf):
        drill = rehearse_restore(shelf, find_backup(shelf, options.backup))
    is_fine = not drill.backup.problems and drill.belongs
    if options.json:
        print_json({"fine": is_fine, **_found(drill.backup), "belongs": drill.belongs,
                    "missing_records": drill.missing_records, "missing_events": drill.missing_events})
        return 0 if is_fine else IntegrityError.exit_code
    name = drill.backup.path.name
    if drill.backup.problems:
        print(said("The drill FAILED: {} came back, but is not whole. {}", name,
                   one_line(drill.backup.problems[0], 400)))
    else:
        print(said("{} was brought back, opened for writing, verified and replayed: {}.", name, _content(drill.backup)))
        print(said("The workspace has {} records and {} events more.", drill.missing_records, drill.missing_events))
    if not drill.belongs:
        print(said("Its history is NOT a beginning of this workspace's history: it is another workspace's, or one of "
                   "the two was altered."))
    print(said("The workspace was not touched; what was brought back is deleted again."))
    return 0 if is_fine else IntegrityError.exit_code


def _document(backup: Backup) -> dict[str, object]:
    return {"path": str(backup.path), "kind": backup.kind.value, "made_at": backup.made_at.isoformat(),
            "size": backup.size}


def _found(checked: CheckedBackup) -> dict[str, object]:
    return {"path": str(checked.path), "whole": not checked.problems, "records": checked.records,
            "events": checked.events, "head_hash": checked.head_hash, "problems": list(checked.problems)}


def _content(checked: CheckedBackup) -> str:
    return said("{} records, {} events, head {}", checked.records, checked.events, checked.head_hash[:12])


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1000:.0f} kB"
