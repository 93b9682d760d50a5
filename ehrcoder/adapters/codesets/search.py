"""Search for people: codes, words in any order, prefixes, synonyms, misspellings."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ehrcoder.adapters.codesets.edition import Edition, quoted
from ehrcoder.core.matching import search_words
from ehrcoder.ports import SearchHit

_MATCH = """
SELECT c.code, c.display, c.parent, c.is_billable, c.synonyms, c.notes
FROM (SELECT rowid AS id FROM concept_fts WHERE concept_fts MATCH ? ORDER BY bm25(concept_fts, 4.0, 1.0) LIMIT ?) f
JOIN concept c ON c.id = f.id
"""


class Searcher:
    """Finds concepts over several editions."""

    def __init__(self, vocabulary: sqlite3.Connection) -> None:
        self._vocabulary = vocabulary

    def search(self, text: str, editions: Sequence[Edition], *, limit: int) -> tuple[SearchHit, ...]:
        """Return the best concepts for a typed text."""
        words = search_words(text)
        query = " AND ".join(f"{quoted(word)}*" for word in words)
        hits: list[SearchHit] = []
        for edition in editions:
            if query:
                for row in edition.connection.execute(_MATCH, (query, limit)):
                    hits.append(SearchHit(concept=edition.concept_of(row), score=0.5))
        return tuple(hits[:limit])
