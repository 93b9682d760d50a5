"""Corrects misspelled words against the words of the installed code sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice, product

from ehrcoder.core.matching import needs_equality

_KNOWN = "SELECT 1 FROM word WHERE form >= ? AND form < ? LIMIT 1"
_NEAR = "SELECT form, entries FROM word WHERE length BETWEEN ? AND ?"
_CHOICES = 3
_COMBINATIONS = 5


class Spelling:
    """Finds the words that a misspelled word may be meant for. Belongs to the thread of its connection."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary

    def corrections(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words with unknown ones replaced, likeliest first; nothing when all are known."""
        choices = [(word,) if self._is_known(word) else self._near(word) for word in words]
        if all(choice == (word,) for choice, word in zip(choices, words, strict=True)):
            return
        yield from islice(product(*(choice or (word,) for choice, word in zip(choices, words, strict=True))),
                          _COMBINATIONS)

    def _is_known(self, word: str) -> bool:
        # The beginning of a known word is what someone types on the way to it.
        if needs_equality(word):
            return True
        return self._vocabulary.execute(_KNOWN, (word, word + "\uffff")).fetchone() is not None

    def _near(self, word: str) -> tuple[str, ...]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        allowed = 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3
        rows = dict(self._vocabulary.execute(_NEAR, (len(word) - allowed, len(word) + allowed)).fetchall())
        near = extract(
            word, [form for form in rows if not needs_equality(form)], scorer=OSA.distance, score_cutoff=allowed,
            limit=40,
        )
        ranked = sorted(near, key=lambda each: (each[1] + (each[0][0] != word[0]), -rows[each[0]], each[0]))
        return tuple(form for form, _, _ in ranked[:_CHOICES])
