"""The seed result: after N verified records, how good the next record's suggestions are and what it costs in time."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase, CodeMark
from ehrcoder.core.campaign.effort import Assistance, Find, modelled_parts, modelled_seconds
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.campaign.quality import quality_of
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import EffortParts
from ehrcoder.core.ids import RecordId

UNTRAINED = "untrained"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRow:
    """One row: `records` verified; quality on records never learnt from; mean modelled seconds in both arms.

    `time_ratio` is the modelled time with suggestions over that without, with its 95 % interval over records; `parts`
    are the shares of the time without suggestions to which the time with them goes.
    """

    records: int
    measured_on: int
    precision: float
    recall: float
    f1: Estimate
    f1_diagnoses: Estimate
    seconds_assisted: float
    seconds_manual: float
    time_ratio: Estimate
    parts: EffortParts | None = None


def seed_row(
    records: int, labelled: Mapping[RecordId, CodedCase], truth: Sequence[CodedCase],
    given: Mapping[RecordId, Assistance], *, find: Find | None = None,
) -> SeedRow:
    """Score one version's labels on the next records, and model what they cost."""
    quality = quality_of("all", labelled, truth)
    diagnoses = quality_of("diagnoses", labelled, truth, keep=lambda key: key[0] is CodeKind.DIAGNOSIS)
    pairs = [
        (modelled_seconds(c, given[c.record_id], find=find), modelled_seconds(c, None, find=find)) for c in truth
    ]
    by_hand = sum(m for _, m in pairs) or 1.0
    parts = [modelled_parts(c, given[c.record_id], find=find) for c in truth]
    source = random.Random(1)
    drawn = sorted(_ratio(source.choices(pairs, k=len(pairs))) for _ in range(1000))
    ratio = _ratio(pairs)
    return SeedRow(
        records=records, measured_on=len(truth), precision=quality.precision, recall=quality.recall, f1=quality.f1,
        f1_diagnoses=diagnoses.f1, seconds_assisted=sum(a for a, _ in pairs) / len(pairs),
        seconds_manual=sum(m for _, m in pairs) / len(pairs),
        time_ratio=Estimate(value=ratio, low=drawn[25], high=drawn[974], count=len(pairs)),
        parts=EffortParts(
            accepting=sum(p.accepting for p in parts) / by_hand, rejecting=sum(p.rejecting for p in parts) / by_hand,
            replacing=sum(p.replacing for p in parts) / by_hand, adding=sum(p.adding for p in parts) / by_hand),
    )


def case_of(record_id: RecordId, keys: frozenset[tuple[CodeKind, str]]) -> CodedCase:
    """Return a case of codes alone."""
    return CodedCase(record_id=record_id, marks=tuple(CodeMark(kind=k, code=c) for k, c in sorted(keys)))


def table_markdown(rows: Sequence[tuple[str, SeedRow]], *, how: str) -> str:
    """Return the table, with what is simulated said above it."""
    lines = [
        how, "",
        "| verified records | F1 (95 %) | F1 diagnoses | precision | recall | s a record, assisted | s by hand | "
        "assisted / by hand (95 %) | accepting + rejecting + replacing + adding |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {r.f1.value:.3f} ({r.f1.low:.3f}–{r.f1.high:.3f}) | {r.f1_diagnoses.value:.3f} | "
        f"{r.precision:.3f} | {r.recall:.3f} | {r.seconds_assisted:.0f} | {r.seconds_manual:.0f} | "
        f"{r.time_ratio.value:.2f} ({r.time_ratio.low:.2f}–{r.time_ratio.high:.2f}) | {_shown(r.parts)} |"
        for name, r in rows
    ]
    return "\n".join(lines) + "\n"


def _shown(parts: EffortParts | None) -> str:
    return "" if parts is None else " + ".join(
        f"{part:.2f}" for part in (parts.accepting, parts.rejecting, parts.replacing, parts.adding))


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return sum(a for a, _ in pairs) / sum(m for _, m in pairs)
