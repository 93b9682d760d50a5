"""Verified records as the engine learns from them: sentences, and the codes that each supports."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.engine.learn.alignment import align_by_length
from ehrcoder.engine.segment import Sentence, sentences_of

_SPANISH_BREAK = re.compile(r"(?<=[.;?!])\s+(?=[A-ZÁÉÍÓÚÑ¿¡(\d])|\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSpan:
    """A gold code with the place of its words in the text that the annotators read."""

    kind: CodeKind
    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """A coded record: its sentences and, for each, the (kind, code) pairs that it supports."""

    name: str
    sentences: tuple[Sentence, ...]
    labels: tuple[frozenset[tuple[CodeKind, str]], ...]
    codes: frozenset[tuple[CodeKind, str]]


def translated_training_record(
    name: str,
    translation: str,
    original: str,
    codes: Iterable[tuple[CodeKind, str]],
    spans: Iterable[GoldSpan],
) -> TrainingRecord:
    """Attach gold spans that point into the original to the sentences of its line-by-line translation.

    A line of several sentences gives each span to the sentence at the same relative place.
    """
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title=name, text=translation)
    sentences = sentences_of(document)
    labels: list[set[tuple[CodeKind, str]]] = [set() for _ in sentences]
    pieces = _pieces(original)
    pairs = align_by_length([end - start for start, end in pieces], [len(s.text) for s in sentences])
    for span in spans:
        place = _place_in_translation(span.start, pieces, pairs, sentences)
        if place is not None:
            labels[place].add((span.kind, span.code))
    return _record(name, sentences, labels, codes)


def _place_in_translation(
    offset: int,
    pieces: Sequence[tuple[int, int]],
    pairs: Sequence[tuple[range, range]],
    sentences: Sequence[Sentence],
) -> int | None:
    index = max(0, bisect_right([start for start, _ in pieces], offset) - 1)
    for number, (sources, targets) in enumerate(pairs):
        if index not in sources:
            continue
        if not targets:
            targets = next((t for _, t in pairs[number:] if t), range(0))
            return targets[0] if targets else None
        begin, end = pieces[sources[0]][0], pieces[sources[-1]][1]
        share = (offset - begin) / max(1, end - begin)
        total = sum(len(sentences[t].text) for t in targets)
        passed = 0
        for target in targets:
            passed += len(sentences[target].text)
            if share * total < passed:
                return target
        return targets[-1]
    return None


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return the half-open spans of a Spanish text's sentences."""
    bounds = [0, *(match.end() for match in _SPANISH_BREAK.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(bounds) if text[a:b].strip()]


def _record(
    name: str,
    sentences: tuple[Sentence, ...],
    labels: Sequence[set[tuple[CodeKind, str]]],
    codes: Iterable[tuple[CodeKind, str]],
) -> TrainingRecord:
    return TrainingRecord(
        name=name,
        sentences=sentences,
        labels=tuple(frozenset(label) for label in labels),
        codes=frozenset(codes),
    )
