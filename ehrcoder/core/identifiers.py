"""Possible identifiers in a text: what may tell who the patient is. A finding is a hint, no finding no proof.

The kinds follow the identifiers of the HIPAA safe-harbour list (45 CFR 164.514(b)(2)) that patterns can find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.eponyms import EPONYMS


class IdentifierKind(StrEnum):
    """What a finding may be."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "e-mail"
    URL = "web address"
    ADDRESS = "address"
    DATE = "date with day"
    NUMBER = "record number"
    AGE = "age over 89"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleIdentifier:
    """Half-open code-point range of a text that may identify a person."""

    kind: IdentifierKind
    start: int
    end: int


_NAME = r"(?:[A-Z]['’])?[A-Z][a-zà-öø-ÿ]{1,30}(?:['’-][A-Z][a-zà-öø-ÿ]{1,30}){0,3}"
_NAMES = rf"{_NAME}(?:[ \t]+(?:[A-Z]\.[ \t]*)?{_NAME}){{0,2}}"
_MONTH = (r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
          r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)")
_STREET = r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Square|Terrace|Close)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"

_Kind = IdentifierKind

# In this order: where two findings overlap, the earlier pattern's stands. The group `it` is the finding.
_PATTERNS: tuple[tuple[IdentifierKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, flags)) for kind, pattern, flags in (
        (_Kind.EMAIL, r"(?P<it>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)", 0),
        (_Kind.URL, r"(?P<it>(?:https?://|www\.)[^\s<>\"')]+)", re.IGNORECASE),
        (_Kind.NUMBER,
         r"\b(?:MRN|medical record (?:number|no)|record (?:number|no)|patient (?:id|number|no)|hospital (?:number|no)|"
         r"account (?:number|no)|acct|accession(?: number| no)?|NHS (?:number|no)|SSN|social security(?: number| no)?|"
         r"policy (?:number|no)|member id|licen[cs]e (?:number|no))\b\.?[ \t]*(?:is|[:#=])?[ \t]*#?"
         r"(?P<it>(?=[A-Z-]{0,6}\d)[A-Z0-9](?:[A-Z0-9-]{2,}(?: \d{3,4}){1,2}|[A-Z0-9-]{3,}))", re.IGNORECASE),
        (_Kind.NUMBER, r"(?<![\d.-])(?P<it>(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4})(?![\d-]|\.\d)", 0),
        (_Kind.PHONE, r"(?<![\w.])(?P<it>(?:\+?1[-. ]?)?(?:\(\d{3}\)[ ]?|\d{3}[-.])\d{3}[-. ]\d{4})(?![\d-]|\.\d)", 0),
        (_Kind.PHONE, r"(?<![\w.])(?P<it>\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,5})(?!\d)", 0),
        (_Kind.PHONE, r"\b(?:phone|tel|telephone|mobile|cell|fax|pager)\b\.?[ \t]*[:#]?[ \t]*"
                               r"(?P<it>\(?\d[\d() .-]{5,16}\d)", re.IGNORECASE),
        (_Kind.DATE, rf"(?<![\d./-])(?P<it>(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY})(?![\d/-])", 0),
        (_Kind.DATE, rf"(?<![\d./-])(?P<it>{_DAY}([-/.]){_DAY}\2(?:(?:19|20)\d\d|\d\d(?!\d)))(?![\d/-]|\.\d)", 0),
        (_Kind.DATE, rf"\b(?P<it>{_MONTH}\.?[ ]{_DAY}(?:st|nd|rd|th)?(?:,?[ ](?:19|20)\d\d)?)\b"
                     r"(?![-–]|[ ]?mg)", 0),
        (_Kind.DATE, rf"(?<![\d.])(?P<it>{_DAY}(?:st|nd|rd|th)?[ -](?:of )?{_MONTH}\b(?:\.?,?[ -](?:19|20)?\d\d)?)", 0),
        (_Kind.ADDRESS, rf"(?<![\d.])(?P<it>\d{{1,5}}[A-Z]?[ ](?:{_NAME}[ ]){{1,3}}{_STREET}\b\.?)", 0),
        (_Kind.ADDRESS, r"\b(?P<it>P\.?O\.? Box \d+)", re.IGNORECASE),
        (_Kind.ADDRESS, rf"\b(?P<it>{_NAME}(?:[ ]{_NAME})?, [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)\b", 0),
        (_Kind.AGE, r"\b(?:aged?(?: of)?|age:)[ ]?(?P<it>9\d|1[01]\d)\b(?!%)", re.IGNORECASE),
        (_Kind.AGE, r"(?<![\d.])(?P<it>9\d|1[01]\d)[ -]?(?:y/?o|year[s]?[ -]old|yr[s]?[ -]old|years of age)\b",
         re.IGNORECASE),
        (_Kind.NAME, rf"\b(?:Mr|Mrs|Ms|Miss|Mister|Dr|Doctor|Prof|Professor|Sr|Nurse)\b\.?[ \t]+"
                     rf"(?P<it>{_NAMES})", 0),
        (_Kind.NAME, r"\b(?:[Pp]atient(?:'s)? [Nn]ame|PATIENT(?: NAME)?|NAME|Name|[Dd]ictated by|[Ss]igned by|"
                              r"[Aa]ttending|[Pp]hysician|[Ss]urgeon|[Pp]rovider|[Rr]eferred by|[Nn]ext of kin)"
                              r"[ \t]*:[ \t]*(?:Dr\.?[ ])?"
                              rf"(?P<it>{_NAME}(?:,?[ \t]+(?:[A-Z]\.?[ \t]+)?{_NAME}){{0,2}})", 0),
        (_Kind.NAME, rf"(?P<it>{_NAME}(?:[ ][A-Z]\.)?[ ]{_NAME}),?[ ](?:MD|M\.D\.|DO|RN|PA-C|NP|PhD)\b", 0),
    )
)
# What follows an eponym when a disease, a sign or a thing is meant.
_OF_MEDICINE = re.compile(
    r"(?:['’]s?)?[ -](?:disease|syndrome|sign|test|score|scale|catheter|lymphoma|palsy|procedure|fracture|tumou?r|"
    r"criteria|classification|phenomenon|reflex|anomaly|malformation|node|cell|body|bodies|fever|operation|lesion)",
    re.IGNORECASE,
)
_NO_NAMES = frozenset({
    "the", "he", "she", "they", "we", "patient", "not", "none", "unknown", "see", "to", "for", "and", "will", "was",
    "is", "pepper", "denies", "reports", "has", "had", "no", "aware", "notified", "on", "call", "who",
})


def possible_identifiers(text: str) -> tuple[PossibleIdentifier, ...]:
    """Return what may identify a person, in the text's order and without overlaps."""
    taken: list[PossibleIdentifier] = []
    covered = bytearray(len(text))
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            for found in _trimmed(kind, match, text):
                if not any(covered[found.start:found.end]):
                    covered[found.start:found.end] = b"\x01" * (found.end - found.start)
                    taken.append(found)
    return tuple(sorted(taken, key=lambda found: found.start))


def _trimmed(kind: IdentifierKind, match: re.Match[str], text: str) -> Iterator[PossibleIdentifier]:
    start, end = match.span("it")
    if kind is IdentifierKind.NAME:
        words = match["it"].split()
        if words[0].lower() in _NO_NAMES:
            return
        # A lone eponym before its disease is no person ("Dr. Parkinson" alone still is).
        if len(words) == 1 and words[0].lower() in EPONYMS and _OF_MEDICINE.match(text, end):
            return
    if kind is IdentifierKind.PHONE and sum(character.isdigit() for character in match["it"]) < 7:
        return
    yield PossibleIdentifier(kind=kind, start=start, end=end)
