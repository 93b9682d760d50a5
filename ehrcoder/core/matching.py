"""Ranks code-set entries for what a person typed: folding of words, and one score for one entry."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from ehrcoder.core.words import fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")

# American spelling is the classification's; the left side is looked for inside a folded word.
_BRITISH = (
    ("haem", "hem"), ("aemi", "emi"), ("anaem", "anem"), ("oedem", "edem"), ("oesoph", "esoph"), ("oestr", "estr"),
    ("paed", "ped"), ("gynaec", "gynec"), ("rrhoe", "rrhe"), ("foet", "fet"), ("caec", "cec"), ("faec", "fec"),
    ("aetio", "etio"), ("anaest", "anest"), ("caesar", "cesar"), ("coelia", "celia"), ("tumour", "tumor"),
    ("behaviour", "behavior"), ("colour", "color"), ("labour", "labor"), ("odour", "odor"), ("humour", "humor"),
    ("fibre", "fiber"), ("centre", "center"), ("litre", "liter"), ("titre", "titer"), ("leucaem", "leukem"),
    ("leucocyt", "leukocyt"), ("leucopen", "leukopen"), ("sulph", "sulf"), ("pnoea", "pnea"), ("ischaem", "ischem"),
    ("glycaem", "glycem"), ("uraem", "urem"), ("manoeuv", "maneuv"), ("homoeo", "homeo"), ("ageing", "aging"),
    ("grey", "gray"), ("mould", "mold"), ("aesthe", "esthe"), ("lymphoedem", "lymphedem"), ("coeliac", "celiac"),
)
_BRITISH_ENDING = re.compile(r"(?<=[a-z]{4})(?<!erc)(?<!prec)(?<!prom)is(e|ed|ing|ation)$")

# Words that join others. They neither bring an entry in nor keep it out.
_JOINING = frozenset("a an and as at by due for from in into is of on or the to w with via using".split())

# Words with which the classification says that nothing more is known, or what goes without saying: an entry is
# hardly worse for having them.
_SILENT = frozenset(
    "unspecified nos other not elsewhere classified specified site organism type uncomplicated initial "
    "encounter closed disease disorder syndrome primary essential mention approach condition finding".split()
)
# What an entry gains or loses for words that were not asked for.
_UNASKED = {
    "unspecified": 0.02, "nos": 0.02, "other": -0.02, "sequela": -0.1, "subsequent": -0.1, "newborn": -0.06,
    "pregnancy": -0.06, "childbirth": -0.06, "puerperium": -0.06, "history": -0.06, "family": -0.06, "neonatal": -0.06,
    "birth": -0.04, "congenital": -0.04, "complicating": -0.04, "complication": -0.05, "screening": -0.04,
    "underdosing": -0.05, "assault": -0.06, "self-harm": -0.06, "intentional": -0.06, "drug": -0.02,
    "secondary": -0.02,
}
_EXACT_ONLY = frozenset(
    "left right bilateral acute chronic subacute type stage grade open closed without no not".split()
)


def american(word: str) -> str:
    """Return a folded word in American spelling."""
    for british, us in _BRITISH:
        if british in word:
            word = word.replace(british, us)
    return _BRITISH_ENDING.sub(r"iz\1", word)


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are indexed and looked up: folded, American, without plural endings."""
    folded = _POSSESSIVE.sub("", fold(text))
    return tuple(stem(american(word.replace("'", "").replace("’", ""))) for word in _WORD.findall(folded))


def content_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return words without those that only join; all of them where nothing else is left."""
    kept = tuple(word for word in dict.fromkeys(words) if word not in _JOINING)
    return kept or tuple(dict.fromkeys(words))


def needs_equality(word: str) -> bool:
    """Tell whether a word must be met exactly: numbers, single letters, sides, acuity, negation.

    "type 1" is not nearly "type 2", "left" not nearly anything: no likeness of spelling may stand in for them.
    """
    return len(word) < 3 or word in _EXACT_ONLY or any(c.isdigit() for c in word)


def label_score(query: Sequence[str], label: str) -> float:
    """Return between 0 and 1 how well the words of a query, joining words left out, meet one folded label.

    Counts how much of the query is met (a prefix counts by its share of the word), how much of the label is
    needed for it (silent words weigh little), and whether the order is kept.
    """
    words = label.split()
    places = {word: place for place, word in reversed(list(enumerate(words)))}
    met: list[tuple[int, float]] = []
    for word in query:
        place = places.get(word)
        if place is not None:
            met.append((place, 1.0))
        elif not needs_equality(word):
            found = _by_prefix(word, words)
            if found is not None:
                met.append(found)
    if not met:
        return 0.0
    used = {place for place, _ in met}
    covered = sum(share for _, share in met) / len(query)
    weight = needed = 0.0
    denies = False
    for place, word in enumerate(words):
        vague = word == "unspecified" and words[place + 1 : place + 2] in (["as"], ["whether"])
        denies = vague or word == "without" or (denies and word != "with")
        if word in _JOINING and place not in used:
            continue
        each = 0.12 if place not in used and (denies or word in _SILENT) else 1.0
        weight += each
        needed += each if place in used else 0.0
    ordered = [place for place, _ in met]
    rising = sum(1 for a, b in pairwise(ordered) if b > a)
    order = rising / (len(ordered) - 1) if len(ordered) > 1 else 1.0
    return covered * (0.5 + 0.42 * needed / weight + 0.08 * order) - _denied(query, words, used)


def _by_prefix(word: str, words: Sequence[str]) -> tuple[int, float] | None:
    best: tuple[int, float] | None = None
    for place, other in enumerate(words):
        if other.startswith(word):
            share = 0.7 + 0.3 * len(word) / len(other)
            if best is None or share > best[1]:
                best = (place, share)
    return best


def _denied(query: Sequence[str], words: Sequence[str], used: Collection[int]) -> float:
    """What an entry loses for denying what was asked for: "with gangrene" is not "without gangrene"."""
    if "without" not in words or "without" in query or "no" in query:
        return 0.0
    after = words.index("without")
    return 0.25 if any(place > after for place in used) else 0.0


def entry_score(
    queries: Sequence[tuple[Sequence[str], float]], labels: Sequence[str], *, is_billable: bool, typed: str = ""
) -> tuple[float, int]:
    """Return the score of an entry between 0 and 1, and which of its labels earned it.

    `queries` are the typed words and their rewritings, each with its trust; `labels` are the folded title and
    the other terms of the entry, `typed` is the whole folded text. This is the one place where search results are
    ranked.
    """
    if labels[0] == typed and is_billable:
        return 1.0, 0
    best, which = 0.0, 0
    for query, trust in queries:
        for number, label in enumerate(labels):
            score = label_score(query, label) * trust * (1.0 if number == 0 else 0.99)
            if score > best:
                best, which = score, number
        if len(labels) > 1 and best < 0.5:
            # Words may be spread over title and terms: "arthritis rheumatoid hand deformity".
            spread = 0.8 * trust * label_score(query, " ".join(labels))
            if spread > best:
                best, which = spread, 0
    if best == 0.0:
        return 0.0, 0
    title = labels[0].split()
    asked = {word for query, _ in queries for word in query}
    best += sum(_UNASKED[word] for word in set(title) if word in _UNASKED and word not in asked)
    if not is_billable:
        best -= 0.08
    return max(0.0, min(0.99, best - 0.0005 * len(title))), which
