"""Mentions from coded records: the words that coders marked for a code, found again in any order close together."""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import STOP_WORDS, Word

MOST_WORDS = 8
# Marked words may stand this much further apart than side by side.
SLACK = 4
# A mention is met in part when the words that are there weigh at least this share of all its words.
LEAST_COVER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMention:
    """Words that coders marked: the sentences in which they stand together, and for which codes they were marked."""

    words: tuple[str, ...]
    sentences: int
    codes: tuple[tuple[CodeKind, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionHit:
    """A known mention in a sentence. `cover` is the weighted share of its words there; `first` and `last` word."""

    mention: KnownMention
    cover: float
    first: int
    last: int


class MentionLexicon:
    """Every mention that coders marked in the training records, found by its rarest words."""

    def __init__(self, mentions: Iterable[KnownMention], *, sentences: int, counts: dict[str, int]) -> None:
        self.mentions = tuple(mentions)
        self.sentences = sentences
        self.counts = counts
        self._weights = {word: math.log((sentences + 1) / (count + 0.5)) for word, count in counts.items()}
        self._by_key: defaultdict[str, list[KnownMention]] = defaultdict(list)
        for mention in self.mentions:
            for word in self._keys(mention.words):
                self._by_key[word].append(mention)

    def look_up(self, words: Sequence[Word]) -> list[MentionHit]:
        """Return every known mention that a sentence holds, whole or in its weightier part."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            if word.form not in STOP_WORDS:
                places[word.form].append(place)
        met: dict[tuple[str, ...], MentionHit] = {}
        for form in places:
            for mention in self._by_key.get(form, ()):
                if mention.words not in met:
                    hit = self._hit(mention, form, places)
                    if hit is not None:
                        met[mention.words] = hit
        return list(met.values())

    def weight(self, word: str) -> float:
        """Return how telling a word is: the logarithm of its rarity among the training sentences."""
        return self._weights.get(word) or math.log((self.sentences + 1) / 0.5)

    def _keys(self, words: Sequence[str]) -> list[str]:
        """Return the words that must be there for half of the weight to be there: the two rarest."""
        return sorted(words, key=lambda word: (-self.weight(word), word))[:2]

    def _hit(self, mention: KnownMention, key: str, places: dict[str, list[int]]) -> MentionHit | None:
        here = [word for word in mention.words if word in places]
        total = sum(self.weight(word) for word in mention.words)
        if sum(self.weight(word) for word in here) < LEAST_COVER * total:
            return None
        reach = len(mention.words) + SLACK
        best: tuple[float, int, int] | None = None
        for anchor in places[key]:
            near = {word: min(places[word], key=lambda place: abs(place - anchor)) for word in here}
            close = {word: place for word, place in near.items() if abs(place - anchor) <= reach}
            cover = sum(self.weight(word) for word in close) / total
            if best is None or cover > best[0]:
                best = (cover, min(close.values()), max(close.values()))
        if best is None or best[0] < LEAST_COVER:
            return None
        return MentionHit(mention=mention, cover=round(best[0], 4), first=best[1], last=best[2])

    def save(self, path: Path) -> None:
        """Write the mentions, with the same bytes for the same content."""
        lines = [str(self.sentences), *(f"{word}\t{count}" for word, count in sorted(self.counts.items())), ""]
        for mention in self.mentions:
            codes = " ".join(f"{kind.value[0]}{code}:{count}" for kind, code, count in mention.codes)
            lines.append(f"{' '.join(mention.words)}\t{mention.sentences}\t{codes}")
        path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def load_mentions(path: Path) -> MentionLexicon:
    """Read mentions that `MentionLexicon.save` wrote. Raises ValueError when the file is none of it."""
    text = gzip.decompress(path.read_bytes()).decode()
    head, separator, body = text.partition("\n\n")
    # Where nobody marked a word there is neither a count nor a mention, only the number of sentences.
    if not separator and not text.endswith("\n"):
        raise ValueError("the mention lexicon is cut off")
    first, *counted = head.rstrip("\n").split("\n")
    counts = {word: int(count) for word, count in (line.split("\t") for line in counted)}
    return MentionLexicon(_read(body), sentences=int(first), counts=counts)


def _read(body: str) -> Iterator[KnownMention]:
    kinds = {kind.value[0]: kind for kind in CodeKind}
    for line in body.split("\n") if body else ():
        words, sentences, codes = line.split("\t")
        parts = [code.rsplit(":", 1) for code in codes.split(" ")]
        yield KnownMention(
            words=tuple(words.split(" ")),
            sentences=int(sentences),
            codes=tuple((kinds[name[0]], name[1:], int(count)) for name, count in parts),
        )
