"""Finds the code of a phrase that names a condition, as a coder looks it up: whole, then plainer, then in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import ICD_10_CM, CodeKind, Concept
from ehrcoder.core.matching import content_words, search_words
from ehrcoder.engine.problem_words import (
    context_of,
    names_more_than_a_place,
    parts_of,
    plainer,
    sides_in,
    without_sides,
)
from ehrcoder.ports import CodeSetIndex, SearchHit

# A hit below this lacks words that were asked for or has too many of its own. Set on the train part of ACI-Bench.
GOOD = 0.72
# Below this not even the whole phrase is looked at again.
SURE = 0.9
# Further parts are met nearly whole: "hypertension, better reading today" is one condition.
GOOD_PART = 0.85
GOOD_BY_WORDS = {1: 0.86, 2: 0.78}
# What it costs to leave a step of words out, and what a title gains for the side that was asked for.
LEFT_OUT, SIDED = 0.08, 0.12
# Kinds that must be asked for by name: a fracture is no stress fracture.
_BY_NAME = frozenset(
    "stress pathological foreign vessel blood late presymptomatic newborn congenital obstetric postprocedural neonatal "
    "drug-induced intraoperative sequela recurrent hereditary juvenile gestational puerperal occupational".split()
)
UNASKED_KIND = 0.15
HITS = 12
MOST_OTHERS = 5
# How much what the ranking thinks of a code may move it among hits of nearly the same score.
RANKING_WEIGHT = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A code for a phrase: how well its words are met (0 to 1), by which term, and what else was near."""

    concept: Concept
    score: float
    words: str
    term: str
    others: tuple[tuple[Concept, float], ...] = ()


class Resolver:
    """Looks phrases up in the code set. `opinion` is what the ranking thinks of a code, 0 to 1."""

    def __init__(self, index: CodeSetIndex, opinion: Callable[[str], float]) -> None:
        self._index = index
        self._opinion = opinion

    def resolve(self, phrase: str, *, context: str = "") -> tuple[Resolved, ...]:
        """Return the codes of a phrase; several where it names several conditions or both sides of the body."""
        whole = self._best_of(phrase, context)
        if whole is not None and whole.score >= SURE:
            return self._both_sides(whole, phrase)
        parts = [part for part in parts_of(phrase) if names_more_than_a_place(part)]
        if len(parts) > 1 or (parts and parts[0] != phrase):
            shared = context_of(phrase) or context
            found = [
                hit for number, part in enumerate(parts)
                if (hit := self._best_of(part, shared)) is not None and (number == 0 or hit.score >= GOOD_PART)
            ]
            if found and (whole is None or min(hit.score for hit in found) > whole.score):
                distinct = {hit.concept.coding.code: hit for hit in found}
                return tuple(each for hit in distinct.values() for each in self._both_sides(hit, phrase))
        return self._both_sides(whole, phrase) if whole is not None else ()

    def look_up(self, phrase: str, *, at_least: float = GOOD) -> Resolved | None:
        """Return the best assignable code for these very words."""
        hits = self._index.search(phrase, kinds=[CodeKind.DIAGNOSIS], limit=HITS)
        assignable = self._assignable(hits)
        if not assignable:
            return None
        asked = set(search_words(phrase))
        scored = sorted(
            ((score + RANKING_WEIGHT * self._opinion(concept.coding.code) - _unasked(concept, term, asked), concept,
              score, term)
             for concept, score, term in assignable),
            key=lambda row: (-row[0], row[1].coding.code),
        )
        _, concept, score, term = scored[0]
        # One or two words say little: a title that has more must not be read into them.
        least = max(at_least, GOOD_BY_WORDS.get(len(content_words(search_words(phrase))), 0.0))
        if score < least or not _shares_a_word(phrase, concept, term):
            return None
        others = tuple((other, s) for _, other, s, _ in scored[1 : MOST_OTHERS + 1])
        return Resolved(concept=concept, score=score, words=phrase, term=term or concept.coding.display, others=others)

    def _best_of(self, phrase: str, context: str) -> Resolved | None:
        best: Resolved | None = None
        most = 0.0
        sides = sides_in(f"{phrase} {context}")
        for number, words in enumerate((phrase, *plainer(phrase))):
            candidates = [words]
            missing = " ".join(w for w in context.split() if w not in words.lower().split())
            if missing:
                candidates.insert(0, f"{missing} {words}")
            for query in candidates:
                hit = self.look_up(query)
                if hit is None:
                    continue
                worth = hit.score - LEFT_OUT * number + (SIDED if sides & set(_words_of(hit.concept)) else 0.0)
                if best is None or worth > most:
                    best, most = hit, worth
        if best is None and names_more_than_a_place(phrase) and without_sides(phrase) != phrase:
            return self._best_of(without_sides(phrase), "")
        return best

    def _assignable(self, hits: Sequence[SearchHit]) -> list[tuple[Concept, float, str]]:
        found: dict[str, tuple[Concept, float, str]] = {}
        for hit in hits:
            concept: Concept | None = hit.concept
            if not hit.concept.is_billable:
                concept = self.unspecified_below(hit.concept)
            if concept is not None and hit.score > found.get(concept.coding.code, (concept, 0.0, ""))[1]:
                found[concept.coding.code] = (concept, hit.score, hit.matched)
        return list(found.values())

    def unspecified_below(self, concept: Concept) -> Concept | None:
        """Return the one code below a header that adds nothing to it, None where there is none or several."""
        for _ in range(4):
            if concept.is_billable:
                return concept
            below = self._index.children(ICD_10_CM, concept.coding.code)
            plain = [c for c in below if _adds_nothing(c)]
            if len(plain) != 1:
                return None
            concept = plain[0]
        return concept if concept.is_billable else None

    def _both_sides(self, hit: Resolved, phrase: str) -> tuple[Resolved, ...]:
        """Return right and left codes for "bilateral" where the classification has no code for both."""
        title = hit.concept.coding.display.lower()
        if sides_in(phrase) != {"right", "left"} or "bilateral" in title:
            return (hit,)
        bare = without_sides(hit.words)
        both = [self.look_up(f"{side} {bare}") for side in ("right", "left")]
        found = [each for each, side in zip(both, ("right", "left"), strict=True)
                 if each is not None and side in search_words(each.concept.coding.display)]
        return tuple(found) if len(found) == 2 and found[0].concept != found[1].concept else (hit,)


def _adds_nothing(concept: Concept) -> bool:
    title = concept.coding.display.lower()
    if concept.coding.code.endswith("A") and "initial encounter" in title:
        return "open" not in title
    return "unspecified" in title or "without complication" in title or "uncomplicated" in title


def _shares_a_word(phrase: str, concept: Concept, term: str) -> bool:
    """Tell whether a hit has more in common with a phrase than a corrected spelling ("impression", depression)."""
    asked = set(content_words(search_words(phrase)))
    labels = (concept.coding.display, term, *concept.synonyms, *concept.notes.inclusion_terms)
    has = {word for label in labels for word in search_words(label)}
    return any(word in has or any(len(word) > 3 and other.startswith(word[:5]) for other in has) for word in asked)


def _words_of(concept: Concept) -> tuple[str, ...]:
    return search_words(concept.coding.display)


def _unasked(concept: Concept, term: str, asked: set[str]) -> float:
    """Return what a hit loses for a kind that nobody asked for; one met by another term than its title loses none."""
    return UNASKED_KIND if not term and (_BY_NAME & set(_words_of(concept))) - asked else 0.0
