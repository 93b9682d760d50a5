"""How a mention is asserted, from the cue words around it and the section that it stands in.

After ConText: Harkema et al., "ConText: an algorithm for determining negation, experiencer, and temporal status
from clinical reports", Journal of Biomedical Informatics 42(5), 2009. A cue reaches from its place to the end of
its clause, forwards or backwards; the nearest reaching cue of the strongest class decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ehrcoder.core import assertion_cues as cues
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.sections import SectionKind

_ORDER = (
    Assertion.FAMILY,
    Assertion.ABSENT,
    Assertion.CONDITIONAL,
    Assertion.POSSIBLE,
    Assertion.HISTORICAL,
)
_SECTION_ASSERTION = {
    SectionKind.FAMILY_HISTORY: Assertion.FAMILY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    assertion: Assertion
    start: int
    end: int
    forward: bool


def _compile(table: tuple[tuple[Assertion, str], ...]) -> tuple[tuple[Assertion, re.Pattern[str]], ...]:
    return tuple(
        (assertion, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)) for assertion, pattern in table
    )


def _compile_backward(table: tuple[tuple[Assertion, str], ...]) -> tuple[tuple[Assertion, re.Pattern[str]], ...]:
    return tuple(
        (assertion, re.compile(rf"(?:(?<![\w-])|(?=[:?]))(?:{pattern})(?![\w])", re.IGNORECASE))
        for assertion, pattern in table
    )


_ENGLISH = ((True, _compile(cues.FORWARD)), (False, _compile_backward(cues.BACKWARD)))
_SPANISH = ((True, _compile(cues.FORWARD_SPANISH)), (False, _compile_backward(cues.BACKWARD_SPANISH)))


def assertion_of(sentence: str, start: int, end: int, *, section: SectionKind = SectionKind.UNKNOWN) -> Assertion:
    """Return how the mention at the half-open range [start, end) of a sentence is asserted."""
    if not 0 <= start < end <= len(sentence):
        raise ValueError("the mention lies outside its sentence")
    reaching = {cue.assertion for cue in _cues(sentence, start, end) if _reaches(cue, sentence, start, end)}
    for assertion in _ORDER:
        if assertion in reaching:
            return assertion
    return _SECTION_ASSERTION.get(section, Assertion.PRESENT)


def _cues(sentence: str, start: int, end: int) -> list[_Cue]:
    pseudo = [match.span() for match in cues.PSEUDO.finditer(sentence)]
    tables = _ENGLISH
    if cues.is_spanish(sentence):
        tables = (*_ENGLISH, *_SPANISH)
        pseudo += [match.span() for match in cues.PSEUDO_SPANISH.finditer(sentence)]
    found: list[_Cue] = []
    for forward, patterns in tables:
        for assertion, pattern in patterns:
            for match in pattern.finditer(sentence):
                inside_pseudo = any(a <= match.start() < b for a, b in pseudo)
                inside_mention = match.start() >= start and match.end() <= end
                if not inside_pseudo and not inside_mention:
                    found.append(_Cue(assertion=assertion, start=match.start(), end=match.end(), forward=forward))
    return _without_contained(found)


def _without_contained(found: list[_Cue]) -> list[_Cue]:
    """Drop a cue whose words are part of a longer cue: `rule out` inside `cannot rule out`."""
    return [
        cue
        for cue in found
        if not any(
            other.start <= cue.start and cue.end <= other.end and (other.end - other.start) > (cue.end - cue.start)
            for other in found
        )
    ]


def _reaches(cue: _Cue, sentence: str, start: int, end: int) -> bool:
    if cue.forward:
        return cue.end <= start and not cues.TERMINATOR.search(sentence, cue.end, start)
    if cue.start < end:
        return False
    between = sentence[end : cue.start]
    return len(between) <= 60 and "," not in between and not cues.TERMINATOR.search(between)
