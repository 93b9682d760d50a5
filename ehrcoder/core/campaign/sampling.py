"""Chooses which records to code first: every cluster and stratum in proportion, typical and unusual ones of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.facts import SAMPLED_DIMENSIONS, UNKNOWN, RecordFacts
from ehrcoder.core.campaign.plan import WorkItem
from ehrcoder.core.campaign.sample_size import allocate
from ehrcoder.core.ids import RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Which cluster each record's text is in, how far from its centre (0 to 2), and words that name each cluster."""

    cluster: Mapping[RecordId, int]
    distance: Mapping[RecordId, float]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One value of a dimension: how often among all records, and how often in the sample."""

    dimension: str
    value: str
    total: int
    sampled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well a sample stands for the whole.

    `apart` is, for each dimension, half the sum of the differences between the shares (total variation: 0 the same
    mix, 1 nothing in common). `clusters_met` is the share of clusters with a sampled record.
    """

    records: int
    sampled: int
    shares: tuple[Share, ...]
    apart: tuple[tuple[str, float], ...]
    clusters_met: float


def choose_sample(
    facts: Sequence[RecordFacts], clustering: Clustering, *, size: int, weights: Mapping[str, float] | None = None
) -> tuple[WorkItem, ...]:
    """Return the records to code, with a reason each, ordered so that every beginning of the list is a fair sample.

    Clusters get their share of the sample, strata (with the chapter of known codes) their share within a cluster; of
    each cell the most typical record is taken first, then the least typical, and so on. `weights` raises or lowers a
    value such as "female" or "80 and over".
    """
    by_cluster: defaultdict[int, list[RecordFacts]] = defaultdict(list)
    for each in facts:
        by_cluster[clustering.cluster[each.record_id]].append(each)
    weight = {str(c): _mean_weight(members, weights) for c, members in by_cluster.items()}
    parts = allocate({str(c): len(members) for c, members in by_cluster.items()}, size, weights=weight)
    chosen: list[tuple[float, WorkItem]] = []
    # What a stratum was due and did not get for want of whole records is carried on to the next cluster.
    owed: defaultdict[str, float] = defaultdict(float)
    for cluster in sorted(by_cluster):
        wanted = parts[str(cluster)]
        for place, item in enumerate(_of_cluster(by_cluster[cluster], clustering, cluster, wanted, weights, owed)):
            chosen.append(((place + 0.5) / max(1, wanted), item))
    return tuple(item for _, item in sorted(chosen, key=lambda pair: (pair[0], pair[1].stratum, pair[1].record_id)))


def _of_cluster(
    members: Sequence[RecordFacts], clustering: Clustering, cluster: int, wanted: int,
    weights: Mapping[str, float] | None, owed: dict[str, float],
) -> list[WorkItem]:
    cells: defaultdict[str, list[RecordFacts]] = defaultdict(list)
    for each in members:
        cells[each.sampled_stratum].append(each)
    mass = {name: len(cell) * _mean_weight(cell, weights) for name, cell in cells.items()}
    parts = _share_out(wanted, {name: len(cell) for name, cell in cells.items()}, mass, owed)
    items: list[WorkItem] = []
    for name in sorted(cells):
        ranked = sorted(cells[name], key=lambda each: (clustering.distance[each.record_id], each.content_sha256))
        for _ in range(parts[name]):
            typical = len(items) % 2 == 0
            record = ranked.pop(0 if typical else -1)
            kind = "typical of" if typical else "at the edge of"
            where = f"text cluster {cluster + 1} ({clustering.names[cluster]})"
            items.append(WorkItem(
                record_id=record.record_id, stratum=name, score=round(clustering.distance[record.record_id], 4),
                reason=f"{kind} {where}; {len(members)} records there, {len(cells[name])} of this stratum",
            ))
    return items


def _share_out(
    wanted: int, sizes: Mapping[str, int], mass: Mapping[str, float], owed: dict[str, float]
) -> dict[str, int]:
    """Give each cell its part of a cluster's sample, one record at a time to the one that is owed most."""
    whole = sum(mass.values())
    for name, share in mass.items():
        owed[name] += wanted * share / whole
    parts = dict.fromkeys(sizes, 0)
    for _ in range(min(wanted, sum(sizes.values()))):
        name = max((each for each in sizes if parts[each] < sizes[each]), key=lambda each: (owed[each], each))
        parts[name] += 1
        owed[name] -= 1
    return parts


def coverage_of(
    facts: Sequence[RecordFacts], sampled: frozenset[RecordId], clustering: Clustering | None
) -> Coverage:
    """Compare the sample with the whole in every dimension."""
    shares: list[Share] = []
    apart: list[tuple[str, float]] = []
    inside = [each for each in facts if each.record_id in sampled]
    values_of = {dimension: {each.record_id: each.of(dimension) for each in facts} for dimension in SAMPLED_DIMENSIONS}
    if set(values_of["code chapter"].values()) <= {UNKNOWN}:
        del values_of["code chapter"]
    if clustering is not None:
        names = [f"{number + 1} {name}" for number, name in enumerate(clustering.names)]
        values_of["text cluster"] = {each.record_id: names[clustering.cluster[each.record_id]] for each in facts}
    met = 1.0
    for dimension, values in values_of.items():
        everywhere = Counter(values.values())
        here = Counter(values[each.record_id] for each in inside)
        shares.extend(Share(dimension=dimension, value=value, total=count, sampled=here[value])
                      for value, count in sorted(everywhere.items()))
        apart.append((dimension, 0.5 * sum(
            abs(count / len(facts) - here[value] / max(1, len(inside))) for value, count in everywhere.items())))
        if dimension == "text cluster":
            met = len(here) / len(everywhere)
    return Coverage(records=len(facts), sampled=len(inside), shares=tuple(shares), apart=tuple(apart),
                    clusters_met=met)


def _mean_weight(members: Sequence[RecordFacts], weights: Mapping[str, float] | None) -> float:
    if not weights:
        return 1.0
    total = 0.0
    for each in members:
        weight = 1.0
        for dimension in SAMPLED_DIMENSIONS:
            weight *= weights.get(each.of(dimension), 1.0)
        total += weight
    return total / len(members)
