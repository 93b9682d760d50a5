"""What the assessment of a note names as problems: short headings, list items and labelled lines, with their places.

Clinicians write the assessment as a list: one line a problem, its reasoning and treatment below. Those lines are
what the Official Guidelines (section IV.J) ask to be coded: conditions that this encounter assessed or treated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.sections import SectionKind, heading_of, section_after

LONGEST_STATEMENT = 16

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_BULLET = re.compile(r"^[\s#*•·▪◦‣–—-]*(?:\(?\d{1,2}[.):]\s*)?[\s#*•·▪◦‣–—-]*")
_SENTENCE_END = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bvs)(?<!\bSt)[.;!?](?=\s+[^a-z\s]|\s*$)")
_LABEL = re.compile(r"^([A-Za-z][\w /&,'’()-]{1,60}?)\s*(?::|\s[-–—]\s)\s*")
LONGEST_CLAUSE = 6
# What stands further behind in a line names no problem; a line of a megabyte must not be cut sentence by sentence.
LONGEST_LINE = 4000
_CLAUSE_END = re.compile(r"\s*,\s|\s+[-–—]\s+|\s+(?:that|which|who|in an? \d+)\b", re.IGNORECASE)
_OPENS_PROSE = re.compile(r"(?:the|these|this|all|any|our|in|at|after|given|based|if|for|to|on)\b", re.IGNORECASE)
# Lines below a problem that tell of it; they name no problem themselves.
_TELLING = re.compile(
    r"(?:medical |clinical )?(?:reasoning|treatments?|decision|rationale|impression)|"
    r"(?:additional |further |diagnostic )?(?:tests?|testing|work-?up|labs?|imaging|studies)|"
    r"(?:patient )?(?:education|counsel|agreement|instruction)|"
    r"(?:specialist )?referrals?|plan|medications?|follow|orders?|consults?|monitoring|goals?|disposition|diet|"
    r"activity|code status|prophylaxis|rx|status|procedures?|prescriptions?|today|note|discussion|education",
    re.IGNORECASE,
)
# Words that make a line a sentence about the visit and not the name of a problem.
_SENTENCE_WORD = re.compile(
    r"\b(?:he|she|they|we|i|his|her|patient|is|are|was|were|has|have|had|will|would|should|can|may|denies|reports|"
    r"presents?|presented|recommend\w*|continue[ds]?|start(?:ed)?|order(?:ed)?|increase[d]?|decrease[d]?|advised|"
    r"discussed|encouraged|prescri\w+|refill\w*|repeat|return|schedule|obtain|provided|refer(?:red)?|take|takes|"
    r"call|check|recheck|monitor|avoid|seems?|appears?|demonstrate[sd]?|shows?|showed|reveal(?:s|ed)?|mr|mrs|ms)\b",
    re.IGNORECASE,
)
# These lie in an assessment but are not conditions.
# "Regarding her diabetes, she will go on with metformin": a problem that a sentence turns to.
_TURNS_TO = re.compile(
    r"^(?:regarding|in terms of|with regards? to|in regards? to|with respect to|as for|concerning|for|from an?)\s+"
    r"(?:his|her|their|the|your)?\s*((?:[\w'’/-]+\s?){1,5}?)(?:\s+standpoint)?,\s",
    re.IGNORECASE,
)
_NO_PROBLEM = re.compile(
    r"^(?:patient agreements?|instructions?|follow[- ]?ups?|disposition|code status|all questions|time spent|"
    r"assessment|plan|impression|diagnos[ei]s|summary|prophylaxis|fen|access|dispo)\b[\s:.]*$",
    re.IGNORECASE,
)
# "1. Anemia. 2. Anxiety." in one line.
_RUN_IN_NUMBER = re.compile(r"(?<=;)\s+|(?<=[.;:,)\w])\s+(?=\(?\d{1,2}[.)]\s+[A-Za-z])")
# "Principal: appendicitis": the label ranks the problem and does not name it.
_RANK = re.compile(
    r"^(?:(?:principal|primary|secondary|main|other|additional|final|comorbid(?:ities)?|chronic|acute|active)"
    r"(?: (?:diagnos[ei]s|dx|problems?|conditions?))?|dx|diagnos[ei]s|injuries)\s*:\s*",
    re.IGNORECASE,
)
_WHERE = (SectionKind.ASSESSMENT, SectionKind.PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem that an assessment names: its words at a half-open place of a document, and what follows about it."""

    document_id: DocumentId
    start: int
    end: int
    text: str
    section: SectionKind
    is_heading: bool
    """Whether it opens its line; a later short sentence of a line may name a problem too, less surely."""
    details: tuple[tuple[int, int], ...] = ()


