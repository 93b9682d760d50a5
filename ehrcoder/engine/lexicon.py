"""Mentions from the lexicon: phrases that coders supported a code with, and how often."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import STOP_WORDS, Word

LONGEST_PHRASE = 4
_CODES_A_PHRASE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconCode:
    """A code that coders used, and in how many sentences."""

    kind: CodeKind
    code: str
    sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconHit:
    """A phrase of the sentence that coders used for a code.

    `together` sentences had phrase and code, `phrase` sentences had the phrase; `first` and `last` are the
    indices of the phrase's outer words among the sentence's words.
    """

    code: LexiconCode
    together: int
    phrase: int
    length: int
    first: int
    last: int

    @property
    def share(self) -> float:
        """How often the phrase meant this code, shrunk towards zero where there was little to count."""
        return self.together / (self.phrase + 1.5)


class Lexicon:
    """Phrase → codes with counts, learned from verified records."""

    def __init__(
        self, codes: Sequence[LexiconCode], phrases: Mapping[str, tuple[int, Sequence[tuple[int, int]]]]
    ) -> None:
        self._codes = tuple(codes)
        self._phrases = phrases
        self._by_code = {(code.kind, code.code): code for code in self._codes}

    @property
    def codes(self) -> tuple[LexiconCode, ...]:
        """Every code that occurred in training."""
        return self._codes

    def sentences_with(self, kind: CodeKind, code: str) -> int:
        """Return in how many training sentences a code was supported."""
        found = self._by_code.get((kind, code))
        return found.sentences if found else 0

    def look_up(self, words: Sequence[Word]) -> list[LexiconHit]:
        """Return every hit of every phrase of up to four content words."""
        content = [(i, word.form) for i, word in enumerate(words) if word.form not in STOP_WORDS]
        hits: list[LexiconHit] = []
        for start in range(len(content)):
            for length in range(1, min(LONGEST_PHRASE, len(content) - start) + 1):
                run = content[start : start + length]
                entry = self._phrases.get(" ".join(form for _, form in run))
                if entry is None:
                    continue
                hits.extend(
                    LexiconHit(
                        code=self._codes[number],
                        together=together,
                        phrase=entry[0],
                        length=length,
                        first=run[0][0],
                        last=run[-1][0],
                    )
                    for number, together in entry[1]
                )
        return hits

    def save(self, path: Path) -> None:
        """Write the lexicon, with the same bytes for the same content."""
        content = {
            "codes": [[code.kind.value, code.code, code.sentences] for code in self._codes],
            "phrases": {key: [count, [list(pair) for pair in pairs]] for key, (count, pairs) in self._phrases.items()},
        }
        raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        path.write_bytes(gzip.compress(raw, mtime=0))


def load_lexicon(path: Path) -> Lexicon:
    """Read a lexicon that `Lexicon.save` wrote."""
    content = json.loads(gzip.decompress(path.read_bytes()))
    codes = [LexiconCode(kind=CodeKind(kind), code=code, sentences=count) for kind, code, count in content["codes"]]
    return Lexicon(codes, {key: (count, pairs) for key, (count, pairs) in content["phrases"].items()})


def phrases_of(forms: Sequence[str]) -> Iterable[str]:
    """Return the phrases of up to four content words of a sentence, each once."""
    return {
        " ".join(forms[start : start + length])
        for start in range(len(forms))
        for length in range(1, min(LONGEST_PHRASE, len(forms) - start) + 1)
    }
