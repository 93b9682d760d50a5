"""First stage: a note becomes sections and sentences, each with its place in the stored text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ehrcoder.core.evidence import TextSpan
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.sections import SectionKind, section_after

_BREAK = re.compile(r"(?<=[.!?;])(?:[\"')\]]*)\s+(?=[A-Z0-9\"'(\[¿¡])|\r\n?|[\n\v\f\x85\u2028\u2029]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|Dr|Drs|Mr|Mrs|Ms|Prof|St|vs|approx|No|Fig|Figs|e\.g|i\.e|etc|resp|cf|wt|pt|q\.d|b\.i\.d"
    r"|t\.i\.d|p\.o|Jr|Sr|inc)|\d)\.\s*$"
)
MAX_SENTENCE_LENGTH = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence or list item: its span, its words as stored, and the section that it stands in."""

    span: TextSpan
    text: str
    section: SectionKind


def sentences_of(document: ClinicalDocument) -> tuple[Sentence, ...]:
    """Split a document into sentences; white space around them belongs to none."""
    section = SectionKind.UNKNOWN
    found: list[Sentence] = []
    for start, end in _pieces(document.text):
        text = document.text[start:end]
        section = section_after(section, text)
        span = TextSpan(document_id=document.document_id, start=start, end=end)
        found.append(Sentence(span=span, text=text, section=section))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _BREAK.finditer(text):
        is_line_end = match.group()[:1] in "\r\n\v\f\x85\u2028\u2029"
        if not is_line_end and _ABBREVIATION.search(text[begin : match.start()]):
            continue
        yield from _bounded(text, begin, match.start())
        begin = match.end()
    yield from _bounded(text, begin, len(text))


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trim white space and cut what is too long for one question to the model, at a space if there is one."""
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = min(end, start + MAX_SENTENCE_LENGTH)
        if stop < end:
            space = text.rfind(" ", start + MAX_SENTENCE_LENGTH // 2, stop)
            stop = space if space > 0 else stop
        trimmed = stop
        while trimmed > start and text[trimmed - 1].isspace():
            trimmed -= 1
        if trimmed > start:
            yield start, trimmed
        start = stop
