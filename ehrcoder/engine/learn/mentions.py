"""Learns the mention lexicon: the words that coders marked, and how often they meant which code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import content_forms, words_of
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.mentions import MOST_WORDS, KnownMention, MentionLexicon


def learn_mentions(records: Sequence[TrainingRecord]) -> MentionLexicon:
    """Gather the marked words of all records and count the sentences in which they stand together."""
    counts: Counter[str] = Counter()
    sentences = 0
    for record in records:
        for sentence in record.sentences:
            counts.update(set(content_forms(sentence.text)))
            sentences += 1
    marked = _marked(records)
    used = {word: counts[word] for words in marked for word in words}
    unseen = MentionLexicon(
        (KnownMention(words=words, sentences=0, codes=()) for words in sorted(marked)), sentences=sentences, counts=used
    )
    together: Counter[tuple[str, ...]] = Counter()
    for record in records:
        for sentence in record.sentences:
            together.update(
                hit.mention.words for hit in unseen.look_up(words_of(sentence.text)) if hit.cover >= 1.0
            )
    known = [
        KnownMention(
            words=words,
            # Words that were marked far apart are not met by looking for them close together.
            sentences=max(together[words], max(codes.values())),
            codes=tuple((kind, code, count) for (kind, code), count in sorted(codes.items())),
        )
        for words, codes in sorted(marked.items())
    ]
    return MentionLexicon(known, sentences=sentences, counts=used)


def _marked(records: Sequence[TrainingRecord]) -> dict[tuple[str, ...], Counter[tuple[CodeKind, str]]]:
    """Return for each set of marked words the number of sentences in which they were marked for each code."""
    found: defaultdict[tuple[str, ...], Counter[tuple[CodeKind, str]]] = defaultdict(Counter)
    for record in records:
        marks = {(m.sentence, m.words, m.kind, m.code) for m in record.mentions if len(m.words) <= MOST_WORDS}
        for _, words, kind, code in marks:
            found[words][kind, code] += 1
    return found
