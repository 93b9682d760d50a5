"""Verified records as the engine learns from them: sentences, the codes that each supports, and by which words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.words import STOP_WORDS, words_of
from ehrcoder.engine.learn.alignment import align_by_length
from ehrcoder.engine.learn.translation import WordTable
from ehrcoder.engine.segment import Sentence, sentences_of

CodeKey = tuple[CodeKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSpan:
    """A gold code with the half-open ranges of its words in the text that the annotators read."""

    kind: CodeKind
    code: str
    parts: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where its first words begin."""
        return self.parts[0][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedMention:
    """Words of a sentence that stand for a code; `words` are compared forms, without stop words, each once."""

    sentence: int
    kind: CodeKind
    code: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """A coded record: its sentences and, for each, the (kind, code) pairs that it supports.

    `mentions` are the words that stand for them, as far as they are known.
    """

    name: str
    sentences: tuple[Sentence, ...]
    labels: tuple[frozenset[CodeKey], ...]
    codes: frozenset[CodeKey]
    mentions: tuple[MarkedMention, ...] = ()


def marked_training_record(
    name: str, text: str, codes: Iterable[CodeKey], spans: Iterable[GoldSpan], *, language: str = "en"
) -> TrainingRecord:
    """Attach gold spans to the sentences of the text that they point into."""
    sentences = _sentences(name, text, language)
    starts = [sentence.span.start for sentence in sentences]
    labels: list[set[CodeKey]] = [set() for _ in sentences]
    mentions: list[MarkedMention] = []
    for span in spans if sentences else ():
        place = max(0, bisect_right(starts, span.start) - 1)
        labels[place].add((span.kind, span.code))
        sentence = sentences[place]
        parts = [(start - sentence.span.start, end - sentence.span.start) for start, end in span.parts]
        forms = [
            word.form
            for word in words_of(sentence.text)
            if any(word.start < end and start < word.end for start, end in parts)
        ]
        mentions.extend(_mention(place, span, forms))
    return _record(name, sentences, labels, codes, mentions)


def translated_training_record(
    name: str,
    translation: str,
    original: str,
    codes: Iterable[CodeKey],
    spans: Iterable[GoldSpan],
    *,
    table: WordTable | None = None,
) -> TrainingRecord:
    """Attach gold spans that point into the original to the sentences of its line-by-line translation.

    A line of several sentences gives each span to the sentence at the same relative place; with a `table` of words,
    to the sentence that holds most of the words that stand for those of the span, which become its mention.
    """
    aligned = AlignedTexts(name, original, translation)
    labels: list[set[CodeKey]] = [set() for _ in aligned.sentences]
    mentions: list[MarkedMention] = []
    for span in spans:
        place = aligned.relative_place(span.start)
        if place is None:
            continue
        forms: list[str] = []
        if table is not None:
            place, forms = aligned.projected(span, place, table)
        labels[place].add((span.kind, span.code))
        mentions.extend(_mention(place, span, forms))
    return _record(name, aligned.sentences, labels, codes, mentions)


class AlignedTexts:
    """A text and its line-by-line translation: which sentences of the one belong to which of the other."""

    def __init__(self, name: str, original: str, translation: str) -> None:
        self.sentences = _sentences(name, translation, "en")
        self._originals = _sentences(name, original, "es")
        self._starts = [sentence.span.start for sentence in self._originals]
        self._pairs = align_by_length(
            [len(sentence.text) for sentence in self._originals], [len(sentence.text) for sentence in self.sentences]
        )
        self._links: dict[range, dict[int, int]] = {}

    def segments(self) -> list[tuple[list[str], list[str]]]:
        """Return the compared forms of every pair of matching runs of sentences, the original's first."""
        return [
            (
                [word.form for i in sources for word in words_of(self._originals[i].text)],
                [word.form for j in targets for word in words_of(self.sentences[j].text)],
            )
            for sources, targets in self._pairs
            if sources and targets
        ]

    def relative_place(self, offset: int) -> int | None:
        """Return the translated sentence at the same relative place as an offset of the original."""
        pair = self._pair_at(offset)
        if pair is None:
            return None
        sources, targets = pair
        begin = self._originals[sources[0]].span.start
        end = self._originals[sources[-1]].span.end
        share = (offset - begin) / max(1, end - begin)
        total = sum(len(self.sentences[t].text) for t in targets)
        passed = 0
        for target in targets:
            passed += len(self.sentences[target].text)
            if share * total < passed:
                return target
        return targets[-1]

    def projected(self, span: GoldSpan, place: int, table: WordTable) -> tuple[int, list[str]]:
        """Return the sentence and its words that stand for a span's words; `place` and no words where none do."""
        pair = self._pair_at(span.start)
        if pair is None:
            return place, []
        originals = [
            (word.form, word.start + self._originals[i].span.start, word.end + self._originals[i].span.start)
            for i in pair[0]
            for word in words_of(self._originals[i].text)
        ]
        translated = [(word.form, j) for j in pair[1] for word in words_of(self.sentences[j].text)]
        links = self._links.get(pair[0])
        if links is None:
            links = table.links([form for form, _, _ in originals], [form for form, _ in translated])
            self._links[pair[0]] = links
        hits = sorted(
            {
                links[i]
                for i, (_, start, end) in enumerate(originals)
                if i in links and any(start < part_end and part < end for part, part_end in span.parts)
            }
        )
        by_sentence: dict[int, list[str]] = {}
        for hit in hits:
            form, sentence = translated[hit]
            if form not in STOP_WORDS:
                by_sentence.setdefault(sentence, []).append(form)
        if not by_sentence:
            return place, []
        chosen = max(by_sentence, key=lambda sentence: (len(by_sentence[sentence]), -sentence))
        return chosen, by_sentence[chosen]

    def _pair_at(self, offset: int) -> tuple[range, range] | None:
        """Return the matching runs of sentences at an offset; the next translated ones where none match."""
        index = max(0, bisect_right(self._starts, offset) - 1)
        for number, (sources, targets) in enumerate(self._pairs):
            if index in sources:
                following = (later for _, later in self._pairs[number:] if later)
                chosen = targets or next(following, range(0))
                return (sources, chosen) if chosen else None
        return None


def _mention(place: int, span: GoldSpan, forms: Sequence[str]) -> list[MarkedMention]:
    words = tuple(sorted({form for form in forms if form not in STOP_WORDS}))
    if not any(word[:1].isalpha() for word in words):
        return []
    return [MarkedMention(sentence=place, kind=span.kind, code=span.code, words=words)]


def _sentences(name: str, text: str, language: str) -> tuple[Sentence, ...]:
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title=name, text=text, language=language)
    return sentences_of(document)


def _record(
    name: str,
    sentences: tuple[Sentence, ...],
    labels: Sequence[set[CodeKey]],
    codes: Iterable[CodeKey],
    mentions: Sequence[MarkedMention],
) -> TrainingRecord:
    return TrainingRecord(
        name=name,
        sentences=sentences,
        labels=tuple(frozenset(label) for label in labels),
        codes=frozenset(codes),
        mentions=tuple(mentions),
    )
