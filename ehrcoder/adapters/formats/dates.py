"""Dates in spreadsheets: read where they are certain, named where they would have to be guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: .*)?")
_NAMED = re.compile(
    r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*\.?[- ,]+(\d{4})|([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})"
)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2}(?: .*)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DayOrder(StrEnum):
    """Which part of 03/04/2026 is the day; unknown until a value of the same column proves it."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNKNOWN = "unknown"


def day_order_of(values: Iterable[str]) -> DayOrder:
    """Tell the order of a column from values that allow only one, when they agree."""
    proven = {order for value in values if (order := _proven_order(value)) is not DayOrder.UNKNOWN}
    return proven.pop() if len(proven) == 1 else DayOrder.UNKNOWN


def read_date(value: str, *, order: DayOrder = DayOrder.UNKNOWN) -> tuple[dt.date | None, str]:
    """Return the date and '', or None and the reason for which it was not read; an empty value is no date."""
    given = value.strip()
    if not given:
        return None, ""
    parts = _parts_of(given, order)
    if isinstance(parts, str):
        return None, parts
    try:
        return dt.date(*parts), ""
    except ValueError:
        return None, "it is no day of the calendar"


def _parts_of(given: str, order: DayOrder) -> tuple[int, int, int] | str:
    if match := _ISO.fullmatch(given) or _COMPACT.fullmatch(given):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NAMED.fullmatch(given):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        name = month.lower()
        return (int(year), _MONTHS.index(name) + 1, int(day)) if name in _MONTHS else "it names no month"
    if match := _PARTED.fullmatch(given):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        # With dots the day comes first wherever dates are written so.
        own = DayOrder.DAY_FIRST if match[2] == "." else _proven_order(given)
        match own if own is not DayOrder.UNKNOWN else order:
            case DayOrder.DAY_FIRST:
                return year, second, first
            case DayOrder.MONTH_FIRST:
                return year, first, second
            case DayOrder.UNKNOWN:
                if first == second:
                    return year, first, second
                return "day and month cannot be told apart"
    if _SHORT_YEAR.fullmatch(given):
        return "its year has two digits"
    if _SERIAL.fullmatch(given):
        return "it looks like a spreadsheet's day number"
    return "it is not written as a date"


def _proven_order(value: str) -> DayOrder:
    match = _PARTED.fullmatch(value.strip())
    if match is None or match[2] == ".":
        return DayOrder.UNKNOWN
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if second > 12 >= first else DayOrder.UNKNOWN
