"""Takes a problem's words apart: what is said of it, its parts, and the words that only colour it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Official Guidelines IV.H: uncertain diagnoses are not coded in the outpatient setting; the symptom before them is.
_UNCERTAIN = re.compile(
    r"[,;(]?\s*\b(?:(?:most |very |more )?likely|possibl[ey]|probabl[ey]|suspect(?:ed)?|suspicious (?:for|of)|"
    r"concern(?:ing|ed)? (?:for|of|about)|rule[- ]?out|r/o|versus|vs|consistent with|compatible with|"
    r"suggestive of|indicative of|questionable|presumed|presumptive|may be|could be|might be|"
    r"perhaps|questionably|differential|evaluate for|to exclude|appears? to be|felt to be)\b"
    r"|[,;(]?\s*\?\s*(?=\w)",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"^(?:(?:past |prior |previous |personal |remote |known |medical )*h(?:istory|x) of|h/o|hx|"
    r"(?:past|prior|previous|remote))\s+",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"^(?:.{0,24}\b)?(?:status[- ]post|s/p|post[- ]?op(?:erative)?(?: (?:day|week|month)s? ?#?\d*)?"
    r"(?: (?:from|for|after))?)[,:]?\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\bpost[- ]?op", re.IGNORECASE)
_VISIT = re.compile(
    r"^(?:(?:ed|er|emergency (?:room|department)|hospital|routine|annual|post-?operative|clinic)\s+)?"
    r"follow[- ]?up(?: (?:visit|appointment|of|for|on|after|from))*\s*(?:and|,|:|-)?\s*",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r",?\s*\b(?:(?:which is |is |likely )?(?:due|secondary|related|attributed) to|2/2|because of|caused by|"
    r"in the setting of|resulting from)\s+(?:an? |the |his |her )?",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\s*(?:[,;+&]|\s/\s|\band\b|(?<!acute )\bon\b(?! chronic)|\bwith\b|\bw/|\bas well as\b|\balong with\b|"
    r"\bplus\b)\s*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
# What is added to a name and names nothing itself.
_TAIL = re.compile(
    r"\s*\b(?:of (?:uncertain|unknown|unclear|undetermined) (?:etiology|cause|origin)|in an? \d.*|on (?:\w+ ){0,3}?"
    r"(?:therapy|treatment|medication)s?|for (?:\d+|several|many) (?:days|weeks|months|years)|"
    r"(?:that|which|who) .*|at the (?:tip|base|level) of .*|"
    r"as (?:above|noted).*|without (?:acute )?(?:exacerbation|complaints?))\s*$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|his|her|their|this|recent|this is)\s+", re.IGNORECASE)
# Words that say how a condition goes. Titles mostly lack them; where one has them, the whole phrase is met first.
_COLOURING = re.compile(
    r"\b(?:newly|new(?:[- ]onset)?|diagnosed|found|well|poorly|fairly|better|under|good|sub-?optimal(?:ly)?|"
    r"(?:un|in adequately |un-)?controlled|stable|unstable|improv(?:ed|ing)|worsen(?:ed|ing)|resolv(?:ed|ing)|"
    r"ongoing|persistent|known|long[- ]?standing|recent(?:ly)?|current(?:ly)?|slight(?:ly)?|mild(?:ly)?|"
    r"moderate(?:ly)?|severe(?:ly)?|significant|symptomatic|asymptomatic|intermittent|occasional|continued|"
    r"established|active|at goal|not at goal|today|flare(?:[- ]?up)?s?(?: of)?|exacerbation of|management of|"
    r"evaluation of|non[- ]?healing|healing|injury|reduced|early|initial|episodes? of|complaints? of|symptoms? of|"
    r"(?:er|pr|her-?2)(?:/(?:er|pr|her-?2))*[- ]?(?:positive|negative)|"
    r"in (?:an? )?(?:adult|child)|presentation|gradual|sudden|\d+\.\d+)\b",
    re.IGNORECASE,
)
# A stage is part of the name of a kidney disease or an ulcer, not of a cancer's code.
_STAGE = re.compile(r"\b(?:stage|grade) (?:\d\w?|[iv]+[abc]?)\b", re.IGNORECASE)
_CANCER = re.compile(r"\b(?:cancer|carcinoma|lymphoma|melanoma|tumou?r|sarcoma|neoplasm)\b", re.IGNORECASE)
_GENERIC = re.compile(r"\b(?:diseases?|disorders?|conditions?|problems?|issues?)\b", re.IGNORECASE)
_SHORT_SIDES = (
    (re.compile(r"\b(?:L|Lt|lt)\b\.?(?=\s+[a-z])"), "left"),
    (re.compile(r"\b(?:R|Rt|rt)\b\.?(?=\s+[a-z])"), "right"),
)
_TIMED = re.compile(r"\b(?:acute(?:ly)?|chronic(?:ally)?|recurrent|subacute|acute on chronic)\b", re.IGNORECASE)
_SIDES = re.compile(r"\b(?:right|left|bilateral(?:ly)?|both)(?:[- ]sided?)?\b", re.IGNORECASE)
_SITES = re.compile(
    r"\b(?:(?:proximal|distal|upper|lower|index|middle|ring|little|small|great|big|second|third|fourth|fifth) )?"
    r"(?:shoulders?|elbows?|wrists?|hands?|fingers?|thumbs?|hips?|knees?|ankles?|foot|feet|toes?|heels?|legs?|arms?|"
    r"forearms?|thighs?|calf|calves|ears?|eyes?|breasts?|kidneys?|ureters?|flank|testic(?:le|ular)|ovar(?:y|ian)|"
    r"neck|back|spine|extremit(?:y|ies)|humerus|femur|tibia|fibula|radius|ulna|clavicle|eyelids?|lungs?)\b",
    re.IGNORECASE,
)
_EMPTY = frozenset("side sided sides part parts area region level levels joint the and for type mixed other".split())
_SURGERY = re.compile(
    r"\b\w*(?:ectomy|otomy|ostomy|plasty|oplasty|desis|scopy|orrhaphy|opexy)\b|"
    r"\b(?:repair|surgery|surgical|removal|replacement|reconstruction|fusion|excision|resection|release|graft|bypass|"
    r"stent(?:ing|s)?|implant(?:ation)?|transplant(?:ation)?|extraction|fixation|orif|reduction|procedure|"
    r"ablation|section|hardware|lift|pacemaker|icd placement)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A part of a problem that may name one condition; `is_past` after "history of", `is_done` after surgery."""

    text: str
    is_past: bool = False
    is_done: bool = False
    is_cause: bool = False
    is_symptom_side: bool = False
    """Stands before its cause: "foot pain" of "foot pain due to a fracture"."""


