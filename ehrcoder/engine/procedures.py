"""Which procedures of a note this encounter did: not those that are planned, past, or of an outpatient visit.

ICD-10-PCS is the HIPAA code set for hospital inpatient procedures only (45 CFR 162.1002); outpatient visits are
reported in other systems, so that a code of it on an office note is noise.
"""

from __future__ import annotations

import re

from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.core.sections import SectionKind
from ehrcoder.engine.segment import Sentence

_OF_A_STAY = re.compile(
    r"\b(?:admitted|admission|adm\b|discharge (?:summary|diagnos\w+|date|med\w+|letter|note|condition)|discharged|"
    r"hospital (?:course|day|stay)|inpatient|pod ?#?\d|transfer(?:red)? (?:from|to|note)|icu|ccu|ward|"
    r"operative (?:note|report)|labou?r and delivery|c(?:a)?esarean)\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:(?:will|would|going to|plan(?:s|ned)? (?:to|for)|want(?:s)? to|like to) |"
    r"order(?:ed|s)?\b|recommend\w*|schedul\w+|"
    r"refer(?:red|ral)\b|consider\w*|discuss\w*|may (?:be|need|require)|candidate for|due for|request\w*|if\b|offered|"
    r"pending|declin\w+|defer\w*|not (?:done|performed))",
    re.IGNORECASE,
)
_NOT_OF_THIS_ENCOUNTER = frozenset(
    {SectionKind.PAST_HISTORY, SectionKind.FAMILY_HISTORY, SectionKind.SOCIAL_HISTORY, SectionKind.INSTRUCTIONS}
)


def is_inpatient(record: EncounterRecord) -> bool:
    """Tell whether a record is of a hospital stay, by its encounter class, else by the words of its notes."""
    if record.encounter_class is not EncounterClass.UNKNOWN:
        return record.encounter_class is EncounterClass.INPATIENT
    return any(_OF_A_STAY.search(document.text) for document in record.documents)


def was_done(sentence: Sentence) -> bool:
    """Tell whether a sentence speaks of a procedure that this encounter did."""
    return sentence.section not in _NOT_OF_THIS_ENCOUNTER and not _PLANNED.search(sentence.text)
