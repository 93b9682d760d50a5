"""`ehrcoder search`: find codes for a code, part of one, or words."""

from __future__ import annotations

import argparse

from ehrcoder.cli.on_option import add_on_option, day_of
from ehrcoder.cli.output import add_json_option, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all

_KINDS = ("diagnosis", "procedure", "outcome")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("search", help="find codes by code, words, abbreviation or lay name")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="a code, part of one, or words in any order")
    parser.add_argument("--kind", action="append", choices=_KINDS, help="only codes of this kind (may be repeated)")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many to show (default: 20)")
    add_on_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Search and print, best first."""
    from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM, CodeKind
    from ehrcoder.core.errors import InputError
    from ehrcoder.services import Services
    from ehrcoder.usecases.search_codes import search_codes

    if options.limit < 1:
        raise InputError("--limit must be at least 1.")
    index = Services().code_sets
    kinds = [CodeKind(kind) for kind in options.kind or ()]
    hits = search_codes(index, " ".join(options.text), kinds=kinds, limit=options.limit, on=day_of(options))
    if options.json:
        print_json([
            {
                "system": hit.concept.coding.system, "version": hit.concept.coding.version,
                "code": hit.concept.coding.code, "display": hit.concept.coding.display,
                "billable": hit.concept.is_billable, "score": hit.score,
            }
            for hit in hits
        ])
        return 0
    if not hits:
        print(said("Nothing found. Try fewer or other words."))
        return 0
    print_table(
        (*said_all("Code", "Set"), "", *said_all("Title", "Found by")),
        [
            (
                hit.concept.coding.code, SHORT_NAME_OF_SYSTEM.get(hit.concept.coding.system, hit.concept.coding.system),
                "" if hit.concept.is_billable else said("header"), hit.concept.coding.display, hit.matched,
            )
            for hit in hits
        ],
    )
    return 0
