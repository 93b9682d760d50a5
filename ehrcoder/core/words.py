"""Words of clinical text in a form that can be compared: lower case, no accents, no plural s."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[.'][^\W_]+)*")

STOP_WORDS = frozenset(
    "a an and are as at be been but by due for from had has have he her his i in into is it its of on or "
    "our she that the their there these they this to was we were which who whom with without after before "
    "during no not other patient patients presented showed also than then so such up us".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word at its half-open place in the text, with the form that is compared."""

    form: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return text in lower case without accents; its length may differ from the original."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def stem(word: str) -> str:
    """Strip the plural endings of English words; harmless where it guesses wrong, since both sides are stemmed."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ses") and len(word) > 4:
        return word[:-2] + "s" if word.endswith("oses") else word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order, with their places."""
    return tuple(
        Word(form=stem(fold(match.group())), start=match.start(), end=match.end()) for match in _WORD.finditer(text)
    )


def content_forms(text: str) -> tuple[str, ...]:
    """Return the compared forms of a text's words without stop words."""
    return tuple(form for word in words_of(text) if (form := word.form) not in STOP_WORDS)
