"""Ranks code-set entries for what a person typed: the readings of each word, and one score for one entry.

A query is a row of slots, one for each word or phrase that was typed. A slot has readings: what was typed, and what the
classification calls it. An entry is good where each slot is met by one of its readings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ehrcoder.core.matching import JOINING, SIDES, needs_equality

# Words with which the classification says that nothing more is known, or what goes without saying, and the endings of
# "toe(s)" and "crush(es)": an entry is hardly worse for having them.
_SILENT = frozenset(
    "unspecified nos other not elsewhere classified specified site organism type uncomplicated initial "
    "encounter closed disease disorder syndrome primary essential mention approach condition finding region level "
    "so stated s es".split()
)
# What an entry gains or loses for words that were not asked for.
_UNASKED = {
    "unspecified": 0.02, "nos": 0.02, "other": -0.02, "sequela": -0.1, "subsequent": -0.1, "newborn": -0.06,
    "pregnancy": -0.06, "childbirth": -0.06, "puerperium": -0.06, "history": -0.06, "family": -0.06, "neonatal": -0.06,
    "birth": -0.04, "congenital": -0.04, "complicating": -0.04, "complication": -0.05, "screening": -0.04,
    "underdosing": -0.05, "assault": -0.06, "self-harm": -0.06, "intentional": -0.06, "drug": -0.02,
    "secondary": -0.02, "open": -0.02, "military": -0.06, "legal": -0.04,
    "presence": -0.08, "absence": -0.08, "aftercare": -0.06, "dislocation": -0.03, "status": -0.04,
}
_OTHER_SIDE = {"left": "right", "right": "left"}
# Where a denial ends in a title: "puncture wound without foreign body, left foot" has a left foot. The commas are
# gone, so it is told by the words with which titles go on.
_DENIAL_ENDS = SIDES | {"unspecified", "initial", "subsequent", "sequela", "with"}
_DENIED_BODY = ("foreign", "body")
# Operations that are done through the skin unless it is said that they were not; all others of surgery are open then.
_THROUGH_THE_SKIN = frozenset(
    "drainage insertion dilation introduction irrigation transfusion administration measurement monitoring".split()
)
_APPROACHES = {"open": (0.0, -0.016), "percutaneous": (-0.016, 0.0), "endoscopic": (-0.008, -0.016)}
"""What an approach that was not asked for costs, where the usual one is open and where it is through the skin."""
_ASKED_APPROACH = frozenset("open percutaneous endoscopic external via approach".split())
_WRONG_SIDE = 0.3
HEADER_LOST = 0.08
_LENGTH = 0.0005
_SYNONYM = 0.99
_WHOLE_TERM = 0.995
_REST = 0.985
_TITLE_ADDED = 0.97


Form = tuple[str, float, bool]
"""What a word may look like in an entry, the trust in that, and whether it may be the beginning of a longer word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a reading with the forms that it may have, best first."""

    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that stand for what was typed, all of them wanted, with the trust in that."""

    words: tuple[Word, ...]
    trust: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A typed word or phrase with its readings. `weight` says how telling it is: rare words weigh more."""

    readings: tuple[Reading, ...]
    weight: float
    is_optional: bool = False

    @property
    def probes(self) -> tuple[str, ...]:
        """Beginnings of words of which an entry that meets the slot has at least one."""
        return tuple({form for reading in self.readings for form, _, _ in reading.words[0].forms})


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, as slots; `sides` are the sides of the body that were named, `typed` the folded text."""

    slots: tuple[Slot, ...]
    typed: str = ""
    sides: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    whole: str = ""
    """The words in the order of the alphabet, as whole synonyms are looked up."""
    trust: float = 1.0
    """How sure it is that this was meant: less than 1 where a word's spelling was corrected."""

    def side_missed(self, words: Collection[str]) -> float:
        """Return what a label loses for standing on the other side of the body than the one that was named."""
        if len(self.sides) != 1:
            return 0.0
        (side,) = self.sides
        return _WRONG_SIDE if side not in words and _OTHER_SIDE.get(side) in words else 0.0


