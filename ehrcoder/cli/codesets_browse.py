"""`ehrcoder codesets show`, `browse` and `build-code`: look at codes, walk the hierarchy, complete a procedure code."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.on_option import add_on_option, day_of
from ehrcoder.cli.output import add_json_option, print_json, print_table

if TYPE_CHECKING:

    from ehrcoder.core.codes import Concept
    from ehrcoder.usecases.browse_codes import CodePage
    from ehrcoder.usecases.build_procedure_code import BuilderStep

_WORDS = {
    "includes": "includes", "inclusion_terms": "inclusion terms", "excludes1": "excludes1", "excludes2": "excludes2",
    "code_first": "code first", "use_additional": "use additional code", "code_also": "code also", "notes": "notes",
}


def add_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three actions to `ehrcoder codesets`."""
    show = actions.add_parser(
        "show", help="show a code with its notes, inherited ones too, its headers, choices below and index paths"
    )
    show.add_argument("code", metavar="CODE", help="a code, with or without its dot")
    _add_common(show)
    show.set_defaults(run=_show)
    browse = actions.add_parser(
        "browse", help="walk the hierarchy: what stands directly below a code, or at the top of a set"
    )
    browse.add_argument("code", nargs="?", default="", metavar="CODE", help="a header; without it, the top of the sets")
    browse.add_argument("--system", metavar="NAME", default="", help="only this set, such as ICD-10-PCS")
    _add_common(browse)
    browse.set_defaults(run=_browse)
    builder = actions.add_parser(
        "build-code", help="complete an ICD-10-PCS code, one character after the other",
        description="Prints which values can follow the beginning of a procedure code. Only values are shown that "
        "lead to a code which exists; a value that is the only one is taken at once with --follow.",
    )
    builder.add_argument("beginning", nargs="?", default="", metavar="BEGINNING", help="zero to seven characters")
    builder.add_argument("--follow", action="store_true", help="take every value that is the only one")
    _add_common(builder)
    builder.set_defaults(run=_build_code)


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_on_option(parser)
    add_json_option(parser)


def _show(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services
    from ehrcoder.usecases.browse_codes import code_page, find_code

    index, day = Services().code_sets, day_of(options)
    pages = [code_page(index, concept, on=day) for concept in find_code(index, options.code, on=day)]
    if options.json:
        print_json([_document(page) for page in pages])
        return 0
    for number, page in enumerate(pages):
        if number:
            print()
        _print_page(page)
    return 0


def _browse(options: argparse.Namespace) -> int:
    from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
    from ehrcoder.core.errors import NotFoundError
    from ehrcoder.services import Services
    from ehrcoder.usecases.browse_codes import find_code, top_of

    index, day = Services().code_sets, day_of(options)
    wanted = options.system.casefold()
    systems = [
        system for system in dict.fromkeys(edition.system for edition in index.editions())
        if not wanted or wanted in (system.casefold(), SHORT_NAME_OF_SYSTEM.get(system, system).casefold())
    ]
    if not systems:
        raise NotFoundError(f"No installed set is called {options.system}.", next_step="Try `ehrcoder codesets list`.")
    if not options.code:
        rows = [concept for system in systems for concept in top_of(index, system, on=day)]
    else:
        found = [each for each in find_code(index, options.code, on=day) if each.coding.system in systems]
        rows = [child for each in found for child in index.children(each.coding.system, each.coding.code, on=day)]
    if options.json:
        print_json([_coding(concept) for concept in rows])
    elif not rows:
        print(f"Nothing stands below {options.code}. `ehrcoder codesets show {options.code}` shows the code itself.")
    else:
        print_table(
            ("Code", "Set", "", "Title"),
            [
                (
                    each.coding.code, SHORT_NAME_OF_SYSTEM.get(each.coding.system, each.coding.system),
                    "" if each.is_billable else "header", each.coding.display,
                )
                for each in rows
            ],
        )
    return 0


def _build_code(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services
    from ehrcoder.usecases.build_procedure_code import builder_step

    index, day = Services().code_sets, day_of(options)
    step = builder_step(index, options.beginning, on=day)
    while options.follow and len(step.choices) == 1:
        step = builder_step(index, step.code + step.choices[0].value, on=day)
    if options.json:
        print_json(_step_document(step))
    else:
        _print_step(step)
    return 0


def _coding(concept: Concept) -> dict[str, Any]:
    coding = concept.coding
    return {
        "system": coding.system, "version": coding.version, "code": coding.code, "display": coding.display,
        "billable": concept.is_billable,
    }


def _document(page: CodePage) -> dict[str, Any]:
    return {
        **_coding(page.concept), "synonyms": page.concept.synonyms,
        "notes": [
            {"kind": group.kind, "at": group.at, "inherited": group.is_inherited, "texts": group.texts}
            for group in page.notes
        ],
        "seventh_characters": None if page.seventh is None else {
            "at": page.seventh.at, "values": dict(page.seventh.values),
        },
        "ancestors": [_coding(each) for each in page.ancestors], "children": [_coding(each) for each in page.children],
        "index_paths": page.index_paths, "index_paths_lead_to": page.paths_at,
    }


def _print_page(page: CodePage) -> None:
    for depth, header in enumerate(page.ancestors):
        print(f"{'  ' * depth}{header.coding.code}  {header.coding.display}")
    kind = "billable" if page.concept.is_billable else "header, not billable"
    print(f"{'  ' * len(page.ancestors)}{page.concept.coding.code}  {page.concept.coding.display}  [{kind}]")
    at = ""
    for group in page.notes:
        if group.at != at:
            at = group.at
            print(f"\nNotes at {at}{', which hold here too' if group.is_inherited else ''}")
        print(f"  {_WORDS[group.kind]}")
        for text in group.texts:
            print(f"    {text}")
    if page.seventh is not None:
        print(f"\nSeventh characters, defined at {page.seventh.at}")
        for value, meaning in page.seventh.values:
            print(f"  {value} = {meaning}")
    if page.concept.synonyms:
        print("\nAlso found by\n  " + "; ".join(page.concept.synonyms))
    if page.index_paths:
        print(f"\nIn the Alphabetic Index, under paths that lead to {page.paths_at}")
        for path in page.index_paths:
            print(f"  {path}")
    if page.children:
        print()
        print_table(
            ("Code", "Billable", "Title"),
            [(c.coding.code, "yes" if c.is_billable else "", c.coding.display) for c in page.children],
        )


def _step_document(step: BuilderStep) -> dict[str, Any]:
    return {
        "code": step.code, "axis": step.axis, "codes": step.codes, "published": step.is_published,
        "edition": step.edition,
        "chosen": [{"axis": each.axis, "value": each.value, "label": each.label} for each in step.chosen],
        "choices": [{"value": each.value, "label": each.label, "codes": each.codes} for each in step.choices],
        "finished": _coding(step.finished) if step.finished else None,
    }


def _print_step(step: BuilderStep) -> None:
    for each in step.chosen:
        print(f"{each.value}  {each.axis}: {each.label}")
    if step.finished is not None:
        print(f"\n{step.finished.coding.code}  {step.finished.coding.display}  [billable]")
        return
    print(f"\n{step.axis}: {len(step.choices)} values can follow {step.code or 'nothing yet'}")
    print_table(
        ("Value", "Meaning", "Codes"), [(each.value, each.label, f"{each.codes:,}") for each in step.choices]
    )
    if step.code and not step.is_published:
        print("\nMeanings are read out of the titles. Import the official tables for their own labels.")
