"""What a newer edition of a code set means for codes that were assigned before: they stay, and somebody looks at them.

An assigned code is never rewritten. Where a later edition retired it or gave it another title, its record gets a
task; the edition in force on the record's date decides whether the code has to be changed or is only to be known of.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.ids import CoderId, RecordId


class CodeChange(StrEnum):
    """What a later edition did to a code."""

    RETIRED = "retired"
    """It is gone, or has become the header of several codes."""
    REVISED = "revised"
    """It has another title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedTitle:
    """A code as it was assigned, with the edition and title of that day; many records may share it."""

    system: str
    version: str
    code: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecodeTask:
    """One code of one record that a later edition changed.

    `must_change` tells that the code is not valid on the record's own date; otherwise it stays right for this record.
    `choices` are the codes that stand in its place, where the code set says so.
    """

    record_id: RecordId
    assigned: AssignedTitle
    change: CodeChange
    edition: str
    now: str
    must_change: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledTask:
    """A task that somebody looked at and closed without changing the code, and why."""

    task: RecodeTask
    coder_id: CoderId
    at: dt.datetime
    reason: str


def same_title(one: str, other: str) -> bool:
    """Tell whether two titles say the same: publishers write é or e, and set capitals and spaces as they like."""
    return _folded(one) == _folded(other)


def _folded(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title)
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().split())


def change_between(assigned: str, now: str | None) -> CodeChange | None:
    """Return what happened to a code with this title; `now` is its title today, None where it is not assignable."""
    if now is None:
        return CodeChange.RETIRED
    return None if same_title(assigned, now) else CodeChange.REVISED


def task_words(task: RecodeTask) -> str:
    """Return in a few words why a record is on the worklist."""
    what = f"{task.assigned.code} {task.change.value} in {task.edition}"
    return f"{what}, to be changed" if task.must_change else f"{what}, right on the record's date"
