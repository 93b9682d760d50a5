"""The queue of verification: what pays most first, who does it, and in which arm."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.ordering import VerifyOrder, ranked, signals_of
from ehrcoder.core.campaign.plan import Arm, Campaign, WorkItem, WorkState, arm_of
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import RecordStatus
from ehrcoder.usecases.campaign.labels import Records
from ehrcoder.usecases.campaign.rework import REWORK, settle_reworked
from ehrcoder.usecases.campaign.sample import assign_coders, next_list, sampled_records
from ehrcoder.usecases.campaign.store import CampaignStore

VERIFY = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRecord:
    """The next record of a coder: where it stands in which list, and why; `without_suggestions` in the control arm."""

    record_id: RecordId
    list_name: str
    position: int
    left: int
    reason: str
    without_suggestions: bool
    second: bool = False


def make_verify_list(
    campaign: Campaign, *, records: Records, store: CampaignStore, labelled: Mapping[RecordId, CodedCase],
    findings: Mapping[RecordId, Sequence[str]], earlier: Mapping[RecordId, CodedCase] | None = None,
    order: VerifyOrder = VerifyOrder.PAYS_MOST, size: int = 0,
) -> str:
    """Store the queue of what was labelled and not signed, with the control arm's records dealt evenly among them.

    `earlier` are an earlier version's labels: where they differ, the sources disagree. Raises InputError when there
    is nothing to verify.
    """
    sampled = sampled_records(campaign, store)
    open_rows = [row for row in records.rows()
                 if row.status is not RecordStatus.SIGNED and row.record_id not in sampled]
    hashes = {row.record_id: records.record(row.record_id).source_sha256 for row in open_rows}
    assisted = [labelled[row.record_id] for row in open_rows
                if row.record_id in labelled and arm_of(campaign.plan, hashes[row.record_id]) is Arm.ASSISTED]
    control = [row.record_id for row in open_rows if arm_of(campaign.plan, hashes[row.record_id]) is Arm.CONTROL]
    if not assisted:
        raise InputError("Nothing is labelled that waits for verification.", kept="Nothing was changed.",
                         next_step="Label records first: `ehrcoder campaign label`.")
    others = {r: frozenset(m.code for m in case.marks) for r, case in (earlier or {}).items()}
    imported = {
        case.record_id: frozenset(code.coding.code for code in records.record(case.record_id).imported_codes)
        for case in assisted if case.record_id not in others
    }
    others |= {r: codes for r, codes in imported.items() if codes}
    queue = ranked(signals_of(assisted, others=others, findings=findings), order)
    items = [WorkItem(record_id=each.record_id, reason=each.reason, score=each.score) for each in queue]
    items = _with_control(items[:size] if size else items, control, campaign)
    name = next_list(campaign, store, VERIFY)
    store.make_list(campaign.campaign_id, name, assign_coders(items, campaign, hashes))
    return name


def held_back(records: Records, store: CampaignStore) -> frozenset[RecordId]:
    """Return the records that a campaign has coded without suggestions: nothing may be proposed for them yet."""
    open_records = {row.record_id for row in records.rows() if row.status is not RecordStatus.SIGNED}
    found: set[RecordId] = set()
    for campaign in store.campaigns():
        found |= sampled_records(campaign, store) & open_records
        found |= {r for r in open_records
                  if arm_of(campaign.plan, records.record(r).source_sha256) is Arm.CONTROL}
    return frozenset(found)


def is_held_back(record_id: RecordId, *, records: Records, store: CampaignStore) -> bool:
    """Tell whether a record is one of those that are held back; unlike `held_back` it reads this one only."""
    campaigns = store.campaigns()
    if not campaigns or records.coding(record_id).signature is not None:
        return False
    content = records.record(record_id).source_sha256
    return any(arm_of(each.plan, content) is Arm.CONTROL or record_id in sampled_records(each, store)
               for each in campaigns)


def _with_control(items: list[WorkItem], control: Sequence[RecordId], campaign: Campaign) -> list[WorkItem]:
    """Deal the control arm's records evenly into the queue, in its own share, so that both arms meet all coders."""
    share = campaign.plan.control_share
    wanted = min(len(control), round(len(items) * share / (1 - share))) if share < 1 else len(control)
    for n in range(wanted):
        place = min(len(items), round((n + 0.5) * (len(items) + 1) / wanted))
        items.insert(place, WorkItem(record_id=control[n], arm=Arm.CONTROL, reason="control arm, without suggestions"))
    return items


