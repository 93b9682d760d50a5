"""Reader of tables with a note a row: CSV and TSV, columns recognised by their header names."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ehrcoder.adapters.formats.dates import DayOrder, day_order_of, read_date
from ehrcoder.adapters.formats.decoding import decode, what_it_looks_like
from ehrcoder.adapters.formats.delimited import Row, rows_of
from ehrcoder.adapters.formats.demographics import encounter_class_named, sex_named
from ehrcoder.adapters.formats.own_tables import is_own_table, records_of_table
from ehrcoder.adapters.formats.spreadsheet_damage import damage_in
from ehrcoder.adapters.formats.table_codes import codes_in, imported_codes
from ehrcoder.adapters.formats.table_columns import Columns, columns_of, no_text_column
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import (
    AdministrativeSex,
    ClinicalDocument,
    EncounterClass,
    EncounterRecord,
    Patient,
    Period,
)
from ehrcoder.ports import ReadContext, TablePreview

_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv"})
# Reports have a title and a date above their header.
_HEADER_WITHIN = 10
_DELIMITERS = (",", ";", "\t", "|")

class CsvReader:
    """Takes a table whose header names a column of texts; rows of one record id make one record."""

    format_name = "csv"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take files that are named as tables and do not begin like another format."""
        return PurePath(file_name).suffix.lower() in _SUFFIXES and what_it_looks_like(head) is None

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the records in the order of their first rows.

        A row without text or with the wrong number of cells is left out and named. Raises InputError when no
        column holds texts, naming the columns that were found, or when a quote is not closed.
        """
        decoded = decode(data, name="The file")
        rows = _all_rows(decoded.text, context)
        if is_own_table(rows[0].cells):
            whole = [row.cells for row in _whole_rows(rows[1:], width=len(rows[0].cells), context=context)]
            yield from records_of_table(rows[0].cells, whole, context, source_format=self.format_name)
            return
        table = _read_table(rows, context)
        for remark in damage_in(table.rows, table.columns):
            context.on_left_out(f"Doubtful cells, taken as they are: {remark}")
        for group in _grouped(table, context):
            yield _record(group, table, context, notes=decoded.notes)

    def preview(self, data: bytes, context: ReadContext, *, rows: int) -> TablePreview:
        """Return header, first rows and what each column is taken for. Raises InputError for no table at all."""
        decoded = decode(data, name="The file")
        all_rows = _all_rows(decoded.text, context)
        place, columns = _header_of(all_rows, context)
        below = all_rows[place + 1:]
        return TablePreview(
            header=columns.header, rows=tuple(row.cells for row in below[:rows]), row_count=len(below),
            columns=columns.by_role, remarks=(*decoded.notes, *damage_in(below, columns)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    columns: Columns
    rows: tuple[Row, ...]
    day_order: DayOrder

    def cell(self, row: Row, role: str) -> str:
        """Return the cell in the column of this role, '' where there is no such column."""
        position = self.columns.places.get(role)
        return row.cells[position] if position is not None else ""


def _read_table(all_rows: Sequence[Row], context: ReadContext) -> _Table:
    place, columns = _header_of(all_rows, context)
    if "text" not in columns.places and not columns.codes:
        raise no_text_column(columns)
    if place:
        context.on_left_out(f"What stands above the header on line {all_rows[place].line} was left out.")
    for lacking in columns.missing:
        context.on_left_out(f"There is no column {lacking}.")
    rows = tuple(_whole_rows(all_rows[place + 1:], width=len(columns.header), context=context))
    dates = (row.cells[columns.places[role]] for row in rows for role in ("start", "end") if role in columns.places)
    return _Table(columns=columns, rows=rows, day_order=day_order_of(dates))


def _header_of(rows: Sequence[Row], context: ReadContext) -> tuple[int, Columns]:
    """Return the first of the upper rows that names a column of texts or codes, else the first row."""
    first: Columns | None = None
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        columns = _columns_of(row.cells, context)
        if "text" in columns.places or columns.codes:
            return place, columns
        first = first or columns
    return 0, first or _columns_of((), context)


def _all_rows(text: str, context: ReadContext) -> list[Row]:
    """Return header and rows, blank ones left out; a row that cannot be read is named. Raises InputError."""
    marker = re.match(r"sep=(.)(?:\r\n|\n|\r)", text)
    body = text[marker.end():] if marker else text
    delimiter = marker[1] if marker else _delimiter_of(body, context)
    found = rows_of(body, delimiter=delimiter, first_line=2 if marker else 1, report=context.on_left_out)
    all_rows = [row for row in found if any(cell.strip() for cell in row.cells)]
    if not all_rows:
        raise InputError("The file holds nothing but white space.", next_step="Check the file at its source.")
    return all_rows


def _delimiter_of(text: str, context: ReadContext) -> str:
    """Choose the delimiter under which an upper row names most of what is known, then most rows have one width."""
    def fitness(delimiter: str) -> tuple[int, int, int]:
        known, widths = -1, list[int]()
        # Quoted cells only close before the right delimiter.
        with contextlib.suppress(InputError):
            for row in itertools.islice(rows_of(text, delimiter=delimiter), _HEADER_WITHIN):
                known = max(known, _columns_of(row.cells, context).known)
                widths.append(len(row.cells))
        usual = max(((widths.count(width), width) for width in widths if width > 1), default=(0, 0))
        return known, usual[0], usual[1]

    return max(_DELIMITERS, key=fitness)


def _columns_of(header: Sequence[str], context: ReadContext) -> Columns:
    """Return the columns: `column.ROLE` in the options first, then what is remembered, then known names."""
    named = {name.removeprefix("column."): value for name, value in context.options.items()
             if name.startswith("column.")}
    return columns_of(header, {**context.columns_for(tuple(header)), **named})


def _whole_rows(rows: Sequence[Row], *, width: int, context: ReadContext) -> Iterator[Row]:
    for row in rows:
        cells = row.cells
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) == width:
            yield Row(line=row.line, cells=cells)
            continue
        context.on_left_out(f"Line {row.line}: {len(cells)} cells where the header has {width}.")


def _grouped(table: _Table, context: ReadContext) -> list[list[Row]]:
    """Put rows of the same record and patient together; a row without a record id stands alone."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        if not table.cell(row, "text").strip() and not codes_in(row.cells, table.columns):
            context.on_left_out(f"Line {row.line}: no text.")
            continue
        record = table.cell(row, "record").strip()
        key = (record, table.cell(row, "patient").strip()) if record else ("", "", str(row.line))
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _record(
    rows: Sequence[Row], table: _Table, context: ReadContext, *, notes: tuple[str, ...]
) -> EncounterRecord:
    first = rows[0]
    said = list(notes)
    period = _period(first, table, said)
    texts = [row for row in rows if table.cell(row, "text").strip()]
    codes = [code for row in rows for code in imported_codes(row, table.columns, report=context.on_left_out)]
    if not texts:
        said.append("No note came with it; its codes are shown.")
    name = table.cell(first, "record").strip() or f"{PurePath(context.source_name).stem}, line {first.line}"
    return EncounterRecord(
        record_id=RecordId(context.ids.new_id()),
        source_format=CsvReader.format_name,
        source_name=context.source_name,
        source_sha256=_sha256_of(rows, table),
        imported_at=context.clock.now(),
        patient=Patient(
            pseudonym=table.cell(first, "patient").strip() or name,
            birth_year=_birth_year(first, table, period, said), sex=_sex(first, table, said),
        ),
        period=period,
        encounter_class=_encounter_class(first, table, said),
        documents=tuple(
            ClinicalDocument(
                document_id=DocumentId(f"d{number}"), type=table.cell(row, "type").strip() or "Clinical note",
                title=table.cell(row, "title").strip() or name, text=table.cell(row, "text"),
                language=table.cell(row, "language").strip().lower()[:2] or "en",
            )
            for number, row in enumerate(texts, start=1)
        ),
        imported_codes=tuple(dict.fromkeys(codes)),
        import_notes=tuple(said),
    )


