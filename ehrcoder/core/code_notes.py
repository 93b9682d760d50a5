"""Reads which codes an instructional note of ICD-10-CM names: single codes, ranges, and codes "with" characters.

Conventions: ICD-10-CM Official Guidelines, section I.A (punctuation, the dash at the end of a code, excludes
notes). A code in a note stands for itself and everything below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ehrcoder.core.codes import without_dot

_CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{0,4})?"
_TOKEN = re.compile(rf"(?<![A-Za-z0-9.]){_CODE}(?![A-Za-z0-9])")
_REFERENCE = re.compile(rf"(?<![A-Za-z0-9.])({_CODE})[.\-]*(?:\s*(?:-|to\b)\s*({_CODE})[.\-]*)?(?![A-Za-z0-9])")
_GROUP = re.compile(r"\(([^()]*)\)?")
_WITH = re.compile(r",?[\s\-]*\bwith\b\s*")

_ORDINALS = {
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "six": 5, "6th": 5, "seventh": 6, "7th": 6,
}
_ORDINAL = "|".join(_ORDINALS)
_CHARACTER = re.compile(
    rf"(?P<ordinals>(?:{_ORDINAL})(?:\s+(?:or|to)\s+(?:{_ORDINAL}))*)[\s\-]+characters?\s+(?P<values>.+)"
)
_AFTER_DOT = re.compile(r"(?:final characters?\s+)?(?P<values>\.[0-9A-Z].*)")
_FINAL_TWO = re.compile(r"final characters\s+-(?P<values>[0-9A-Z]{2})")
_FINAL_ONE = re.compile(r"final character\s+(?P<values>[0-9A-Z])")
_VALUES = re.compile(r"\.?[0-9A-Z]{1,3}-?(?:(?:\s*-\s*|,?\s*or\s+|,\s*|\.\s+)\.?[0-9A-Z]{1,3}-?)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReference:
    """Codes from `first` to `last`, both with all that is below them.

    With `values`, only those codes count that have one of the values at one of the `places` (from 0, without
    the dot).
    """

    first: str
    last: str
    places: tuple[int, ...] = ()
    values: tuple[str, ...] = ()

    def matches(self, code: str) -> bool:
        """Tell whether a code, with or without its dot, is meant."""
        bare = without_dot(code)
        if not self.first <= bare[: len(self.first)] or not bare[: len(self.last)] <= self.last:
            return False
        return not self.values or any(bare[place:].startswith(self.values) for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReferences:
    """What a note names. `is_complete` is false where it names codes in words that are not understood."""

    references: tuple[CodeReference, ...]
    is_complete: bool = True

    def matches(self, code: str) -> bool:
        """Tell whether the note names this code."""
        return any(reference.matches(code) for reference in self.references)


def names_codes(note: str) -> bool:
    """Tell whether a note mentions any code at all."""
    return _TOKEN.search(_tidy(note)) is not None


def parse_note(note: str) -> NoteReferences:
    """Return the codes that a note names.

    A note that names a code under a condition which is not understood yields nothing for that code, and says
    so: a wrong warning costs a coder more than a missing one.
    """
    text = _tidy(note)
    groups = [group for group in _GROUP.findall(text) if _TOKEN.search(group)]
    if not groups and _TOKEN.search(text):
        groups = [text[match.start() :] for match in [_TOKEN.search(text)] if match]
    references: list[CodeReference] = []
    complete = True
    for group in groups:
        found = _parse_group(group)
        if found is None:
            complete = False
        else:
            references.extend(found)
    return NoteReferences(references=tuple(references), is_complete=complete)


def _tidy(note: str) -> str:
    return note.replace("–", "-").replace("}", ")").strip()


def _parse_group(group: str) -> list[CodeReference] | None:
    parts = _WITH.split(group, maxsplit=1)
    places: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    if len(parts) == 2:
        condition = _parse_condition(parts[1].strip())
        if condition is None:
            return None
        places, values = condition
    return [
        CodeReference(
            first=without_dot(match.group(1)), last=without_dot(match.group(2) or match.group(1)),
            places=places, values=values,
        )
        for match in _REFERENCE.finditer(parts[0])
    ]


def _parse_condition(text: str) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    if found := _CHARACTER.fullmatch(text):
        places = tuple(_ORDINALS[word] for word in found["ordinals"].split() if word in _ORDINALS)
        values = _parse_values(found["values"])
        # "fifth to sixth characters 51" is one value that begins at the fifth.
        return ((places[:1] if " to " in found["ordinals"] else places), values) if values else None
    if found := _FINAL_TWO.fullmatch(text):
        return (4,), (found["values"],)
    if found := _FINAL_ONE.fullmatch(text):
        return (4, 5), (found["values"],)
    if found := _AFTER_DOT.fullmatch(text):
        values = _parse_values(found["values"])
        return ((3,), values) if values else None
    return None


def _parse_values(text: str) -> tuple[str, ...] | None:
    if not _VALUES.fullmatch(text.strip()):
        return None
    values: list[str] = []
    for part in re.split(r",?\s+or\s+|,\s*|\.\s+", text.strip()):
        ends = [end.strip(" .") for end in part.split("-") if end.strip(" .")]
        if len(ends) == 2 and len(ends[0]) == len(ends[1]) and all(end.isdigit() for end in ends):
            values.extend(str(value).zfill(len(ends[0])) for value in range(int(ends[0]), int(ends[1]) + 1))
        else:
            values.extend(ends)
    return tuple(values)
