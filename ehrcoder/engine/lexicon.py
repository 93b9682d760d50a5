"""Mentions from the lexicon: phrases that coders supported a code with, and how often."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import STOP_WORDS, Word

LONGEST_PHRASE = 4


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
    """Phrase → codes with counts, learned from verified records.

    A phrase's counts are kept as the line of the file that they came in and are read when the phrase is met:
    a note meets few of them, and the window must not wait while all are unpacked.
    """

    def __init__(self, codes: Sequence[LexiconCode], phrases: Mapping[str, str]) -> None:
        self._codes = tuple(codes)
        self._phrases = phrases
        self._by_code = {(code.kind, code.code): code for code in self._codes}

    @property
    def codes(self) -> tuple[LexiconCode, ...]:
        """Every code that occurred in training."""
        return self._codes

    @property
    def counts(self) -> dict[tuple[CodeKind, str], int]:
        """In how many training sentences each code was supported."""
        return {key: code.sentences for key, code in self._by_code.items()}

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
                counts = self._phrases.get(" ".join(form for _, form in run))
                if counts is None or not any(_is_word(form) for _, form in run):
                    continue
                total, *pairs = counts.split()
                for pair in pairs:
                    number, together = pair.split(":")
                    hits.append(
                        LexiconHit(
                            code=self._codes[int(number)],
                            together=int(together),
                            phrase=int(total),
                            length=length,
                            first=run[0][0],
                            last=run[-1][0],
                        )
                    )
        return hits

    def save(self, path: Path) -> None:
        """Write the lexicon, with the same bytes for the same content."""
        lines = [f"{code.kind.value}\t{code.code}\t{code.sentences}" for code in self._codes]
        lines.append("")
        lines.extend(f"{phrase}\t{counts}" for phrase, counts in self._phrases.items())
        path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def counts_line(total: int, pairs: Iterable[tuple[int, int]]) -> str:
    """Return a phrase's counts as the lexicon keeps them: total, then code number and count of each pair."""
    return " ".join([str(total), *(f"{number}:{together}" for number, together in pairs)])


def load_lexicon(path: Path) -> Lexicon:
    """Read a lexicon that `Lexicon.save` wrote. Raises ValueError when the file is not one."""
    head, separator, body = gzip.decompress(path.read_bytes()).decode().partition("\n\n")
    if not separator:
        raise ValueError("the lexicon has no phrases")
    codes: list[LexiconCode] = []
    for line in head.split("\n"):
        kind, code, count = line.split("\t")
        codes.append(LexiconCode(kind=CodeKind(kind), code=code, sentences=int(count)))
    phrases: dict[str, str] = {}
    for line in body.split("\n"):
        phrase, _, counts = line.partition("\t")
        phrases[phrase] = counts
    return Lexicon(codes, phrases)


def _is_word(form: str) -> bool:
    """A number alone ("05" of a date) says nothing about a code, whatever it stood beside in training."""
    return form[:1].isalpha()


def phrases_of(forms: Sequence[str]) -> Iterable[str]:
    """Return the phrases of up to four content words of a sentence, each once."""
    return {
        " ".join(forms[start : start + length])
        for start in range(len(forms))
        for length in range(1, min(LONGEST_PHRASE, len(forms) - start) + 1)
    }