def plain_query(words: Sequence[str], *, typed: str = "") -> Query:
    """Return the query of words that stand for nothing but themselves, all equally telling."""
    slots = tuple(Slot((Reading((Word(((word, 1.0, not needs_equality(word)),)),), 1.0),), 1.0) for word in words)
    asked = frozenset(words)
    return Query(slots, typed=typed, sides=asked & SIDES, asked=asked)


def label_score(query: Query, label: str) -> float:
    """Return between 0 and 1 how well a query meets one folded label.

    Counts how much of the query is met, by the weight of its slots (a prefix counts by its share of the word), how
    much of the label is needed for it (silent words weigh little), and whether the order is kept.
    """
    words = label.split()
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        places.setdefault(word, place)
    used: set[int] = set()
    order: list[int] = []
    total = covered = 0.0
    for slot in query.slots:
        share, met = _meet(slot, words, places)
        if not met and slot.is_optional:
            continue
        total += slot.weight
        covered += slot.weight * share
        order.extend(met)
        used.update(met)
    if not used or total == 0.0:
        return 0.0
    weight = needed = 0.0
    denies = False
    for place, word in enumerate(words):
        vague = word == "unspecified" and words[place + 1 : place + 2] in (["as"], ["whether"])
        denies = vague or word == "without" or (denies and word != "with")
        if place in used:
            weight += 1.0
            needed += 1.0
        elif word not in JOINING:
            weight += 0.12 if denies or word in _SILENT else 1.0
    rising = sum(1 for a, b in pairwise(order) if b > a)
    kept = rising / (len(order) - 1) if len(order) > 1 else 1.0
    score = covered / total * (0.5 + 0.42 * needed / weight + 0.08 * kept)
    return score - _denied(query, words, used) - query.side_missed(places)


def _meet(slot: Slot, words: Sequence[str], places: dict[str, int]) -> tuple[float, tuple[int, ...]]:
    """Return how well a slot's best reading is met, and the places of the label that it needs."""
    best, where = 0.0, tuple[int, ...]()
    for reading in slot.readings:
        if reading.trust <= best:
            continue
        met = 0.0
        at: list[int] = []
        for word in reading.words:
            share, place = _word(word, words, places)
            if place >= 0:
                met += share
                at.append(place)
        share = reading.trust * met / len(reading.words)
        if len(at) < len(reading.words):
            share *= 0.7
        if share > best:
            best, where = share, tuple(at)
    return best, where


def _word(word: Word, words: Sequence[str], places: dict[str, int]) -> tuple[float, int]:
    best, where = 0.0, -1
    for form, trust, is_beginning in word.forms:
        if trust <= best:
            continue
        place = places.get(form, -1)
        if place >= 0:
            best, where = trust, place
        elif is_beginning:
            for number, other in enumerate(words):
                if other.startswith(form):
                    share = trust * (0.7 + 0.3 * len(form) / len(other))
                    if share > best:
                        best, where = share, number
    return best, where


def _denied(query: Query, words: Sequence[str], used: Collection[int]) -> float:
    """What an entry loses for denying what was asked for: "with gangrene" is not "without gangrene"."""
    if "without" not in words or "without" in query.asked or "no" in query.asked:
        return 0.0
    return 0.25 if any(place in used for place in _denied_places(words)) else 0.0


def _denied_places(words: Sequence[str]) -> Iterator[int]:
    first = -1
    for place, word in enumerate(words):
        if word == "without":
            first = place + 1
        elif word in _DENIAL_ENDS or (place == first + 2 and tuple(words[first:place]) == _DENIED_BODY):
            first = -1
        elif first >= 0:
            yield place


