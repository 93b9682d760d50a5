"""What an action of the window is: its words, its keys, where they work, what must be there for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action's key works."""

    WINDOW = "window"
    REVIEW = "review"
    """The tray or the note has the focus: the only place where single letters act."""
    CODES = "codes"
    """The tray, the note or the list of assigned codes."""
    HISTORY = "history"
    """The history of a record."""


class Needs(StrEnum):
    """What must be there before an action can be chosen."""

    NOTHING = "nothing"
    RECORD = "record"
    """An open record."""
    WRITABLE = "writable"
    """A workspace that is open for writing."""
    CHANGEABLE = "changeable"
    """An open record that is not signed, in a workspace that is open for writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action as the table below names it."""

    name: str
    group: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    scope: Scope = Scope.WINDOW
    icon: str = ""
    short: str = ""
    checks: bool = False
    """Whether it is switched on and off."""
    changes: bool = False
    """Whether it changes the open record: such a key does not repeat, and reading only switches it off."""
    needs: Needs = Needs.NOTHING
    """When it is enabled; what `changes` the record needs a changeable one."""
