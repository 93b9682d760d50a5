"""Which keys an action has: those of the table, or those that the person gave it; and which of them would clash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QKeySequence

from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.gui.action_table import ActionSpec, Scope

_ARROWS = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}
_NAMES = {"Del": "Delete", "Return": "Enter"}
_TOGETHER = {
    Scope.REVIEW: (Scope.REVIEW, Scope.CODES, Scope.WINDOW),
    Scope.CODES: (Scope.REVIEW, Scope.CODES, Scope.WINDOW),
    Scope.HISTORY: (Scope.HISTORY, Scope.WINDOW),
    Scope.WINDOW: tuple(Scope),
}
"""Where a key would mean two things: in places that can have the focus at the same time."""
RESERVED = ("Tab", "Shift+Tab", "Return", "Enter", "Up", "Down", "Left", "Right", "PgUp", "PgDown", "Home", "End")
"""Keys that move in lists and texts, or confirm in popups; no action can take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A key that another action has already, or that no action can take (`with_action` is empty then)."""

    key: str
    with_action: str = ""


def shown(key: str) -> str:
    """Return a key as people read it, such as Ctrl+Enter or Alt+↑."""
    *modifiers, last = key.split("+") if not key.endswith("+") else [*key[:-1].rstrip("+").split("+"), "+"]
    return "+".join([*modifiers, _ARROWS.get(last, _NAMES.get(last, last))])


def spelled(key: str) -> str:
    """Return a key as Qt spells it, so that `ctrl+k` and `Ctrl+K` are one; empty where it is no key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


class KeyMap:
    """The keys of every action; what the person changed is kept in a file of its own."""

    def __init__(self, specs: Sequence[ActionSpec], file: Path | None = None) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self._file = file
        self._own: dict[str, tuple[str, ...]] = self._read()

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of an action."""
        return self._own.get(name, self._specs[name].keys)

    def is_changed(self, name: str) -> bool:
        """Whether the person gave this action other keys."""
        return name in self._own

    def clashes(self, name: str, keys: Iterable[str]) -> tuple[Clash, ...]:
        """Return what keeps an action from having these keys."""
        scope = self._specs[name].scope
        found: list[Clash] = []
        for key in keys:
            spelling = spelled(key)
            if not spelling or spelling in RESERVED:
                found.append(Clash(key=key))
                continue
            found += [
                Clash(key=key, with_action=other.name) for other in self._specs.values()
                if other.name != name and other.scope in _TOGETHER[scope]
                and spelling in {spelled(each) for each in self.keys(other.name)}
            ]
        return tuple(found)

    def set_keys(self, name: str, keys: Sequence[str]) -> None:
        """Give an action these keys and keep them. Raises ValueError where they clash, EnvironmentFault."""
        if self.clashes(name, keys):
            raise ValueError(f"keys of {name} clash")
        fresh = tuple(dict.fromkeys(spelled(key) for key in keys))
        if {spelled(key) for key in self._specs[name].keys} == set(fresh):
            self._own.pop(name, None)
        else:
            self._own[name] = fresh
        self._write()

    def reset(self) -> None:
        """Give every action the keys of the table again. Raises EnvironmentFault."""
        self._own = {}
        self._write()

    def _read(self) -> dict[str, tuple[str, ...]]:
        """Read what was kept; an unreadable file, and keys that clash by now, count as not changed."""
        if self._file is None or not self._file.exists():
            return {}
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        self._own = {}
        pairs: Mapping[object, object] = kept if isinstance(kept, dict) else {}
        for name, keys in pairs.items():
            if name in self._specs and isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                self._own[str(name)] = tuple(str(key) for key in keys)
        for name in list(self._own):
            if self.clashes(name, self._own[name]):
                del self._own[name]
        return self._own

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(".new")
            temporary.write_text(json.dumps(self._own, indent=1, sort_keys=True), "utf-8")
            os.replace(temporary, self._file)
        except OSError as error:
            raise EnvironmentFault(
                f"The keys could not be kept in {self._file}: {error.strerror}.",
                kept="They hold until the window is closed.", next_step="Check the folder and the disk.",
            ) from error
