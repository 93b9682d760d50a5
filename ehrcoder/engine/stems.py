"""Procedures of which a note says only a part: the whole code where its words decide every axis, else what is missing.

ICD-10-PCS Official Guidelines A.11: the coder decides which axes the documentation stands for; a code has all seven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ehrcoder.core.codes import ICD_10_PCS, Concept
from ehrcoder.core.procedure_tables import CODE_LENGTH, TABLE_LENGTH
from ehrcoder.core.words import content_forms
from ehrcoder.ports import CodeSetIndex

MOST_CODES = 600
# Axes of the section "Medical and Surgical" and of those that share its layout; others are named by their place.
_AXES = {
    "0": ("body part", "approach", "device", "qualifier"),
    "1": ("body part", "approach", "device", "qualifier"),
    "3": ("body system or region", "approach", "substance", "qualifier"),
    "4": ("body system", "approach", "function or device", "qualifier"),
    "B": ("body part", "contrast", "qualifier", "qualifier"),
}
# What notes say where titles say something else.
_SAID = (
    (re.compile(r"\b(?:laparoscop\w+|thoracoscop\w+|arthroscop\w+|vats)\b", re.IGNORECASE),
     "percutaneous endoscopic approach"),
    (re.compile(r"\b(?:pci|ptca|catheteri[sz]\w+|percutaneous\w*|needle|seldinger|(?:ct|us|ultrasound)[- ]guided)\b",
                re.IGNORECASE), "percutaneous approach"),
    (re.compile(r"\b(?:laparotomy|thoracotomy|sternotomy|open|incision)\b", re.IGNORECASE), "open approach"),
    (re.compile(r"\b(?:colonoscop\w+|gastroscop\w+|egd|cystoscop\w+|bronchoscop\w+|hysteroscop\w+|endoscop\w+)\b",
                re.IGNORECASE), "via natural or artificial opening endoscopic"),
    (re.compile(r"\bdrug[- ]eluting\b|\bdes\b", re.IGNORECASE), "drug-eluting intraluminal device"),
    (re.compile(r"\bstents?\b", re.IGNORECASE), "intraluminal device"),
    (re.compile(r"\b(?:drain|pigtail|tube)\b", re.IGNORECASE), "drainage device"),
    (re.compile(r"\bbiops\w+\b", re.IGNORECASE), "diagnostic"),
    (re.compile(r"\b(?:lad|rca|lcx|circumflex)\b", re.IGNORECASE), "one artery"),
)
_SILENT = frozenset({"approach"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The code that a procedure's words lead to, and the axes that they leave open (none for a complete code)."""

    code: str
    missing: tuple[str, ...] = ()


def complete(index: CodeSetIndex, stem: Concept, said: str) -> Completion:
    """Return the one code below a stem whose every word the note says, or the stem with the axes that are open."""
    code = stem.coding.code
    if stem.is_billable:
        return Completion(code=code)
    known = _words(said) | set(content_forms(stem.coding.display))
    supported: list[tuple[int, str]] = []
    for number, below in enumerate(_below(index, code)):
        if number == MOST_CODES:
            break
        words = set(content_forms(below.coding.display)) - _SILENT
        if words <= known:
            supported.append((len(words), below.coding.code))
    if supported:
        most = max(supported)[0]
        best = [found for count, found in supported if count == most]
        if len(best) == 1:
            return Completion(code=best[0])
    return Completion(code=code, missing=missing_axes(code))


def missing_axes(code: str) -> tuple[str, ...]:
    """Return the names of the axes after the characters that a code has."""
    names = _AXES.get(code[:1], tuple(f"character {n}" for n in range(TABLE_LENGTH + 1, CODE_LENGTH + 1)))
    return names[max(0, len(code) - TABLE_LENGTH) :]


def _words(said: str) -> set[str]:
    words = set(content_forms(said))
    for pattern, title in _SAID:
        if pattern.search(said):
            words |= set(content_forms(title))
    return words


def _below(index: CodeSetIndex, code: str) -> Iterator[Concept]:
    """Yield the assignable codes below a header, in the order of the classification."""
    for child in index.children(ICD_10_PCS, code):
        if child.is_billable:
            yield child
        else:
            yield from _below(index, child.coding.code)
