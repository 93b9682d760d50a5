"""What coding costs a person, in seconds, by a keystroke-level model.

Card, Moran, Newell, "The Keystroke-Level Model for User Performance Time with Interactive Systems", Communications of
the ACM 23(7), 1980. It counts what the hands and the deciding head do with the program; reading the note is in neither
way of working, since both have to. Response times are the program's own and small against a keystroke.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

KEYSTROKE = 0.28
"""Seconds a key for a typist who is no secretary (40 words a minute)."""
MENTAL = 1.35
"""Seconds to make up one's mind before a unit of action."""
RESPONSE = 0.1
"""Seconds until a list of hits stands on the screen."""
LISTED_PAGE = 8
"""How many lines PageDown goes in the list of hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What must be typed until a code stands in the list of hits, and its place there from 1."""

    characters: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A suggested code with the alternatives that its panel lists, best first."""

    code: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Seconds to reach the gold codes: from the suggestions, and from nothing with the same search."""

    from_suggestions: float
    from_nothing: float

    @property
    def ratio(self) -> float:
        """What remains of the work, 0 to 1 and more; 0 where there was none."""
        return self.from_suggestions / self.from_nothing if self.from_nothing else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortParts:
    """Seconds by what they go to, from suggestions to the gold codes."""

    accepting: float
    rejecting: float
    replacing: float
    adding: float

    @property
    def total(self) -> float:
        """All of them."""
        return self.accepting + self.rejecting + self.replacing + self.adding


def deciding() -> float:
    """Return the seconds to accept or reject what is shown: judge it, press one key; the next is then selected."""
    return MENTAL + KEYSTROKE


def replacing(place: int) -> float:
    """Return the seconds to take an alternative: see that the code is wrong, open the list, choose, confirm."""
    return MENTAL + KEYSTROKE + MENTAL + (place - 1) * KEYSTROKE + KEYSTROKE


def adding(finding: Finding) -> float:
    """Return the seconds to add a code: open the search, recall its words, type, recognise it, go there, confirm."""
    typing = KEYSTROKE + MENTAL + finding.characters * KEYSTROKE + RESPONSE
    return typing + MENTAL + (finding.place - 1) * KEYSTROKE + KEYSTROKE


def picking(place: int) -> float:
    """Return the seconds to take a code that the search lists before any typing: open, see it, go there, confirm."""
    return KEYSTROKE + RESPONSE + MENTAL + steps_to(place) * KEYSTROKE + KEYSTROKE


def steps_to(place: int) -> int:
    """Return the keys to a line of that list, counted from 1: none is marked at first, PageDown goes eight at once."""
    return place // LISTED_PAGE + place % LISTED_PAGE


def parts_of(
    gold: frozenset[str], offered: Sequence[Offered], find: Callable[[str], Finding], *, listed: Sequence[str] = ()
) -> EffortParts:
    """Return what a record costs from its suggestions, by what the time goes to.

    Every suggestion is decided on: right ones are accepted, others replaced or rejected; then what is missing is added.
    `listed` are the further codes of the record that the search shows before anything is typed, best first; a code that
    was taken no longer stands there. Whoever looks there in vain has lost the look, and types then.
    """
    missing = set(gold) - {offer.code for offer in offered}
    accepting = rejecting = replacing_seconds = 0.0
    for offer in offered:
        if offer.code in gold:
            accepting += deciding()
            continue
        place = next((n for n, code in enumerate(offer.alternatives, start=1) if code in missing), None)
        if place is None:
            rejecting += deciding()
        else:
            missing.discard(offer.alternatives[place - 1])
            replacing_seconds += replacing(place)
    added = 0.0
    left = [code for code in listed if code in missing or code not in gold]
    for code in sorted(missing, key=lambda code: (left.index(code) if code in left else len(left), code)):
        seconds = adding(find(code)) + (MENTAL if left else 0.0)
        if code in left:
            seconds = min(seconds, picking(left.index(code) + 1))
            left.remove(code)
        added += seconds
    return EffortParts(accepting=accepting, rejecting=rejecting, replacing=replacing_seconds, adding=added)


def effort_of(
    gold: frozenset[str], offered: Sequence[Offered], find: Callable[[str], Finding], *, listed: Sequence[str] = ()
) -> Effort:
    """Return what a record costs from its suggestions (see `parts_of`), and from nothing, where no code is listed."""
    return Effort(from_suggestions=parts_of(gold, offered, find, listed=listed).total,
                  from_nothing=sum(adding(find(code)) for code in sorted(gold)))
