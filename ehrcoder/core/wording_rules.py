"""Code edits that hold a code's title against the quoted words: its side, and what they say more exactly.

The words are English or Spanish for sides (CodiEsp has both) and English for what is more exact, since titles are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ehrcoder.core.assertion import assertion_of
from ehrcoder.core.codes import Concept
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity, Passage, finding
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.words import STOP_WORDS, stem

RIGHT, LEFT, BOTH = "right", "left", "bilateral"
_SIDE_WORDS = {
    "right": RIGHT, "rt": RIGHT, "derecho": RIGHT, "derecha": RIGHT, "left": LEFT, "lt": LEFT, "izquierdo": LEFT,
    "izquierda": LEFT, "bilateral": BOTH, "bilaterally": BOTH, "both": BOTH, "ambos": BOTH, "ambas": BOTH,
}
_WORD = re.compile(r"[^\W\d_]+")
_SIDE = re.compile(rf"\b(?:{'|'.join(_SIDE_WORDS)})\b|\([RL]\)", re.IGNORECASE)
# "Left" is a verb in "she left against advice", and "right" an adverb in "right after", "right now".
_NO_SIDE = re.compile(
    r"\b(?:left\s+(?:against|the\s+(?:hospital|ward|clinic|department|unit)|without\s+being|for|home|hospital|to\s+go)"
    r"|(?:was|were|been|being|is|are|patient|he|she|they|who|has|have)\s+left(?!\s+(?:with\s+)?\w*(?:sided|hand|foot))"
    r"|right\s+(?:after|away|now|before|then)|all\s+right)\b", re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:\b(right|left|rt|lt|bilateral|both)\b|\(([RL])\))\.?[\s-]*$", re.IGNORECASE)
_AFTER = re.compile(
    r"^[\s,]*(?:(?:of|in|on)\s+(?:the\s+)?)?(?:\b(right|left|rt|lt|bilateral(?:ly)?|derech[oa]|izquierd[oa])\b|\(([RL])\))",
    re.IGNORECASE,
)
_AND_OTHER = re.compile(
    r"\s*(?:\w+\s+)?(?:and|&|/|y)\s*(?:(?:of|in|on)\s+)?(?:the\s+)?(right|left|rt|lt)\b", re.IGNORECASE
)
_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNTELLING = frozenset(
    "other specified unspecified type with due disease diseases disorder disorders syndrome initial subsequent not "
    "encounter elsewhere classified side region part site sites multiple condition conditions organism cause agent nos"
    .split()
) | STOP_WORDS | {RIGHT, LEFT, BOTH}
_UNSPECIFIED = re.compile(r"\bunspecified\b|\bNOS\b")
# Titles leave out what a side is of: "…, right ear", but "…, bilateral".
_NO_MATTER = (RIGHT, LEFT, BOTH, "unspecified", "ear", "eye", "side")
_SHOWN = 3


def laterality(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A side in the code that the quoted words contradict, or one that they tell and the code leaves open (I.B.13)."""
    source = "Guidelines I.B.13 (laterality), the quoted words"
    for entry in entries:
        if entry.concept is None:
            continue
        told = {side for passage in entry.passages for side in sides_of(passage)}
        if not told:
            continue
        named = title_sides(entry.concept.coding.display)
        if len(named) == 1:
            (side,) = named
            if not _fits(side, told, entry, entries):
                better = _with_side(entry, told)
                yield finding(
                    "laterality-conflict", EditSeverity.WARNING,
                    f"{entry.code} says {side}, the quoted words say {' and '.join(sorted(told))}.{_instead(better)}",
                    [entry], source,
                )
        elif not named and len(told) == 1 and "unspecified" in entry.concept.coding.display.casefold():
            better = _with_side(entry, told)
            if better:
                yield finding(
                    "laterality-unspecified", EditSeverity.WARNING,
                    f"{entry.code} leaves the side open, the quoted words say {next(iter(told))}.{_instead(better)}",
                    [entry], source,
                )


def title_sides(title: str) -> frozenset[str]:
    """Return the sides that a title names."""
    return frozenset(_SIDE_WORDS[word] for word in _words(title) if word in (RIGHT, LEFT, BOTH))


