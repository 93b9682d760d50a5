"""How a mention is asserted, from the cue words around it and the section that it stands in.

After ConText: Harkema et al., "ConText: an algorithm for determining negation, experiencer, and temporal status
from clinical reports", Journal of Biomedical Informatics 42(5), 2009. A cue reaches from its place to the end of
its clause, forwards or backwards; the nearest reaching cue of the strongest class decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ehrcoder.core.evidence import Assertion
from ehrcoder.core.sections import SectionKind

_FORWARD: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"no|not|nor|never|without|w/o|denie[sd]|denying|negative for|free of|absence of|absent|lack(?:s|ed|ing)? of|"
        r"no (?:evidence|signs?|symptoms?|history|complaints?|indication|suggestion|findings?) (?:of|for)|"
        r"rule[ds]? out|ruled out for|r/o['’]?d|exclud(?:e|es|ed|ing)|fail(?:s|ed)? to (?:show|reveal|demonstrate)|"
        r"did not (?:show|reveal|have|demonstrate)|does not (?:have|show)|do not (?:have|show)|"
        r"(?:is|was|are|were) not|unremarkable for|neither|non|resolved without|declines?",
    ),
    (
        Assertion.POSSIBLE,
        r"possibl[ey]|probabl[ey]|likely|suspect(?:s|ed)?|suspected|suspicio(?:n|us) (?:of|for)|concern(?:s|ing)? "
        r"(?:for|of)|presumed|presumptive|questionable|may (?:have|be|represent)|might (?:have|be)|could (?:have|be)|"
        r"cannot (?:exclude|rule out)|can(?:no|')t (?:exclude|rule out)|not (?:ruled out|excluded)|consistent with|"
        r"compatible with|suggestive of|suggest(?:s|ing|ed)|versus|vs\.?|differential (?:diagnosis|includes)|"
        r"consider(?:ed|ing)?|to rule out|r/o|rule out|evaluate for|work-?up for|appears? to (?:be|have)",
    ),
    (
        Assertion.HISTORICAL,
        r"(?:past |prior |previous |remote )?(?:medical )?history (?:of|significant for|notable for|includes)|h/o|"
        r"hx of|"
        r"status[- ]post|s/p|prior|previous|previously|past|remote|former(?:ly)?|childhood|(?:years|months) ago|"
        r"in (?:19|20)\d\d",
    ),
    (
        Assertion.FAMILY,
        r"family (?:history|hx)(?: (?:of|significant for|positive for))?|fhx?(?: of)?|"
        r"(?:his|her|their|the|patient's|a)? ?(?:mother|father|brother|sister|aunt|uncle|grandmother|grandfather|"
        r"grandparents?|parents?|siblings?|cousins?|son|daughter|maternal|paternal)(?: \w+)?"
        r"(?: (?:has|had|with|died (?:of|from)|suffer(?:s|ed) from|diagnosed with))?",
    ),
    (
        Assertion.CONDITIONAL,
        r"if|should|in case of|return (?:for|if|with)|risk (?:of|for)|at risk (?:of|for)|to prevent|prevention of|"
        r"prophylaxis (?:of|for|against)|screen(?:ing)? for|monitor(?:ed|ing)? for|watch for|call (?:for|if)|"
        r"educated (?:on|about)|counsel(?:l)?ed (?:on|about)|allerg(?:y|ic) to|precautions? (?:for|against)|"
        r"vaccin(?:e|ation) (?:for|against)|in the event of|on exertion only",
    ),
)
_BACKWARD: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"(?:is|was|were|are|has been|have been|been) (?:ruled out|excluded|absent|negative|denied|not (?:seen|present|"
        r"found|identified|observed|detected|noted|palpable|palpated|evident))|unlikely|negative|absent|ruled out|"
        r"not (?:seen|present|found|identified|observed|detected|noted|demonstrated|palpated)|denied|"
        r":\s*(?:none|no|nil)(?=\s*(?:$|[.;,]))",
    ),
    (
        Assertion.POSSIBLE,
        r"(?:is|was|remains?|were) (?:possible|probable|likely|suspected|considered|questionable|presumed)|"
        r"(?:cannot|could not|can't) be (?:excluded|ruled out)|not excluded|suspected|is in the differential|\?",
    ),
    (
        Assertion.HISTORICAL,
        r"(?:\w+ )?(?:years?|months?|decades?) ago|in (?:19|20)\d\d|in (?:the past|childhood)|as a child|"
        r"(?:has|had|have)? ?(?:since )?resolved|in remission",
    ),
    (
        Assertion.FAMILY,
        r"in (?:his|her|their|the) (?:mother|father|brother|sister|family|parents?|siblings?)",
    ),
)
# Cue look-alikes that assert nothing about what follows them.
_PSEUDO = re.compile(
    r"\b(?:no (?:increase|change|further|longer|significant change|new)|not (?:only|certain|necessarily|drain|cause)|"
    r"gram negative|without (?:difficulty|further|change)|no (?:one|\.)|not (?:well )?controlled|"
    r"not (?:able|tolerat\w+|respond\w*|improv\w+|adequate\w*|optimal\w*)|history (?:and physical|taking)|"
    r"non[- ]?(?:small|hodgkin\w*|st\b|insulin|alcoholic|union|toxic|rheumatic|obstructive|traumatic|displaced|"
    r"compliant|compliance|adheren\w+|pressure|ischemic|healing|invasive|metastatic))",
    re.IGNORECASE,
)
_TERMINATOR = re.compile(
    r"\b(?:but|however|although|though|except|apart from|aside from|yet|besides|nevertheless|which|who|"
    r"secondary to|due to|because|since|presents? with|presented with|presenting with|found to have|reports|"
    r"complain(?:s|ed) of|now|currently|today|is being treated|started on|develop(?:s|ed)|revealed|showed|shows)\b"
    r"|[;:]|\.\s",
    re.IGNORECASE,
)
_ORDER = (
    Assertion.FAMILY,
    Assertion.ABSENT,
    Assertion.CONDITIONAL,
    Assertion.POSSIBLE,
    Assertion.HISTORICAL,
)
_SECTION_ASSERTION = {
    SectionKind.FAMILY_HISTORY: Assertion.FAMILY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    assertion: Assertion
    start: int
    end: int
    forward: bool


def _compile(table: tuple[tuple[Assertion, str], ...]) -> tuple[tuple[Assertion, re.Pattern[str]], ...]:
    return tuple(
        (assertion, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)) for assertion, pattern in table
    )


_FORWARD_PATTERNS = _compile(_FORWARD)
_BACKWARD_PATTERNS = tuple(
    (assertion, re.compile(rf"(?:(?<![\w-])|(?=[:?]))(?:{pattern})(?![\w])", re.IGNORECASE))
    for assertion, pattern in _BACKWARD
)


def assertion_of(sentence: str, start: int, end: int, *, section: SectionKind = SectionKind.UNKNOWN) -> Assertion:
    """Return how the mention at the half-open range [start, end) of a sentence is asserted."""
    if not 0 <= start < end <= len(sentence):
        raise ValueError("the mention lies outside its sentence")
    reaching = {cue.assertion for cue in _cues(sentence, start, end) if _reaches(cue, sentence, start, end)}
    for assertion in _ORDER:
        if assertion in reaching:
            return assertion
    return _SECTION_ASSERTION.get(section, Assertion.PRESENT)


def _cues(sentence: str, start: int, end: int) -> list[_Cue]:
    pseudo = [match.span() for match in _PSEUDO.finditer(sentence)]
    cues: list[_Cue] = []
    for forward, patterns in ((True, _FORWARD_PATTERNS), (False, _BACKWARD_PATTERNS)):
        for assertion, pattern in patterns:
            for match in pattern.finditer(sentence):
                inside_pseudo = any(a <= match.start() < b for a, b in pseudo)
                inside_mention = match.start() >= start and match.end() <= end
                if not inside_pseudo and not inside_mention:
                    cues.append(_Cue(assertion=assertion, start=match.start(), end=match.end(), forward=forward))
    return _without_contained(cues)


def _without_contained(cues: list[_Cue]) -> list[_Cue]:
    """Drop a cue whose words are part of a longer cue: `rule out` inside `cannot rule out`."""
    return [
        cue
        for cue in cues
        if not any(
            other.start <= cue.start and cue.end <= other.end and (other.end - other.start) > (cue.end - cue.start)
            for other in cues
        )
    ]


def _reaches(cue: _Cue, sentence: str, start: int, end: int) -> bool:
    if cue.forward:
        return cue.end <= start and not _TERMINATOR.search(sentence, cue.end, start)
    if cue.start < end:
        return False
    between = sentence[end : cue.start]
    return len(between) <= 60 and "," not in between and not _TERMINATOR.search(between)
