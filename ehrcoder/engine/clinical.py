"""The clinical policy's own stage: what this encounter assessed, coded from the assessment of the note.

Official Guidelines for Coding and Reporting FY2026, IV.G and IV.J: code the conditions that were monitored,
evaluated, assessed or treated, not every condition that the note mentions; IV.H: not the uncertain ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ehrcoder.core.codes import ICD_10_CM, Concept
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.sections import SectionKind
from ehrcoder.engine.conventions import combined, is_integral, is_symptom, one_side, said_elsewhere
from ehrcoder.engine.problem_words import (
    Phrase,
    context_of,
    is_uncertain,
    names_more_than_a_place,
    phrases_of,
    sides_in,
    sites_in,
    without_sides,
)
from ehrcoder.engine.problems import Problem, joined, problems_of
from ehrcoder.engine.resolve import GOOD, Resolved, Resolver
from ehrcoder.ports import CodeSetIndex

# A heading that only the plan has must be met almost word by word: plans name tests and visits as well.
PLAN_GOOD = 0.85
# "Cerebral infarction due to embolism" is one title, not an effect and its cause.
WHOLE_GOOD = 0.88
_CAUSAL = re.compile(r"\b(?:due to|secondary to|with|in|on|and)\b", re.IGNORECASE)
_TEST = re.compile(
    r"(?:pap(?: smear)?|mammogra(?:m|phy)|colonoscopy|bone density(?: scan)?|dexa(?: scan)?)", re.IGNORECASE
)
OTHER_SURGERY = "Z98.890"
# More than any clinician lists; each is looked up some twenty times.
MOST_PROBLEMS = 80
LEAST_SURE, MOST_SURE = 0.55, 0.92
_NEGATIVE = re.compile(r"^(?:no|not|denies|negative|without|normal|unremarkable|declines?)\b", re.IGNORECASE)
_SIDED_SITE = re.compile(r"\b(right|left|bilateral|both)(?:[- ]sided?)?\s+(?:[\w-]+\s+){0,2}?(?=[a-z])", re.IGNORECASE)
_DEFINITE_CAUSE = re.compile(
    r"\b(?:(?:i (?:believe|think|feel)(?: that)?|this is|these are|it is|symptoms? (?:is|are|was|were)) [^.;]{0,60}?)"
    r"(?:(?:an? )?(?:acute )?(?:exacerbation|flare)(?:[- ]up)? of|due to|secondary to|caused by)\s+"
    r"(?:his|her|the|an?|their)?\s*([^.;,]{3,60})",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"\b(?:continu\w+|refill\w*|on|taking|takes|with|increase|decrease|start\w*|stable|controlled|monitor\w*)\b.{0,60}"
    r"\b(?:mg|medications?|regimen|insulin|therapy|allopurinol|inhaler|dose|daily)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A code that the assessment asks for, with the place of the words that name it and the reason."""

    concept: Concept
    score: float
    problem: Problem
    term: str
    reason: str = ""
    others: tuple[tuple[Concept, float], ...] = ()


