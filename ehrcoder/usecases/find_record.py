"""Finds what a person means: a record by id, its beginning or its title; a suggestion or code by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TypeVar

from ehrcoder.core.assignments import CodeAssignment, RecordCoding
from ehrcoder.core.codes import without_dot
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.ports import RecordStore

_NAMED = 5
_Item = TypeVar("_Item")


def find_record(store: RecordStore, text: str) -> RecordId:
    """Return the record with this id, this title, or the only one whose id begins or ends like this.

    Raises NotFoundError when none fits and InputError when several do.
    """
    wanted = text.strip()
    rows = store.rows()
    folded = wanted.casefold()
    ways: tuple[Callable[[str, str], bool], ...] = (
        lambda record_id, title: record_id == wanted,
        lambda record_id, title: title.casefold() == folded,
        lambda record_id, title: title.casefold() == PurePath(wanted).stem.casefold(),
        lambda record_id, title: record_id.startswith(folded) or record_id.endswith(folded),
        lambda record_id, title: title.casefold().startswith(folded),
    )
    if wanted:
        for fits in ways:
            found = [row for row in rows if fits(row.record_id, row.title)]
            if found:
                return _only(found, wanted, "records", lambda row: f"{row.title} ({row.record_id})").record_id
    raise NotFoundError(f"There is no record {wanted or 'without a name'} in this workspace.",
                        next_step="`ehrcoder records list` shows what is there.")


def find_suggestion(suggestions: Sequence[CodeSuggestion], text: str) -> CodeSuggestion:
    """Return the suggestion with this number (rank), code or id. Raises NotFoundError or InputError."""
    wanted = text.strip().removeprefix("#")
    code = without_dot(wanted)
    ways: tuple[Callable[[CodeSuggestion], bool], ...] = (
        lambda each: each.suggestion_id == wanted,
        lambda each: without_dot(each.coding.code) == code,
        lambda each: wanted.isdigit() and each.rank == int(wanted),
        lambda each: len(wanted) >= 4 and each.suggestion_id.endswith(wanted.lower()),
    )
    for fits in ways:
        found = [each for each in suggestions if fits(each)]
        if found:
            return _only(found, wanted, "suggestions", lambda each: f"{each.coding.code} ({each.suggestion_id})")
    raise NotFoundError(f"There is no suggestion {wanted} for this record.",
                        next_step="`ehrcoder verify show` lists them with their numbers.")


def find_assignment(coding: RecordCoding, text: str) -> CodeAssignment:
    """Return the assigned code with this number (place), code or id. Raises NotFoundError or InputError."""
    wanted = text.strip().removeprefix("#")
    code = without_dot(wanted)
    ways: tuple[Callable[[CodeAssignment], bool], ...] = (
        lambda each: each.assignment_id == wanted,
        lambda each: without_dot(each.coding.code) == code,
        lambda each: wanted.isdigit() and each.sequence == int(wanted),
        lambda each: len(wanted) >= 4 and each.assignment_id.endswith(wanted.lower()),
    )
    for fits in ways:
        found = [each for each in coding.assignments if fits(each)]
        if found:
            return _only(found, wanted, "assigned codes",
                         lambda each: f"{each.coding.code} (place {each.sequence})")
    raise NotFoundError(f"There is no assigned code {wanted} in this record.",
                        next_step="`ehrcoder verify show` lists them with their places.")


def _only(found: Sequence[_Item], wanted: str, what: str, name: Callable[[_Item], str]) -> _Item:
    if len(found) > 1:
        named = ", ".join(name(each) for each in found[:_NAMED]) + (" and more" if len(found) > _NAMED else "")
        raise InputError(f"{wanted} may mean {len(found)} {what}: {named}.", next_step="Type more of its id.")
    return found[0]
