"""Finds the words of the installed code sets that a misspelled word may be meant for."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable

from ehrcoder.core.matching import SIDES, needs_equality
from ehrcoder.core.ranking import Form

_BEGINS_KNOWN = "SELECT 1 FROM word WHERE form >= ? AND form < ? LIMIT 1"
_NEAR = "SELECT form, entries FROM word WHERE length BETWEEN ? AND ?"
_CHOICES = 4
_REMEMBERED = 200
# A word of three letters is an abbreviation: any other three letters would be another one.
_SHORTEST = 4
_SHORTEST_KNOWN = 5
_TRUST = 0.97
_TRUST_LOST = 0.04
_DOUBT = 0.06
_FURTHER = 0.12


class Spelling:
    """Looks words up in the vocabulary. Belongs to the thread of its connection."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary
        self._lately: OrderedDict[tuple[str, bool], tuple[Form, ...]] = OrderedDict()

    def near(self, word: str, *, is_known: bool) -> tuple[Form, ...]:
        """Return the forms that a word may be meant for, most likely first.

        The beginning of a known word is what someone types on the way to it and has no others, unless `is_known`
        says that the word is doubted although it exists.
        """
        known = self._lately.get((word, is_known))
        if known is None:
            known = self._lately[word, is_known] = self._look_up(word, is_known=is_known)
            if len(self._lately) > _REMEMBERED:
                self._lately.popitem(last=False)
        return known

    def _look_up(self, word: str, *, is_known: bool) -> tuple[Form, ...]:
        if needs_equality(word) or len(word) < (_SHORTEST_KNOWN if is_known else _SHORTEST):
            return ()
        if not is_known and self._begins_known(word):
            return ()
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        allowed = _allowed(len(word), is_known=is_known)
        rows = dict(self._vocabulary.execute(_NEAR, (len(word) - allowed, len(word) + allowed)).fetchall())
        near = extract(word, rows.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=60)
        ranked = sorted(_ranked(word, near, rows))
        lost = _DOUBT if is_known else 0.0
        least = ranked[0][0] if ranked else 0.0
        return tuple(
            (form, _TRUST - lost - _TRUST_LOST * distance - (_FURTHER if distance > least + 0.5 else 0.0), False)
            for distance, _, form in ranked[:_CHOICES]
        )

    def _begins_known(self, word: str) -> bool:
        return self._vocabulary.execute(_BEGINS_KNOWN, (word, word + "\uffff")).fetchone() is not None


def _allowed(length: int, *, is_known: bool) -> int:
    if is_known:
        return 1 if length < 9 else 2
    return 1 if length <= 4 else 2 if length <= 8 else 3


def _ranked(
    word: str, near: Iterable[tuple[str, float, object]], rows: dict[str, int]
) -> Iterable[tuple[float, int, str]]:
    """Yield distance, frequency and form; another first letter counts as a further mistake."""
    for form, distance, _ in near:
        if form == word:
            continue
        if needs_equality(form) and not (form in SIDES and distance == 1):
            # No likeness of spelling may stand in for a number, an acuity or a negation; a side may be meant
            # where its letters changed places.
            continue
        yield distance + (form[0] != word[0]) * 0.8 - (sorted(form) == sorted(word)) * 0.3, -rows[form], form