class ClinicalStage:
    """Codes the problems that the assessments of a record name."""

    def __init__(self, index: CodeSetIndex, opinion: Callable[[str], float]) -> None:
        self._index = index
        self._resolver = Resolver(index, opinion)

    def assess(self, documents: Sequence[ClinicalDocument]) -> tuple[Assessed, ...]:
        """Return the assessed codes of a record, each once, in the order of the notes."""
        found: dict[str, Assessed] = {}
        for document in documents:
            for assessed in self._of_document(document):
                found.setdefault(assessed.concept.coding.code, assessed)
        return self._combined(found)

    def _of_document(self, document: ClinicalDocument) -> Iterable[Assessed]:
        seen: set[str] = set()
        for problem in joined(problems_of(document))[:MOST_PROBLEMS]:
            key = " ".join(problem.text.lower().split())
            if key in seen or not names_more_than_a_place(problem.text) or _NEGATIVE.match(problem.text):
                continue
            seen.add(key)
            for assessed in self._of_problem(problem, document.text):
                yield self._specified(assessed, document.text)

    def _of_problem(self, problem: Problem, text: str) -> list[Assessed]:
        found: list[Assessed] = []
        effects: list[Assessed] = []
        whole = None if is_uncertain(problem.text) else self._resolver.look_up(problem.text, at_least=WHOLE_GOOD)
        if whole is not None and _CAUSAL.search(problem.text) and whole.concept.coding.code[0] != "Z":
            return [self._assessed(whole, problem)]
        for phrase in phrases_of(problem.text):
            hits = [self._assessed(hit, problem) for hit in self._of_phrase(phrase, problem, text)]
            (effects if phrase.is_symptom_side else found).extend(hits)
        if effects:
            # A sign is not coded beside the condition that explains it (I.B.5).
            kept = [effect for effect in effects if not (found and is_symptom(effect.concept.coding.code))]
            found = [*kept, *found]
        if found and all(is_symptom(each.concept.coding.code) for each in found):
            found = self._explained(problem, text) or found
        found = [
            each for each in found
            if not any(is_integral(each.concept.coding.code, o.concept.coding.code) for o in found if o is not each)
        ]
        if problem.section is SectionKind.PLAN or not problem.is_heading:
            found = [each for each in found if each.score >= PLAN_GOOD]
        return found

    def _of_phrase(self, phrase: Phrase, problem: Problem, text: str) -> tuple[Resolved, ...]:
        if phrase.is_done:
            return self._after_surgery(phrase.text)
        if phrase.is_past:
            return self._past(phrase.text, problem, text)
        if _TEST.fullmatch(phrase.text):
            # A test as a problem is the reason of the visit: the screening, not its result.
            screening = self._resolver.look_up(f"screening {phrase.text}", at_least=0.9)
            return (screening,) if screening is not None else ()
        return self._resolver.resolve(phrase.text, context=context_of(problem.text))

    def _after_surgery(self, what: str) -> tuple[Resolved, ...]:
        bare, sides = without_sides(what), " ".join(sorted(sides_in(what)))
        queries = [f"{what} status", f"status post {what}", f"history of {what}", what]
        if sides:
            queries[:0] = [f"{sides} status post {bare}", f"{sides} {bare} status"]
        for query in queries:
            hit = self._resolver.look_up(query)
            if hit is not None and hit.concept.coding.code.startswith("Z"):
                return (hit,)
        concept = self._index.concept(ICD_10_CM, OTHER_SURGERY)
        if concept is None:
            return ()
        return (Resolved(concept=concept, score=GOOD, words=what, term=concept.coding.display),)

    def _past(self, what: str, problem: Problem, text: str) -> tuple[Resolved, ...]:
        details = " ".join(text[start:end] for start, end in problem.details)
        if not _TREATED.search(details):
            known = self._resolver.look_up(f"history of {what}", at_least=WHOLE_GOOD)
            hit = known or self._resolver.look_up(f"personal history of {what}")
            if hit is not None and (hit is known or hit.concept.coding.code.startswith("Z")):
                return (hit,)
        # "History of gout", with allopurinol continued below: a condition that is there.
        return self._resolver.resolve(what) if _TREATED.search(details) else ()

    def _explained(self, problem: Problem, text: str) -> list[Assessed]:
        """Return what the reasoning below a sign says for certain that it comes from."""
        for start, end in problem.details:
            match = _DEFINITE_CAUSE.search(text, start, end)
            if match is None or is_uncertain(match.group()):
                continue
            said = phrases_of(match.group(1))
            hits = [hit for phrase in said for hit in self._resolver.resolve(phrase.text)]
            real = [hit for hit in hits if not is_symptom(hit.concept.coding.code)]
            if real:
                place = replace(problem, start=match.start(1), end=match.end(1), text=match.group(1))
                return [self._assessed(hit, place) for hit in real]
        return []

    def _specified(self, assessed: Assessed, text: str) -> Assessed:
        """Return an assessed code made as specific as the rest of the note makes it."""
        code = said_elsewhere(assessed.concept.coding.code, text)
        if code is not None and (concept := self._index.concept(ICD_10_CM, code)) is not None:
            return replace(assessed, concept=concept, reason="made specific by words elsewhere in the note")
        title = one_side(assessed.concept.coding.display, lambda: sides_by_site(text))
        if title is not None:
            for hit in self._index.search(title, systems=[ICD_10_CM], limit=3):
                if hit.concept.is_billable and hit.concept.coding.display.lower() == title.lower():
                    return replace(assessed, concept=hit.concept, reason="the note names the side elsewhere")
        return assessed

    def _combined(self, found: dict[str, Assessed]) -> tuple[Assessed, ...]:
        titles = {code: each.concept.coding.display for code, each in found.items()}
        for change in combined(titles):
            concept = self._index.concept(ICD_10_CM, change.after)
            before = found.get(change.before)
            if concept is None or before is None:
                continue
            del found[change.before]
            found.setdefault(change.after, replace(before, concept=concept, reason=change.reason))
        return tuple(found.values())

    @staticmethod
    def _assessed(hit: Resolved, problem: Problem) -> Assessed:
        return Assessed(concept=hit.concept, score=hit.score, problem=problem, term=hit.term, others=hit.others)


def sides_by_site(text: str) -> dict[str, frozenset[str]]:
    """Return for each site of the body the sides that a note names it with."""
    found: dict[str, set[str]] = {}
    for match in _SIDED_SITE.finditer(text):
        window = text[match.start() : match.end() + 24].split(".")[0].split(",")[0]
        for site in sites_in(window):
            found.setdefault(site, set()).update(sides_in(match.group()))
    return {site: frozenset(sides) for site, sides in found.items()}


def confidence_of(assessed: Assessed) -> float:
    """Return how sure a code from an assessment is, 0 to 1: set by hand between the shares of right codes seen."""
    above = max(0.0, assessed.score - GOOD) / (1.0 - GOOD)
    return round(LEAST_SURE + (MOST_SURE - LEAST_SURE) * min(1.0, above), 4)
