"""What a scorer sees of a candidate: numbers with names, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.ground import Candidate
from ehrcoder.engine.lexicon import Lexicon

PAIR_FEATURES = (
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
    "term_rank",
    "term_ratio",
    "share_rank",
    "doubt_rank",
    "best_family_share",
    "best_rival_share",
    "is_procedure",
    "code_length",
    "is_unspecified",
    "is_symptom",
    "sentence_candidates",
    "best_share",
    "mention_score",
    "mention_cover",
    "mention_share",
    "mention_together",
    "mention_sentences",
    "mention_words",
    "mention_rank",
    "rival_mention_score",
    "best_mention_score",
)


def pair_features(candidates: Sequence[Candidate], *, lexicon: Lexicon) -> list[list[float]]:
    """Return one row of PAIR_FEATURES for each candidate of one sentence."""
    best_term = {kind: max((c.term_score for c in candidates if c.kind is kind), default=0.0) for kind in CodeKind}
    best_share = {kind: max((c.share for c in candidates if c.kind is kind), default=0.0) for kind in CodeKind}
    families: dict[tuple[CodeKind, str], list[float]] = {}
    for candidate in candidates:
        families.setdefault((candidate.kind, candidate.code[:3]), []).append(candidate.share)
    by_share = _ranks([-c.share for c in candidates])
    by_doubt = _ranks([c.doubt for c in candidates])
    by_mention = _ranks([-c.mention_score for c in candidates])
    best_mention = {k: max((c.mention_score for c in candidates if c.kind is k), default=0.0) for k in CodeKind}
    overlapping = _rivals(candidates)
    return [
        [
            c.share,
            c.other_share,
            c.doubt,
            float(c.together),
            float(c.phrase),
            float(c.length),
            float(lexicon.sentences_with(c.kind, c.code)),
            c.term_score,
            c.term_cover,
            float(c.term_words),
            float(c.term_rank),
            c.term_score / (best_term[c.kind] or 1.0),
            by_share[i],
            by_doubt[i],
            max(families[c.kind, c.code[:3]]),
            overlapping[i][0],
            float(c.kind is CodeKind.PROCEDURE),
            float(len(c.code)),
            float(c.code.endswith("9")),
            float(c.code.startswith("R")),
            float(len(candidates)),
            best_share[c.kind],
            c.mention_score,
            c.mention_cover,
            c.mention_share,
            float(c.mention_together),
            float(c.mention_sentences),
            float(len(c.mention)),
            by_mention[i],
            overlapping[i][1],
            best_mention[c.kind],
        ]
        for i, c in enumerate(candidates)
    ]


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    for place, i in enumerate(order):
        ranks[i] = float(place)
    return ranks


def _rivals(candidates: Sequence[Candidate]) -> list[tuple[float, float]]:
    """Return for each candidate the largest share and mention score of another of its kind on overlapping words."""
    found = [(0.0, 0.0)] * len(candidates)
    for kind in CodeKind:
        group = [(i, c) for i, c in enumerate(candidates) if c.kind is kind]
        # Only what was learned from coded records can be a rival, and that is a small part of the candidates.
        known = [(i, c.first, c.last, c.share, c.mention_score) for i, c in group if c.share or c.mention_score]
        for i, candidate in group:
            first, last = candidate.first, candidate.last
            share = mention = 0.0
            for other, start, end, its_share, its_mention in known:
                if start <= last and first <= end and other != i:
                    if its_share > share:
                        share = its_share
                    if its_mention > mention:
                        mention = its_mention
            found[i] = (share, mention)
    return found
