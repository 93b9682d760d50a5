"""Folds words of titles and of what a person typed into one form: lower case, American, singular."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ehrcoder.core.words import fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")

# American spelling is the classification's. "ae" and "oe" become "e" wherever they stand inside a word: both sides of a
# comparison are folded, so words that are American all the same ("aerobic") only have to change alike.
_DIPHTHONG = re.compile(r"(?<!^t)(?<!sh)oe(?=[a-z])(?!s$)|ae(?=[a-z])")
_BRITISH = (
    ("tumour", "tumor"), ("behaviour", "behavior"), ("colour", "color"), ("labour", "labor"), ("odour", "odor"),
    ("humour", "humor"), ("rumour", "rumor"), ("fibre", "fiber"), ("centre", "center"), ("litre", "liter"),
    ("titre", "titer"), ("leuc", "leuk"), ("sulph", "sulf"), ("manoeuv", "maneuv"), ("maneuvr", "maneuver"),
    ("ageing", "aging"), ("grey", "gray"), ("mould", "mold"), ("counsell", "counsel"),
    ("travell", "travel"), ("labell", "label"), ("cancell", "cancel"), ("paralyse", "paralyze"),
    ("paralysing", "paralyzing"), ("programme", "program"),
    ("stye", "sty"), ("draught", "draft"), ("tyre", "tire"),
)
_ANY_BRITISH = re.compile("|".join(british for british, _ in _BRITISH))
_BRITISH_ENDING = re.compile(r"(?<=[a-z]{4})(?<!erc)(?<!prec)(?<!prom)is(e|ed|ing|ation)$")

SIDES = frozenset({"left", "right", "bilateral"})

# Words that join others. They neither bring an entry in nor keep it out.
JOINING = frozenset("a an and as at by due for from in into is of on or the to w with via using".split())

_EXACT_ONLY = frozenset(
    "left right bilateral acute chronic subacute type stage grade open closed without no not".split()
)


def american(word: str) -> str:
    """Return a folded word in American spelling."""
    if len(word) > 4 and ("oe" in word or "ae" in word):
        word = _DIPHTHONG.sub("e", word)
    if _ANY_BRITISH.search(word):
        for british, us in _BRITISH:
            word = word.replace(british, us)
    return _BRITISH_ENDING.sub(r"iz\1", word)


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are indexed and looked up: folded, American, without plural endings."""
    folded = _POSSESSIVE.sub("", fold(text))
    return tuple(stem(american(word.replace("'", "").replace("’", ""))) for word in _WORD.findall(folded))


def content_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return words without those that only join; all of them where nothing else is left."""
    kept = tuple(word for word in dict.fromkeys(words) if word not in JOINING)
    return kept or tuple(dict.fromkeys(words))


def needs_equality(word: str) -> bool:
    """Tell whether a word must be met exactly: numbers, single letters, sides, acuity, negation.

    "type 1" is not nearly "type 2", "left" not nearly anything: no likeness of spelling may stand in for them.
    """
    return len(word) < 3 or word in _EXACT_ONLY or any(c.isdigit() for c in word)


# Endings of related forms of a word, the longest first: "adenoviral" and "adenovirus", "choroid" and "choroidal".
_ENDINGS = tuple(sorted(
    "a ae al ally ance ancy ant ar ary ated ation ative e ed ence ency ent er ers es ful i ia ian ic ical ies ine ing "
    "ion ions is ise ised ism ist iti ity ize ized izing ly ment ments ness oid or ors ous s um us y".split(),
    key=lambda ending: (-len(ending), ending),
))
_LEAST_ROOT = 5


def related_form(word: str) -> str:
    """Return what related forms of a word share: a folded word, American, without its longest known ending.

    It only brings words together; it is no word itself. At least five letters are kept.
    """
    word = american(word)
    if word.isalpha():
        for ending in _ENDINGS:
            if len(word) - len(ending) >= _LEAST_ROOT and word.endswith(ending):
                return word[: -len(ending)]
    return word
