"""Grounding: for each sentence, the codes that its words may mean, with what speaks for each."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.words import STOP_WORDS, Word, words_of
from ehrcoder.engine.lexicon import Lexicon, LexiconHit
from ehrcoder.engine.mentions import MentionHit, MentionLexicon
from ehrcoder.engine.segment import Sentence
from ehrcoder.ports import CodeSetIndex, TermHit

WINDOW = 5
# More terms of procedures bring more chance resemblances than codes (docs/decisions/0012).
TERMS_A_WINDOW = {CodeKind.DIAGNOSIS: 20, CodeKind.PROCEDURE: 12}
LEXICON_CODES_A_SENTENCE = 24
SYSTEM_OF_KIND = {CodeKind.DIAGNOSIS: ICD_10_CM, CodeKind.PROCEDURE: ICD_10_PCS}


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A code that a sentence may support. `first` and `last` are indices of its words in the sentence."""

    kind: CodeKind
    code: str
    first: int
    last: int
    share: float = 0.0
    other_share: float = 0.0
    doubt: float = 0.0
    together: int = 0
    phrase: int = 0
    length: int = 0
    term: str = ""
    term_score: float = 0.0
    term_cover: float = 0.0
    term_words: int = 0
    term_rank: int = 0
    mention: tuple[str, ...] = ()
    mention_score: float = 0.0
    mention_cover: float = 0.0
    mention_share: float = 0.0
    mention_together: int = 0
    mention_sentences: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was learned about the words of one language.

    With a `glossary`, a sentence's words are looked up among the code sets' terms in translation.
    """

    lexicon: Lexicon
    mentions: MentionLexicon
    glossary: Mapping[str, Sequence[str]] | None = None


def ground(sentence: Sentence, *, sources: Sources, index: CodeSetIndex) -> list[Candidate]:
    """Return the candidates of one sentence from all sources, merged by code."""
    words = words_of(sentence.text)
    found = _from_lexicon(sources.lexicon.look_up(words))
    _add_mentions(found, sources.mentions.look_up(words))
    _add_terms(found, words, index, sources.glossary)
    return list(found.values())


def _from_lexicon(hits: Sequence[LexiconHit]) -> dict[tuple[CodeKind, str], Candidate]:
    by_code: defaultdict[tuple[CodeKind, str], list[LexiconHit]] = defaultdict(list)
    for hit in hits:
        by_code[hit.code.kind, hit.code.code].append(hit)
    candidates: list[Candidate] = []
    for (kind, code), group in by_code.items():
        best = max(group, key=lambda hit: (hit.share, hit.length, hit.together, -hit.first))
        others = [hit.share for hit in group if hit.last < best.first or hit.first > best.last]
        candidates.append(
            Candidate(
                kind=kind,
                code=code,
                first=best.first,
                last=best.last,
                share=best.share,
                other_share=max(others, default=0.0),
                doubt=sum(math.log1p(-min(hit.share, 0.95)) for hit in group),
                together=best.together,
                phrase=best.phrase,
                length=best.length,
            )
        )
    kept: dict[tuple[CodeKind, str], Candidate] = {}
    for kind in SYSTEM_OF_KIND:
        ranked = sorted((c for c in candidates if c.kind is kind), key=lambda c: (c.doubt, c.code))
        kept.update({(c.kind, c.code): c for c in ranked[:LEXICON_CODES_A_SENTENCE]})
    return kept


def _add_mentions(found: dict[tuple[CodeKind, str], Candidate], hits: Sequence[MentionHit]) -> None:
    """Add what coders marked: a code's best mention is the one that most surely meant it, by cover and share."""
    for hit in hits:
        for kind, code, together in hit.mention.codes:
            share = together / (hit.mention.sentences + 0.5)
            score = hit.cover * share
            candidate = found.get((kind, code))
            if candidate is None:
                candidate = Candidate(kind=kind, code=code, first=hit.first, last=hit.last)
                found[kind, code] = candidate
            if (score, hit.mention.words) > (candidate.mention_score, candidate.mention):
                candidate.mention, candidate.mention_score = hit.mention.words, score
                candidate.mention_cover, candidate.mention_share = hit.cover, share
                candidate.mention_together, candidate.mention_sentences = together, hit.mention.sentences
                candidate.first, candidate.last = hit.first, hit.last


def _add_terms(
    found: dict[tuple[CodeKind, str], Candidate],
    words: Sequence[Word],
    index: CodeSetIndex,
    glossary: Mapping[str, Sequence[str]] | None,
) -> None:
    content = [i for i, word in enumerate(words) if word.form not in STOP_WORDS and not word.form.isdigit()]
    if glossary is not None:
        content = [i for i in content if glossary.get(words[i].form, True)]
    if not content:
        return
    for start in range(0, max(1, len(content) - WINDOW + 1), 2):
        window = content[start : start + WINDOW]
        forms = {form: i for i in window for form in _searched(words[i].form, glossary)}
        for kind, system in SYSTEM_OF_KIND.items():
            hits = index.terms(list(forms), system=system, limit=TERMS_A_WINDOW[kind])
            for rank, hit in enumerate(hits, start=1):
                _merge_term(found, kind, hit, rank, forms)


def _searched(form: str, glossary: Mapping[str, Sequence[str]] | None) -> Sequence[str]:
    """Return the words to look for among the terms: the translations, else the word itself (names, Latin)."""
    return (form,) if glossary is None else glossary.get(form, (form,))


def _merge_term(
    found: dict[tuple[CodeKind, str], Candidate],
    kind: CodeKind,
    hit: TermHit,
    rank: int,
    forms: dict[str, int],
) -> None:
    shared = [forms[form] for form in hit.matched]
    candidate = found.get((kind, hit.code))
    if candidate is None:
        candidate = Candidate(kind=kind, code=hit.code, first=min(shared), last=max(shared))
        found[kind, hit.code] = candidate
    if (hit.score, hit.cover) > (candidate.term_score, candidate.term_cover):
        candidate.term, candidate.term_score, candidate.term_cover = hit.term, hit.score, hit.cover
        candidate.term_words, candidate.term_rank = len(hit.matched), rank
        if candidate.share == 0.0 and not candidate.mention:
            candidate.first, candidate.last = min(shared), max(shared)
