"""HL7 time stamps (YYYYMMDD[HHMM…]) of v2 messages and clinical documents, read as days."""

from __future__ import annotations

import datetime as dt
import re

from ehrcoder.core.records import Period

_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2}(?:\d{2}(?:\d{2}(?:\.\d+)?)?)?)?(?:[+-]\d{4})?")
_SHORTER = re.compile(r"\d{4}(?:\d{2})?")
# Some senders write the XML Schema form.
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")


def read_stamp(given: str) -> tuple[dt.date | None, str]:
    """Return the day and '', or None and the reason; an empty stamp is no day and no problem."""
    plain = given.strip()
    if not plain or plain == '""':
        return None, ""
    match = _STAMP.fullmatch(plain) or _ISO.fullmatch(plain)
    if match is None:
        return None, "it names no day" if _SHORTER.fullmatch(plain) else "it is no HL7 time stamp"
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])), ""
    except ValueError:
        return None, "it is no day of the calendar"


def year_of(given: str) -> int | None:
    """Return the year of a time stamp that may be a year only."""
    match = re.match(r"((?:18|19|20)\d{2})(?!\d(?!\d))", given.strip())
    return int(match[1]) if match else None


def period_of(start: str, end: str, *, what: str) -> tuple[Period, tuple[str, ...]]:
    """Return first and last day, with a note for each that was given and could not be read."""
    notes: list[str] = []
    first, problem = read_stamp(start)
    if problem:
        notes.append(f"The start of {what} was left out: {problem}.")
    last, problem = read_stamp(end)
    if problem:
        notes.append(f"The end of {what} was left out: {problem}.")
    if first is not None and last is not None and last < first:
        notes.append(f"The end of {what} lies before its start and was left out.")
        last = None
    return Period(start=first, end=last), tuple(notes)
