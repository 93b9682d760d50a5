"""Reads what the values of a procedure code mean out of the titles that contain them, where no table names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ehrcoder.core.procedure_tables import CODE_LENGTH

# What the characters of a code stand for, by section; ICD-10-PCS has the same seven places everywhere, under names that
# differ by section.
_MEDICAL = ("Section", "Body system", "Operation", "Body part", "Approach", "Device", "Qualifier")
_AXES: Mapping[str, tuple[str, ...]] = {
    "2": (*_MEDICAL[:3], "Body region", "Approach", "Device", "Qualifier"),
    "3": (*_MEDICAL[:3], "Body system or region", "Approach", "Substance", "Qualifier"),
    "4": (*_MEDICAL[:3], "Body system", "Approach", "Function or device", "Qualifier"),
    "5": (*_MEDICAL[:3], "Body system", "Duration", "Function", "Qualifier"),
    "6": (*_MEDICAL[:3], "Body system", "Duration", "Qualifier", "Qualifier"),
    "7": (*_MEDICAL[:3], "Body region", "Approach", "Method", "Qualifier"),
    "8": (*_MEDICAL[:3], "Body region", "Approach", "Method", "Qualifier"),
    "9": (*_MEDICAL[:3], "Body region", "Approach", "Method", "Qualifier"),
    "B": ("Section", "Body system", "Type", "Body part", "Contrast", "Qualifier", "Qualifier"),
    "C": ("Section", "Body system", "Type", "Body part", "Radionuclide", "Qualifier", "Qualifier"),
    "D": ("Section", "Body system", "Modality", "Treatment site", "Modality qualifier", "Isotope", "Qualifier"),
    "F": ("Section", "Section qualifier", "Type", "Body system and region", "Type qualifier", "Equipment", "Qualifier"),
    "G": ("Section", "Body system", "Type", "Type qualifier", "Qualifier", "Qualifier", "Qualifier"),
    "H": ("Section", "Body system", "Type", "Type qualifier", "Qualifier", "Qualifier", "Qualifier"),
    "X": (*_MEDICAL[:3], "Body part", "Approach", "Device, substance or technology", "Qualifier"),
}
_APPROACHES: Mapping[str, str] = {
    "0": "Open", "3": "Percutaneous", "4": "Percutaneous Endoscopic", "7": "Via Natural or Artificial Opening",
    "8": "Via Natural or Artificial Opening Endoscopic",
    "F": "Via Natural or Artificial Opening With Percutaneous Endoscopic Assistance", "X": "External",
}
_WITH_APPROACH = frozenset("012345789X")
# Body part and device stand before the approach in a title, and must not be told apart by it.
_AFTER_BODY = re.compile(r", (?:Open|Percutaneous|Via|External)\b")
_BEFORE_APPROACH = (3, 5)
_NOTHING = "None"
_LOOSE = frozenset("a an and as at by for from in into of on or the to using via with".split())


def axis_name(beginning: str) -> str:
    """Return what the character after a beginning of a code stands for."""
    return _AXES.get(beginning[:1], _MEDICAL)[min(len(beginning), CODE_LENGTH - 1)]


def value_labels(beginning: str, titles: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the values that follow a beginning with what their titles have and the others lack.

    `titles` are all codes that begin so, with their titles. A value is never left without words: where its titles
    say nothing of their own, it says None for Z, and else what they have in common.
    """
    place = len(beginning)
    groups: dict[str, list[list[str]]] = {}
    for code, title in titles:
        said = _AFTER_BODY.split(title)[0] if place in _BEFORE_APPROACH else title
        groups.setdefault(code[place], []).append(said.replace(",", " ,").split())
    shared = _shared([title for group in groups.values() for title in group]) if len(groups) > 1 else set[str]()
    labels: dict[str, str] = {}
    for value, group in sorted(groups.items()):
        if axis_name(beginning) == "Approach" and beginning[0] in _WITH_APPROACH and value in _APPROACHES:
            labels[value] = _APPROACHES[value]
            continue
        if value == "Z" and len(groups) == 1:
            labels[value] = _NOTHING
            continue
        own = _shared(group)
        label = _phrase([word for word in group[0] if word in own and word not in shared])
        labels[value] = label or (_NOTHING if value == "Z" else _phrase([w for w in group[0] if w in own]) or value)
    return labels


def _shared(titles: Sequence[Sequence[str]]) -> set[str]:
    common = set(titles[0])
    for title in titles[1:]:
        common &= set(title)
    return common


def _phrase(words: Sequence[str]) -> str:
    kept = [word for word in words if word != ","]
    while kept and kept[0].lower() in _LOOSE:
        kept.pop(0)
    while kept and kept[-1].lower() in _LOOSE:
        kept.pop()
    return " ".join(kept)
