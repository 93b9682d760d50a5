"""The words by which notes negate, doubt, date back or ascribe to others, in English and in Spanish.

After ConText (see core.assertion). Each entry is a regular expression without its word boundaries.
"""

from __future__ import annotations

import re

from ehrcoder.core.evidence import Assertion

FORWARD: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"not (?:due to|caused by|because of|from)|no|not|"
        r"nor|never|without|w/o|denie[sd]|denying|negative for|free of|absence of|absent|lack(?:s|ed|ing)? of|"
        r"no (?:evidence|signs?|symptoms?|history|complaints?|indication|suggestion|findings?) (?:of|for)|"
        r"rule[ds] out|ruled out for|r/o['’]?d|exclud(?:e|es|ed|ing)|fail(?:s|ed)? to (?:show|reveal|demonstrate)|"
        r"did not (?:show|reveal|have|demonstrate)|does not (?:have|show)|do not (?:have|show)|"
        r"(?:is|was|are|were) not|unremarkable for|neither|non|resolved without|declines?|"
        r"no (?:further|longer)(?: (?:has|have|had))?|nothing to (?:suggest|indicate|support)|lacks?",
    ),
    (
        Assertion.POSSIBLE,
        r"(?:likely|probably|possibly) (?:due|secondary) to|"
        r"possibl[ey]|probabl[ey]|likely|suspect(?:s|ed)?|suspected|suspicio(?:n|us) (?:of|for)|concern(?:s|ing)? "
        r"(?:for|of)|presumed|presumptive|questionable|may (?:have|be|represent)|might (?:have|be)|could (?:have|be)|"
        r"cannot (?:exclude|rule out)|can(?:no|')t (?:exclude|rule out)|not (?:ruled out|excluded)|consistent with|"
        r"compatible with|suggestive of|suggest(?:s|ing|ed)|versus|vs\.?|differential (?:diagnosis|includes)|"
        r"consider(?:ed|ing)?|to rule out|r/o|rule out|evaluate for|work-?up for|appears? to (?:be|have)|"
        r"perhaps|concerned (?:about|for)|suggest|to exclude",
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
        r"(?:'s)?(?: (?:has|had|have|with|died (?:of|from)|suffer(?:s|ed) from|diagnosed with)|:)?",
    ),
    (
        Assertion.CONDITIONAL,
        r"if|should|in case of|return (?:for|if|with)|risk (?:of|for)|at risk (?:of|for)|to prevent|prevention of|"
        r"prophylaxis (?:of|for|against)|screen(?:ing)? for|monitor(?:ed|ing)? for|watch for|call (?:for|if)|"
        r"educated (?:on|about)|counsel(?:l)?ed (?:on|about)|allerg(?:y|ic) to|precautions? (?:for|against)|"
        r"vaccin(?:e|ation) (?:for|against)|in the event of|on exertion only",
    ),
)
BACKWARD: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"(?:is|was|were|are|has been|have been|been) (?:ruled out|excluded|absent|negative|denied|not (?:seen|present|"
        r"found|identified|observed|detected|noted|palpable|palpated|evident|appreciated|demonstrated|visible))|"
        r"unlikely|negative|absent|ruled out|has not been (?:seen|observed|noted|found|present)|"
        r"not (?:seen|present|found|identified|observed|detected|noted|demonstrated|palpated|appreciated)|denied|"
        r"ha(?:s|ve) not (?:recurred|returned|reappeared)|did not (?:recur|return)|"
        r":\s*(?:none|no|nil|negative|denie[sd]|absent)(?=\s*(?:$|[.;,]))|"
        r"(?:, [\w ]{2,40}){1,5}:\s*(?:none|no|negative|denie[sd])(?=\s*(?:$|[.;]))",
    ),
    (
        Assertion.POSSIBLE,
        r"(?:is|was|remains?|were) (?:possible|probable|likely|suspected|considered|questionable|presumed)|"
        r"(?:cannot|could not|can't) be (?:excluded|ruled out)|not excluded|suspected|is in the differential|"
        r"versus|vs\.?|\?",
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
PSEUDO = re.compile(
    r"\b(?:(?:mother|father|parents?|wife|husband|son|daughter) "
    r"(?:reports?|states?|says|notes?|notices?|denies|brought)|"
    r"no (?:increase|change|improvement|worsening|significant change|new)|not (?:only|certain|necessarily|drain|cause)|"
    r"(?:gram|rh|rhesus) negative|negative pressure|without (?:treatment|therapy)|did not note that|"
    r"no further (?=[^.;,]{0,30}\b(?:medications?|treatment|work-?up|testing|imaging|intervention|therapy)\b)|"
    r"without (?:difficulty|further|change)|no (?:one|\.)|not (?:well )?controlled|"
    r"not (?:compliant|adherent|able|tolerat\w+|respond\w*|improv\w+|adequate\w*|optimal\w*)|"
    r"history (?:and physical|taking)|"
    r"non[- ]?(?:small|hodgkin\w*|st\b|insulin|alcoholic|union|toxic|rheumatic|obstructive|traumatic|displaced|"
    r"compliant|compliance|adheren\w+|pressure|ischemic|healing|invasive|metastatic))",
    re.IGNORECASE,
)
TERMINATOR = re.compile(
    r"\b(?:but|however|although|though|except|apart from|aside from|yet|besides|nevertheless|which|who|"
    r"secondary to|due to|because|since|presents? with|presented with|presenting with|found to have|reports|"
    r"complain(?:s|ed) of|now|currently|today|is being treated|started on|develop(?:s|ed)|revealed|showed|shows)\b"
    r"|[;:]|\.\s|\bpero\b|\baunque\b|\bsin embargo\b|\bsalvo\b|\bexcepto\b"
    r"|,\s+(?:the|an?|he|she|it|they|his|her)\b|,\s+(?:y )?(?:refiere|presenta)\b",
    re.IGNORECASE,
)

# Spanish, for records that are coded in it; the cues are looked for beside the English ones.
FORWARD_SPANISH: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"no|sin|ni|niega[n]?|neg[oó]|negaba[n]?|negando|ausencia de|descart(?:a|an|[oó]|aron|ada|ado|adas|ados|ando)"
        r"(?: (?:la )?presencia de)?|negativ[oa]s? (?:para|a)|nunca|jam[aá]s|tampoco|ning[uú]n[a]?(?: signos? de)?|"
        r"libre de|exent[oa] de|carece de|sin (?:evidencia|signos|datos|s[ií]ntomas|antecedentes) de",
    ),
    (
        Assertion.POSSIBLE,
        r"posibles?|probables?|sospecha(?:s)? de|sospechos[oa]s? de|compatibles? con|sugestiv[oa]s? de|sugier[ea]n?|"
        r"sugerentes? de|no se (?:puede|pudo) descartar|a descartar|para descartar|por descartar|podr[ií]a(?:n)?|"
        r"presunt[oa]|probablemente|posiblemente",
    ),
    (
        Assertion.HISTORICAL,
        r"antecedentes?(?: (?:personal(?:es)?|m[eé]dicos?|quir[uú]rgicos?))? de|historia de|intervenid[oa] de|"
        r"operad[oa] de|previ[oa]|ex",
    ),
    (
        Assertion.FAMILY,
        r"antecedentes? familiar(?:es)?(?: de)?|(?:su |la |el )?(?:madre|padre|hermano|hermana|abuel[oa]|t[ií][oa]|"
        r"prim[oa]|hij[oa])(?: \w+)?(?: (?:con|de|por|tuvo|ten[ií]a|falleci[oó] (?:de|por)|muri[oó] (?:de|por)))?",
    ),
    (
        Assertion.CONDITIONAL,
        r"si|en caso de|al[eé]rgic[oa] a|alergia a|riesgo de|para prevenir|profilaxis (?:de|para|contra)|"
        r"vacunaci[oó]n (?:contra|frente a)|cribado de",
    ),
)
BACKWARD_SPANISH: tuple[tuple[Assertion, str], ...] = (
    (
        Assertion.ABSENT,
        r"negativ[oa]s?|ausentes?|descartad[oa]s?|"
        r"no (?:palpables?|visibles?|presentes?|objetivad[oa]s?|observad[oa]s?)|"
        r":\s*(?:no|ningun[oa]|negativ[oa]s?)(?=\s*(?:$|[.;,]))",
    ),
    (Assertion.POSSIBLE, r"posible|probable|a descartar|sospechad[oa]"),
    (
        Assertion.HISTORICAL,
        r"hace (?:\w+ )?(?:\d+ )?(?:a[nñ]os|meses|d[eé]cadas)|en (?:19|20)\d\d|en la infancia",
    ),
)
PSEUDO_SPANISH = re.compile(
    r"\b(?:no (?:s[oó]lo|solamente|controlad[oa]s?|insulino\w*|hodgkin|microc[ií]tico|obstante|tolera\w*|responde\w*)|"
    r"sin (?:cambios|tratamiento|embargo|mejor[ií]a)|gram negativ[oa]s?)",
    re.IGNORECASE,
)

_SPANISH_WORD = re.compile(
    r"\b(?:de|del|la|las|el|los|con|por|que|se|un|una|su|y|paciente|niega|negaba|sin|ni|antecedentes?|madre|padre|hace|"
    r"presenta\w*|posible|tampoco|nunca|ausencia|ausente|acudir|al[eé]rgic[oa]|compatible con|sugestiv[oa]|sospecha|"
    r"negativ[oa]|ning[uú]n\w*|descart\w+|intervenid[oa]|no palpables?)\b",
    re.IGNORECASE,
)
_ENGLISH_WORD = re.compile(
    r"\b(?:the|of|and|with|without|is|was|has|had|for|in|to|no evidence|denies|on|at|from|or|by|an|he|she|his|her)\b",
    re.IGNORECASE,
)


def is_spanish(sentence: str) -> bool:
    """Tell whether a sentence has more of Spanish's small words than of English's."""
    return len(_SPANISH_WORD.findall(sentence)) > len(_ENGLISH_WORD.findall(sentence))