def next_record(
    campaign: Campaign, coder: CoderId, *, records: Records, store: CampaignStore,
    skip: frozenset[RecordId] = frozenset(),
) -> NextRecord | None:
    """Return what a coder does next: lists in the order of their making; own and unassigned records, then second ones.

    A line whose record was signed meanwhile is settled on the way, one of a rework list when it was signed anew. A
    second coding comes only after the first one is signed, and the second coder is never the first.
    """
    for name in store.lists(campaign.campaign_id):
        kind = name.rpartition("-")[0]
        if kind not in ("sample", VERIFY, REWORK):
            continue
        if kind == REWORK:
            settle_reworked(campaign, name, records=records, store=store)
        else:
            _settle_signed(campaign, name, records=records, store=store)
        lines = store.work(campaign.campaign_id, name)
        mine = [line for line in lines if line.state is WorkState.WAITING and line.item.record_id not in skip
                and line.item.coder_id in (None, coder)]
        if mine:
            item = mine[0].item
            return NextRecord(record_id=item.record_id, list_name=name, position=mine[0].position, left=len(mine),
                              reason=item.reason, without_suggestions=item.arm is Arm.CONTROL)
        done = second_codings(campaign, store)
        open_seconds = [line for line in lines if line.item.second_coder_id == coder and line.state is WorkState.DONE
                        and coder not in done.get(line.item.record_id, {}) and line.item.record_id not in skip]
        if open_seconds:
            item = open_seconds[0].item
            return NextRecord(
                record_id=item.record_id, list_name=name, position=open_seconds[0].position, left=len(open_seconds),
                reason="blind second coding", without_suggestions=True, second=True,
            )
    return None


def _settle_signed(campaign: Campaign, name: str, *, records: Records, store: CampaignStore) -> None:
    signed = {row.record_id for row in records.rows() if row.status is RecordStatus.SIGNED}
    outcomes = {
        line.item.record_id: (WorkState.DONE, "signed")
        for line in store.work(campaign.campaign_id, name)
        if line.state is not WorkState.DONE and line.item.record_id in signed
    }
    if outcomes:
        store.settle(campaign.campaign_id, name, outcomes)


def add_second_coding(
    campaign: Campaign, record_id: RecordId, coder: CoderId, marks: Sequence[Mapping[str, object]], *,
    records: Records, store: CampaignStore,
) -> None:
    """Keep a blind second coding: it changes nothing of the record. Raises InputError for the first coder."""
    if any(event.draft.coder_id == coder for event in records.events(record_id)):
        raise InputError(f"{coder} coded this record first; a second coding has to be another person's.",
                         kept="Nothing was changed.")
    store.add_entry(campaign.campaign_id, "second-coding", record_id, {"coder": coder, "codes": list(marks)})


def second_codings(
    campaign: Campaign, store: CampaignStore
) -> dict[RecordId, dict[CoderId, list[dict[str, object]]]]:
    """Return the second codings by record and coder; a coder's last one counts."""
    found: defaultdict[RecordId, dict[CoderId, list[dict[str, object]]]] = defaultdict(dict)
    for entry in store.entries(campaign.campaign_id, "second-coding"):
        body = json.loads(entry.body)
        found[RecordId(entry.subject)][CoderId(body["coder"])] = body["codes"]
    return dict(found)


def note_opened(campaign: Campaign, chosen: NextRecord, coder: CoderId, store: CampaignStore) -> None:
    """Note that a coder opened a record, so that the time until the signature is known."""
    arm = Arm.CONTROL if chosen.without_suggestions else Arm.ASSISTED
    store.add_entry(campaign.campaign_id, "opened", chosen.record_id, {"coder": coder, "arm": arm.value})
