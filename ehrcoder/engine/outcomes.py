"""Outcomes: discharge disposition, patient outcome, condition status and goals, from the words that say them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.assertion import assertion_of
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, GOAL_ACHIEVEMENT, PATIENT_OUTCOME
from ehrcoder.core.evidence import Assertion
from ehrcoder.engine.segment import Sentence

_VERB = (
    r"(?:was |were |is |being |been |to be )?(?:discharged|discharge|transferred|released|sent|returned|went|goes|"
    r"d/c(?:'?d)?|disposition|dispo?)\b:?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeMention:
    """Words that say an outcome: character range in the sentence, code, and how telling such words are (0 to 1)."""

    sentence: int
    start: int
    end: int
    system: str
    code: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    system: str
    code: str
    weight: float
    pattern: re.Pattern[str]


def _rule(system: str, code: str, weight: float, pattern: str) -> _Rule:
    return _Rule(system=system, code=code, weight=weight, pattern=re.compile(pattern, re.IGNORECASE))


_DIED = (
    r"(?:(?:the )?patient (?:\w+ )?(?:died|expired|passed away)|(?:he|she|who|and) (?:died|expired|passed away)"
    r"|^(?:died|expired)\b|disposition:? (?:expired|died|deceased)"
    r"|pronounced dead|time of death|death was (?:certified|declared)|deceased)"
)
# HL7's codes for discharge disposition and v2 table 0241; where a note says more than one thing, all are shown.
_RULES = (
    _rule(DISCHARGE_DISPOSITION, "exp", 0.92, _DIED),
    _rule(
        DISCHARGE_DISPOSITION,
        "home",
        0.93,
        rf"{_VERB} (?:\w+ ){{0,3}}?(?<!nursing )home\b|disposition:?\s*(?:to )?home|home with (?:family|follow[- ]?up)",
    ),
    _rule(
        DISCHARGE_DISPOSITION,
        "snf",
        0.9,
        rf"{_VERB} (?:\w+ ){{0,4}}?(?:skilled nursing|snf\b|nursing home)|disposition:?\s*(?:to )?(?:snf\b|skilled)",
    ),
    _rule(
        DISCHARGE_DISPOSITION,
        "rehab",
        0.9,
        rf"{_VERB} (?:\w+ ){{0,5}}?(?:rehab\b|rehabilitation)|disposition:?\s*(?:\w+ ){{0,3}}rehab",
    ),
    _rule(DISCHARGE_DISPOSITION, "hosp", 0.85, rf"{_VERB} (?:\w+ ){{0,5}}?hospice|disposition:?\s*hospice"),
    _rule(DISCHARGE_DISPOSITION, "aadvice", 0.93, r"against medical advice|left ama\b|\bdama\b"),
    _rule(
        DISCHARGE_DISPOSITION,
        "psy",
        0.85,
        rf"{_VERB} (?:\w+ ){{0,4}}?(?:psychiatric (?:hospital|unit|facility)|inpatient psychiatry)",
    ),
    _rule(
        DISCHARGE_DISPOSITION,
        "other-hcf",
        0.8,
        rf"{_VERB} to (?:\w+ ){{0,4}}?(?:another hospital|tertiary (?:hospital|cent(?:er|re))|referral hospital)",
    ),
    _rule(PATIENT_OUTCOME, "D", 0.92, _DIED),
    _rule(
        PATIENT_OUTCOME,
        "F",
        0.88,
        r"(?:complete|full|total) (?:recovery|remission|resolution)|fully recovered|recovered (?:fully|completely)|"
        r"symptom[- ]free|complete disappearance of (?:the )?symptoms",
    ),
    _rule(
        PATIENT_OUTCOME,
        "R",
        0.75,
        r"(?:has |have |was |is |are )?(?:significantly |clinically |markedly )?(?:improved|improving|recovering)\b|"
        r"favou?rable (?:course|evolution|outcome)|good (?:evolution|recovery)|"
        r"uneventful (?:recovery|postoperative course)",
    ),
    _rule(
        PATIENT_OUTCOME,
        "W",
        0.75,
        r"(?:clinical(?:ly)? |condition |progressive(?:ly)? |rapid(?:ly)? ){1,2}(?:deteriorat\w+|worsen\w+)",
    ),
    _rule(
        PATIENT_OUTCOME,
        "N",
        0.7,
        r"(?:no|without) (?:clinical )?(?:improvement|recovery)|condition (?:is |was )?unchanged",
    ),
    _rule(
        PATIENT_OUTCOME,
        "S",
        0.75,
        r"(?:permanent(?:ly)? (?:deficit|disab\w+)|residual (?:deficit|weakness)|sequelae)",
    ),
    _rule(
        GOAL_ACHIEVEMENT,
        "achieved",
        0.85,
        r"goals? (?:was |were |is |has been |have been )?(?:met|achieved|reached)|"
        r"\bgoals?\b(?:[^.;\n]|\.\d){0,60}:\s*(?:met|achieved|reached)|(?<!not )\bat goal\b",
    ),
    _rule(
        GOAL_ACHIEVEMENT,
        "not-achieved",
        0.85,
        r"goals? (?:was |were |is |are )?(?:not|un)[- ]?(?:met|achieved|reached)|"
        r"\bgoals?\b(?:[^.;\n]|\.\d){0,60}:\s*(?:not|un)[- ]?(?:met|achieved|reached)|\b(?:not|above) (?:at )?goal\b",
    ),
    _rule(
        GOAL_ACHIEVEMENT,
        "in-progress",
        0.75,
        r"\bgoals?\b(?:[^.;\n]|\.\d){0,60}:\s*(?:partly|partially|in progress)|"
        r"(?:progress(?:ing)? (?:towards?|to) (?:the |his |her |their )?goals?)",
    ),
    _rule(GOAL_ACHIEVEMENT, "improving", 0.6, r"goals? (?:\w+ ){0,2}improving"),
)


# "Improved after treatment years ago" still tells; what is denied, conditional or of the family does not.
_NOT_SAID = frozenset({Assertion.ABSENT, Assertion.CONDITIONAL, Assertion.FAMILY, Assertion.POSSIBLE})


def outcome_mentions(sentences: Sequence[Sentence]) -> tuple[OutcomeMention, ...]:
    """Return what the sentences say of outcomes, present ones only; of each code the most telling, then the last."""
    best: dict[tuple[str, str], OutcomeMention] = {}
    for number, sentence in enumerate(sentences):
        found: list[OutcomeMention] = []
        for rule in _RULES:
            match = rule.pattern.search(sentence.text)
            if match is None:
                continue
            said = assertion_of(sentence.text, match.start(), match.end(), section=sentence.section)
            if said in _NOT_SAID:
                continue
            found.append(OutcomeMention(
                sentence=number,
                start=match.start(),
                end=match.end(),
                system=rule.system,
                code=rule.code,
                weight=rule.weight,
            ))
        best.update({(mention.system, mention.code): mention for mention in _nearest_places(found)})
    return tuple(best.values())


def _nearest_places(found: Sequence[OutcomeMention]) -> list[OutcomeMention]:
    """Leave out a place that a verb of going reaches past a nearer one: "discharged home against plan for rehab"."""
    nearest: dict[int, int] = {}
    for mention in found:
        if mention.system == DISCHARGE_DISPOSITION:
            nearest[mention.start] = min(mention.end, nearest.get(mention.start, mention.end))
    return [m for m in found if m.system != DISCHARGE_DISPOSITION or m.end == nearest[m.start]]


# What is said of a condition beside its name; "active" is said of most and shown only where a note says it in words.
_STATUS_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("remission", re.compile(r"\b(?:in (?:\w+ )?remission|remitted)\b", re.IGNORECASE)),
    ("resolved", re.compile(r"\b(?:has |have |now |since )?(?:resolved|cleared|recovered from|no longer present)\b",
                            re.IGNORECASE)),
    ("relapse", re.compile(r"\b(?:relaps(?:e|ed|ing))\b", re.IGNORECASE)),
    ("recurrence", re.compile(r"\b(?:recurren(?:t|ce)|recurred)\b", re.IGNORECASE)),
    ("active", re.compile(r"\b(?:(?:still|remains|currently) (?:active|uncontrolled|symptomatic)|ongoing|persistent|"
                          r"uncontrolled|worsening|poorly controlled)\b", re.IGNORECASE)),
)
_STATUS_REACH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionStatus:
    """What a sentence says of how a condition stands: the status and the place of its words in the sentence."""

    code: str
    start: int
    end: int


def condition_status(sentence: str, start: int, end: int) -> ConditionStatus | None:
    """Return the status that words near a condition at [start, end) say, the first rule's that holds; None without."""
    first, last = max(0, start - _STATUS_REACH), min(len(sentence), end + _STATUS_REACH)
    for code, pattern in _STATUS_RULES:
        match = pattern.search(sentence, first, last)
        if match is not None and not re.search(r"\b(?:not|never|un|if)\s+$", sentence[: match.start()], re.IGNORECASE):
            return ConditionStatus(code=code, start=match.start(), end=match.end())
    return None
