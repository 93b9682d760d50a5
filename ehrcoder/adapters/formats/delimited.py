"""Rows of delimited text (RFC 4180), with every character of a quoted cell kept, line ends included.

The standard library's reader has a limit on the length of a cell that is set for the whole process; a note
may be longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ehrcoder.core.errors import InputError

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of a row and the line of the file on which it begins."""

    line: int
    cells: tuple[str, ...]


def rows_of(text: str, *, delimiter: str) -> Iterator[Row]:
    """Yield every row. Raises InputError naming the line of a quote that is closed never or too early."""
    unquoted = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    position, line, cells = 0, 1, list[str]()
    row_start = 0
    while True:
        if text.startswith('"', position):
            cell, position = _quoted_cell(text, position, line=line + _line_ends(text, row_start, position))
        else:
            match = unquoted.match(text, position)
            cell, position = (match.group(), match.end()) if match else ("", position)
        cells.append(cell)
        if text.startswith(delimiter, position):
            position += 1
            continue
        end = _LINE_END.match(text, position)
        if end is None and position < len(text):
            at = line + _line_ends(text, row_start, position)
            raise InputError(f"Line {at}: a quoted cell goes on after its closing quote.",
                             next_step="Double the quotes that belong to the text.")
        yield Row(line=line, cells=tuple(cells))
        position = end.end() if end else position
        line += _line_ends(text, row_start, position)
        row_start, cells = position, []
        if position >= len(text):
            return


def _quoted_cell(text: str, position: int, *, line: int) -> tuple[str, int]:
    """Return the cell whose opening quote stands here, and the position behind its closing quote."""
    start = position + 1
    search = start
    while True:
        close = text.find('"', search)
        if close < 0:
            raise InputError(f"Line {line}: a quote is opened and never closed.",
                             next_step="Check whether the file was cut off.")
        if text.startswith('"', close + 1):
            search = close + 2
            continue
        return text[start:close].replace('""', '"'), close + 1


def _line_ends(text: str, start: int, end: int) -> int:
    crlf = text.count("\r\n", start, end)
    return text.count("\n", start, end) + text.count("\r", start, end) - crlf
