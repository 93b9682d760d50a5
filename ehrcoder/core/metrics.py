"""Measures of coding quality over records, as the CodiEsp shared task defines them.

Miranda-Escalada et al., "Overview of automatic clinical coding: annotations, guidelines, and solutions for
non-English clinical cases at CodiEsp track of CLEF eHealth 2020".
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRecord:
    """One record's gold codes, suggested codes, full ranking, and the codes that were considered at all."""

    name: str
    gold: frozenset[str]
    suggested: tuple[str, ...]
    ranked: tuple[str, ...]
    considered: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingScores:
    """Micro precision, recall and F1 of the suggested codes, MAP of the ranking; each between 0 and 1."""

    micro_precision: float
    micro_recall: float
    micro_f1: float
    map: float
    micro_f1_3char: float
    candidate_recall: float


def score_coding(records: Sequence[CodedRecord]) -> CodingScores:
    """Score records of one kind of code; records without gold codes count for precision but not for MAP."""
    precision, recall, f1 = micro_scores([(r.gold, frozenset(r.suggested)) for r in records])
    *_, category_f1 = micro_scores([(_categories(r.gold), _categories(r.suggested)) for r in records])
    with_gold = [r for r in records if r.gold]
    gold_count = sum(len(r.gold) for r in records)
    return CodingScores(
        micro_precision=precision,
        micro_recall=recall,
        micro_f1=f1,
        map=sum(average_precision(r.gold, r.ranked) for r in with_gold) / len(with_gold) if with_gold else 0.0,
        micro_f1_3char=category_f1,
        candidate_recall=sum(len(r.gold & r.considered) for r in records) / gold_count if gold_count else 0.0,
    )


def micro_scores(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over (gold, suggested) sets, each counted once a record."""
    true = sum(len(gold & suggested) for gold, suggested in pairs)
    suggested_count = sum(len(suggested) for _, suggested in pairs)
    gold_count = sum(len(gold) for gold, _ in pairs)
    precision = true / suggested_count if suggested_count else 0.0
    recall = true / gold_count if gold_count else 0.0
    f1 = 2 * true / (suggested_count + gold_count) if suggested_count + gold_count else 0.0
    return precision, recall, f1


def average_precision(gold: frozenset[str], ranked: Sequence[str]) -> float:
    """Return the average of the precisions at each gold code's rank; codes never ranked count as zero."""
    hits, total = 0, 0.0
    for place, code in enumerate(ranked, start=1):
        if code in gold:
            hits += 1
            total += hits / place
    return total / len(gold) if gold else 0.0


def bootstrap_interval(
    records: Sequence[CodedRecord],
    measure: Callable[[Sequence[CodedRecord]], float],
    *,
    draws: int = 1000,
    seed: int = 1,
) -> tuple[float, float]:
    """Return the 95 % interval of a measure when records are drawn with replacement."""
    if not records:
        return 0.0, 0.0
    source = random.Random(seed)
    values = sorted(measure(source.choices(records, k=len(records))) for _ in range(draws))
    return values[int(0.025 * draws)], values[min(draws - 1, int(0.975 * draws))]


def paired_gain(
    pairs: Sequence[tuple[CodedRecord, CodedRecord]],
    measure: Callable[[Sequence[CodedRecord]], float],
    *,
    draws: int = 1000,
    seed: int = 1,
) -> tuple[float, tuple[float, float]]:
    """Return what the first of each pair gains over the second, and its 95 % interval over records drawn anew."""
    if not pairs:
        return 0.0, (0.0, 0.0)

    def gain(drawn: Sequence[tuple[CodedRecord, CodedRecord]]) -> float:
        return measure([first for first, _ in drawn]) - measure([second for _, second in drawn])

    source = random.Random(seed)
    values = sorted(gain(source.choices(pairs, k=len(pairs))) for _ in range(draws))
    return gain(pairs), (values[int(0.025 * draws)], values[min(draws - 1, int(0.975 * draws))])


def _categories(codes: Sequence[str] | frozenset[str]) -> frozenset[str]:
    return frozenset(code[:3] for code in codes)
