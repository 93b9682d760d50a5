"""The specificity ladder: codes above and below one code, the axis on which each differs, and what the note says.

A code is as specific as the note allows when every word by which it differs from its header is documented. Where
none is, the ladder says so: a clinician then asks instead of guessing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.codes import Concept
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.words import STOP_WORDS, words_of


class Axis(StrEnum):
    """On what a code is more specific than its header."""

    LATERALITY = "laterality"
    ENCOUNTER = "encounter"
    SEVERITY = "severity"
    COURSE = "course"
    TRIMESTER = "trimester"
    COMPLICATION = "complication"
    UNSPECIFIED = "unspecified"
    DETAIL = "detail"


_AXES: tuple[tuple[Axis, frozenset[str]], ...] = (
    (Axis.UNSPECIFIED, frozenset({"unspecified", "nos"})),
    (Axis.ENCOUNTER, frozenset({"encounter", "sequela", "initial", "subsequent"})),
    (Axis.LATERALITY, frozenset({"right", "left", "bilateral", "unilateral"})),
    (Axis.TRIMESTER, frozenset({"trimester", "childbirth", "puerperium"})),
    (Axis.SEVERITY, frozenset({"mild", "moderate", "severe", "profound", "stage", "grade", "degree"})),
    (Axis.COURSE, frozenset({"acute", "chronic", "recurrent", "persistent", "intermittent", "subacute"})),
    (Axis.COMPLICATION, frozenset({"with", "without", "complicated", "complication", "exacerbation"})),
)
_SAYS_NOTHING = STOP_WORDS | {
    "unspecified", "specified", "other", "elsewhere", "classified", "type", "initial", "subsequent", "encounter",
    "sequela", "disease", "disorder", "nos", "nec", "due", "without",
}
_SENTENCE_END = re.compile(r"[.;\r\n]")
_PIECES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One code of the ladder. `differs` are the words by which it differs from its header."""

    concept: Concept
    depth: int
    axis: Axis
    differs: str
    support: tuple[Evidence, ...] = ()
    is_documented: bool = False
    """Whether every word that tells it from its header stands in the note."""
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The headers above a code, highest first, and the codes below the nearest one that offers a choice."""

    headers: tuple[Concept, ...]
    rungs: tuple[Rung, ...]
    missing: tuple[Axis, ...]
    """The axes on which a more specific code exists while the note says nothing."""


def differing_words(title: str, header: str) -> tuple[str, ...]:
    """Return the words of a title that its header does not have, in order, as they are spelled."""
    known = {word.form for word in words_of(header)}
    return tuple(title[word.start:word.end] for word in words_of(title) if word.form not in known)


def telling_words(titles: Sequence[str], header: str) -> tuple[tuple[str, ...], ...]:
    """Return for each of several titles below a header the words that tell it from the header and the others.

    What more than half of several titles share tells none of them apart.
    """
    own = [differing_words(title, header) for title in titles]
    forms = [{form.form for word in words for form in words_of(word)} for words in own]
    counts = Counter(form for each in forms for form in each)
    common = {form for form, count in counts.items() if len(titles) > 2 and count * 2 > len(titles)}
    return tuple(
        tuple(word for word in words if not {form.form for form in words_of(word)} <= common) for words in own
    )


def axis_of(differs: Sequence[str]) -> Axis:
    """Return on what words differ; the first axis of the table that any of them names."""
    forms = {form.form for word in differs for form in words_of(word)}
    for axis, names in _AXES:
        if forms & names:
            return axis
    return Axis.DETAIL


def rung(
    concept: Concept, differs: Sequence[str], *, depth: int, documents: Sequence[ClinicalDocument],
    near: Sequence[TextSpan], is_current: bool,
) -> Rung:
    """Return one code of a ladder with the words of the notes that speak for it, those near `near` first."""
    axis = axis_of(differs)
    telling = {
        form.form for word in differs for form in words_of(word) if form.form not in _SAYS_NOTHING
    }
    support = _support(telling, documents, near, only_near=axis is Axis.LATERALITY)
    found = {form.form for piece in support for form in words_of(piece.quote)}
    return Rung(
        concept=concept, depth=depth, axis=axis, differs=" ".join(differs), support=support[:_PIECES_SHOWN],
        is_documented=bool(telling) and telling <= found, is_current=is_current,
    )


def missing_axes(rungs: Sequence[Rung]) -> tuple[Axis, ...]:
    """Return the axes that codes of the ladder need and the note does not say, each once."""
    offered = dict.fromkeys(each.axis for each in rungs if each.axis is not Axis.UNSPECIFIED)
    told = {each.axis for each in rungs if each.support}
    return tuple(axis for axis in offered if axis not in told)


def _support(
    telling: set[str], documents: Sequence[ClinicalDocument], near: Sequence[TextSpan], *, only_near: bool
) -> tuple[Evidence, ...]:
    """Return where the telling words stand; a side counts only in a sentence of the evidence."""
    found: list[tuple[int, Evidence]] = []
    seen: set[str] = set()
    for document in documents:
        sentences = [_sentence(document.text, span) for span in near if span.document_id == document.document_id]
        for word in words_of(document.text) if telling else ():
            if word.form not in telling:
                continue
            distance = min((_distance(word.start, start, end) for start, end in sentences), default=len(document.text))
            if only_near and distance:
                continue
            span = TextSpan(document_id=document.document_id, start=word.start, end=word.end)
            found.append((distance, Evidence(span=span, quote=document.text[word.start:word.end])))
    chosen: list[Evidence] = []
    for _, evidence in sorted(found, key=lambda pair: (pair[0], pair[1].span)):
        form = words_of(evidence.quote)[0].form
        if form not in seen:
            seen.add(form)
            chosen.append(evidence)
    return tuple(chosen)


def _sentence(text: str, span: TextSpan) -> tuple[int, int]:
    start = max((match.end() for match in _SENTENCE_END.finditer(text, max(0, span.start - 400), span.start)),
                default=max(0, span.start - 400))
    end = _SENTENCE_END.search(text, span.end)
    return start, end.start() if end else len(text)


def _distance(place: int, start: int, end: int) -> int:
    return 0 if start <= place < end else min(abs(place - start), abs(place - end))
