"""Precision, recall, F1 and calibration of labels against what people decided, with intervals over records."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.intervals import Estimate, wilson
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Scores of one part of the codes; micro over codes, F1 with its 95 % interval over records."""

    name: str
    records: int
    precision: float
    recall: float
    f1: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Suggestions of about the same confidence, and how many of them were right."""

    low: float
    high: float
    confidence: float
    right: Estimate


def quality_of(
    name: str, labelled: Mapping[RecordId, CodedCase], truth: Sequence[CodedCase], *,
    keep: Callable[[tuple[CodeKind, str]], bool] | None = None, draws: int = 500, seed: int = 1,
) -> Quality:
    """Score labels against decided codes, of those that `keep` says."""
    rows: list[tuple[int, int, int]] = []
    for case in truth:
        if case.record_id not in labelled:
            continue
        have = {key for key in labelled[case.record_id].keys if keep is None or keep(key)}
        want = {key for key in case.keys if keep is None or keep(key)}
        if have or want:
            rows.append((len(have & want), len(have), len(want)))
    right, said, gold = _sums(rows)
    value = _f1(rows)
    low = high = value
    if rows:
        source = random.Random(seed)
        drawn = sorted(_f1(source.choices(rows, k=len(rows))) for _ in range(draws))
        low, high = drawn[int(0.025 * draws)], drawn[min(draws - 1, int(0.975 * draws))]
    return Quality(name=name, records=len(rows), precision=right / said if said else 0.0,
                   recall=right / gold if gold else 0.0,
                   f1=Estimate(value=value, low=min(low, value), high=max(high, value), count=gold))


def by_kind(labelled: Mapping[RecordId, CodedCase], truth: Sequence[CodedCase]) -> tuple[Quality, ...]:
    """Return the quality for all codes and each kind that occurs."""
    found = [quality_of("all", labelled, truth)]
    for kind in CodeKind:
        each = quality_of(kind.value, labelled, truth, keep=lambda key, kind=kind: key[0] is kind)
        if each.records:
            found.append(each)
    return tuple(found)


def by_family(labelled: Mapping[RecordId, CodedCase], truth: Sequence[CodedCase], *, least: int = 10,
              most: int = 40) -> tuple[Quality, ...]:
    """Return the quality of the most frequent code families (first three characters)."""
    counts: defaultdict[tuple[CodeKind, str], int] = defaultdict(int)
    for case in truth:
        for mark in case.marks:
            counts[mark.family] += 1
    common = sorted((f for f, n in counts.items() if n >= least), key=lambda f: (-counts[f], f))[:most]
    return tuple(
        quality_of(f"{family[1]} ({family[0].value})", labelled, truth, draws=200,
                   keep=lambda key, family=family: key[0] is family[0] and key[1][:3] == family[1])
        for family in common
    )


def calibration_of(
    labelled: Sequence[CodedCase], truth: Mapping[RecordId, CodedCase], *, bins: int = 10
) -> tuple[tuple[CalibrationBin, ...], float]:
    """Return the bins that hold suggestions, and the expected calibration error (Naeini et al. 2015)."""
    groups: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for case in labelled:
        if case.record_id in truth:
            for mark in case.marks:
                place = min(bins - 1, int(mark.confidence * bins))
                groups[place].append((mark.confidence, mark.key in truth[case.record_id].keys))
    total = sum(len(group) for group in groups.values())
    found: list[CalibrationBin] = []
    error = 0.0
    for place in sorted(groups):
        group = groups[place]
        confidence = sum(c for c, _ in group) / len(group)
        right = sum(hit for _, hit in group)
        error += len(group) / total * abs(confidence - right / len(group))
        found.append(CalibrationBin(low=place / bins, high=(place + 1) / bins, confidence=confidence,
                                    right=wilson(right, len(group))))
    return tuple(found), error


def _sums(rows: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    return sum(r for r, _, _ in rows), sum(s for _, s, _ in rows), sum(g for _, _, g in rows)


def _f1(rows: Sequence[tuple[int, int, int]]) -> float:
    right, said, gold = _sums(rows)
    return 2 * right / (said + gold) if said + gold else 0.0
