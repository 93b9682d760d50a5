"""`ehrcoder codesets import`: official releases and a site's own sets, and what they change."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json

if TYPE_CHECKING:
    from ehrcoder.core.code_releases import ReleaseImport
    from ehrcoder.core.codes import CodeSetEdition
    from ehrcoder.services import Services

_SHOWN = 8


def add_action(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action to `ehrcoder codesets`."""
    parser = actions.add_parser(
        "import", help="import official releases or a code set of your own",
        description="Import files, folders and zip archives as CMS and NCHS publish them, a FHIR CodeSystem or "
        "ValueSet, or a CSV with the columns code and display, and if wanted parent, from and to (dates). Either all "
        "of it is imported or nothing changes. No assigned code is rewritten: records with retired or revised codes "
        "come on `ehrcoder worklist`.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="file, folder or archive")
    parser.add_argument("--edition", default="", help="the year, where the files do not say it: 2027, or 2027-04")
    parser.add_argument("--system", default="", metavar="URL", help="the code system of a CSV")
    parser.add_argument("--name", default="", help="what to call the code set of a CSV")
    parser.add_argument("--verbose", action="store_true", help="list every code that was added, revised or retired")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ehrcoder.services import Services

    def progress(done: int, total: int, message: str) -> None:
        print(f"[{done}/{total}] {message}" if total else f"reading {message}", file=sys.stderr)

    with closing(Services()) as services:
        result = services.import_code_sets(
            options.paths, system=options.system, name=options.name, edition=options.edition, progress=progress,
        )
        touched = _touched(services, options.workspace)
    if options.json:
        print_json({**import_document(result), "worklist": touched})
        return 0
    for line in import_lines(result, shown=None if options.verbose else _SHOWN):
        print(line)
    if touched:
        print(touched)
    return 0


def _touched(services: Services, workspace_path: Path | None) -> str:
    """Bring the worklist of the workspace up to date, where there is one, and say what came of it."""
    from ehrcoder.core.errors import EhrCoderError
    from ehrcoder.usecases.recode_worklist import refresh_worklist

    path = workspace_path or services.default_workspace
    if not path.expanduser().is_file():
        return ""
    try:
        with closing(services.open_workspace(path)) as workspace:
            report = refresh_worklist(workspace, services.code_sets)
    except EhrCoderError as error:
        return f"The worklist of {path} was not brought up to date: {error} `ehrcoder worklist list` does it later."
    if not report.tasks:
        return f"No record in {path} holds a code that a later edition retired or revised."
    return (
        f"Records in {path} with codes that a later edition retired or revised: {report.records}; with one that is not "
        f"valid on the record's date: {report.must_change}. See `ehrcoder worklist list`."
    )


def import_lines(result: ReleaseImport, *, shown: int | None) -> list[str]:
    """Return what an import did, in lines for a person; `shown` is how many codes of each kind are named."""
    lines: list[str] = []
    for each in result.editions:
        lines.append(f"{each.edition.name} ({each.edition.version}): {each.edition.billable_count:,} billable codes")
        if each.changes is not None:
            changes = each.changes
            lines.append(f"  against {changes.before}")
            for what, codes in (("added", changes.added), ("revised", changes.revised), ("retired", changes.retired)):
                named = ", ".join(codes[:shown])
                more = ", …" if shown is not None and len(codes) > shown else ""
                lines.append(f"    {len(codes):>6,} {what}{f': {named}{more}' if codes else ''}")
        else:
            lines.append("  the first edition of this set")
        if each.caveat:
            lines.append(f"  {each.caveat}")
    lines.extend(f"{each.kind} {each.edition or 'undated'}: {each.size:,} entries" for each in result.lists)
    by_reason: dict[str, list[str]] = {}
    for part in result.left_out:
        by_reason.setdefault(part.reason, []).append(part.shown)
    for reason, files in by_reason.items():
        named = ", ".join(files[:shown]) + (", …" if shown is not None and len(files) > shown else "")
        lines.append(f"left out ({reason}): {named}")
    return lines


def import_document(result: ReleaseImport) -> dict[str, Any]:
    """Return what an import did, for `--json`."""
    return {
        "editions": [
            {
                **edition_document(each.edition), "caveat": each.caveat,
                "changes": None if each.changes is None else {
                    "before": each.changes.before, "added": each.changes.added, "revised": each.changes.revised,
                    "retired": each.changes.retired,
                },
            }
            for each in result.editions
        ],
        "lists": [{"kind": e.kind, "edition": e.edition, "entries": e.size} for e in result.lists],
        "left_out": [{"file": each.shown, "reason": each.reason} for each in result.left_out],
    }


def edition_document(edition: CodeSetEdition) -> dict[str, Any]:
    """Return an edition for `--json`."""
    return {
        "name": edition.name, "system": edition.system, "version": edition.version,
        "effective_from": edition.effective_from.isoformat() if edition.effective_from else None,
        "effective_to": edition.effective_to.isoformat() if edition.effective_to else None,
        "concepts": edition.concept_count, "billable": edition.billable_count,
        "licence": edition.licence, "source": edition.source, "sha256": edition.sha256,
    }
