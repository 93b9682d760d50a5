"""Whether coding is as good for one group of records as for the others: rates, intervals, and what chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.facts import DIMENSIONS, RecordFacts
from ehrcoder.core.campaign.intervals import Difference, Estimate, clustered_difference, clustered_proportion, holm
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId

LEAST_RECORDS = 10
"""Groups of fewer records are not shown: their rate would say more of single patients than of the group."""


class Rate(StrEnum):
    """What is compared between groups. For all but ACCEPTANCE less is better."""

    ACCEPTANCE = "suggestions accepted"
    MISSES = "codes missed"
    UNSPECIFIED = "unspecified codes"
    ERRORS = "codes wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """One rate in one group against all other records of the dimension.

    A suppressed group has no figures. `p_adjusted` is Holm's over all groups, dimensions and rates looked at.
    """

    dimension: str
    group: str
    rate: Rate
    records: int
    suppressed: bool
    estimate: Estimate | None = None
    difference: Difference | None = None
    p_adjusted: float = 1.0
    record_ids: tuple[RecordId, ...] = ()

    @property
    def stands_out(self) -> bool:
        """Whether the difference is more than chance over all looks explains."""
        return not self.suppressed and self.p_adjusted < 0.05


Counts = Mapping[RecordId, tuple[int, int]]
"""For each record how many units show the thing, of how many."""


def counts_of(
    labelled: Sequence[CodedCase], truth: Mapping[RecordId, CodedCase], unspecified: frozenset[str]
) -> dict[Rate, dict[RecordId, tuple[int, int]]]:
    """Count what each rate needs, from the engine's labels and what people decided about the same records."""
    counts: dict[Rate, dict[RecordId, tuple[int, int]]] = {rate: {} for rate in Rate}
    for case in labelled:
        decided = truth.get(case.record_id)
        if decided is None:
            continue
        right = len(case.keys & decided.keys)
        counts[Rate.ACCEPTANCE][case.record_id] = (right, len(case.keys))
        counts[Rate.MISSES][case.record_id] = (len(decided.keys) - right, len(decided.keys))
        counts[Rate.ERRORS][case.record_id] = (len(case.keys) - right, len(case.keys))
        diagnoses = [mark for mark in case.marks if mark.kind is CodeKind.DIAGNOSIS]
        counts[Rate.UNSPECIFIED][case.record_id] = (sum(m.code in unspecified for m in diagnoses), len(diagnoses))
    return counts


def group_rates(
    facts: Sequence[RecordFacts], counts: Mapping[Rate, Counts], *, least: int = LEAST_RECORDS,
    rates: Sequence[Rate] = (Rate.ACCEPTANCE, Rate.MISSES, Rate.UNSPECIFIED),
) -> tuple[GroupRate, ...]:
    """Return every rate in every group. Codes of one record count as one cluster.

    Where a single group of a dimension is too small, the next smallest is suppressed with it: otherwise its figures
    would follow from the total. ERRORS is 1 - ACCEPTANCE over the same units and adds a look without news, so it is
    left out unless it is asked for.
    """
    found: list[GroupRate] = []
    for dimension in DIMENSIONS:
        groups: dict[str, list[RecordId]] = {}
        for each in facts:
            groups.setdefault(each.of(dimension), []).append(each.record_id)
        for rate in rates:
            found.extend(_of_dimension(dimension, groups, rate, counts[rate], least))
    adjusted = iter(holm([g.difference.p_value for g in found if g.difference is not None]))
    return tuple(g if g.difference is None else replace(g, p_adjusted=next(adjusted)) for g in found)


def _of_dimension(
    dimension: str, groups: Mapping[str, Sequence[RecordId]], rate: Rate, counts: Counts, least: int
) -> list[GroupRate]:
    members = {name: [r for r in ids if counts.get(r, (0, 0))[1]] for name, ids in groups.items()}
    members = {name: ids for name, ids in members.items() if ids}
    hidden = _hidden({name: len(ids) for name, ids in members.items()}, least)
    found: list[GroupRate] = []
    for name in sorted(members):
        inside = [counts[r] for r in members[name]]
        outside = [counts[r] for other, ids in members.items() if other != name for r in ids]
        if name in hidden:
            found.append(GroupRate(dimension=dimension, group=name, rate=rate, records=0, suppressed=True))
            continue
        found.append(GroupRate(
            dimension=dimension, group=name, rate=rate, records=len(inside), suppressed=False,
            estimate=clustered_proportion(inside)[0],
            difference=clustered_difference(inside, outside) if outside else None,
            record_ids=tuple(members[name]),
        ))
    return found


def _hidden(sizes: Mapping[str, int], least: int) -> frozenset[str]:
    small = {name for name, size in sizes.items() if size < least}
    if len(small) == 1 and len(sizes) > 1:
        rest = [name for name in sizes if name not in small]
        small.add(min(rest, key=lambda name: (sizes[name], name)))
    return frozenset(small)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """What can be done about a group that stands out, and what it would have changed on the verified records.

    `floor` is the confidence floor for the group's suggestions, `weight` its weight in the next training sample.
    """

    dimension: str
    group: str
    floor: float
    weight: float
    precision_before: float
    recall_before: float
    precision_after: float
    recall_after: float


def propose_mitigation(
    dimension: str, group: str, labelled: Sequence[CodedCase], truth: Mapping[RecordId, CodedCase], *,
    overall_precision: float,
) -> Mitigation | None:
    """Return the floor at which the group's suggestions are as precise as the others', and a weight for the sample.

    None where nothing was verified in the group. Raising the floor costs recall: both are stated.
    """
    scored = sorted(((m.confidence, m.key in truth[c.record_id].keys) for c in labelled if c.record_id in truth
                     for m in c.marks), reverse=True)
    gold = sum(len(truth[c.record_id].keys) for c in labelled if c.record_id in truth)
    if not scored or not gold:
        return None
    right = sum(hit for _, hit in scored)
    best, hits = (scored[-1][0], right, len(scored)), 0
    for kept, (confidence, hit) in enumerate(scored, start=1):
        hits += hit
        if hits / kept >= overall_precision and kept >= 5:
            best = (confidence, hits, kept)
    floor, hits, kept = best
    return Mitigation(
        dimension=dimension, group=group, floor=round(floor, 4), weight=2.0, precision_before=right / len(scored),
        recall_before=right / gold, precision_after=hits / kept, recall_after=hits / gold,
    )