def problems_of(document: ClinicalDocument) -> tuple[Problem, ...]:
    """Return the problems that a document's assessment and plan name, in order."""
    found: list[tuple[int, int, SectionKind, bool]] = []
    details: list[list[tuple[int, int]]] = []
    for start, end, section in _lines(document.text):
        is_heading = True
        end = min(end, start + LONGEST_LINE)
        while start < end:
            line = document.text[start:end]
            named = _named(line)
            stop = _SENTENCE_END.search(line, named[1] if named else 0)
            if named is None and is_heading:
                if details:
                    details[-1].append((start, end))
                if _TELLING.match(_bare(line)):
                    break
            if named is not None:
                found.append((start + named[0], start + named[1], section, is_heading))
                details.append([(start + named[1], end)])
            is_heading = False
            start += stop.end() if stop else len(line)
    return tuple(
        Problem(
            document_id=document.document_id, start=first, end=last, text=document.text[first:last], section=section,
            is_heading=is_heading, details=tuple(more),
        )
        for (first, last, section, is_heading), more in zip(found, details, strict=True)
    )


def assessment_text(document: ClinicalDocument) -> tuple[tuple[int, int], ...]:
    """Return the places of all lines that stand in an assessment or plan."""
    return tuple((start, end) for start, end, _ in _lines(document.text))


def _lines(text: str) -> Iterator[tuple[int, int, SectionKind]]:
    section = SectionKind.UNKNOWN
    for match in _LINE.finditer(text):
        line = match.group()
        start = match.start()
        heading = heading_of(line)
        section = section_after(section, line)
        if heading is not None and heading[0] is section:
            start += heading[1]
        if section in _WHERE and text[start : match.end()].strip():
            for first, last in _items(text, start, match.end()):
                yield first, last, section


def _items(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the places of a line's numbered items, the whole line where it has none, without white space around."""
    bounds = [start, *(m.end() for m in _RUN_IN_NUMBER.finditer(text, start, end)), end]
    for first, last in pairwise(bounds):
        piece = text[first:last]
        if piece.strip():
            yield first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())


def _bare(line: str) -> str:
    begin = _BULLET.match(line)
    return line[begin.end() :] if begin else line


def _named(line: str) -> tuple[int, int] | None:
    """Return the place in a line of the problem that it names, or None where it tells of something else."""
    begin = _BULLET.match(line)
    first = begin.end() if begin else 0
    rank = _RANK.match(line[first:])
    first += rank.end() if rank else 0
    label = _LABEL.match(line[first:])
    if label is not None:
        if _TELLING.match(label.group(1)):
            return None
        if _is_name(label.group(1)):
            return first, first + label.end(1)
    turns = _TURNS_TO.match(line[first:])
    if turns is not None and _is_name(turns.group(1)):
        return first + turns.start(1), first + turns.end(1)
    end = _SENTENCE_END.search(line, first)
    last = end.start() if end else len(line)
    if _is_name(line[first:last]):
        return first, last
    # "Atrial fibrillation, the patient was put back on aspirin": the name stands before the first comma.
    clause = _CLAUSE_END.search(line, first, last)
    if clause is not None and len(line[first : clause.start()].split()) <= LONGEST_CLAUSE:
        name = line[first : clause.start()]
        return (first, clause.start()) if _is_name(name) and not _OPENS_PROSE.match(name) else None
    return None


def _is_name(words: str) -> bool:
    if not any(c.isalpha() for c in words) or _NO_PROBLEM.match(words.strip()) or _TELLING.fullmatch(words.strip()):
        return False
    return len(words.split()) <= LONGEST_STATEMENT and not _SENTENCE_WORD.search(words)


def joined(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems of the assessment; those that only the plan names come behind them."""
    order = {SectionKind.ASSESSMENT: 0, SectionKind.PLAN: 1}
    return tuple(sorted(problems, key=lambda p: (order[p.section], p.start)))
