"""Shows the beginning of a table before it is imported, and remembers which column means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ehrcoder.core.errors import InputError
from ehrcoder.ports import (
    Clock,
    ColumnMappings,
    IdSource,
    ReadContext,
    RecordReader,
    TablePreview,
    TableReader,
)
from ehrcoder.usecases.import_sources import is_of_workspace, read_source

_HEAD_BYTES = 65_536
# What a column may be; code columns by their classification.
COLUMN_ROLES: tuple[str, ...] = (
    "text", "record", "patient", "start", "end", "sex", "birth", "age", "class", "type", "title", "language",
    "icd10cm", "icd10pcs", "icd9cm", "snomed", "hcpcs",
)


def is_table(path: Path, readers: Sequence[RecordReader]) -> bool:
    """Tell from a file's beginning and name whether its columns can be mapped."""
    if is_of_workspace(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return isinstance(_reader_of(head, path.name, readers), TableReader)


def preview_table(
    path: Path, *, readers: Sequence[RecordReader], mappings: ColumnMappings, clock: Clock, ids: IdSource,
    columns: Mapping[str, str] | None = None, rows: int = 20,
) -> TablePreview:
    """Return the first rows of a table and what its columns are taken for.

    `columns` (role → name of its column, '' for none) goes before what is remembered of this header. Raises
    InputError when the file is no table or cannot be read.
    """
    data = read_source(path)
    reader = _reader_of(data[:_HEAD_BYTES], path.name, readers)
    if not isinstance(reader, TableReader):
        raise InputError(f"{path.name} is no table, so it has no columns to be named.",
                         next_step="Columns are those of CSV, TSV, XLSX and JSON Lines files.")
    left_out: list[str] = []
    context = ReadContext(source_name=path.name, clock=clock, ids=ids, on_left_out=left_out.append,
                          columns_for=lambda header: {**mappings.find(header), **(columns or {})})
    preview = reader.preview(data, context, rows=rows)
    return replace(preview, remarks=(*preview.remarks, *left_out[:10]))


def remember_columns(preview: TablePreview, columns: Mapping[str, str], mappings: ColumnMappings) -> None:
    """Remember the columns for every table with this header.

    Raises InputError for a role that is none and a column that the table has not, EnvironmentFault when it cannot
    be written.
    """
    for role, name in columns.items():
        if role not in COLUMN_ROLES:
            raise InputError(f"A column cannot be '{role}'.", kept="Nothing was remembered.",
                             next_step=f"Choose one of: {', '.join(COLUMN_ROLES)}.")
        if name and role not in preview.columns:
            shown = ", ".join(each for each in preview.header if len(each) <= 40)
            raise InputError(f"The table has no column '{name}'.", kept="Nothing was remembered.",
                             next_step=f"Its columns are: {shown}.")
    mappings.keep(preview.header, columns)


def _reader_of(head: bytes, name: str, readers: Sequence[RecordReader]) -> RecordReader | None:
    return next((reader for reader in readers if reader.recognises(head, name)), None)