def entry_score(query: Query, labels: Sequence[str], *, is_billable: bool) -> tuple[float, int]:
    """Return the score of an entry between 0 and 1, and which of its labels earned it.

    `labels` are the folded title and the other terms of the entry. This is the one place where search results are
    ranked.
    """
    if labels[0] == query.typed and is_billable:
        return query.trust, 0
    if is_billable and query.typed in labels:
        return _WHOLE_TERM * query.trust, labels.index(query.typed)
    best, which = _best_label(query, labels)
    if best == 0.0:
        return 0.0, 0
    title = labels[0].split()
    best += unasked(query, title)
    if not is_billable:
        best -= HEADER_LOST
    return max(0.0, min(_REST, best - _LENGTH * len(title))), which


def unasked(query: Query, title: Sequence[str]) -> float:
    """Return what a title gains or loses for what it says without having been asked."""
    told = set(title)
    if "without" in told:
        denied = set(_denied_places(title))
        told = {word for place, word in enumerate(title) if place not in denied}
    lost = sum(_UNASKED[word] for word in told if word in _UNASKED and word not in query.asked)
    if "approach" not in told or len(title) < 3:
        return lost
    return lost + _approach(query, title) - (_UNASKED["open"] if "open" in told and "open" not in query.asked else 0.0)


def _approach(query: Query, title: Sequence[str]) -> float:
    """What a procedure loses for an approach that nobody asked for and that is not the usual one."""
    before = title[title.index("approach") - 1]
    if before not in _APPROACHES or not _ASKED_APPROACH.isdisjoint(query.typed.split()):
        return 0.0
    if "endoscopic" in query.asked:
        return 0.0
    # What was typed may imply one: a vertebroplasty is done through the skin.
    through = "percutaneous" in query.asked or ("open" not in query.asked and title[0] in _THROUGH_THE_SKIN)
    return _APPROACHES[before][through]


def _best_label(query: Query, labels: Sequence[str]) -> tuple[float, int]:
    probes = [slot.probes for slot in query.slots]
    hits = [sum(1 for forms in probes if any(form in label for form in forms)) for label in labels]
    most = max(hits)
    best, which = 0.0, 0
    if most == 0:
        return best, which
    for number, label in enumerate(labels):
        if hits[number] == most:
            score = label_score(query, label) * (1.0 if number == 0 else _SYNONYM)
            if score > best:
                best, which = score, number
    if most < len(probes) and len(labels) > 1 and best < 0.75:
        # Words may be spread over title and terms: "arthritis rheumatoid hand deformity".
        spread = 0.8 * label_score(query, " ".join(dict.fromkeys(" ".join(labels).split())))
        if spread > best:
            best, which = spread, 0
        with_title, number = _with_title(query, probes, labels)
        if with_title > best:
            best, which = with_title, number
    return best, which


def _with_title(
    query: Query, probes: Sequence[Sequence[str]], labels: Sequence[str]
) -> tuple[float, int]:
    """Return the score of the best term with what the title has of the words that the term lacks.

    "Left knee replacement" is the term "knee replacement" of an entry whose title says left.
    """
    best, which = 0.0, 0
    title = labels[0].split()
    for number, label in enumerate(labels[1:], start=1):
        lacking = tuple(form for forms in probes if not any(form in label for form in forms) for form in forms)
        if not lacking or len(lacking) == sum(map(len, probes)):
            continue
        more = [word for word in title if word.startswith(lacking)]
        score = _TITLE_ADDED * label_score(query, " ".join((label, *more))) if more else 0.0
        if score > best:
            best, which = score, number
    return best, which


def told_further(title: Sequence[str], above: Collection[str]) -> int:
    """Return by how many telling words a title says more than that of the header above it."""
    denied = set(_denied_places(title))
    return sum(
        1 for place, word in enumerate(title)
        if word not in above and word not in _SILENT and word not in JOINING and word != "without"
        and place not in denied
    )
