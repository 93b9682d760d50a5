"""Chooses the records that experts code first, and shows how well they stand for the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from ehrcoder.core.campaign.facts import RecordFacts, chapter_of, facts_of
from ehrcoder.core.campaign.plan import Arm, Campaign, WorkItem, is_double_coded
from ehrcoder.core.campaign.sampling import Clustering, Coverage, choose_sample, coverage_of
from ehrcoder.core.codes import ICD_10_CM, CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord, RecordStatus
from ehrcoder.engine.cluster import cluster_texts
from ehrcoder.engine.pipeline import Ranking
from ehrcoder.ports import Progress, RecordStore
from ehrcoder.usecases.campaign.store import CampaignStore

SAMPLE = "sample"


class Ranker(Protocol):
    """Ranks every candidate of a record."""

    def rank(self, record: EncounterRecord) -> Ranking:
        """Return the codes of a record, best first."""
        ...


def gather_facts(store: RecordStore, *, progress: Progress | None = None) -> tuple[RecordFacts, ...]:
    """Return the facts of every record in the order of import; a masked version stands for its original."""
    rows = [row for row in store.rows() if row.masked_as is None]
    facts: list[RecordFacts] = []
    for number, row in enumerate(rows, start=1):
        facts.append(facts_of(store.record(row.record_id)))
        if progress is not None:
            progress(number, len(rows), "reading records")
    return tuple(facts)


def with_chapters(
    facts: Sequence[RecordFacts], records: RecordStore, *, ranker: Ranker | None = None,
    progress: Progress | None = None,
) -> tuple[RecordFacts, ...]:
    """Return the facts with the chapter of each record's first diagnosis: imported, else proposed, else as ranked."""
    found: list[RecordFacts] = []
    for number, each in enumerate(facts, start=1):
        record = records.record(each.record_id)
        codes = [c.coding.code for c in record.imported_codes if c.coding.system == ICD_10_CM]
        codes = codes or [s.coding.code for s in records.suggestions(each.record_id) if s.kind is CodeKind.DIAGNOSIS]
        if not codes and ranker is not None:
            codes = [r.case.code for r in ranker.rank(record).codes if r.case.kind is CodeKind.DIAGNOSIS]
        found.append(replace(each, chapter=chapter_of(codes[0])) if codes else each)
        if progress is not None:
            progress(number, len(facts), "looking for codes")
    return tuple(found)


def cluster_records(facts: Sequence[RecordFacts], store: RecordStore, *, seed: int) -> Clustering:
    """Group records by their texts, which are read one at a time."""
    texts = (" ".join(d.text for d in store.record(each.record_id).documents) for each in facts)
    found = cluster_texts(texts, seed=seed)
    return Clustering(
        cluster=dict(zip((each.record_id for each in facts), found.labels, strict=True)),
        distance=dict(zip((each.record_id for each in facts), found.distances, strict=True)),
        names=found.names,
    )


def next_list(campaign: Campaign, store: CampaignStore, kind: str) -> str:
    """Return the name of the next list of a kind: sample-1, sample-2 …"""
    taken = [name for name in store.lists(campaign.campaign_id) if name.rpartition("-")[0] == kind]
    return f"{kind}-{len(taken) + 1}"


def make_sample(
    campaign: Campaign, *, size: int, records: RecordStore, store: CampaignStore,
    weights: Mapping[str, float] | None = None, progress: Progress | None = None, ranker: Ranker | None = None,
) -> tuple[str, Coverage]:
    """Choose a sample among the records that nobody coded yet; return its list and how well it covers the whole.

    The chapters of imported or proposed codes are strata too. With a ranker, records without any are read for that.

    The list is stored in one transaction. Raises InputError when nothing is left to choose from.
    """
    if size < 1:
        raise InputError("A sample needs at least one record.", kept="Nothing was made.")
    facts = with_chapters(gather_facts(records, progress=progress), records, ranker=ranker, progress=progress)
    open_records = {row.record_id for row in records.rows()
                    if row.status in (RecordStatus.NEW, RecordStatus.PROPOSED)}
    choosable = [each for each in facts if each.record_id in open_records - sampled_records(campaign, store)]
    if not choosable:
        raise InputError("No record is left to choose from: all are coded or sampled already.",
                         kept="Nothing was made.")
    clustering = cluster_records(facts, records, seed=campaign.plan.seed)
    items = choose_sample(choosable, clustering, size=size, weights=weights)
    name = next_list(campaign, store, SAMPLE)
    hashes = {each.record_id: each.content_sha256 for each in facts}
    coverage = coverage_of(facts, frozenset(item.record_id for item in items), clustering)
    with store.together():
        # The first records are coded without suggestions by everybody: there is no trained engine yet to compare.
        store.make_list(campaign.campaign_id, name, assign_coders(
            [replace(item, arm=Arm.CONTROL) for item in items], campaign, hashes))
        store.add_entry(campaign.campaign_id, "coverage", name, coverage)
    return name, coverage


def sampled_records(campaign: Campaign, store: CampaignStore) -> frozenset[RecordId]:
    """Return the records of all sample lists."""
    return frozenset(
        line.item.record_id for name in store.lists(campaign.campaign_id) if name.startswith(f"{SAMPLE}-")
        for line in store.work(campaign.campaign_id, name)
    )


def assign_coders(
    items: Sequence[WorkItem], campaign: Campaign, hashes: Mapping[RecordId, str]
) -> tuple[WorkItem, ...]:
    """Deal records to the campaign's coders in turn; those that the seed chose get a second, blind coder as well."""
    coders = campaign.plan.coders
    if not coders:
        return tuple(items)
    dealt: list[WorkItem] = []
    for place, item in enumerate(items):
        second = None
        if len(coders) > 1 and is_double_coded(campaign.plan, hashes[item.record_id]):
            second = coders[(place + 1 + place // len(coders) % (len(coders) - 1)) % len(coders)]
        dealt.append(replace(item, coder_id=coders[place % len(coders)], second_coder_id=second))
    return tuple(dealt)
