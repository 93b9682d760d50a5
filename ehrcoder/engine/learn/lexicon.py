"""Learns the lexicon: counts which phrases stand in the sentences that support a code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import content_forms
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.lexicon import Lexicon, LexiconCode, counts_line, phrases_of

_LEAST_SHARE = 0.06
_CODES_A_PHRASE = 25


def learn_lexicon(records: Iterable[TrainingRecord]) -> Lexicon:
    """Count phrases and codes over the sentences of verified records."""
    phrase_counts: Counter[str] = Counter()
    pair_counts: defaultdict[str, Counter[tuple[CodeKind, str]]] = defaultdict(Counter)
    code_counts: Counter[tuple[CodeKind, str]] = Counter()
    for record in records:
        for sentence, labels in zip(record.sentences, record.labels, strict=True):
            code_counts.update(labels)
            for phrase in phrases_of(content_forms(sentence.text)):
                phrase_counts[phrase] += 1
                if labels:
                    pair_counts[phrase].update(labels)
    codes = [LexiconCode(kind=kind, code=code, sentences=count) for (kind, code), count in sorted(code_counts.items())]
    numbers = {(code.kind, code.code): i for i, code in enumerate(codes)}
    phrases: dict[str, str] = {}
    for phrase in sorted(pair_counts):
        total = phrase_counts[phrase]
        ranked = sorted(pair_counts[phrase].items(), key=lambda item: (-item[1], item[0]))[:_CODES_A_PHRASE]
        kept = [(numbers[pair], count) for pair, count in ranked if count / total >= _LEAST_SHARE]
        if kept:
            phrases[phrase] = counts_line(total, kept)
    return Lexicon(codes, phrases)
