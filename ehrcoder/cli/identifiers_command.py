"""`ehrcoder identifiers`: show what in a record may tell who the patient is, and mask it in a new version."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.cli.record_access import opened
from ehrcoder.cli.terminal_language import said
from ehrcoder.core.errors import InputError
from ehrcoder.core.identifiers import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehrcoder.core.ids import RecordId
    from ehrcoder.ports import Workspace
    from ehrcoder.usecases.check_identifiers import DocumentIdentifiers


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    kinds = ", ".join(kind.value for kind in IdentifierKind)
    parser = subparsers.add_parser(
        "identifiers", help="look for possible identifiers in a record or in all, and mask them",
        description="Look for possible identifiers: names with titles, phone, e-mail, address, dates with day, "
                    "record numbers, ages over 89. Patterns miss some; no finding is no proof that a record is "
                    "anonymous. With --mask a new version of each record is stored in which they are masked; the "
                    "former record stays, and decisions stay with it. Exit code 1 when something was found and "
                    "not masked.",
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("record", nargs="?", metavar="RECORD", help="id, beginning of an id, or title")
    chosen.add_argument("--all", action="store_true", help="look through every record of the workspace")
    parser.add_argument("--mask", action="store_true", help="store a version in which they are masked")
    parser.add_argument("--kind", action="append", metavar="KIND", choices=[kind.value for kind in IdentifierKind],
                        help=f"only this kind, may be given again: {kinds}")
    parser.add_argument("--mapping", action="store_true",
                        help="show how the offsets of a masked version map to those of the former text")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look and print kinds and places; the words themselves stay in the record."""
    from ehrcoder.usecases.find_record import find_record

    kinds = tuple(IdentifierKind(kind) for kind in options.kind or [each.value for each in IdentifierKind])
    with opened(options, read_only=not options.mask) as (services, workspace):
        chosen = [row.record_id for row in workspace.rows()] if options.all else [
            find_record(workspace, options.record)]
        if options.mapping:
            return _show_mapping(chosen, workspace, as_json=options.json)
        if options.mask:
            from ehrcoder.usecases.mask_identifiers import mask_record, of_kinds

            return _mask(chosen, lambda each: mask_record(
                each, store=workspace, clock=services.clock, ids=services.ids, chosen=of_kinds(kinds)
            ), workspace, all_records=options.all, as_json=options.json)
        return _show(chosen, kinds, workspace, options)


def _show(
    chosen: Sequence[RecordId], kinds: Sequence[IdentifierKind], workspace: Workspace, options: argparse.Namespace
) -> int:
    from ehrcoder.usecases.check_identifiers import check_identifiers

    documents = [each for record_id in chosen for each in check_identifiers(record_id, store=workspace)]
    places = [(each, found) for each in documents for found in each.found if found.kind in kinds]
    if options.json:
        print_json([
            {"record_id": each.record_id, "document_id": each.document_id, "kind": found.kind.value,
             "start": found.start, "end": found.end}
            for each, found in places
        ])
    else:
        for each in documents:
            _print_document(each, kinds, with_places=not options.all)
        print(said("Possible identifiers: {}, in records: {}.", len(places), len(chosen)), _no_proof())
    return 1 if places else 0


def _no_proof() -> str:
    return said("Patterns miss some: this does not make a record anonymous.")


def _print_document(document: DocumentIdentifiers, kinds: Sequence[IdentifierKind], *, with_places: bool) -> None:
    found = [each for each in document.found if each.kind in kinds]
    if not found:
        return
    counts = Counter(each.kind.value for each in found)
    told = ", ".join(f"{n} {said(kind)}" for kind, n in counts.items())
    print(f"{document.record_id} {document.document_id}: {told}")
    if with_places:
        print("\n".join(f"    {each.start}-{each.end} {said(each.kind.value)}" for each in found))


def _mask(chosen: Sequence[RecordId], mask, workspace: Workspace, *, all_records: bool, as_json: bool) -> int:
    made = []
    for record_id in chosen:
        # With --all, what was masked before is not masked again.
        if all_records and workspace.record(record_id).masked_from is not None:
            continue
        try:
            made.append(mask(record_id))
        except InputError:
            if not all_records:
                raise
    if as_json:
        print_json([
            {"record_id": each.record_id, "former_id": each.former_id, "masked": each.masked,
             "already_there": each.already_there} for each in made
        ])
    else:
        for each in made:
            standing = said("was there already") if each.already_there else said("is new")
            print(said("{}: masked {}; version {} {}.", each.former_id, each.masked, each.record_id, standing))
        print(said("{} of {} records have a masked version.", len(made), len(chosen)), _no_proof())
    return 0


def _show_mapping(chosen: Sequence[RecordId], workspace: Workspace, *, as_json: bool) -> int:
    rows = []
    for record_id in chosen:
        masked_from = workspace.record(record_id).masked_from
        if masked_from is None:
            continue
        for offsets in masked_from.maps:
            rows += [
                {"record_id": record_id, "former_id": masked_from.record_id, "document_id": offsets.document_id,
                 "kind": piece.kind.value, "start": piece.start, "end": piece.end,
                 "masked_start": piece.masked_start, "masked_end": piece.masked_end}
                for piece in offsets.pieces
            ]
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        print(said("{} {} {}: {} of {} is {}", row["record_id"], row["document_id"], said(str(row["kind"])),
                   f"{row['start']}-{row['end']}", row["former_id"], f"{row['masked_start']}-{row['masked_end']}"))
    if not rows:
        raise InputError("No masked version was named, so there is no mapping.",
                         next_step="Name a record that --mask has made.")
    return 0
