"""`ehrcoder codesets`: build the code sets and show what is installed."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ehrcoder.cli import codesets_browse, codesets_import
from ehrcoder.cli.codesets_import import edition_document
from ehrcoder.cli.output import add_json_option, one_line, print_json, print_table

if TYPE_CHECKING:
    from ehrcoder.core.codes import CodeSetEdition


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("codesets", help="build the code sets, list them, look at codes")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="build what is missing or out of date")
    build.add_argument("--force", action="store_true", help="build everything again")
    add_json_option(build)
    build.set_defaults(run=_build)
    codesets_import.add_action(actions)
    listing = actions.add_parser("list", help="show editions, dates, counts, licences and hashes")
    add_json_option(listing)
    listing.set_defaults(run=_list)
    codesets_browse.add_actions(actions)


def _build(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    def progress(done: int, total: int, message: str) -> None:
        print(f"[{done}/{total}] {message}", file=sys.stderr)

    outcomes = Services().build_code_sets(force=options.force, progress=progress)
    if options.json:
        print_json([{**edition_document(o.manifest.edition), "built": o.built} for o in outcomes])
        return 0
    for outcome in outcomes:
        edition = outcome.manifest.edition
        state = "built" if outcome.built else "up to date"
        print(f"{edition.name} {edition.version}: {edition.billable_count:,} billable codes, {state}")
    return 0


def _list(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    index = Services().code_sets
    editions, lists, caveats = index.editions(), index.installed_lists(), index.caveats()
    if options.json:
        print_json({
            "editions": [{**edition_document(each), "caveat": caveats.get(each.sha256, "")} for each in editions],
            "lists": [
                {"kind": each.kind, "system": each.system, "edition": each.edition, "entries": each.size,
                 "source": each.source, "sha256": each.sha256}
                for each in lists
            ],
        })
        return 0
    for edition in editions:
        print(f"{edition.name} (version {edition.version})")
        print(f"  system    {edition.system}")
        print(f"  in force  {_dates(edition)}")
        print(f"  entries   {edition.concept_count:,}, of them {edition.billable_count:,} billable")
        print(f"  licence   {edition.licence}")
        print(f"  source    {edition.source}")
        print(f"  SHA-256   {edition.sha256}")
        if edition.sha256 in caveats:
            print(f"  caveat    {caveats[edition.sha256]}")
    if lists:
        print("\nImported lists")
        print_table(
            ("Kind", "Edition", "Entries", "Source", "SHA-256"),
            [(each.kind, each.edition or "undated", f"{each.size:,}", one_line(each.source, 48), each.sha256[:16])
             for each in lists],
        )
    return 0


def _dates(edition: CodeSetEdition) -> str:
    if edition.effective_from is None:
        return "dates not stated by the source"
    return f"{edition.effective_from} to {edition.effective_to or 'now'}"
