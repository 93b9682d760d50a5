"""Checks one record's events as they are stored and replays them, without building core values.

Verification reads millions of events; this does what `ehrcoder.core.history.fold` does on plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from ehrcoder.adapters.store.session import Row
from ehrcoder.core.canonical import spell

Plain = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Replay:
    """Where the events of one record lead, and what is wrong with them."""

    record_id: str
    head_hash: str
    refusal: Callable[[int, object, object], str] | None
    """Says why somebody cannot have made a decision at a line of the ledger, empty where it can be; None: anybody."""
    version: int = 0
    assignments: dict[str, Plain] = field(default_factory=dict[str, Plain])
    decisions: dict[str, str] = field(default_factory=dict[str, str])
    signature: Plain | None = None
    flag: str | None = None
    held_for: str = ""
    is_draft: bool = False
    problems: list[str] = field(default_factory=list[str])

    def take(self, rows: Iterable[Row]) -> None:
        """Check and replay events, in the order of their numbers."""
        # This runs for every event of a workspace, so it is one loop, and spells nothing out before something is wrong.
        record_id, refusal, apply = self.record_id, self.refusal, self._apply
        version, head = self.version, self.head_hash
        for event_id, _, sequence, previous, stored_hash, body, position in rows:
            try:
                plain = from_json(body, cache_strings="all")
                draft = plain["draft"]
                is_placed = (plain["event_id"] == event_id and plain["record_id"] == record_id
                             and plain["sequence"] == sequence and plain["previous_hash"] == previous)
            except (ValueError, KeyError, TypeError):
                plain, draft, is_placed = parsed(body), {}, False
            if sha256(body).hexdigest() != stored_hash:
                self._note(sequence, " was altered: it does not match its hash", plain)
            elif not is_placed:
                self._note(sequence, ": its place was altered", plain)
            if sequence != version + 1 or previous != head:
                self._note(sequence, f" does not follow event {version}: an event is missing, added or moved", plain)
            version, head = sequence, stored_hash
            draft = plain_object(draft)
            if refusal is not None and (told := refusal(position, draft.get("coder_id"), draft.get("action"))):
                self._note(sequence, f" {told}", plain)
            apply(draft)
        self.version, self.head_hash = version, head

    def assignment_rows(self) -> list[Row]:
        """Return what the table of assignments must hold for this record."""
        return sorted(
            (each.get("sequence", 0), name, coding.get("system"), coding.get("code"), spell(each))
            for name, each in self.assignments.items() for coding in [plain_object(each.get("coding"))]
        )

    def _apply(self, draft: Plain) -> None:
        before, after = draft.get("before"), draft.get("after")
        if isinstance(before, dict):
            self.assignments.pop(str(before.get("assignment_id")), None)
        if isinstance(after, dict):
            self.assignments[str(after.get("assignment_id"))] = after
        suggestion = draft.get("suggestion_id")
        if suggestion is not None and draft.get("decision") is not None:
            self.decisions[str(suggestion)] = str(draft["decision"])
        self.signature = draft.get("signature")
        action = draft.get("action")
        self.is_draft = action == "draft"
        if action in ("flag", "unflag"):
            self.flag = str(draft.get("reason", "")) if action == "flag" else None
        elif action in ("hold", "release"):
            self.held_for = str(draft.get("reason", "")) if action == "hold" else ""

    def _note(self, sequence: int, problem: str, plain: Plain) -> None:
        self.problems.append(f"Event {sequence} of record {self.record_id}{problem}. It touches {touched(plain)}.")


def parsed(stored: str | bytes) -> Plain:
    """Return a stored JSON object, empty where it is none."""
    data = stored if isinstance(stored, bytes) else stored.encode("utf-8", "surrogateescape")
    try:
        return plain_object(from_json(data, cache_strings="keys"))
    except ValueError:
        return {}


def plain_object(value: object) -> Plain:
    """Return the value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def touched(event: Plain) -> str:
    """Say which code or suggestion an event is about; codes and ids only, no words of the note."""
    draft = plain_object(event.get("draft"))
    if not draft:
        return "what can no longer be read"
    action = draft.get("action", "unknown action")
    for side in (draft.get("after"), draft.get("before")):
        code = plain_object(plain_object(side).get("coding")).get("code")
        if code:
            return f"code {code} ({action})"
    if draft.get("suggestion_id"):
        return f"suggestion {draft['suggestion_id']} ({action})"
    return f"the record as a whole ({action})"
