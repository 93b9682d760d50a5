"""Groups records by the words of their texts: hashed TF-IDF, random projection, k-means; all from one seed."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ehrcoder.core.words import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]{3,}")
_BUCKETS = 1 << 15
_WIDTH = 96
_ROUNDS = 25
_NAMING_WORDS = 3
# A word that fewer records use might point to one of them, so it names no cluster.
_LEAST_RECORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClusters:
    """The cluster of each text in order, its distance from the centre (0 to 2), and words that name each cluster."""

    labels: tuple[int, ...]
    distances: tuple[float, ...]
    names: tuple[str, ...]


def cluster_texts(texts: Iterable[str], *, clusters: int = 0, seed: int = 1) -> TextClusters:
    """Group texts; without a number of clusters, the square root of half their number (5 to 60)."""
    import numpy as np

    counts = _counts(texts)
    n = len(counts)
    wanted = max(1, min(n, clusters or min(60, max(5, round(math.sqrt(n / 2))))))
    vectors = _vectors(counts, seed)
    source = np.random.default_rng(seed)
    centres = _first_centres(vectors, wanted, source)
    labels = np.zeros(n, dtype=np.int64)
    for _ in range(_ROUNDS):
        found = (vectors @ centres.T).argmax(axis=1)
        if (found == labels).all() and _ > 0:
            break
        labels = found
        for k in range(wanted):
            inside = vectors[labels == k]
            if len(inside):
                centre = inside.mean(axis=0)
                centres[k] = centre / max(1e-12, float(np.linalg.norm(centre)))
    distances = 1.0 - (vectors * centres[labels]).sum(axis=1)
    return TextClusters(
        labels=tuple(labels.tolist()), distances=tuple(round(d, 6) for d in distances.tolist()),
        names=_names(counts, labels.tolist(), wanted),
    )


def text_vectors(texts: Iterable[str], *, seed: int = 1):
    """Return one unit vector a text, a numpy array of (texts, 96): like texts point the same way."""
    return _vectors(_counts(texts), seed)


def _counts(texts: Iterable[str]) -> list[Counter[str]]:
    return [Counter(word.lower() for word in _WORD.findall(text)) for text in texts]


def _vectors(counts: Sequence[Counter[str]], seed: int):
    import numpy as np

    frequency = Counter(word for count in counts for word in count)
    # Words of nearly every text, or of one alone, tell nothing apart.
    weight = {word: math.log(len(counts) / df) for word, df in frequency.items() if 1 < df < 0.6 * len(counts)}
    projection = np.random.default_rng(seed).standard_normal((_BUCKETS, _WIDTH)).astype(np.float32)
    vectors = np.zeros((len(counts), _WIDTH), dtype=np.float32)
    for row, count in enumerate(counts):
        words = [(word, times) for word, times in count.items() if word in weight]
        if words:
            places = [zlib.crc32(word.encode()) % _BUCKETS for word, _ in words]
            values = np.array([(1 + math.log(times)) * weight[word] for word, times in words], dtype=np.float32)
            vectors[row] = values @ projection[places]
            vectors[row] /= max(1e-12, float(np.linalg.norm(vectors[row])))
    return vectors


def _first_centres(vectors, wanted: int, source):
    """k-means++ (Arthur and Vassilvitskii 2007)."""
    import numpy as np

    chosen = [int(source.integers(len(vectors)))]
    nearest = 1.0 - vectors @ vectors[chosen[0]]
    while len(chosen) < wanted:
        odds = np.maximum(nearest, 0.0) ** 2
        total = float(odds.sum())
        pick = int(source.choice(len(vectors), p=odds / total)) if total > 0 else len(chosen)
        chosen.append(pick)
        nearest = np.minimum(nearest, 1.0 - vectors @ vectors[pick])
    return vectors[chosen].copy()


def _names(counts: Sequence[Counter[str]], labels: Sequence[int], wanted: int) -> tuple[str, ...]:
    everywhere = Counter(word for count in counts for word in count)
    names: list[str] = []
    for k in range(wanted):
        inside = [count for count, label in zip(counts, labels, strict=True) if label == k]
        here = Counter(word for count in inside for word in count)
        scores = {
            word: times / len(inside) * math.log((len(counts) + 1) / everywhere[word])
            for word, times in here.items()
            if word not in STOP_WORDS and everywhere[word] >= min(_LEAST_RECORDS, len(counts)) and times > 1
        }
        names.append(", ".join(sorted(scores, key=lambda word: (-scores[word], word))[:_NAMING_WORDS]) or "mixed")
    return tuple(names)
