"""How many keys a record costs in the window, from its suggestions and from nothing, with the window's own keys.

Each key that goes down counts once, modifiers included, so that Ctrl+K is two. What both ways share (choosing the
principal diagnosis, signing) is in neither count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.effort import Finding, Offered, steps_to


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCosts:
    """Keys of one step each, as the window has them."""

    accept: int
    reject: int
    """With the digit of its reason."""
    alternative: int
    search: int
    confirm: int
    alternatives_offered: int
    """How many of the ranked alternatives have a key of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPresses:
    """Keys to reach the gold codes: from the suggestions, and from nothing with the same search."""

    from_suggestions: int
    from_nothing: int

    @property
    def ratio(self) -> float:
        """What remains of the keys; 0 where there were none."""
        return self.from_suggestions / self.from_nothing if self.from_nothing else 0.0


def keys_in(shortcut: str) -> int:
    """Return how many keys go down for a shortcut such as Ctrl+Shift+Z; a plus sign itself is one key."""
    return len([part for part in shortcut.replace("++", "+plus").split("+") if part])


def costs_of(keys: Mapping[str, Sequence[str]]) -> KeyCosts:
    """Return the costs under a key map: for each action its keys, the shortest counts.

    Raises KeyError for an action that has no key: without the mouse it cannot be reached.
    """
    def cheapest(name: str) -> int:
        if not keys[name]:
            raise KeyError(name)
        return min(keys_in(key) for key in keys[name])

    digits = [name for name in keys if name.startswith("alternative_") and keys[name]]
    return KeyCosts(
        accept=cheapest("accept"), reject=cheapest("reject") + 1, alternative=cheapest("alternative_1"),
        search=cheapest("search"), confirm=1, alternatives_offered=len(digits),
    )


def adding(costs: KeyCosts, finding: Finding) -> int:
    """Return the keys to add a code: open the search, type, go to its place in the list, confirm."""
    return costs.search + finding.characters + (finding.place - 1) + costs.confirm


def picking(costs: KeyCosts, place: int) -> int:
    """Return the keys to take a code that the search lists before anything is typed: open, go there, confirm."""
    return costs.search + steps_to(place) + costs.confirm


def key_presses(
    gold: frozenset[str], offered: Sequence[Offered], find: Callable[[str], Finding], costs: KeyCosts, *,
    listed: Sequence[str] = (),
) -> KeyPresses:
    """Return what a record costs. Every suggestion is decided on: accepted, replaced by its digit, or rejected.

    `listed` are the record's further codes, as for `effort_of`.
    """
    missing = set(gold) - {offer.code for offer in offered}
    count = 0
    for offer in offered:
        if offer.code in gold:
            count += costs.accept
            continue
        ranked = offer.alternatives[:costs.alternatives_offered]
        right = next((code for code in ranked if code in missing), None)
        if right is None:
            count += costs.reject
        else:
            missing.discard(right)
            count += costs.alternative
    left = [code for code in listed if code in missing or code not in gold]
    for code in sorted(missing, key=lambda code: (left.index(code) if code in left else len(left), code)):
        by_typing = adding(costs, find(code))
        if code in left:
            by_typing = min(by_typing, picking(costs, left.index(code) + 1))
            left.remove(code)
        count += by_typing
    return KeyPresses(
        from_suggestions=count, from_nothing=sum(adding(costs, find(code)) for code in sorted(gold))
    )
