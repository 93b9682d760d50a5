"""Automatic checks over a whole set of coded records; each finding names its records."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.distributions import binomial_cdf
from ehrcoder.core.campaign.intervals import benjamini_hochberg, newcombe
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId


class CheckKind(StrEnum):
    """What a check looks for."""

    UNLIKELY_CODE = "code that the text hardly supports"
    STRANGE_CODE = "code that no like record has"
    MISSING_CODE = "code that like records have"
    RARE_PAIR = "codes seldom seen together"
    CODE_COUNT = "unusual number of codes"
    DUPLICATES_DIFFER = "same text, different codes"
    CODE_EDITS = "code edit"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """One finding: what, where (all records that it concerns), and how strongly it stands out (higher is more)."""

    check: CheckKind
    message: str
    records: tuple[RecordId, ...]
    strength: float
    code: str = ""


Neighbours = Mapping[RecordId, Sequence[tuple[RecordId, float]]]
"""For each record its nearest others by text, with their likeness (0 to 1), nearest first."""


def unlikely_codes(
    cases: Sequence[CodedCase], support: Mapping[RecordId, Mapping[tuple[CodeKind, str], float]], *, floor: float = 0.05
) -> list[CheckFinding]:
    """Find codes to which the engine, reading the record afresh, gives less than `floor`.

    `support` holds the confidence of each candidate of a record; what is no candidate has none. It takes no note of
    who assigned the code or of its suggestion, so it also finds what was swapped afterwards.
    """
    found: list[CheckFinding] = []
    for case in cases:
        if case.record_id not in support:
            continue
        for mark in case.marks:
            confidence = support[case.record_id].get(mark.key)
            if mark.kind is not CodeKind.OUTCOME and (confidence or 0.0) < floor:
                said = "it is no candidate at all" if confidence is None else f"confidence {confidence:.2f}"
                found.append(CheckFinding(
                    check=CheckKind.UNLIKELY_CODE, code=mark.code, records=(case.record_id,),
                    strength=round(1 - (confidence or 0.0), 4), message=f"{mark.code}: {said}",
                ))
    return found


def strange_codes(
    cases: Sequence[CodedCase], neighbours: Neighbours, *, most_share: float = 0.05, least_surprise: float = 2.0
) -> list[CheckFinding]:
    """Find codes that fit a record's likes badly.

    A code counts for its neighbours' codes of the same family at half. What none of the likest records has,
    although the code is common elsewhere, stands out by the chance of that: `surprise` bits. A code that stands out
    vouches for no other record's, so one wrong code does not hide the next; this is repeated until nothing changes.
    """
    by_id = {case.record_id: case for case in cases}
    codes = Counter(mark.key for case in cases for mark in case.marks)
    families = Counter(family for case in cases for family in {mark.family for mark in case.marks})
    doubted: dict[tuple[RecordId, tuple[CodeKind, str]], CheckFinding] = {}
    asked = [(case, mark) for case in cases for mark in case.marks if codes[mark.key] < len(cases)]
    while asked:
        vouching = {
            case.record_id: [mark for mark in case.marks if (case.record_id, mark.key) not in doubted]
            for case in cases
        }
        new: dict[tuple[RecordId, tuple[CodeKind, str]], CheckFinding] = {}
        for case, mark in asked:
            likes = [(vouching[other], w) for other, w in neighbours.get(case.record_id, ()) if other in by_id]
            mass = sum(w for _, w in likes)
            if len(likes) < 3 or mass <= 0:
                continue
            exact = sum(w for marks, w in likes if any(m.key == mark.key for m in marks))
            family = sum(w for marks, w in likes if any(m.family == mark.family for m in marks))
            support = (0.5 * exact + 0.5 * family) / mass
            # The prior alone says little about a code that hardly anybody has.
            commonness = families[mark.family] / len(cases)
            surprise = -math.log2(1 / len(cases) + mark.confidence * support) + math.log2(1 / len(cases) + commonness)
            if support <= most_share and surprise >= least_surprise:
                having = sum(mark.key in by_id[other].keys for other, _ in neighbours[case.record_id] if other in by_id)
                said = f"{having} of the {len(likes)} likest records, where it is doubtful too" if having else (
                    f"none of the {len(likes)} likest records")
                new[case.record_id, mark.key] = CheckFinding(
                    check=CheckKind.STRANGE_CODE, code=mark.code, records=(case.record_id,),
                    strength=round(surprise, 3), message=f"{mark.code} stands on {said}",
                )
        doubted |= new
        asked = [each for each in asked if (each[0].record_id, each[1].key) not in doubted] if new else []
    return [doubted[case.record_id, mark.key] for case in cases for mark in case.marks
            if (case.record_id, mark.key) in doubted]


def missing_codes(
    cases: Sequence[CodedCase], neighbours: Neighbours, *, least_share: float = 0.8
) -> list[CheckFinding]:
    """Find codes that nearly all of a record's likes have and it lacks, with nothing of the family."""
    by_id = {case.record_id: case for case in cases}
    found: list[CheckFinding] = []
    for case in cases:
        likes = [(by_id[other], likeness) for other, likeness in neighbours.get(case.record_id, ()) if other in by_id]
        mass = sum(likeness for _, likeness in likes)
        if len(likes) < 5 or mass <= 0:
            continue
        have = {mark.family for mark in case.marks}
        weight: defaultdict[tuple[CodeKind, str], float] = defaultdict(float)
        for other, likeness in likes:
            for mark in other.marks:
                weight[mark.key] += likeness
        for (kind, code), value in sorted(weight.items()):
            if value / mass >= least_share and (kind, code[:3]) not in have:
                found.append(CheckFinding(
                    check=CheckKind.MISSING_CODE, code=code, records=(case.record_id,), strength=round(value / mass, 3),
                    message=f"{code} stands on {value / mass:.0%} of the {len(likes)} likest records, not on this one",
                ))
    return found


