"""Whether what was planted is found: swapped codes by the checks, a biased group by the rates. For simulations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ehrcoder.core.campaign.checks import unlikely_codes
from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.fairness import Rate, counts_of, group_rates
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.check_set import support_of
from ehrcoder.usecases.campaign.labels import Labels, Records
from ehrcoder.usecases.campaign.sample import Ranker
from ehrcoder.usecases.campaign.simulate import plant_bias, swap_codes

FLOORS = (0.01, 0.02, 0.05, 0.1)
DRAWS = 20


def planted_errors_found(
    cases: Mapping[RecordId, CodedCase], *, records: Records, ranker: Ranker, share: float, seed: int,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Swap a share of right codes and return, for several floors, how many swaps are found and what alarms are worth.

    `found` is the share of planted swaps that are named, `alarms` the share of all codes that are, `precision` the
    share of alarms that name a planted one. Every record is read once; swaps are drawn `draws` times and pooled.
    """
    names = {record_id: records.record(record_id).source_sha256 for record_id in cases}
    support = support_of(list(cases.values()), records, ranker)
    codes = planted_codes = 0
    named_at, right_at = dict.fromkeys(FLOORS, 0), dict.fromkeys(FLOORS, 0)
    for draw in range(draws):
        swapped, planted = swap_codes(cases, share=share, seed=1000 * seed + draw, names=names)
        codes += sum(len(case.marks) for case in swapped.values())
        planted_codes += len(planted)
        for floor in FLOORS:
            named = {(f.records[0], f.code) for f in unlikely_codes(list(swapped.values()), support, floor=floor)}
            named_at[floor] += len(named)
            right_at[floor] += len(named & planted)
    return {"records": len(cases), "draws": draws, "codes": codes, "planted": planted_codes, "by_floor": [
        {"floor": floor, "found": right_at[floor] / max(1, planted_codes), "alarms": named_at[floor] / max(1, codes),
         "precision": right_at[floor] / max(1, named_at[floor])}
        for floor in FLOORS]}


def planted_bias_found(labels: Labels, *, drop: float, seed: int, group: str = "female") -> dict[str, Any]:
    """Take a share of one sex's suggestions away; return what the rates say with and without that."""
    members = frozenset(f.record_id for f in labels.facts if f.sex == group)
    both = {r: c for r, c in labels.labelled.items() if r in labels.decided}
    found: dict[str, Any] = {"group": group, "drop": drop, "records": len(both)}
    biased = plant_bias(both, members, drop=drop, seed=seed, names=labels.text_hashes)
    for name, labelled in (("without", both), ("with", biased)):
        counts = counts_of(list(labelled.values()), labels.decided, frozenset())
        rates = group_rates(labels.facts, counts, rates=(Rate.ACCEPTANCE, Rate.MISSES))
        misses = next((g for g in rates if g.group == group and g.rate is Rate.MISSES), None)
        found[name] = {
            "stand_out": [f"{g.dimension}: {g.group}, {g.rate.value}" for g in rates if g.stands_out],
            "difference_in_misses": misses.difference.value if misses and misses.difference else None,
            "p_adjusted": misses.p_adjusted if misses else None,
        }
    return found
