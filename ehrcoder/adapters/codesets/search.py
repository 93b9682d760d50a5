"""Search for people: codes, words in any order, prefixes, synonyms, misspellings."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from ehrcoder.adapters.codesets.edition import Edition, quoted
from ehrcoder.adapters.codesets.lists_read import CodeLists
from ehrcoder.adapters.codesets.query import QueryReader
from ehrcoder.core.codes import ICD_10_CM, Concept, without_dot
from ehrcoder.core.matching import SIDES, search_words
from ehrcoder.core.ranking import HEADER_LOST, Query, Reading, Slot, Word, entry_score, told_further, unasked
from ehrcoder.ports import SearchHit

# Entries are numbered from the most general title to the longest, so the first matches are the likely ones and
# the index need not be read to its end.
_MATCH = "SELECT rowid FROM concept_fts WHERE concept_fts MATCH ? LIMIT ?"
_SYNONYM = "SELECT concept_id FROM synonym WHERE words = ?"
_ENTRIES = "SELECT id, bare, matched, is_billable FROM concept WHERE id IN ({})"
_BY_CODE = """
SELECT id, bare, is_billable FROM concept WHERE bare >= ? AND bare < ? ORDER BY is_billable DESC, length(bare), bare
LIMIT ?
"""
_BELOW = """
SELECT id, matched FROM concept WHERE bare > ? AND bare < ? AND is_billable = 1 ORDER BY id LIMIT ?
"""
_BESIDE = "SELECT matched FROM concept WHERE bare >= ? AND bare < ? LIMIT 60"
_TITLE = "SELECT matched FROM concept WHERE bare = ? AND is_billable = 0"
_FULL = """
SELECT c.code, c.display, c.parent, c.is_billable, c.synonyms, c.notes FROM concept c WHERE c.id = ?
"""

_CODE_LIKE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,9}")
_LAST_CHARACTER = "\uffff"
_ENTRIES_A_QUERY = 80
_ENTRIES_RELAXED = 30
_INDEX_ENTRIES = 40
_RELAXED_SLOTS = 5
_HEADERS_OPENED = 4
_BELOW_A_HEADER = 12
_BELOW_LOST = 0.03
_FURTHER_LOST = 0.01
_INDEX_TRUST = 0.96
_SIDED = 0.9
_SIDELESS = 6
_SIDE_LOST = 0.06
# Codes that differ in nothing but the side share four characters: T15.00XA and T15.01XA.
_LONGEST_ABOVE = 4
_POOR = 0.6
_GOOD = 0.8
_FEW = 5


@dataclass(slots=True)
class _Found:
    """One entry that was found: its score and what it was found by."""

    score: float
    label: int = 0
    bare: str = ""
    is_billable: bool = True
    path: str = ""


_Value = TypeVar("_Value")
Hits = dict[tuple[str, int], _Found]
"""By code system and number of the concept."""


class Searcher:
    """Finds concepts over several editions. Belongs to the thread that opened the vocabulary."""

    def __init__(self, vocabulary: sqlite3.Connection, lists: CodeLists | None = None) -> None:
        self._reader = QueryReader(vocabulary)
        self._lists = lists

    def search(self, text: str, editions: Sequence[Edition], *, limit: int) -> tuple[SearchHit, ...]:
        """Return the best concepts for a typed text, one a code: assignable codes first, best first."""
        hits: Hits = {}
        by_system = {edition.about.system: edition for edition in editions}
        typed = text.strip()
        if _CODE_LIKE.fullmatch(typed):
            for edition in editions:
                hits.update(_by_code(edition, typed))
        if not hits or not any(c.isdigit() for c in typed) or self._reader.is_phrase(typed):
            self._by_words(typed, editions, hits)
        best = sorted(hits.items(), key=lambda item: (-item[1].score, item[0][1], item[0][0]))[:limit]
        best.sort(key=lambda item: not item[1].is_billable)
        return tuple(_hit(by_system[system], concept_id, found) for (system, concept_id), found in best)

    def _by_words(self, text: str, editions: Sequence[Edition], hits: Hits) -> None:
        query = self._reader.read(text)
        if query is None:
            return
        self._collect(query, editions, hits)
        corrected = self._reader.corrected(text)
        if corrected is not None:
            self._collect(corrected, editions, hits)
        if _is_poor(hits):
            again = self._reader.read_again(text)
            if again is not None:
                self._collect(again, editions, hits)
            if _is_poor(hits):
                _collect_relaxed(again or query, editions, hits)
        elif len(hits) < _FEW:
            # Few codes have it all; those that have most of it are worth a look.
            _collect_relaxed(query, editions, hits)
        if len(query.sides) == 1 and max((found.score for found in hits.values()), default=0.0) < _SIDED:
            self._without_side(text, query.sides, editions, hits)
        for edition in editions:
            _open_headers(query, edition, hits)

    def _without_side(self, text: str, sides: Collection[str], editions: Sequence[Edition], hits: Hits) -> None:
        """Add what the words without their side name, where the classification does not part it by sides."""
        query = self._reader.read_without(text, sides)
        if query is None:
            return
        found: Hits = {}
        self._collect(query, editions, found)
        by_system = {edition.about.system: edition for edition in editions}
        best = sorted(
            (item for item in found.items() if item[1].is_billable), key=lambda item: (-item[1].score, item[0])
        )
        if not best or _has_sides(by_system[best[0][0][0]], best[0][1].bare):
            return
        for key, entry in best[:_SIDELESS]:
            score = entry.score - _SIDE_LOST
            known = hits.get(key)
            if score > (known.score if known else _POOR) and entry.score >= best[0][1].score - _SIDE_LOST:
                hits[key] = replace(entry, score=score)

    def _collect(self, query: Query, editions: Sequence[Edition], hits: Hits) -> None:
        """Add the entries that have every word of the query."""
        match = _match_query(query.slots)
        for edition in editions:
            rows = edition.connection.execute(_SYNONYM, (query.whole,)).fetchall()
            rows.extend(edition.connection.execute(_MATCH, (match, _ENTRIES_A_QUERY)))
            _score(query, edition, {row[0] for row in rows}, hits)
            if edition.about.system == ICD_10_CM and self._lists is not None:
                _score_paths(query, edition, self._lists.entries_of(match, limit=_INDEX_ENTRIES), hits)


def _has_sides(edition: Edition, bare: str) -> bool:
    """Tell whether an entry, or one of those beside it, names a side of the body."""
    above = bare[: max(3, min(len(bare) - 1, _LONGEST_ABOVE))]
    rows = edition.connection.execute(_BESIDE, (above, above + _LAST_CHARACTER))
    return any(SIDES & set(matched.split("\n", 1)[0].split()) for (matched,) in rows)


def _is_poor(hits: Hits) -> bool:
    best = max((found.score for found in hits.values()), default=0.0)
    return best < _POOR or (len(hits) < _FEW and best < _GOOD)


def _by_code(edition: Edition, typed: str) -> Hits:
    """Entries whose code is or begins with what was typed; a code without digits must be met whole."""
    bare = without_dot(typed)
    upper = bare + _LAST_CHARACTER if any(c.isdigit() for c in bare) else bare + "\0"
    scored: Hits = {}
    rows = edition.connection.execute(_BY_CODE, (bare, upper, _ENTRIES_A_QUERY))
    for number, (concept_id, found, is_billable) in enumerate(rows):
        score = 1.0 if found == bare else (0.95 if is_billable else 0.85) - number * 0.0005
        scored[edition.about.system, concept_id] = _Found(score, bare=found, is_billable=bool(is_billable))
    return scored


def _collect_relaxed(query: Query, editions: Sequence[Edition], hits: Hits) -> None:
    """Add the entries that have all words but one, or only the two most telling ones."""
    wanted = [slot for slot in query.slots if not slot.is_optional]
    if len(wanted) == 1:
        # A phrase by itself comes apart into its words.
        (phrase,) = wanted
        wanted = [Slot((Reading((word,), 1.0),), phrase.weight) for word in phrase.readings[0].words]
    if len(wanted) < 2:
        return
    ranked = sorted(wanted, key=lambda slot: slot.weight)
    fewer = [[slot for slot in wanted if slot is not left_out] for left_out in ranked[:_RELAXED_SLOTS]]
    if len(wanted) > 3:
        fewer.append(ranked[-2:])
    if len(wanted) > 2:
        fewer.append(ranked[-1:])
    matches = [_match_query(slots) for slots in fewer]
    for edition in editions:
        ids = {
            row[0] for match in matches
            for row in edition.connection.execute(_MATCH, (match, _ENTRIES_RELAXED))
        }
        _score(query, edition, ids, hits)


def _score(query: Query, edition: Edition, ids: Iterable[int], hits: Hits) -> None:
    system = edition.about.system
    for chunk in _chunks(sorted(ids)):
        rows = edition.connection.execute(_ENTRIES.format(",".join("?" * len(chunk))), chunk)
        for concept_id, bare, matched, is_billable in rows:
            score, label = entry_score(query, matched.split("\n"), is_billable=bool(is_billable))
            known = hits.get((system, concept_id))
            if score > (known.score if known else 0.0):
                hits[system, concept_id] = _Found(score, label, bare, bool(is_billable))


def _score_paths(query: Query, edition: Edition, paths: Sequence[tuple[str, str]], hits: Hits) -> None:
    """Add the codes to which paths of the Alphabetic Index lead."""
    system = edition.about.system
    by_bare: dict[str, tuple[float, str]] = {}
    for bare, path in paths:
        score, _ = entry_score(query, [" ".join(search_words(path))], is_billable=True)
        if score > by_bare.get(bare, (0.0, ""))[0]:
            by_bare[bare] = (score * _INDEX_TRUST, path)
    for chunk in _chunks(sorted(by_bare)):
        marks = ",".join("?" * len(chunk))
        rows = edition.connection.execute(
            f"SELECT id, bare, is_billable FROM concept WHERE bare IN ({marks})", chunk  # noqa: S608 - marks only
        )
        for concept_id, bare, is_billable in rows:
            score, path = by_bare[bare]
            known = hits.get((system, concept_id))
            if score > (known.score if known else 0.0):
                hits[system, concept_id] = _Found(score, 0, bare, bool(is_billable), path)


def _open_headers(query: Query, edition: Edition, hits: Hits) -> None:
    """Add the most general assignable codes below the best headers: a header is an answer nobody can take."""
    system = edition.about.system
    headers = sorted(
        (found for (of, _), found in hits.items() if of == system and not found.is_billable and found.score >= _POOR),
        key=lambda found: -found.score,
    )
    for header in headers[:_HEADERS_OPENED]:
        if "-" in header.bare or not header.bare:
            continue
        rows = edition.connection.execute(_BELOW, (header.bare, header.bare + _LAST_CHARACTER, _BELOW_A_HEADER))
        above = frozenset(edition.connection.execute(_TITLE, (header.bare,)).fetchone()[0].split("\n", 1)[0].split())
        for concept_id, matched in rows:
            title = matched.split("\n", 1)[0]
            words = title.split()
            score = header.score + HEADER_LOST - _BELOW_LOST + unasked(query, words) - 0.001 * len(words)
            score = min(0.98, score - query.side_missed(words))
            score -= _FURTHER_LOST * told_further(words, above | query.asked)
            known = hits.get((system, concept_id))
            if score > (known.score if known else 0.0):
                hits[system, concept_id] = _Found(score, 0, "", is_billable=True)


def _chunks(values: Sequence[_Value]) -> Iterator[list[_Value]]:
    rest = iter(values)
    while chunk := list(islice(rest, 500)):
        yield chunk


def _match_query(slots: Sequence[Slot]) -> str:
    wanted = [slot for slot in slots if not slot.is_optional] or slots
    return " AND ".join(f"({' OR '.join(dict.fromkeys(_reading(r) for r in slot.readings))})" for slot in wanted)


def _reading(reading: Reading) -> str:
    parts = [_forms(word) for word in reading.words]
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"


def _forms(word: Word) -> str:
    forms = [f"{quoted(form)} *" if is_beginning else quoted(form) for form, _, is_beginning in word.forms]
    return forms[0] if len(forms) == 1 else f"({' OR '.join(forms)})"


def _hit(edition: Edition, concept_id: int, found: _Found) -> SearchHit:
    concept = edition.concept_of(edition.connection.execute(_FULL, (concept_id,)).fetchone())
    matched = found.path or (labels_of(concept)[found.label] if found.label else "")
    return SearchHit(concept=concept, score=round(max(0.0, found.score), 4), matched=matched)


def labels_of(concept: Concept) -> tuple[str, ...]:
    """Return title and other terms of a concept in the order in which they are indexed."""
    notes = concept.notes
    others = dict.fromkeys((*notes.inclusion_terms, *notes.includes, *concept.synonyms))
    return (concept.coding.display, *others)
