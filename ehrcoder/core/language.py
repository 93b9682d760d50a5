"""Which language a note is written in, told by its commonest words."""

from __future__ import annotations

import re

ENGLISH, SPANISH = "en", "es"
_WORD = re.compile(r"[^\W\d_]+")
_SPANISH_WORDS = frozenset(
    "el la los las de del en que con por para una un se su al como no es fue sin y o más este esta sobre".split()
)
_ENGLISH_WORDS = frozenset(
    "the of and in to with for was were is are he she his her on at by from this that has had which or not".split()
)
# A few words alone, as in a list of diagnoses, say too little: such a text counts as English.
_LEAST_WORDS = 3


def language_of(text: str) -> str:
    """Return "es" for a text with clearly more common words of Spanish than of English, else "en"."""
    spanish = english = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        spanish += word in _SPANISH_WORDS
        english += word in _ENGLISH_WORDS
    return SPANISH if spanish >= _LEAST_WORDS and spanish > 2 * english else ENGLISH
