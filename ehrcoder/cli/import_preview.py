"""What `ehrcoder import` shows and remembers of tables before it reads them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all, spoken
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from ehrcoder.ports import TablePreview
    from ehrcoder.services import Services

_ROWS = 5
_WIDTH = 30


def prepare_tables(options: argparse.Namespace, services: Services) -> None:
    """Show each table, and remember the columns that were named. Raises InputError."""
    from ehrcoder.usecases.import_sources import find_sources
    from ehrcoder.usecases.map_columns import is_table, preview_table, remember_columns

    named = _named(options.column)
    sources = find_sources(options.paths, readers=services.readers, format_name=options.format)
    tables = [source.path for source in sources if source.reader is None and is_table(source.path, services.readers)]
    if not tables:
        raise InputError("None of these files is a table.",
                         next_step="Columns are those of CSV, TSV, XLSX and JSON Lines files.")
    shown = []
    for path in tables:
        preview = preview_table(path, readers=services.readers, mappings=services.column_mappings,
                                clock=services.clock, ids=services.ids, columns=named, rows=_ROWS)
        if named:
            remembered = dict(services.column_mappings.find(preview.header))
            remember_columns(preview, remembered | named, services.column_mappings)
        shown.append((path, preview))
    if options.preview:
        _print(shown, as_json=options.json)


def _named(given: list[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for each in given:
        role, mark, name = each.partition("=")
        if not mark:
            raise InputError(f"'{each}' does not say which column is what.",
                             next_step="Write it as ROLE=NAME, such as text=Note.")
        named[role.strip().lower()] = name.strip()
    return named


def _print(shown: list[tuple[Path, TablePreview]], *, as_json: bool) -> None:
    if as_json:
        print_json([
            {"path": str(path), "header": list(preview.header), "rows": [list(row) for row in preview.rows],
             "row_count": preview.row_count, "columns": dict(preview.columns), "remarks": list(preview.remarks)}
            for path, preview in shown
        ])
        return
    for path, preview in shown:
        role_of = {name: role for role, names in preview.columns.items() for name in names.split(",")}
        print(said("{}: {} rows", path, preview.row_count))
        print_table(said_all("column", "taken for", "first values"), [
            (name, role_of.get(name, "-"),
             " | ".join(_short(row[place]) for row in preview.rows[:3] if place < len(row)))
            for place, name in enumerate(preview.header)
        ])
        for remark in preview.remarks:
            print(said("  Remark: {}", spoken(remark)))
        if "text" not in preview.columns:
            print(said("  No column is taken for the notes' text: name one with --column text=NAME."))


def _short(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= _WIDTH else plain[: _WIDTH - 1] + "…"
