"""Merging: what the sentences of a record say of each code, gathered into one row a code."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.ground import Candidate

CODE_FEATURES = (
    "best",
    "second",
    "sum",
    "strong_sentences",
    "sentences",
    "rank",
    "family_best",
    "family_gap",
    "share",
    "other_share",
    "doubt",
    "together",
    "phrase",
    "length",
    "code_sentences",
    "term_score",
    "term_cover",
    "term_words",
    "rival_share",
    "is_procedure",
    "code_length",
    "is_unspecified",
    "is_symptom",
    "is_billable",
    "record_sentences",
    "record_mass",
    "mention_best",
    "mention_second",
    "mention_share",
    "mention_cover",
    "mention_together",
    "mention_sentences",
    "mention_words",
    "mention_family_gap",
)
JUDGE_FEATURES = (
    "margin",
    "margin_second",
    "margin_mean",
    "judged",
    "margin_rank",
    "family_margin_gap",
    "sentence_margin_gap",
    "prior",
    "prior_rank",
    "prior_family",
)
# How many codes of a kind the model is asked about in one record, and on how many sentences each.
JUDGED_CODES = {CodeKind.DIAGNOSIS: 70, CodeKind.PROCEDURE: 28}
# A code less probable than this without the model is not worth a question.
JUDGED_PRIOR = 0.002
JUDGED_SENTENCES = 2
# A code's second sentence is worth a question only when its words speak for it.
SECOND_SENTENCE_FLOOR = 0.05
_SMALL = 1e-4


@dataclass(slots=True, kw_only=True)
class Pair:
    """One candidate in one sentence, with the scores of the stages so far."""

    sentence: int
    candidate: Candidate
    features: Sequence[float]
    score: float
    margin: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCase:
    """Everything that a record's sentences say of one code, best sentence first."""

    kind: CodeKind
    code: str
    pairs: tuple[Pair, ...]
    is_billable: bool
    code_sentences: int

    @property
    def best_margin(self) -> float | None:
        """The highest margin that the model gave, None where it was not asked."""
        return max((p.margin for p in self.pairs if p.margin is not None), default=None)


