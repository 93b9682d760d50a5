"""The rework of a lot that failed its review: signed records that are looked at once more."""

from __future__ import annotations

import datetime as dt
import json

from ehrcoder.core.campaign.plan import Campaign, WorkState
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.usecases.campaign.labels import Records
from ehrcoder.usecases.campaign.store import CampaignStore

REWORK = "rework"


def settle_reworked(campaign: Campaign, name: str, *, records: Records, store: CampaignStore) -> None:
    """Settle the first lines of a rework list whose records were signed anew since it was made, up to one that was not.

    A list may hold thousands of records; those further down are settled when their turn comes.
    """
    made = _made_at(campaign, name, store)
    outcomes: dict[RecordId, tuple[WorkState, str]] = {}
    for line in store.work(campaign.campaign_id, name):
        if line.state is not WorkState.DONE:
            signature = records.coding(line.item.record_id).signature
            if signature is None or signature.at <= made:
                break
            outcomes[line.item.record_id] = (WorkState.DONE, "signed anew")
    if outcomes:
        store.settle(campaign.campaign_id, name, outcomes)


def let_stand(
    campaign: Campaign, record_id: RecordId, coder: CoderId, *, records: Records, store: CampaignStore
) -> str:
    """Settle a record's rework as looked at and right; return its list. Raises InputError where none waits for it."""
    for name in store.lists(campaign.campaign_id):
        if name.rpartition("-")[0] != REWORK:
            continue
        for line in store.work(campaign.campaign_id, name):
            if line.item.record_id == record_id and line.state is not WorkState.DONE:
                if records.coding(record_id).signature is None:
                    raise InputError("The record is being amended.", kept="Nothing was changed.",
                                     next_step="Sign it again; that settles its rework.")
                with store.together():
                    store.add_entry(campaign.campaign_id, "rework-stands", record_id, {"coder": coder, "list": name})
                    store.settle(campaign.campaign_id, name, {record_id: (WorkState.DONE, "looked at, stands")})
                return name
    raise InputError("No rework waits for this record.", kept="Nothing was changed.")


def _made_at(campaign: Campaign, name: str, store: CampaignStore) -> dt.datetime:
    """Return when a rework list was made: with the result of its round, in one transaction."""
    for entry in store.entries(campaign.campaign_id, "review-result"):
        if json.loads(entry.body)["rework"] == name:
            return entry.at
    return campaign.created_at
