"""Writes a signed record as XLSX: the CSV table as one sheet of text cells, which no spreadsheet runs.

Written by hand: a workbook of one sheet is five small XML files in a zip (ECMA-376), and the reader that proves
it in the tests is somebody else's.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from ehrcoder.adapters.csv_writer import COLUMNS, rows_of
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

_LONGEST_CELL = 32_767
_MADE = (1980, 1, 1, 0, 0, 0)
# What XML cannot hold, and what would read as the escape of it (ECMA-376, part 1, ST_Xstring).
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Codes" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


class XlsxWriter:
    """One workbook a record; the same content gives the same bytes."""

    @property
    def format_name(self) -> str:
        return "xlsx"

    @property
    def suffix(self) -> str:
        return ".xlsx"

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the workbook. Raises InputError when the record is not signed or a cell would be too long."""
        rows = rows_of(record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by)
        for row in rows:
            for name, value in row.items():
                if len(value.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST_CELL:
                    raise InputError(
                        f"Record {record.record_id} cannot be exported as XLSX: its {name} needs a longer cell than "
                        "a spreadsheet has.",
                        kept="Nothing was written.", next_step="Export it as csv or jsonl.",
                    )
        table = [list(COLUMNS), *([row.get(name, "") for name in COLUMNS] for row in rows)]
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": _sheet(table)}.items():
                package.writestr(_entry(name), _HEAD + content)
        return output.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet(table: Sequence[Sequence[str]]) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(value, number, column) for column, value in enumerate(row) if value)}</row>'
        for number, row in enumerate(table, start=1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def _cell(value: str, row: int, column: int) -> str:
    text = escape(_ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value))
    return f'<c r="{_letters(column)}{row}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    first, last = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