def cases_of(
    pairs: Sequence[Pair], *, billable: Set[str], sentences_with: Mapping[tuple[CodeKind, str], int]
) -> list[CodeCase]:
    """Gather pairs by code, the best-scored code first."""
    by_code: defaultdict[tuple[CodeKind, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_code[pair.candidate.kind, pair.candidate.code].append(pair)
    cases = [
        CodeCase(
            kind=kind,
            code=code,
            pairs=tuple(sorted(group, key=lambda p: (-p.score, p.sentence))),
            is_billable=code in billable,
            code_sentences=sentences_with.get((kind, code), 0),
        )
        for (kind, code), group in by_code.items()
    ]
    return sorted(cases, key=lambda case: (-case.pairs[0].score, case.code))


def pairs_to_judge(cases: Sequence[CodeCase], priors: Sequence[float]) -> list[Pair]:
    """Choose what the model is asked about: the codes most probable without it, on their best sentences."""
    chosen: list[Pair] = []
    taken = dict.fromkeys(JUDGED_CODES, 0)
    for case, prior in by_prior(cases, priors):
        if prior < JUDGED_PRIOR or taken[case.kind] == JUDGED_CODES[case.kind]:
            continue
        taken[case.kind] += 1
        chosen.append(case.pairs[0])
        chosen.extend(p for p in case.pairs[1:JUDGED_SENTENCES] if p.score >= SECOND_SENTENCE_FLOOR)
    return chosen


def by_prior(cases: Sequence[CodeCase], priors: Sequence[float]) -> list[tuple[CodeCase, float]]:
    """Return cases with their probabilities without the model, the most probable first."""
    return sorted(zip(cases, priors, strict=True), key=lambda pair: (-pair[1], pair[0].kind, pair[0].code))


def code_features(cases: Sequence[CodeCase], *, sentence_count: int) -> list[list[float]]:
    """Return a row of CODE_FEATURES for each case."""
    families: defaultdict[tuple[CodeKind, str], list[CodeCase]] = defaultdict(list)
    for case in cases:
        families[case.kind, case.code[:3]].append(case)
    mass = {kind: sum(case.pairs[0].score for case in cases if case.kind is kind) for kind in CodeKind}
    seen = dict.fromkeys(CodeKind, 0)
    rows: list[list[float]] = []
    for case in cases:
        rows.append(
            _lexical(case, families[case.kind, case.code[:3]], seen[case.kind], sentence_count, mass[case.kind])
        )
        seen[case.kind] += 1
    return rows


def judged_features(
    cases: Sequence[CodeCase], rows: Sequence[Sequence[float]], priors: Sequence[float]
) -> tuple[list[int], list[list[float]]]:
    """Return the places of the cases that the model was asked about, and their CODE_FEATURES with JUDGE_FEATURES."""
    families: defaultdict[tuple[CodeKind, str], list[CodeCase]] = defaultdict(list)
    family_prior: defaultdict[tuple[CodeKind, str], float] = defaultdict(float)
    for case, prior in zip(cases, priors, strict=True):
        families[case.kind, case.code[:3]].append(case)
        family_prior[case.kind, case.code[:3]] += prior
    rank = {(case.kind, case.code): place for place, (case, _) in enumerate(by_prior(cases, priors))}
    places: list[int] = []
    judged: list[list[float]] = []
    for place, (case, row, prior, margins) in enumerate(
        zip(cases, rows, priors, _judged(cases, families), strict=True)
    ):
        if case.best_margin is not None:
            places.append(place)
            odds = math.log((prior + _SMALL) / (1 - prior + _SMALL))
            key = (case.kind, case.code[:3])
            judged.append([*row, *margins, odds, float(rank[case.kind, case.code]), family_prior[key]])
    return places, judged


def _lexical(case: CodeCase, family: Sequence[CodeCase], rank: int, sentence_count: int, mass: float) -> list[float]:
    scores = [pair.score for pair in case.pairs]
    best = case.pairs[0].candidate
    others = max((other.pairs[0].score for other in family if other is not case), default=0.0)
    mentions = sorted((p.candidate for p in case.pairs), key=lambda c: -c.mention_score)
    family_mention = max((_mention_score(other) for other in family if other is not case), default=0.0)
    return [
        scores[0],
        scores[1] if len(scores) > 1 else 0.0,
        sum(scores),
        float(sum(score > 0.2 for score in scores)),
        float(len(scores)),
        float(rank),
        max(scores[0], others),
        scores[0] - others,
        max(p.candidate.share for p in case.pairs),
        best.other_share,
        min(p.candidate.doubt for p in case.pairs),
        float(max(p.candidate.together for p in case.pairs)),
        float(best.phrase),
        float(best.length),
        float(case.code_sentences),
        max(p.candidate.term_score for p in case.pairs),
        max(p.candidate.term_cover for p in case.pairs),
        float(best.term_words),
        float(case.pairs[0].features[15]),
        float(case.kind is CodeKind.PROCEDURE),
        float(len(case.code)),
        float(case.code.endswith("9")),
        float(case.code.startswith("R")),
        float(case.is_billable),
        float(sentence_count),
        mass,
        mentions[0].mention_score,
        mentions[1].mention_score if len(mentions) > 1 else 0.0,
        mentions[0].mention_share,
        mentions[0].mention_cover,
        float(max(c.mention_together for c in mentions)),
        float(mentions[0].mention_sentences),
        float(len(mentions[0].mention)),
        mentions[0].mention_score - family_mention,
    ]


def _mention_score(case: CodeCase) -> float:
    return max(pair.candidate.mention_score for pair in case.pairs)


def _judged(cases: Sequence[CodeCase], families: dict[tuple[CodeKind, str], list[CodeCase]]) -> list[list[float]]:
    best_in_sentence: defaultdict[tuple[CodeKind, int], list[float]] = defaultdict(list)
    for case in cases:
        for pair in case.pairs:
            if pair.margin is not None:
                best_in_sentence[case.kind, pair.sentence].append(pair.margin)
    ranked = sorted((m for case in cases if (m := case.best_margin) is not None), reverse=True)
    rank_of = {margin: float(place) for place, margin in reversed(list(enumerate(ranked)))}
    rows: list[list[float]] = []
    for case in cases:
        margins = sorted((p.margin for p in case.pairs if p.margin is not None), reverse=True)
        if not margins:
            rows.append([math.nan] * 3 + [0.0] + [math.nan] * 3)
            continue
        rivals = [
            m
            for other in families[case.kind, case.code[:3]]
            if other is not case and (m := other.best_margin) is not None
        ]
        top = next(p for p in case.pairs if p.margin == margins[0])
        same_sentence = sorted(best_in_sentence[case.kind, top.sentence], reverse=True)
        rest = same_sentence[1] if same_sentence[0] == margins[0] and len(same_sentence) > 1 else same_sentence[0]
        rows.append(
            [
                margins[0],
                margins[1] if len(margins) > 1 else math.nan,
                sum(margins) / len(margins),
                float(len(margins)),
                rank_of[margins[0]],
                margins[0] - max(rivals, default=-10.0),
                margins[0] - rest,
            ]
        )
    return rows