def phrases_of(problem: str) -> tuple[Phrase, ...]:
    """Return what a problem's words name, uncertain diagnoses left out, effect before cause."""
    words = " ".join(_BRACKETS.sub(" ", problem).split()).strip(" .,;:-–—")
    for short, side in _SHORT_SIDES:
        words = short.sub(side, words)
    uncertain = _UNCERTAIN.search(words)
    if uncertain is not None:
        words = words[: uncertain.start()].strip(" ,;:-")
    words = _TAIL.sub("", _VISIT.sub("", words)).strip()
    if not words:
        return ()
    done = _STATUS.match(words)
    # "Postoperative ileus" is a complication, "post-op day 2 from hip replacement" a state.
    if done is not None and (_SURGERY.search(words[done.end() :]) or not _AFTER.search(done.group())):
        return (Phrase(text=words[done.end() :].strip(), is_done=True),)
    past = _HISTORY.match(words)
    if past is not None:
        rest = words[past.end() :].strip()
        return (Phrase(text=rest, is_past=True, is_done=bool(_SURGERY.search(rest))),)
    effect, *causes = (part.strip() for part in _CAUSE.split(words))
    if not causes:
        return (Phrase(text=_ARTICLE.sub("", effect)),)
    first = (Phrase(text=_ARTICLE.sub("", effect), is_symptom_side=True),) if effect else ()
    return (*first, *(Phrase(text=cause, is_cause=True) for cause in causes if cause))


def is_uncertain(problem: str) -> bool:
    """Tell whether a problem's words leave a diagnosis in doubt."""
    return _UNCERTAIN.search(problem) is not None


def parts_of(text: str) -> tuple[str, ...]:
    """Split at the words that join conditions."""
    return tuple(part for part in (_ARTICLE.sub("", p.strip()) for p in _PARTS.split(text)) if len(part) > 1)


def plainer(text: str) -> tuple[str, ...]:
    """Return a text without the words that only colour it, then those of time, then "disease", where it differs."""
    found: list[str] = []
    whole = text
    text = _STAGE.sub(" ", text) if _CANCER.search(text) else text
    first = " ".join(_COLOURING.sub(" ", text).split()).strip(" ,-")
    second = " ".join(_TIMED.sub(" ", first).split()).strip(" ,-")
    third = " ".join(_GENERIC.sub(" ", second).split()).strip(" ,-")
    for other in (first, second, third):
        if len(other) > 2 and other.casefold() != whole.casefold() and other not in found:
            found.append(other)
    return tuple(found)


def context_of(text: str) -> str:
    """Return the words of side and site in a text, in order."""
    found = sorted((*_SIDES.finditer(text), *_SITES.finditer(text)), key=lambda match: match.start())
    return " ".join(dict.fromkeys(match.group().lower() for match in found))


def sides_in(text: str) -> frozenset[str]:
    """Return "right" and "left" as a text names them; both for "bilateral"."""
    found: set[str] = set()
    for match in _SIDES.finditer(text):
        word = match.group().lower()
        found |= {"right", "left"} if word.startswith(("bilateral", "both")) else {word.split("-")[0].split()[0]}
    return frozenset(found)


def sites_in(text: str) -> frozenset[str]:
    """Return the sites that a text names, in singular."""
    plural = {"feet": "foot", "calves": "calf", "ovarian": "ovary", "testicular": "testicle"}
    words = {match.group().lower().split()[-1] for match in _SITES.finditer(text)}
    return frozenset(plural.get(word, word.removesuffix("s")) for word in words)


def names_more_than_a_place(text: str) -> bool:
    """Tell whether a text has a word besides those of side, site, course and grammar."""
    rest = _SITES.sub(" ", _SIDES.sub(" ", text))
    return any(len(word) > 1 and word not in _EMPTY for word in re.findall(r"[a-z]+", rest.lower()))


def without_sides(text: str) -> str:
    """Return a text without its words of side."""
    return " ".join(_SIDES.sub(" ", text).split()).strip(" ,-")
