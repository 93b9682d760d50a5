"""Aligns the sentences of a text and of its translation by their lengths.

Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational Linguistics 19(1), 1993.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# Prior probability of each way to match, from table 5 of the paper.
_MOVES: dict[tuple[int, int], float] = {
    (1, 1): 0.89,
    (1, 0): 0.005,
    (0, 1): 0.005,
    (2, 1): 0.0445,
    (1, 2): 0.0445,
    (2, 2): 0.011,
    (3, 1): 0.005,
    (1, 3): 0.002,
}
_VARIANCE = 6.8


def align_by_length(source: Sequence[int], target: Sequence[int]) -> list[tuple[range, range]]:
    """Match runs of source sentences to runs of target sentences, given all their lengths in characters.

    Returns pairs of index ranges in order that cover both sides; either range of a pair may be empty.
    """
    ratio = sum(target) / max(1, sum(source))
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(source) + 1):
        for j in range(len(target) + 1):
            if (i, j) == (0, 0):
                continue
            options = [
                (
                    best[i - di, j - dj][0] + _cost(source[i - di : i], target[j - dj : j], ratio, prior),
                    (di, dj),
                )
                for (di, dj), prior in _MOVES.items()
                if (i - di, j - dj) in best
            ]
            if options:
                best[i, j] = min(options)
    return _walk_back(best, len(source), len(target))


def _walk_back(best: dict[tuple[int, int], tuple[float, tuple[int, int]]], i: int, j: int) -> list[tuple[range, range]]:
    pairs: list[tuple[range, range]] = []
    while (i, j) != (0, 0):
        di, dj = best[i, j][1]
        pairs.append((range(i - di, i), range(j - dj, j)))
        i, j = i - di, j - dj
    return pairs[::-1]


def _cost(source: Sequence[int], target: Sequence[int], ratio: float, prior: float) -> float:
    """Return minus the log-probability that these runs are translations of each other."""
    long_source, long_target = sum(source), sum(target)
    mean = (long_source * ratio + long_target) / 2
    deviation = abs(long_target - long_source * ratio) / math.sqrt(max(1.0, mean) * _VARIANCE)
    tail = math.erfc(deviation / math.sqrt(2))
    return -math.log(prior) - math.log(max(tail, 1e-12))
