"""Readers of tables in other clothes: JSON Lines and XLSX are turned into rows and read as tables are."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.decoding import decode, refuse_unstorable
from ehrcoder.adapters.formats.json_values import parse_json
from ehrcoder.adapters.formats.own_tables import is_own_line, record_of_line
from ehrcoder.adapters.formats.xml_trees import attribute, child, parse_xml, texts_of
from ehrcoder.adapters.formats.zip_archives import Archive, open_archive
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext, TablePreview

if TYPE_CHECKING:
    from lxml.etree import _Element

_DATE_FORMATS = frozenset((*range(14, 18), 22))
_MOST_COLUMNS = 1000
# Cells that a row does not name are filled up to the last one that it does: a kilobyte can stand for millions.
_MOST_CELLS = 20_000_000


class JsonLinesReader:
    """Takes a file with a JSON object a line, whose keys are named as a table's columns are."""

    format_name = "jsonl"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take files by their name only; resources a line were taken before."""
        return PurePath(file_name).suffix.lower() in (".jsonl", ".jsonlines") and head.lstrip()[:1] != b"\x00"

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield a record an object; a line that is none is left out and named. Raises InputError."""
        objects = _objects(data, context)
        if all(is_own_line(item) for item in objects):
            for item in objects:
                yield record_of_line(item, context, source_format=self.format_name)
            return
        yield from _as_table(*_as_rows(objects), context, source_format=self.format_name)

    def preview(self, data: bytes, context: ReadContext, *, rows: int) -> TablePreview:
        """Return keys and first objects as a table. Raises InputError."""
        return CsvReader().preview(_table_text(*_as_rows(_objects(data, context))), context, rows=rows)


class XlsxReader:
    """Takes the first sheet of a workbook that has a column of texts."""

    format_name = "xlsx"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take Office archives that are named as workbooks."""
        return head.startswith(b"PK") and PurePath(file_name).suffix.lower() in (".xlsx", ".xlsm")

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the records of one sheet; further sheets are named. Raises InputError."""
        problem: InputError | None = None
        sheets = list(_sheets_of(data))
        for place, (_, rows) in enumerate(sheets):
            try:
                records = list(_as_table(rows[0], rows[1:], context, source_format=self.format_name))
            except InputError as error:
                problem = problem or error
                continue
            for name, _ in sheets[place + 1:]:
                context.on_left_out(f"{name}: only the first sheet with notes is read.")
            yield from records
            return
        raise problem or InputError("The workbook holds no rows.", next_step="Check it at its source.")

    def preview(self, data: bytes, context: ReadContext, *, rows: int) -> TablePreview:
        """Return the beginning of the first sheet that would be read, else of the first. Raises InputError."""
        found = [CsvReader().preview(_table_text(sheet[0], sheet[1:]), context, rows=rows)
                 for _, sheet in _sheets_of(data)]
        if not found:
            raise InputError("The workbook holds no rows.", next_step="Check it at its source.")
        return next((each for each in found if "text" in each.columns), found[0])


