"""Coding by an engine that nobody trained: a code is proposed where all words of one of its terms stand together.

It is what a program can do with the code sets alone, and the measure of what learning adds.
"""

from __future__ import annotations

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.words import STOP_WORDS, content_forms, words_of
from ehrcoder.engine.ground import SYSTEM_OF_KIND
from ehrcoder.engine.segment import sentences_of
from ehrcoder.ports import CodeSetIndex

_WINDOW = 6
_TERMS = 20


def untrained_codes(record: EncounterRecord, index: CodeSetIndex) -> frozenset[tuple[CodeKind, str]]:
    """Return the codes whose term stands whole within a few neighbouring words of a sentence."""
    found: set[tuple[CodeKind, str]] = set()
    for document in record.documents:
        for sentence in sentences_of(document):
            forms = [w.form for w in words_of(sentence.text) if w.form not in STOP_WORDS and not w.form.isdigit()]
            for start in range(0, max(1, len(forms) - _WINDOW + 1), 2):
                window = forms[start:start + _WINDOW]
                if not window:
                    continue
                for kind, system in SYSTEM_OF_KIND.items():
                    for hit in index.terms(window, system=system, limit=_TERMS):
                        term = set(content_forms(hit.term))
                        if term and term <= set(window):
                            found.add((kind, hit.code))
    return frozenset(found)
