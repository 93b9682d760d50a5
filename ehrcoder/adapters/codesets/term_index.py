"""The words of a code set's terms as arrays: finds the terms that a few neighbouring words of a note may mean.

Related forms of a word share one key ("adenoviral", "adenovirus"). A term's words weigh by their rarity; a hit's score
is the weight that is met times the share of the term's weight that is met, so that whole short terms come before parts
of long ones. Written when a code set is built, read as numpy arrays.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ehrcoder.core.matching import related_form
from ehrcoder.core.words import STOP_WORDS, content_forms
from ehrcoder.ports import TermHit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CREATE_TERM_INDEX = "CREATE TABLE term_index (part TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID;"
# A word in more terms than this does not bring a term in by itself; it only ranks what rarer words found.
COMMON = 2500

_INSERT = "INSERT INTO term_index (part, content) VALUES (?, ?)"
_TERMS = "SELECT text, concept_id FROM term ORDER BY id"
_PARTS = "SELECT part, content FROM term_index"
_HIT = "SELECT c.code, t.text FROM term t JOIN concept c ON c.id = t.concept_id WHERE t.id = ?"
# Words of the classification, not of notes: a term is whole without them.
_FILLERS = frozenset(map(related_form, "unspecified specified nos nec elsewhere classified".split()))


def write_term_index(connection: sqlite3.Connection) -> None:
    """Index the rows of `term`, which are numbered from 1 without a gap."""
    places: dict[str, array[int]] = {}
    concepts = array("i")
    for number, (text, concept_id) in enumerate(connection.execute(_TERMS)):
        concepts.append(concept_id)
        for key in _keys_of_term(text):
            places.setdefault(key, array("i")).append(number)
    words = sorted(places)
    starts = array("i", [0])
    for word in words:
        starts.append(starts[-1] + len(places[word]))
    postings = array("i")
    for word in words:
        postings.extend(places[word])
    connection.executemany(_INSERT, (
        ("words", "\n".join(words).encode()),
        ("starts", _little_endian(starts)),
        ("postings", _little_endian(postings)),
        ("concepts", _little_endian(concepts)),
    ))


def _keys_of_term(text: str) -> Iterable[str]:
    keys = dict.fromkeys(related_form(form) for form in content_forms(text))
    return [key for key in keys if key not in _FILLERS] or keys


def _little_endian(numbers: array[int]) -> bytes:
    import numpy as np

    return np.asarray(numbers, dtype="<i4").tobytes()


class TermIndex:
    """The terms of one open edition. Belongs to the thread of its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the arrays. Raises sqlite3.DatabaseError and KeyError when the file holds none."""
        import numpy as np

        self._connection = connection
        parts = {part: bytes(content) for part, content in connection.execute(_PARTS)}
        words = parts["words"].decode().split("\n") if parts["words"] else []
        starts = np.frombuffer(parts["starts"], dtype="<i4")
        postings = np.frombuffer(parts["postings"], dtype="<i4")
        self._concepts = np.frombuffer(parts["concepts"], dtype="<i4")
        count = len(self._concepts)
        self._postings = {word: postings[starts[i] : starts[i + 1]] for i, word in enumerate(words)}
        lengths = np.diff(starts)
        weights = np.log1p((count - lengths + 0.5) / (lengths + 0.5)).astype(np.float32)
        self._weights = dict(zip(words, weights, strict=True))
        self._totals = np.zeros(count, dtype=np.float32)
        self._met = np.zeros(count, dtype=np.float32)
        for word, weight in self._weights.items():
            self._totals[self._postings[word]] += weight
        self._keys: dict[str, str] = {}
        self._named: dict[int, tuple[str, str]] = {}

    def search(self, words: Sequence[str], *, limit: int) -> tuple[TermHit, ...]:
        """Return the codes whose terms fit the words best, one hit a code, best first."""
        import numpy as np

        by_key = self._known(words)
        if not by_key:
            return ()
        keys = list(by_key)
        # Only common words: together they are telling, singly they are not.
        telling = [key for key in keys if len(self._postings[key]) <= COMMON] or sorted(
            keys, key=lambda key: (len(self._postings[key]), key)
        )[:2]
        met = self._met
        for key in keys:
            met[self._postings[key]] += self._weights[key]
        found = np.unique(np.concatenate([self._postings[key] for key in telling]))
        weight = met[found]
        for key in keys:
            met[self._postings[key]] = 0.0
        cover = weight / self._totals[found]
        score = weight * cover
        best = self._one_a_code(found, score, limit)
        return self._hits(found[best], score[best], cover[best], by_key)

    def _known(self, words: Sequence[str]) -> dict[str, list[str]]:
        """Return the words by their key, without those that no term has."""
        by_key: dict[str, list[str]] = {}
        for word in dict.fromkeys(words):
            form = word.casefold()
            if form in STOP_WORDS:
                continue
            key = self._keys.get(form)
            if key is None:
                key = self._keys[form] = related_form(form)
            if key in self._postings:
                by_key.setdefault(key, []).append(word)
        return by_key

    def _one_a_code(
        self, found: npt.NDArray[np.int32], score: npt.NDArray[np.floating], limit: int
    ) -> list[int]:
        """Return the places of the best term of each of the best codes; equal scores keep the order of the terms."""
        import numpy as np

        several = limit * 4
        places = np.arange(len(score))
        if len(score) > several:
            # Everything as good as the last that is wanted, so that the order of equals does not depend on the cut.
            places = np.flatnonzero(score >= np.partition(score, -several)[-several])
        ranked = places[np.argsort(-score[places], kind="stable")]
        best: dict[int, int] = {}
        for place, concept in zip(ranked.tolist(), self._concepts[found[ranked]].tolist(), strict=True):
            if concept not in best:
                best[concept] = place
                if len(best) == limit:
                    break
        return list(best.values())

    def _hits(
        self, terms: npt.NDArray[np.int32], scores: npt.NDArray[np.floating], covers: npt.NDArray[np.floating],
        by_key: dict[str, list[str]],
    ) -> tuple[TermHit, ...]:
        import numpy as np

        matched: list[list[str]] = [[] for _ in terms]
        for key, words in by_key.items():
            postings = self._postings[key]
            places = np.searchsorted(postings, terms)
            places[places == len(postings)] = 0
            for number in np.flatnonzero(postings[places] == terms).tolist():
                matched[number].extend(words)
        return tuple(
            TermHit(
                code=code, term=text, score=round(float(score), 4), cover=round(float(cover), 4), matched=tuple(shared)
            )
            for (code, text), score, cover, shared in zip(
                map(self._name, terms.tolist()), scores, covers, matched, strict=True
            )
        )

    def _name(self, term: int) -> tuple[str, str]:
        named = self._named.get(term)
        if named is None:
            named = self._named[term] = self._connection.execute(_HIT, (term + 1,)).fetchone()
        return named
