"""What the status bar shows of a running job and of the language model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """A long job as the status bar shows it; `total` is 0 where it is not known, `name` empty when idle."""

    name: str = ""
    text: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    """About how long it still takes; None while no estimate is fair."""
    others: int = 0
    """How many further jobs run meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """Which language model answers, or why none does."""

    name: str = ""
    off_because: str = ""
