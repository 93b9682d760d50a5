"""Whether new artefacts may replace the old ones: better on unseen records, and no common code worse."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.intervals import holm, sign_test_worse
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId

WATCHED_CODES = 50
LEAST_RECORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorseCode:
    """A frequent code on which the new version answers worse; `p_adjusted` is Holm's over all watched codes."""

    kind: CodeKind
    code: str
    better: int
    worse: int
    p_adjusted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """What the gate saw: micro-F1 of both versions on the same unseen records, their difference, and the verdict."""

    records: int
    old_f1: float
    new_f1: float
    difference: float
    low: float
    high: float
    watched: int
    worse_codes: tuple[WorseCode, ...]
    accepted: bool
    reason: str


def decide_gate(
    truth: Sequence[CodedCase], old: Mapping[RecordId, CodedCase], new: Mapping[RecordId, CodedCase], *,
    draws: int = 2000, seed: int = 1, watched: int = WATCHED_CODES,
) -> GateDecision:
    """Compare two versions on verified records that neither has seen.

    The interval is that of the paired difference when records are drawn with replacement (95 %). A watched code is
    worse when, of the records on which only one version answers rightly for it, too many went to the old one for
    chance (one-sided sign test, Holm over the watched codes, 5 %).
    """
    triples = [(_counts(case, old[case.record_id]), _counts(case, new[case.record_id])) for case in truth]
    before, after = _f1([a for a, _ in triples]), _f1([b for _, b in triples])
    if len(truth) < LEAST_RECORDS:
        return GateDecision(
            records=len(truth), old_f1=before, new_f1=after, difference=after - before, low=-1.0, high=1.0, watched=0,
            worse_codes=(), accepted=False,
            reason=f"only {len(truth)} verified records are kept for the gate, {LEAST_RECORDS} are needed",
        )
    source = random.Random(seed)
    drawn: list[float] = []
    for _ in range(draws):
        sample = source.choices(triples, k=len(triples))
        drawn.append(_f1([b for _, b in sample]) - _f1([a for a, _ in sample]))
    drawn.sort()
    low, high = drawn[int(0.025 * draws)], drawn[min(draws - 1, int(0.975 * draws))]
    frequent = [key for key, _ in Counter(key for case in truth for key in sorted(case.keys)).most_common(watched)]
    worse = _worse_codes(frequent, truth, old, new)
    if worse:
        named = ", ".join(each.code for each in worse[:5])
        accepted, reason = False, f"worse beyond chance on {len(worse)} of {len(frequent)} frequent codes: {named}"
    elif low <= 0:
        accepted = False
        reason = f"not shown to be better: the difference in F1 is {after - before:+.3f} ({low:+.3f} to {high:+.3f})"
    else:
        accepted, reason = True, f"better by {after - before:+.3f} F1 ({low:+.3f} to {high:+.3f})"
    return GateDecision(
        records=len(truth), old_f1=before, new_f1=after, difference=after - before, low=low, high=high,
        watched=len(frequent), worse_codes=worse, accepted=accepted, reason=reason,
    )


def _worse_codes(
    frequent: Sequence[tuple[CodeKind, str]], truth: Sequence[CodedCase], old: Mapping[RecordId, CodedCase],
    new: Mapping[RecordId, CodedCase],
) -> tuple[WorseCode, ...]:
    rows: list[tuple[tuple[CodeKind, str], int, int]] = []
    for key in frequent:
        better = worse = 0
        for case in truth:
            was = (key in old[case.record_id].keys) == (key in case.keys)
            now = (key in new[case.record_id].keys) == (key in case.keys)
            better, worse = better + (now and not was), worse + (was and not now)
        rows.append((key, better, worse))
    adjusted = holm([sign_test_worse(better, worse) for _, better, worse in rows])
    return tuple(
        WorseCode(kind=key[0], code=key[1], better=better, worse=worse, p_adjusted=p)
        for (key, better, worse), p in zip(rows, adjusted, strict=True) if p < 0.05
    )


def _counts(truth: CodedCase, found: CodedCase) -> tuple[int, int, int]:
    return len(truth.keys & found.keys), len(found.keys), len(truth.keys)


def _f1(counts: Sequence[tuple[int, int, int]]) -> float:
    right, said, gold = (sum(c[n] for c in counts) for n in range(3))
    return 2 * right / (said + gold) if said + gold else 0.0
