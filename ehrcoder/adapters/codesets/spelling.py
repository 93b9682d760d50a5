"""Corrects misspelled words against the words of the installed code sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice, product

from ehrcoder.core.matching import needs_equality

_KNOWN = "SELECT 1 FROM word WHERE form = ?"
_BEGINS_KNOWN = "SELECT 1 FROM word WHERE form >= ? AND form < ? LIMIT 1"
_NEAR = "SELECT form, entries FROM word WHERE length BETWEEN ? AND ?"
_CHOICES = 3
_COMBINATIONS = 5
# A word of three letters is an abbreviation: any other three letters would be another one.
_SHORTEST = 4
_TRUST = 0.97
_TRUST_LOST = 0.03


class Spelling:
    """Finds the words that a misspelled word may be meant for. Belongs to the thread of its connection."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary

    def corrections(self, words: Sequence[str]) -> Iterator[tuple[tuple[str, ...], float]]:
        """Yield the words with unknown ones replaced and the trust in that, best first; nothing when all are known.

        Where no word is unknown, words that are only the beginning of a known one are taken for misspelled.
        """
        choices = [((word, 0),) if self._begins_known(word) else self._near(word) for word in words]
        if all(choice[0][1] == 0 for choice in choices):
            choices = [((word, 0),) if self._is_known(word) else self._near(word) for word in words]
        if all(choice[0][1] == 0 for choice in choices):
            return
        combined = sorted(product(*choices), key=lambda each: sum(distance for _, distance in each))
        for combination in islice(combined, _COMBINATIONS):
            distance = sum(distance for _, distance in combination)
            yield tuple(word for word, _ in combination), _TRUST - _TRUST_LOST * distance

    def _is_known(self, word: str) -> bool:
        if needs_equality(word) or len(word) < _SHORTEST:
            return True
        return self._vocabulary.execute(_KNOWN, (word,)).fetchone() is not None

    def _begins_known(self, word: str) -> bool:
        # The beginning of a known word is what someone types on the way to it.
        if needs_equality(word) or len(word) < _SHORTEST:
            return True
        return self._vocabulary.execute(_BEGINS_KNOWN, (word, word + "\uffff")).fetchone() is not None

    def _near(self, word: str) -> tuple[tuple[str, int], ...]:
        """Return words with their distance; the word itself at distance 0 where nothing is near."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        allowed = 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3
        rows = dict(self._vocabulary.execute(_NEAR, (len(word) - allowed, len(word) + allowed)).fetchall())
        near = extract(
            word, [form for form in rows if not needs_equality(form)], scorer=OSA.distance, score_cutoff=allowed,
            limit=40,
        )
        ranked = sorted(
            ((form, int(distance) + (form[0] != word[0])) for form, distance, _ in near if form != word),
            key=lambda each: (each[1], -rows[each[0]], each[0]),
        )
        return tuple(ranked[:_CHOICES]) or ((word, 0),)
