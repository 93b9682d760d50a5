"""`ehrcoder codesets`: build the code sets and show what is installed."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ehrcoder.cli import codesets_import
from ehrcoder.cli.codesets_import import edition_document
from ehrcoder.cli.output import add_json_option, print_json, print_table

if TYPE_CHECKING:
    from ehrcoder.core.codes import CodeSetEdition, Concept


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("codesets", help="build the code sets, list them, look at one code")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="build what is missing or out of date")
    build.add_argument("--force", action="store_true", help="build everything again")
    add_json_option(build)
    build.set_defaults(run=_build)
    codesets_import.add_action(actions)
    listing = actions.add_parser("list", help="show editions, dates, counts, licences and hashes")
    add_json_option(listing)
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="show a code with its notes, headers and choices below")
    show.add_argument("code", metavar="CODE", help="a code, with or without its dot")
    add_json_option(show)
    show.set_defaults(run=_show)


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

    editions = Services().code_sets.editions()
    if options.json:
        print_json([edition_document(edition) for edition in editions])
        return 0
    for edition in editions:
        print(f"{edition.name} (version {edition.version})")
        print(f"  in force  {_dates(edition)}")
        print(f"  entries   {edition.concept_count:,}, of them {edition.billable_count:,} billable")
        print(f"  licence   {edition.licence}")
        print(f"  source    {edition.source}")
        print(f"  SHA-256   {edition.sha256}")
    return 0


def _show(options: argparse.Namespace) -> int:
    from ehrcoder.core.codes import KIND_OF_SYSTEM, with_dot
    from ehrcoder.core.errors import NotFoundError
    from ehrcoder.services import Services

    index = Services().code_sets
    typed = options.code.strip()
    spellings = dict.fromkeys((typed, with_dot(typed), typed.upper(), typed.lower()))
    found = [c for system in KIND_OF_SYSTEM for spelling in spellings if (c := index.concept(system, spelling))]
    if not found:
        raise NotFoundError(f"No installed code set has the code {typed}.", next_step="Try `ehrcoder search`.")
    shown = []
    for concept in found:
        system, code = concept.coding.system, concept.coding.code
        paths = index.index_paths(system, code)
        shown.append((concept, index.ancestors(system, code), index.children(system, code), paths))
    if options.json:
        print_json([_concept_document(*entry) for entry in shown])
        return 0
    for entry in shown:
        _print_concept(*entry)
    return 0


def _dates(edition: CodeSetEdition) -> str:
    if edition.effective_from is None:
        return "dates not stated by the source"
    return f"{edition.effective_from} to {edition.effective_to or 'now'}"


def _coding(concept: Concept) -> dict[str, Any]:
    coding = concept.coding
    return {
        "system": coding.system, "version": coding.version, "code": coding.code, "display": coding.display,
        "billable": concept.is_billable,
    }


def _notes(concept: Concept) -> dict[str, Any]:
    from dataclasses import asdict

    return {key: value for key, value in asdict(concept.notes).items() if value}


def _concept_document(
    concept: Concept, ancestors: tuple[Concept, ...], children: tuple[Concept, ...], paths: tuple[str, ...]
) -> dict[str, Any]:
    return {
        **_coding(concept), "synonyms": concept.synonyms, "notes": _notes(concept),
        "ancestors": [{**_coding(each), "notes": _notes(each)} for each in ancestors],
        "children": [_coding(each) for each in children], "index_paths": paths,
    }


def _print_concept(
    concept: Concept, ancestors: tuple[Concept, ...], children: tuple[Concept, ...], paths: tuple[str, ...]
) -> None:
    for depth, header in enumerate(reversed(ancestors)):
        print(f"{'  ' * depth}{header.coding.code}  {header.coding.display}")
    kind = "billable" if concept.is_billable else "header, not billable"
    print(f"{'  ' * len(ancestors)}{concept.coding.code}  {concept.coding.display}  [{kind}]")
    for each in (concept, *ancestors):
        notes = _notes(each)
        if notes:
            print(f"\nNotes at {each.coding.code}")
        for name, values in notes.items():
            print(f"  {name.replace('_', ' ')}")
            for value in values:
                print(f"    {' = '.join(value) if isinstance(value, tuple) else value}")
    if paths:
        print("\nIn the Alphabetic Index")
        for path in paths:
            print(f"  {path}")
    if children:
        print()
        print_table(
            ("Code", "Billable", "Title"),
            [(c.coding.code, "yes" if c.is_billable else "", c.coding.display) for c in children],
        )
