"""Search for people: codes, words in any order, prefixes, synonyms, misspellings."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

from ehrcoder.adapters.codesets.edition import Edition, quoted
from ehrcoder.adapters.codesets.spelling import Spelling
from ehrcoder.core.codes import Concept, without_dot
from ehrcoder.core.matching import content_words, entry_score, needs_equality, search_words
from ehrcoder.ports import SearchHit

# Entries are numbered from the most general title to the longest, so the first matches are the likely ones and
# the index need not be read to its end.
_MATCH = "SELECT rowid FROM concept_fts WHERE concept_fts MATCH ? LIMIT ?"
_SYNONYM = "SELECT concept_id FROM synonym WHERE words = ?"
_ENTRIES = "SELECT id, matched, is_billable FROM concept WHERE id IN ({})"
_BY_CODE = """
SELECT id, bare, is_billable FROM concept WHERE bare >= ? AND bare < ? ORDER BY is_billable DESC, length(bare), bare
LIMIT ?
"""
_FULL = """
SELECT c.code, c.display, c.parent, c.is_billable, c.synonyms, c.notes FROM concept c WHERE c.id = ?
"""
_PHRASES = "SELECT words, meaning FROM phrase WHERE words IN ({})"

_CODE_LIKE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,9}")
_ENTRIES_A_QUERY = 80
_VARIANTS = 6
_PARTIAL_QUERIES = 3
_LONGEST_PHRASE = 5
_REWRITTEN = 0.97
_POOR = 0.6
_FEW = 5

Query = tuple[tuple[str, ...], float]
Matches = dict[int, set[int]]
"""Which of the queries brought in the concept with this number."""
Found = dict[tuple[str, int], tuple[float, int]]
"""Score and number of the matching label, by code system and number of the concept."""


class Searcher:
    """Finds concepts over several editions. Belongs to the thread that opened the vocabulary."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary
        self._spelling = Spelling(vocabulary)

    def search(self, text: str, editions: Sequence[Edition], *, limit: int) -> tuple[SearchHit, ...]:
        """Return the best concepts for a typed text, best first, one a code."""
        found: Found = {}
        by_system = {edition.about.system: edition for edition in editions}
        typed = text.strip()
        if _CODE_LIKE.fullmatch(typed):
            for edition in editions:
                found.update(_by_code(edition, typed))
        if not found or not any(c.isdigit() for c in typed):
            self._by_words(typed, editions, found)
        best = sorted(found.items(), key=lambda item: (-item[1][0], item[0][1], item[0][0]))
        return tuple(
            _hit(by_system[system], concept_id, score, label)
            for (system, concept_id), (score, label) in islice(best, limit)
        )

    def _by_words(self, text: str, editions: Sequence[Edition], found: Found) -> None:
        folded = search_words(text)
        words = content_words(folded)
        if not words:
            return
        typed = " ".join(folded)
        queries = list(self._variants(words, 1.0))
        _collect(queries, editions, found, typed)
        if _best(found) >= _POOR and len(found) >= _FEW:
            return
        for corrected, trust in self._spelling.corrections(words):
            queries.extend(self._variants(corrected, trust))
        _collect(queries, editions, found, typed)
        if _best(found) < _POOR or len(found) < _FEW:
            _collect_partial(queries, editions, found, typed)

    def _variants(self, words: tuple[str, ...], trust: float) -> Iterator[Query]:
        """Yield the words themselves, then with their phrases replaced by what the classification says."""
        yield words, trust
        meanings = self._meanings(words)
        variants: list[tuple[str, ...]] = [()]
        place = 0
        while place < len(words):
            length = next((n for n in range(_LONGEST_PHRASE, 0, -1) if words[place : place + n] in meanings), 0)
            as_typed = words[place : place + max(1, length)]
            # A phrase may also be the classification's own word: "neuropathy" stands in titles as it is.
            choices = [*meanings.get(as_typed, ()), as_typed]
            variants = [(*variant, *choice) for variant in variants for choice in choices][:_VARIANTS]
            place += max(1, length)
        for variant in variants:
            content = content_words(variant)
            if content != words and content:
                yield content, trust * _REWRITTEN

    def _meanings(self, words: tuple[str, ...]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
        phrases = {
            " ".join(words[i : i + n])
            for n in range(1, _LONGEST_PHRASE + 1)
            for i in range(len(words) - n + 1)
        }
        marks = ",".join("?" * len(phrases))
        meanings: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for phrase, meaning in self._vocabulary.execute(_PHRASES.format(marks), tuple(sorted(phrases))):
            meanings.setdefault(tuple(phrase.split()), []).append(search_words(meaning))
        return meanings


def _best(found: Found) -> float:
    return max((score for score, _ in found.values()), default=0.0)


def _by_code(edition: Edition, typed: str) -> Found:
    """Entries whose code is or begins with what was typed; a code without digits must be met whole."""
    bare = without_dot(typed)
    has_digit = any(c.isdigit() for c in bare)
    upper = bare + "\uffff" if has_digit else bare + "\0"
    scored: Found = {}
    rows = edition.connection.execute(_BY_CODE, (bare, upper, _ENTRIES_A_QUERY))
    for number, (concept_id, found, is_billable) in enumerate(rows):
        score = 1.0 if found == bare else (0.95 if is_billable else 0.85) - number * 0.0005
        scored[edition.about.system, concept_id] = (score, 0)
    return scored


def _collect(
    queries: Sequence[Query], editions: Sequence[Edition], found: Found, typed: str
) -> None:
    """Add the entries that have all words of one of the queries."""
    matches = [(_match_query(words), " ".join(words)) for words, _ in queries]
    for edition in editions:
        ids: Matches = {}
        for number, (match, whole) in enumerate(matches):
            for (concept_id,) in edition.connection.execute(_SYNONYM, (whole,)):
                ids.setdefault(concept_id, set()).add(number)
            for (concept_id,) in edition.connection.execute(_MATCH, (match, _ENTRIES_A_QUERY)):
                ids.setdefault(concept_id, set()).add(number)
        _score(queries, edition, ids, found, typed)


def _collect_partial(
    queries: Sequence[Query], editions: Sequence[Edition], found: Found, typed: str
) -> None:
    """Add the entries that have most words of one of the queries: the rarest words decide."""
    for edition in editions:
        ids: Matches = {}
        for number, (words, _) in enumerate(queries[:_PARTIAL_QUERIES]):
            for concept_id in edition.best_ids(words, limit=_ENTRIES_A_QUERY // 3):
                ids.setdefault(concept_id, set()).add(number)
        _score(queries, edition, ids, found, typed)


def _score(
    queries: Sequence[Query], edition: Edition, ids: Matches, found: Found, typed: str
) -> None:
    numbers = sorted(ids)
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        rows = edition.connection.execute(_ENTRIES.format(",".join("?" * len(chunk))), chunk)
        for concept_id, matched, is_billable in rows:
            met = [queries[number] for number in sorted(ids[concept_id])]
            score, label = entry_score(met, matched.split("\n"), is_billable=bool(is_billable), typed=typed)
            key = (edition.about.system, concept_id)
            if score > found.get(key, (0.0, 0))[0]:
                found[key] = (score, label)


def _match_query(words: Sequence[str]) -> str:
    return " AND ".join(quoted(word) if needs_equality(word) else f"{quoted(word)} *" for word in words)


def _hit(edition: Edition, concept_id: int, score: float, label: int) -> SearchHit:
    concept = edition.concept_of(edition.connection.execute(_FULL, (concept_id,)).fetchone())
    return SearchHit(concept=concept, score=round(score, 4), matched=labels_of(concept)[label] if label else "")


def labels_of(concept: Concept) -> tuple[str, ...]:
    """Return title and other terms of a concept in the order in which they are indexed."""
    notes = concept.notes
    others = dict.fromkeys((*notes.inclusion_terms, *notes.includes, *concept.synonyms))
    return (concept.coding.display, *others)
