"""The order of verification that pays most, and why each record stands where it does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.ids import RecordId


class VerifyOrder(StrEnum):
    """What the queue puts first."""

    PAYS_MOST = "pays-most"
    UNCERTAINTY = "uncertainty"
    DISAGREEMENT = "disagreement"
    RARE_CODES = "rare-codes"
    LIKELY_ERRORS = "likely-errors"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSignals:
    """What speaks for verifying a record soon, each on its own scale of 0 or more.

    `uncertainty` is the expected number of wrong suggestions, `disagreement` the share of codes that the sources
    of the record (lexicon, model, codes that came with it, an earlier version) do not share, `rarity` the mean
    information of its codes in bits, `findings` how many automatic checks name it.
    """

    record_id: RecordId
    uncertainty: float
    disagreement: float
    rarity: float
    findings: int
    rare_code: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A record with the score and the reason for its place."""

    record_id: RecordId
    score: float
    reason: str


def signals_of(
    cases: Sequence[CodedCase], *, others: Mapping[RecordId, frozenset[str]], findings: Mapping[RecordId, Sequence[str]]
) -> tuple[RecordSignals, ...]:
    """Return the signals of labelled records; `others` are the codes that another source gave the same record."""
    counts = Counter(mark.key for case in cases for mark in case.marks)
    total = max(1, len(cases))
    found: list[RecordSignals] = []
    for case in cases:
        bits = {mark.code: math.log2(total / counts[mark.key]) for mark in case.marks}
        codes = frozenset(mark.code for mark in case.marks)
        other = others.get(case.record_id)
        apart = 0.0 if other is None or not codes | other else 1 - len(codes & other) / len(codes | other)
        named = findings.get(case.record_id, ())
        found.append(RecordSignals(
            record_id=case.record_id, uncertainty=sum(1 - mark.confidence for mark in case.marks),
            disagreement=apart, rarity=sum(bits.values()) / len(bits) if bits else 0.0, findings=len(named),
            rare_code=max(bits, key=lambda code: (bits[code], code)) if bits else "",
            finding=named[0] if named else "",
        ))
    return tuple(found)


def ranked(signals: Sequence[RecordSignals], order: VerifyOrder) -> tuple[Ranked, ...]:
    """Return the records in an order, best first; PLAIN keeps the given one.

    PAYS_MOST adds the four signals after putting each on a scale of 0 to 1 by its rank among the records, findings
    weighing double: what a check names is wrong more often than what is merely unsure.
    """
    if order is VerifyOrder.PLAIN:
        return tuple(Ranked(record_id=s.record_id, score=0.0, reason="plain order") for s in signals)
    scales = {
        VerifyOrder.UNCERTAINTY: _scaled([s.uncertainty for s in signals]),
        VerifyOrder.DISAGREEMENT: _scaled([s.disagreement for s in signals]),
        VerifyOrder.RARE_CODES: _scaled([s.rarity for s in signals]),
        VerifyOrder.LIKELY_ERRORS: _scaled([float(s.findings) for s in signals]),
    }
    weights = {VerifyOrder.LIKELY_ERRORS: 2.0}
    found: list[Ranked] = []
    for n, signal in enumerate(signals):
        parts = {name: scale[n] * weights.get(name, 1.0) for name, scale in scales.items()}
        score = sum(parts.values()) if order is VerifyOrder.PAYS_MOST else scales[order][n]
        leading = max(parts, key=lambda name: (parts[name], name)) if order is VerifyOrder.PAYS_MOST else order
        found.append(Ranked(record_id=signal.record_id, score=round(score, 4), reason=_reason(signal, leading)))
    return tuple(sorted(found, key=lambda each: -each.score))


def _reason(signal: RecordSignals, leading: VerifyOrder) -> str:
    match leading:
        case VerifyOrder.UNCERTAINTY:
            return f"about {signal.uncertainty:.1f} of its suggestions are expected to be wrong"
        case VerifyOrder.DISAGREEMENT:
            return f"sources differ on {signal.disagreement:.0%} of its codes"
        case VerifyOrder.RARE_CODES:
            return f"rare codes, such as {signal.rare_code}" if signal.rare_code else "no suggestion"
        case VerifyOrder.LIKELY_ERRORS:
            more = f" and {signal.findings - 1} more" if signal.findings > 1 else ""
            return f"check: {signal.finding}{more}" if signal.finding else "no check names it"
        case VerifyOrder.PAYS_MOST | VerifyOrder.PLAIN:
            return "plain order"


def _scaled(values: Sequence[float]) -> list[float]:
    """Return each value's place among all, 0 for the lowest and for nothing at all, 1 for the highest."""
    ordered = sorted(values)
    place = {value: n for n, value in enumerate(ordered)}
    return [place[value] / max(1, len(values) - 1) if value > 0 else 0.0 for value in values]