def _period(row: Row, table: _Table, said: list[str]) -> Period:
    start, start_problem = read_date(table.cell(row, "start"), order=table.day_order)
    end, end_problem = read_date(table.cell(row, "end"), order=table.day_order)
    if start_problem:
        said.append(f"The date on line {row.line} was left out: {start_problem}.")
    if end_problem:
        said.append(f"The end date on line {row.line} was left out: {end_problem}.")
    if start is not None and end is not None and end < start:
        said.append(f"Line {row.line} ends before it starts; its end date was left out.")
        end = None
    return Period(start=start, end=end)


def _birth_year(row: Row, table: _Table, period: Period, said: list[str]) -> int | None:
    given = table.cell(row, "birth").strip()
    if re.fullmatch(r"(?:18|19|20)\d{2}", given):
        return int(given)
    if given:
        birth, problem = read_date(given, order=table.day_order)
        if birth is not None:
            return birth.year
        year = re.fullmatch(r"\d{1,2}[-/]\d{1,2}[-/]((?:18|19|20)\d{2})", given)
        if year:
            return int(year[1])
        said.append(f"The birth date on line {row.line} was left out: {problem}.")
        return None
    age = re.fullmatch(r"(\d{1,3})(?:\.0+)?(?: ?(?:y|yr|yrs|years))?", table.cell(row, "age").strip().lower())
    if age and period.start is not None and int(age[1]) <= 125:
        said.append("The birth year was reckoned from age and date; it may be one too high.")
        return period.start.year - int(age[1])
    return None


def _sex(row: Row, table: _Table, said: list[str]) -> AdministrativeSex:
    given = table.cell(row, "sex").strip()
    sex = sex_named(given)
    if sex is AdministrativeSex.UNKNOWN and given and given.lower() not in ("u", "unknown", "unk"):
        said.append(f"The sex on line {row.line} is none that is known and was left out.")
    return sex


def _encounter_class(row: Row, table: _Table, said: list[str]) -> EncounterClass:
    given = table.cell(row, "class").strip()
    found = encounter_class_named(given)
    if found is EncounterClass.UNKNOWN and given and given.lower() not in ("unk", "unknown"):
        said.append(f"The encounter class on line {row.line} is none that is known and was left out.")
    return found


def _sha256_of(rows: Sequence[Row], table: _Table) -> str:
    """Hash a record's own cells under their names, so that it is recognised in another table too."""
    content = [sorted(zip(table.columns.header, row.cells, strict=True)) for row in rows]
    return hashlib.sha256(json.dumps(content).encode("ascii")).hexdigest()
