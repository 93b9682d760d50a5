"""Sections of clinical notes, recognised by their headings (names after LOINC's document sections)."""

from __future__ import annotations

import re
from enum import StrEnum


class SectionKind(StrEnum):
    """What a part of a note is about; it weighs differently for coding."""

    UNKNOWN = "unknown"
    CHIEF_COMPLAINT = "chief-complaint"
    PRESENT_ILLNESS = "present-illness"
    PAST_HISTORY = "past-history"
    FAMILY_HISTORY = "family-history"
    SOCIAL_HISTORY = "social-history"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    REVIEW_OF_SYSTEMS = "review-of-systems"
    EXAMINATION = "examination"
    RESULTS = "results"
    PROCEDURES = "procedures"
    HOSPITAL_COURSE = "hospital-course"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    DISCHARGE = "discharge"
    INSTRUCTIONS = "instructions"


# More specific headings stand before the general ones that they contain.
_HEADINGS: tuple[tuple[SectionKind, str], ...] = (
    (SectionKind.FAMILY_HISTORY, r"family (?:medical )?history|family hx|fhx?"),
    (SectionKind.SOCIAL_HISTORY, r"social history|social hx|shx?|habits"),
    (
        SectionKind.PRESENT_ILLNESS,
        r"(?:history of (?:the )?)?present(?:ing)? illness|hpi|interval history|history",
    ),
    (
        SectionKind.PAST_HISTORY,
        r"past (?:medical|surgical|psychiatric|obstetric)?\s*(?:and surgical )?history|pmhx?|psh|pmh/psh|"
        r"(?:medical|surgical|birth|obstetric(?:al)?|gyna?ecologic(?:al)?) history|medical problems|comorbidities",
    ),
    (
        SectionKind.CHIEF_COMPLAINT,
        r"chief complaint|cc|reason for (?:visit|admission|consultation|referral)|complaint",
    ),
    (SectionKind.REVIEW_OF_SYSTEMS, r"review of systems|ros"),
    (SectionKind.ALLERGIES, r"allerg(?:y|ies)(?: and intolerances)?"),
    (SectionKind.MEDICATIONS, r"(?:current |home |discharge |admission )?(?:medications?|meds|drugs)"),
    (
        SectionKind.EXAMINATION,
        r"(?:physical )?(?:examination|exam)|vitals?(?: signs| reviewed)?|objective|mental status exam(?:ination)?",
    ),
    (
        SectionKind.RESULTS,
        r"results?|lab(?:oratory)?s?(?: (?:data|results|findings))?|imaging|investigations|studies|data",
    ),
    (
        SectionKind.PROCEDURES,
        r"(?:operative )?procedures?(?: performed)?|operations?|surgery|operative (?:note|findings)",
    ),
    (
        SectionKind.HOSPITAL_COURSE,
        r"(?:hospital|clinical|emergency department|ed) course|course(?: in hospital)?|evolution",
    ),
    (
        SectionKind.ASSESSMENT,
        r"(?:clinical )?assessment(?: ?(?:and|&|/|\+) ?plan)?|a ?[/&+] ?p|ap|(?:clinical |overall |final )?impressions?"
        r"(?: ?(?:and|&|/) ?plan)?|medical decision[- ]making|mdm|"
        r"(?:(?:final|discharge|admission|admitting|principal|primary|secondary|working|other|post-?operative|"
        r"pre-?operative|encounter|visit|active|current|clinical)[ /]?)*(?:diagnos[ei]s|dx)"
        r"(?: (?:at|on) (?:discharge|admission|transfer))?(?: list)?|(?:active |current )?problem list|"
        r"(?:active |current |chronic )?problems|conclusions?|summary and (?:plan|recommendations)",
    ),
    (SectionKind.PLAN, r"(?:treatment |care )?plan(?: of care)?|recommendations?|follow[- ]?up"),
    (SectionKind.INSTRUCTIONS, r"(?:patient |follow[- ]?up |after[- ]?visit )?instructions?|patient education"),
    (
        SectionKind.DISCHARGE,
        r"(?:discharge )?disposition|discharge(?: (?:summary|instructions|condition|status|plan))?|outcome|"
        r"condition (?:at|on) discharge",
    ),
)
_PATTERNS = tuple(
    (
        kind,
        re.compile(rf"^(?:[#*\-\s]|\d{{1,2}}[.)])*(?:{pattern})\s*(?:\*\*)?\s*(?::|$|\*\*)", re.IGNORECASE),
    )
    for kind, pattern in _HEADINGS
)


# What a radiologist or pathologist concludes stands inside the results under the clinician's own heading.
_OF_A_REPORT = re.compile(r"^\s*(?:[Ii]mpression|[Cc]onclusion)s?\s*:\s*\S")


def section_after(section: SectionKind, line: str) -> SectionKind:
    """Return the section that a line stands in when the line before it stood in `section`."""
    if section is SectionKind.RESULTS and _OF_A_REPORT.match(line):
        return section
    return section_of_heading(line) or section


def section_of_heading(line: str) -> SectionKind | None:
    """Return the section that a line opens, or None where the line is no heading."""
    found = heading_of(line)
    return found[0] if found else None


def heading_of(line: str) -> tuple[SectionKind, int] | None:
    """Return the section that a line opens and the length of its heading, or None where it opens none."""
    for kind, pattern in _PATTERNS:
        match = pattern.match(line)
        if match:
            return kind, match.end()
    return None
