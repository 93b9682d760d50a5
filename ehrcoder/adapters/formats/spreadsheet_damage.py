"""What spreadsheet programs do to cells: named with its line, never mended, since the former value is a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ehrcoder.adapters.formats.delimited import Row
from ehrcoder.adapters.formats.table_columns import SYSTEM_OF_ROLE, Columns

_ERROR = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A|NULL!|NUM!|SPILL!|CALC!|#+)")
_EXPONENT = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d{1,3}", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE_LIKE = re.compile(rf"\d{{1,2}}[-/ .]{_MONTH}(?:[-/ .]\d{{2,4}})?|{_MONTH}[-/ .]\d{{2,4}}", re.IGNORECASE)
_DECIMAL_ID = re.compile(r"\d+\.0+")
# An Excel cell holds no more.
_LONGEST_CELL = 32_767
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]|â€[™œ\x9d“”˜¦]|Â[ °±µ²³½]")
_IDENTIFYING = ("record", "patient")
_SHOWN_LINES = 5


def damage_in(rows: Sequence[Row], columns: Columns) -> Iterator[str]:
    """Yield one remark for each kind of damage in each column that is read, with the first lines it stands on."""
    for role, places in _read_columns(columns):
        for place in places:
            values = [(row.line, row.cells[place].strip()) for row in rows if place < len(row.cells)]
            name = columns.header[place].strip()[:40] or f"column {place + 1}"
            yield from _in_column(role, name, values)


def _read_columns(columns: Columns) -> Iterator[tuple[str, tuple[int, ...]]]:
    for role, place in columns.places.items():
        yield role, (place,)
    yield from columns.codes.items()


def _in_column(role: str, name: str, values: Sequence[tuple[int, str]]) -> Iterator[str]:
    if role == "text":
        yield from _found(values, lambda value: len(value) >= _LONGEST_CELL - 8 and len(value) <= _LONGEST_CELL,
                          f"'{name}': texts that end at a spreadsheet's limit of 32,767 characters, perhaps cut off")
        yield from _found(values, lambda value: _MOJIBAKE.search(value) is not None,
                          f"'{name}': characters that look decoded wrongly before (such as Ã© for é)")
    yield from _found(values, lambda value: _ERROR.fullmatch(value) is not None,
                      f"'{name}': spreadsheet errors (such as #REF!) stand in place of the value")
    if role in _IDENTIFYING or role in SYSTEM_OF_ROLE:
        yield from _found(values, lambda value: _EXPONENT.fullmatch(value) is not None and _is_exponent(role, value),
                          f"'{name}': numbers in exponent form (such as 1.2E+11); digits are lost")
        yield from _found(values, lambda value: _DATE_LIKE.fullmatch(value) is not None,
                          f"'{name}': values that a spreadsheet turned into a date (such as 3-Jan)")
    if role in _IDENTIFYING:
        yield from _found(values, lambda value: _DECIMAL_ID.fullmatch(value) is not None,
                          f"'{name}': whole numbers with decimals (such as 17.0); they were read as numbers before")
        yield from _lost_zeros(name, values)


def _is_exponent(role: str, value: str) -> bool:
    """A code of ICD-10-PCS may look like an exponent (0E2); one with a point or a sign never is a code."""
    return role in _IDENTIFYING or any(mark in value for mark in ".,+-")


def _lost_zeros(name: str, values: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Numbers of one fixed width, some of which are shorter, had zeros before them once."""
    digits = [(line, value) for line, value in values if value.isascii() and value.isdigit()]
    padded = {len(value) for _, value in digits if value.startswith("0") and len(value) > 1}
    if len(padded) == 1:
        width = padded.pop()
        yield from _found(digits, lambda value: len(value) < width,
                          f"'{name}': numbers shorter than the others' {width} digits; leading zeros may be lost")
        return
    widths = [len(value) for _, value in digits]
    if len(digits) >= 20 and not padded:
        usual = max(set(widths), key=widths.count)
        shorter = sum(1 for width in widths if width < usual)
        # Counted numbers (1, 2, … 120) have every width; fixed ones lose a zero in about every tenth.
        if usual >= 6 and 0 < shorter <= len(digits) // 5 and min(widths) >= usual - 3 and max(widths) == usual:
            yield from _found(digits, lambda value: len(value) < usual,
                              f"'{name}': numbers shorter than the others' {usual} digits; leading zeros may be lost")


def _found(values: Sequence[tuple[int, str]], is_damaged, what: str) -> Iterator[str]:
    lines = [line for line, value in values if value and is_damaged(value)]
    if lines:
        first = ", ".join(str(line) for line in lines[:_SHOWN_LINES])
        more = f" and {len(lines) - _SHOWN_LINES} more" if len(lines) > _SHOWN_LINES else ""
        yield f"{what}: line{'s' if len(lines) > 1 else ''} {first}{more}."
