"""Which records are most alike by their texts, for checks that compare a record with its likes."""

from __future__ import annotations

from collections.abc import Iterable

from ehrcoder.engine.cluster import text_vectors

_ROWS_AT_ONCE = 512


def nearest_texts(texts: Iterable[str], *, count: int = 10, seed: int = 1) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Return for each text the places of its nearest others with their likeness (0 to 1), nearest first."""
    import numpy as np

    vectors = text_vectors(texts, seed=seed)
    n = len(vectors)
    found: list[tuple[tuple[int, float], ...]] = []
    for start in range(0, n, _ROWS_AT_ONCE):
        likeness = vectors[start:start + _ROWS_AT_ONCE] @ vectors.T
        for row in range(len(likeness)):
            likeness[row, start + row] = -1.0
            order = np.argsort(-likeness[row], kind="stable")[:min(count, n - 1)]
            found.append(tuple((int(k), round(max(0.0, float(likeness[row, k])), 6)) for k in order))
    return tuple(found)