def _sheets_of(data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield name and rows of each sheet that has rows. Raises InputError."""
    archive = open_archive(data, name="The file")
    sheets = sorted(
        (name for name in archive.names() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
        key=lambda name: int(re.sub(r"\D", "", name)),
    )
    if not sheets:
        raise InputError("The file is an Office or zip file, but no workbook.", next_step="Save it as XLSX.")
    strings = _shared_strings(archive)
    dates = _date_styles(archive)
    for sheet in sheets:
        rows = list(_rows_of(parse_xml(archive.read(sheet)), strings, dates))
        if rows:
            yield PurePath(sheet).stem, rows


def _objects(data: bytes, context: ReadContext) -> list[Mapping[str, object]]:
    decoded = decode(data, name="The file")
    objects: list[Mapping[str, object]] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.text), start=1):
        if not line.strip():
            continue
        try:
            parsed = parse_json(line)
            if not isinstance(parsed, dict):
                raise InputError("it is no JSON object.")
            refuse_unstorable("".join((*parsed, *map(_cell, parsed.values()))), place="it")
            objects.append(parsed)
        except InputError as error:
            context.on_left_out(f"Line {number}: {error.what}")
    if not objects:
        raise InputError("No line of the file is a JSON object.", next_step="Check how it was exported.")
    return objects


def _as_rows(objects: Sequence[Mapping[str, object]]) -> tuple[list[str], list[list[str]]]:
    header = list(dict.fromkeys(key for item in objects for key in item))[:_MOST_COLUMNS]
    if len(header) * len(objects) > _MOST_CELLS:
        raise _too_wide()
    return header, [[_cell(item.get(key)) for key in header] for item in objects]


def _as_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], context: ReadContext, *, source_format: str
) -> Iterator[EncounterRecord]:
    for record in CsvReader().read(_table_text(header, rows), context):
        yield replace(record, source_format=source_format)


def _table_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    if len(header) * len(rows) > _MOST_CELLS:
        raise _too_wide()
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([*row, *[""] * (len(header) - len(row))] for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _shared_strings(archive: Archive) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.names():
        return []
    root = parse_xml(archive.read("xl/sharedStrings.xml"))
    return [_rich_text(item) for item in root.iterfind("si")]


def _rich_text(item: _Element) -> str:
    """Join the runs of a string; phonetic hints are no part of it."""
    return "".join("".join(texts_of(text)) for text in item.iter("t")
                   if not any(above.tag == "rPh" for above in text.iterancestors()))


def _date_styles(archive: Archive) -> frozenset[int]:
    """Return the cell styles that show a number as a date; none where days are counted from 1904."""
    names = archive.names()
    if "xl/workbook.xml" in names:
        properties = child(parse_xml(archive.read("xl/workbook.xml")), "workbookPr")
        if attribute(properties, "date1904") in ("1", "true"):
            return frozenset()
    if "xl/styles.xml" not in names:
        return frozenset()
    root = parse_xml(archive.read("xl/styles.xml"))
    own = {attribute(item, "numFmtId") for item in root.iter("numFmt")
           if re.search(r"[yd]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", attribute(item, "formatCode")), re.IGNORECASE)}
    known = {str(number) for number in _DATE_FORMATS} | own
    formats = child(root, "cellXfs")
    return frozenset(place for place, item in enumerate(formats if formats is not None else ())
                     if attribute(item, "numFmtId") in known)


def _rows_of(sheet: _Element, strings: Sequence[str], dates: frozenset[int]) -> Iterator[list[str]]:
    count = 0
    for row in sheet.iter("row"):
        cells: list[str] = []
        for cell in row.iterfind("c"):
            letters = re.match(r"[A-Z]{1,3}", attribute(cell, "r"))
            column = _column_of(letters[0]) if letters else len(cells)
            if column >= _MOST_COLUMNS:
                break
            cells.extend("" for _ in range(column - len(cells)))
            cells.append(_value_of(cell, strings, dates))
        count += len(cells)
        if count > _MOST_CELLS:
            raise _too_wide()
        if any(value.strip() for value in cells):
            yield cells


def _too_wide() -> InputError:
    return InputError(f"The table stands for more than {_MOST_CELLS // 10**6} million cells.",
                      next_step="Split it, or leave out columns that hold no record.")


def _column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value_of(cell: _Element, strings: Sequence[str], dates: frozenset[int]) -> str:
    kind, value = attribute(cell, "t"), child(cell, "v")
    given = "".join(texts_of(value)) if value is not None else ""
    if kind == "s":
        return strings[int(given)] if given.isdecimal() and int(given) < len(strings) else ""
    if kind == "inlineStr":
        inline = child(cell, "is")
        return _rich_text(inline) if inline is not None else ""
    style = attribute(cell, "s")
    if not kind and style.isdecimal() and int(style) in dates and re.fullmatch(r"\d{1,6}(\.\d+)?", given):
        # Day 60 is a 29 February 1900 that never was; counting from 1899-12-30 is right for every day after it.
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(float(given)))).isoformat()
    return given
