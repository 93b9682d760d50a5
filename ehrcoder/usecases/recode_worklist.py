"""Keeps the worklist of records whose codes a later edition retired or revised."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ehrcoder.core.codes import CodeSetEdition, Concept
from ehrcoder.core.recode import AssignedTitle, CodeChange, RecodeTask, change_between
from ehrcoder.ports import CancelToken, CodeSetIndex, RecodeWorklist

_DATED = re.compile(r"\d{4}(-\d\d)?")
_CHOICES = 8
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistReport:
    """What a refresh found. `was_current` tells that no code set had changed since the last one."""

    tasks: tuple[RecodeTask, ...]
    was_current: bool

    @property
    def records(self) -> int:
        """How many records are on the list."""
        return len({task.record_id for task in self.tasks})

    @property
    def must_change(self) -> int:
        """How many of them hold a code that is not valid on their own date."""
        return len({task.record_id for task in self.tasks if task.must_change})


def editions_stamp(editions: Iterable[CodeSetEdition]) -> str:
    """Return one hash over the installed editions."""
    lines = sorted(f"{each.system} {each.version} {each.sha256}" for each in editions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def refresh_worklist(
    worklist: RecodeWorklist, index: CodeSetIndex, *, force: bool = False, cancel: CancelToken | None = None
) -> WorklistReport:
    """Compare every assigned code with the editions that came after it, and store what they changed.

    Nothing is done, unless `force`, when no code set was installed since the last time. No code is rewritten.
    """
    stamp = editions_stamp(index.editions())
    if not force and worklist.recode_stamp() == stamp:
        return WorklistReport(tasks=worklist.recode_tasks(), was_current=True)
    tasks: list[RecodeTask] = []
    for title in worklist.assigned_titles():
        if cancel is not None:
            cancel.raise_if_cancelled()
        tasks.extend(_tasks_of(title, worklist, index))
    worklist.put_recode_tasks(tasks, stamp=stamp)
    return WorklistReport(tasks=worklist.recode_tasks(), was_current=False)


def _tasks_of(title: AssignedTitle, worklist: RecodeWorklist, index: CodeSetIndex) -> list[RecodeTask]:
    edition = index.edition(title.system)
    if edition is None or not _came_before(title, edition, index):
        return []
    latest = index.concept(title.system, title.code)
    change = change_between(title.display, _assignable_title(latest))
    if change is None:
        return []
    choices = _choices(index, title, latest) if change is CodeChange.RETIRED else ()
    return [
        RecodeTask(
            record_id=record_id, assigned=title, change=change, edition=edition.version,
            now=latest.coding.display if latest is not None else "", choices=choices,
            must_change=change is CodeChange.RETIRED and not _is_valid_on(index, title, day),
        )
        for record_id, day in worklist.records_assigned(title)
    ]


def _came_before(title: AssignedTitle, edition: CodeSetEdition, index: CodeSetIndex) -> bool:
    """Whether a code was assigned from an edition before this one; a name that tells no date must be installed."""
    if title.version == edition.version:
        return False
    if _DATED.fullmatch(title.version) and _DATED.fullmatch(edition.version):
        # The year's release is of October before; its update of April comes after it: 2026, 2026-04, 2027.
        return title.version < edition.version
    return any(each.version == title.version for each in index.editions() if each.system == title.system)


def _assignable_title(concept: Concept | None) -> str | None:
    return concept.coding.display if concept is not None and concept.is_billable else None


def _is_valid_on(index: CodeSetIndex, title: AssignedTitle, day: dt.date | None) -> bool:
    """Whether the code can be reported on a day; without a day, whether it can be today."""
    concept = index.concept(title.system, title.code, on=day)
    return concept is not None and concept.is_billable


def _choices(index: CodeSetIndex, title: AssignedTitle, latest: Concept | None) -> tuple[str, ...]:
    """The codes that stand in place of a retired one: those that name it as theirs, else those below it now."""
    named = index.successors(title.system, title.code)
    if named or latest is None:
        return named[:_CHOICES]
    waiting, found, looked_at = [latest], list[str](), 0
    while waiting and len(found) < _CHOICES and looked_at < _LOOKED_AT:
        looked_at += 1
        concept = waiting.pop(0)
        if concept.is_billable:
            found.append(concept.coding.code)
        else:
            waiting[:0] = index.children(concept.coding.system, concept.coding.code)
    return tuple(found)
