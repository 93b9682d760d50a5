"""Rows of delimited text (RFC 4180), with every character of a quoted cell kept, line ends included.

The standard library's reader has a limit on the length of a cell that is set for the whole process; a note
may be longer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ehrcoder.core.errors import InputError

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of a row and the line of the file on which it begins."""

    line: int
    cells: tuple[str, ...]


def rows_of(
    text: str, *, delimiter: str, first_line: int = 1, report: Callable[[str], None] | None = None
) -> Iterator[Row]:
    """Yield every row.

    A quote that is closed too early costs its row where `report` is told of it and the row ends with its line: what
    follows is certain then. Else it raises InputError naming the line, since lines of a text could pass for rows.
    """
    unquoted = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    position, line, cells = 0, first_line, list[str]()
    row_start = 0

    def next_line(problem: InputError) -> int:
        """Tell of a row that ends with its line, and return where the next begins. Raises the problem for others."""
        found = _LINE_END.search(text, row_start)
        end, following = (found.start(), found.end()) if found else (len(text), len(text))
        if report is None or position > end or text.count('"', row_start, end) % 2:
            raise problem
        report(f"{problem.what.rstrip('.')}; the row was left out.")
        return following

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
            position = next_line(InputError(f"Line {at}: a quoted cell goes on after its closing quote.",
                                            next_step="Double the quotes that belong to the text."))
            row_start, cells, line = position, [], line + 1
            if position >= len(text):
                return
            continue
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
