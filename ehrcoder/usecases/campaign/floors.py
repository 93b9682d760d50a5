"""Confidence floors for groups of records: what labelling proposes for them is held to a higher confidence.

A floor is how a group in which suggestions are wrong too often is brought to the others' precision; it costs recall
there, and the dashboard states both (core/campaign/fairness.py). Floors can only be raised above the engine's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.facts import DIMENSIONS, RecordFacts
from ehrcoder.core.campaign.plan import Campaign
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.usecases.campaign.store import CampaignStore


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFloor:
    """The least confidence (0 to 1) of what is proposed for a group, such as dimension "sex", group "female"."""

    dimension: str
    group: str
    floor: float


def set_floors(campaign: Campaign, floors: Sequence[GroupFloor], *, store: CampaignStore) -> None:
    """Keep the floors for all labelling from now on, in place of the former ones. Raises InputError."""
    for each in floors:
        if each.dimension not in DIMENSIONS:
            raise InputError(f"Records are not grouped by {each.dimension!r}.", kept="The floors stay as they were.",
                             next_step=f"There are: {', '.join(DIMENSIONS)}.")
        if not 0.0 < each.floor < 1.0:
            raise InputError(f"A floor of {each.floor:g} makes no sense.", kept="The floors stay as they were.",
                             next_step="It lies between 0 and 1.")
    store.add_entry(campaign.campaign_id, "floors", "all", list(floors))


def floors_of(campaign: Campaign, store: CampaignStore) -> tuple[GroupFloor, ...]:
    """Return the floors that hold now."""
    entries = store.entries(campaign.campaign_id, "floors")
    return tuple(GroupFloor(**each) for each in json.loads(entries[-1].body)) if entries else ()


def above_floors(
    suggestions: Sequence[CodeSuggestion], facts: RecordFacts, floors: Sequence[GroupFloor]
) -> tuple[CodeSuggestion, ...]:
    """Return the suggestions that reach every floor of the record's groups; outcomes have no confidence to go by."""
    least = max((each.floor for each in floors if facts.of(each.dimension) == each.group), default=0.0)
    return tuple(s for s in suggestions if s.kind is CodeKind.OUTCOME or s.confidence >= least)