def rare_pairs(cases: Sequence[CodedCase], *, least_expected: float = 5.0, level: float = 0.01) -> list[CheckFinding]:
    """Find pairs of common codes that occur together far less often than by chance, where they do."""
    count = Counter(mark.key for case in cases for mark in case.marks)
    n = len(cases)
    common = {key for key, times in count.items() if times * max(count.values()) >= least_expected * n}
    together: defaultdict[tuple[tuple[CodeKind, str], tuple[CodeKind, str]], list[RecordId]] = defaultdict(list)
    for case in cases:
        for pair in combinations(sorted(case.keys & common), 2):
            together[pair].append(case.record_id)
    tested = [(pair, records, count[pair[0]] * count[pair[1]] / n) for pair, records in sorted(together.items())
              if count[pair[0]] * count[pair[1]] / n >= least_expected]
    chances = benjamini_hochberg([binomial_cdf(len(records), n, expected / n) for _, records, expected in tested])
    return [
        CheckFinding(
            check=CheckKind.RARE_PAIR, code=f"{pair[0][1]} + {pair[1][1]}", records=tuple(records),
            strength=round(-math.log10(max(chance, 1e-300)), 3),
            message=f"{pair[0][1]} with {pair[1][1]}: {len(records)} times, {expected:.1f} expected by chance",
        )
        for (pair, records, expected), chance in zip(tested, chances, strict=True) if chance < level
    ]


def unusual_counts(cases: Sequence[CodedCase], words: Mapping[RecordId, int], *, least: float = 3.5,
                   ) -> list[CheckFinding]:
    """Find records with far more or fewer codes than others of their length (robust z, Iglewicz and Hoaglin)."""
    bands: defaultdict[int, list[CodedCase]] = defaultdict(list)
    for case in cases:
        bands[int(math.log2(1 + words.get(case.record_id, 0)))].append(case)
    found: list[CheckFinding] = []
    for members in bands.values():
        roots = [math.sqrt(len(case.marks)) for case in members]
        middle = statistics.median(roots)
        spread = statistics.median(abs(root - middle) for root in roots) / 0.6745
        if len(members) < 10 or spread == 0:
            continue
        for case, root in zip(members, roots, strict=True):
            if abs(root - middle) / spread >= least:
                found.append(CheckFinding(
                    check=CheckKind.CODE_COUNT, records=(case.record_id,),
                    strength=round(abs(root - middle) / spread, 3),
                    message=f"{len(case.marks)} codes, where records of this length have about {middle**2:.0f}",
                ))
    return found


def differing_duplicates(cases: Sequence[CodedCase], text_hashes: Mapping[RecordId, str]) -> list[CheckFinding]:
    """Find records with the same text (but for space and case) and different codes."""
    groups: defaultdict[str, list[CodedCase]] = defaultdict(list)
    for case in cases:
        if case.record_id in text_hashes:
            groups[text_hashes[case.record_id]].append(case)
    found: list[CheckFinding] = []
    for members in groups.values():
        everything = frozenset[tuple[CodeKind, str]]().union(*(case.keys for case in members))
        shared = everything.intersection(*(case.keys for case in members))
        if everything != shared:
            codes = ", ".join(code for _, code in sorted(everything - shared)[:5])
            found.append(CheckFinding(
                check=CheckKind.DUPLICATES_DIFFER, code=codes, records=tuple(case.record_id for case in members),
                strength=float(len(everything - shared)),
                message=f"{len(members)} records with the same text differ in {codes}",
            ))
    return found


def drift(
    before: Sequence[CodedCase], after: Sequence[CodedCase], *, level: float = 0.01, least_records: int = 20
) -> list[CheckFinding]:
    """Find code families whose share of records changed between two rounds or versions, after Holm-like correction."""
    if min(len(before), len(after)) < least_records:
        return []
    old = Counter(family for case in before for family in {mark.family for mark in case.marks})
    new = Counter(family for case in after for family in {mark.family for mark in case.marks})
    families = sorted(old.keys() | new.keys())
    tests = [newcombe(new[f], len(after), old[f], len(before)) for f in families]
    found: list[CheckFinding] = []
    for family, test, p in zip(families, tests, benjamini_hochberg([t.p_value for t in tests]), strict=True):
        if p < level:
            records = tuple(c.record_id for c in after if any(m.family == family for m in c.marks))
            found.append(CheckFinding(
                check=CheckKind.DRIFT, code=family[1], records=records, strength=round(abs(test.value), 4),
                message=f"{family[1]}: {old[family] / len(before):.1%} of records before, "
                        f"{new[family] / len(after):.1%} now",
            ))
    return found