def sides_of(passage: Passage) -> frozenset[str]:
    """Return the sides that a quote tells, in itself or directly before or behind it."""
    quote = passage.sentence[passage.start : passage.end]
    clear = _NO_SIDE.sub(lambda found: " " * len(found.group()), quote)
    own = {_side(found.group()) for found in _SIDE.finditer(clear)}
    if own:
        return frozenset(own)
    blanked = _NO_SIDE.sub(lambda found: " " * len(found.group()), passage.sentence)
    before = _BEFORE.search(blanked[: passage.start])
    if before:
        return frozenset({_side(before[1] or before[2])})
    rest = blanked[passage.end :]
    after = _AFTER.match(rest)
    if not after:
        return frozenset()
    further = _AND_OTHER.match(rest[after.end() :])
    return frozenset(_side(each) for each in (after[1] or after[2], further[1] if further else None) if each)


def _side(word: str) -> str:
    bare = word.strip("()").casefold()
    return {"r": RIGHT, "l": LEFT}.get(bare) or _SIDE_WORDS[bare]


def _fits(side: str, told: set[str], entry: CodedEntry, entries: Sequence[CodedEntry]) -> bool:
    if side in told or (side == BOTH and {RIGHT, LEFT} <= told):
        return True
    if told == {BOTH} and side != BOTH and entry.concept is not None:
        # Both sides may be coded by two codes.
        other = LEFT if side == RIGHT else RIGHT
        wanted = _without_side(entry.concept)
        return any(
            each.concept is not None and title_sides(each.concept.coding.display) == frozenset({other})
            and _without_side(each.concept) == wanted
            for each in entries if each.system == entry.system
        )
    return False


def _without_side(concept: Concept) -> tuple[str, ...]:
    words = _words(concept.coding.display)
    return tuple(sorted(word for word in words if word not in _NO_MATTER))


def _with_side(entry: CodedEntry, told: set[str]) -> tuple[Concept, ...]:
    if entry.concept is None or len(told) != 1:
        return ()
    wanted = _without_side(entry.concept)
    return tuple(
        each for each in entry.relatives
        if title_sides(each.coding.display) == frozenset(told) and _without_side(each) == wanted
    )


def _instead(better: Sequence[Concept]) -> str:
    shown = "; ".join(f"{each.coding.code} {each.coding.display}" for each in better[:_SHOWN])
    return f" There is {shown}." if shown else ""


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def specificity(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """An unspecified code where the sentence tells more, and a code beside it says that (I.B.2, I.B.18)."""
    assigned = {entry.code for entry in entries}
    for entry in entries:
        if entry.concept is None or not _UNSPECIFIED.search(entry.concept.coding.display):
            continue
        in_quote, in_sentence = _more_exact(entry)
        better = [each for each in (in_quote or in_sentence) if each.coding.code not in assigned]
        if better:
            yield finding(
                "more-specific", EditSeverity.WARNING if in_quote else EditSeverity.INFORMATION,
                f"{entry.code} {entry.concept.coding.display}: the "
                f"{'quoted words' if in_quote else 'same sentence'} may tell more.{_instead(better)}",
                [entry], "Guidelines I.B.2 and I.B.18 (level of detail, unspecified codes)",
            )


def _more_exact(entry: CodedEntry) -> tuple[list[Concept], list[Concept]]:
    """Relatives whose further title words all stand in the quote, and those for which the sentence is needed."""
    in_quote: list[tuple[int, Concept]] = []
    in_sentence: list[tuple[int, Concept]] = []
    if entry.concept is None:
        return [], []
    known = _stems(entry.concept.coding.display)
    for relative in entry.relatives:
        title = _PARENTHESES.sub(" ", relative.coding.display)
        if "without" in title.casefold() or title_sides(title) != title_sides(entry.concept.coding.display):
            continue
        more = _stems(title) - known
        if not more:
            continue
        for passage in entry.passages:
            if more <= _asserted_stems(passage.sentence, passage.start, passage.end):
                in_quote.append((-len(more), relative))
                break
            if more <= _asserted_stems(passage.sentence, 0, len(passage.sentence)):
                in_sentence.append((-len(more), relative))
                break
    return [each for _, each in sorted(in_quote, key=_order)], [each for _, each in sorted(in_sentence, key=_order)]


def _order(pair: tuple[int, Concept]) -> tuple[int, str]:
    return pair[0], pair[1].coding.code


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _words(text) if word not in _UNTELLING and len(word) > 2)


@lru_cache(maxsize=2048)
def _asserted_stems(sentence: str, start: int, end: int) -> frozenset[str]:
    """Stems of the words of a sentence's piece that are told as present.

    Kept, since the same sentence is asked about for every relative of a code and after every decision.
    """
    return frozenset(
        stem(found.group().casefold()) for found in _WORD.finditer(sentence, start, end)
        if assertion_of(sentence, found.start(), found.end()) is Assertion.PRESENT
    )
