"""Learns which words of a translation stand for which words of the original, from aligned sentences.

Model 1 of Brown et al., "The Mathematics of Statistical Machine Translation", Computational Linguistics 19(2), 1993.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

ROUNDS = 5
# Longer runs of sentences are badly aligned ones; they would cost most of the time and teach nothing.
LONGEST_SEGMENT = 120
_LEAST_PROBABILITY = 1e-5
# How strongly two words are held together by standing at the same relative place, and by being spelled alike.
_PLACE_WEIGHT = 4.0
_SAME_FORM = 0.5
_LEAST_LINK = 2e-3

Segment = tuple[Sequence[str], Sequence[str]]


class WordTable:
    """p(original word | word of the translation), learned from segments of (original, translation) words."""

    def __init__(self, probabilities: dict[tuple[str, str], float], counts: Counter[str]) -> None:
        self._probabilities = probabilities
        self._counts = counts

    def probability(self, original: str, translated: str) -> float:
        """Return how probable an original word is where its translation is known; 0 where never seen together."""
        return self._probabilities.get((original, translated), 0.0)

    def links(self, original: Sequence[str], translation: Sequence[str]) -> dict[int, int]:
        """Return for places of the original the place of the translation that most probably stands for it."""
        found: dict[int, int] = {}
        for i, word in enumerate(original):
            best, place = 0.0, -1
            for j, other in enumerate(translation):
                chance = self.probability(word, other) + (_SAME_FORM if word == other else 0.0)
                if chance == 0.0:
                    continue
                distance = abs(i / len(original) - j / len(translation))
                if (score := chance * math.exp(-_PLACE_WEIGHT * distance)) > best:
                    best, place = score, j
            if best > _LEAST_LINK:
                found[i] = place
        return found

    def glossary(self, *, most: int = 2, least_share: float = 0.15, least_count: float = 0.3) -> dict[str, list[str]]:
        """Return for each original word its most probable translations, best first."""
        by_word: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for (original, translated), chance in self._probabilities.items():
            expected = chance * self._counts[translated]
            if expected > least_count and translated:
                by_word[original].append((expected, translated))
        kept: dict[str, list[str]] = {}
        for word, options in sorted(by_word.items()):
            total = sum(expected for expected, _ in options)
            ranked = sorted(options, key=lambda option: (-option[0], option[1]))[:3]
            kept[word] = [translated for expected, translated in ranked if expected / total >= least_share][:most]
        return kept


def learn_word_table(segments: Iterable[Segment]) -> WordTable:
    """Estimate the table by expectation maximisation over all segments; needs numpy."""
    import numpy as np

    pairs: dict[tuple[str, str], int] = {}
    pair_of: list[int] = []
    slot_of: list[int] = []
    counts: Counter[str] = Counter()
    slots = 0
    for original, translation in segments:
        if not original or max(len(original), len(translation)) > LONGEST_SEGMENT:
            continue
        counts.update(translation)
        # The empty word stands for what the translator left out.
        candidates = [*translation, ""]
        for word in original:
            pair_of.extend(pairs.setdefault((word, other), len(pairs)) for other in candidates)
            slot_of.extend([slots] * len(candidates))
            slots += 1
    if not pairs:
        return WordTable({}, counts)
    pair, slot = np.asarray(pair_of, dtype=np.int64), np.asarray(slot_of, dtype=np.int64)
    translated: dict[str, int] = {}
    other_of = np.asarray([translated.setdefault(other, len(translated)) for _, other in pairs], dtype=np.int64)
    chance = np.ones(len(pairs))
    for _ in range(ROUNDS):
        weight = chance[pair]
        weight /= np.bincount(slot, weights=weight, minlength=slots)[slot]
        expected = np.bincount(pair, weights=weight, minlength=len(pairs))
        chance = expected / np.bincount(other_of, weights=expected, minlength=len(translated))[other_of]
    kept = {words: float(p) for words, p in zip(pairs, chance, strict=True) if p > _LEAST_PROBABILITY}
    return WordTable(kept, counts)
