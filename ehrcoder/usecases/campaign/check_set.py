"""Runs the automatic checks over everything that is labelled or signed, and keeps the findings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.campaign.checks import (
    CheckFinding,
    CheckKind,
    differing_duplicates,
    drift,
    missing_codes,
    rare_pairs,
    strange_codes,
    unlikely_codes,
    unusual_counts,
)
from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.plan import Campaign
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId
from ehrcoder.engine.likeness import nearest_texts
from ehrcoder.ports import Progress
from ehrcoder.usecases.campaign.labels import Labels, Records
from ehrcoder.usecases.campaign.sample import Ranker
from ehrcoder.usecases.campaign.store import CampaignStore

EditsOf = Callable[[RecordId], Sequence[str]]
"""Names the code-edit rules that a record's codes break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What the checks found over how many records; findings strongest first within each check."""

    records: int
    findings: tuple[CheckFinding, ...]

    def of_record(self) -> dict[RecordId, list[str]]:
        """Return the findings of each record in words, for the queue."""
        found: defaultdict[RecordId, list[str]] = defaultdict(list)
        for finding in self.findings:
            if finding.check is not CheckKind.DRIFT:
                for record_id in finding.records:
                    found[record_id].append(finding.message)
        return dict(found)


def check_set(
    campaign: Campaign, labels: Labels, *, records: Records, store: CampaignStore, ranker: Ranker | None = None,
    edits_of: EditsOf | None = None, before: Mapping[RecordId, CodedCase] | None = None,
    progress: Progress | None = None, only: frozenset[RecordId] | None = None,
) -> CheckResult:
    """Check the codes that stand now. With a ranker every record is read afresh, which takes as long as labelling.

    `before` are an earlier version's labels, for drift. `only` limits the reading afresh to some records.
    """
    cases = [labels.current[each.record_id] for each in labels.facts if each.record_id in labels.current]
    ids = [case.record_id for case in cases]
    texts = (" ".join(d.text for d in records.record(record_id).documents) for record_id in ids)
    places = nearest_texts(texts, seed=campaign.plan.seed)
    neighbours = {record_id: [(ids[k], w) for k, w in near] for record_id, near in zip(ids, places, strict=True)}
    found = strange_codes(cases, neighbours) + missing_codes(cases, neighbours) + rare_pairs(cases)
    found += unusual_counts(cases, {each.record_id: each.words for each in labels.facts})
    found += differing_duplicates(cases, labels.text_hashes)
    if before:
        shared = [labels.labelled[record_id] for record_id in before if record_id in labels.labelled]
        found += drift([before[case.record_id] for case in shared], shared)
    if edits_of is not None:
        for number, record_id in enumerate(ids, start=1):
            found += [CheckFinding(check=CheckKind.CODE_EDITS, records=(record_id,), strength=1.0, message=message)
                      for message in edits_of(record_id)]
            if progress is not None:
                progress(number, len(ids), "code edits")
    if ranker is not None:
        found += unlikely_codes(cases, support_of(cases, records, ranker, progress=progress, only=only))
    order = list(CheckKind)
    findings = tuple(sorted(found, key=lambda f: (order.index(f.check), -f.strength, f.records)))
    store.add_entry(campaign.campaign_id, "checks", "all", {"records": len(cases), "findings": list(findings)})
    return CheckResult(records=len(cases), findings=findings)


def support_of(
    cases: Sequence[CodedCase], records: Records, ranker: Ranker, *, progress: Progress | None = None,
    only: frozenset[RecordId] | None = None,
) -> dict[RecordId, dict[tuple[CodeKind, str], float]]:
    """Read records afresh and return the confidence of every candidate."""
    chosen = [case for case in cases if only is None or case.record_id in only]
    support: dict[RecordId, dict[tuple[CodeKind, str], float]] = {}
    for number, case in enumerate(chosen, start=1):
        ranking = ranker.rank(records.record(case.record_id))
        support[case.record_id] = {(r.case.kind, r.case.code): r.confidence for r in ranking.codes}
        if progress is not None:
            progress(number, len(chosen), "reading afresh")
    return support


def last_checks(campaign: Campaign, store: CampaignStore) -> CheckResult | None:
    """Return what the last run of the checks found."""
    entries = store.entries(campaign.campaign_id, "checks")
    if not entries:
        return None
    body = json.loads(entries[-1].body)
    return CheckResult(records=body["records"], findings=tuple(
        CheckFinding(check=CheckKind(f["check"]), message=f["message"], strength=f["strength"],
                     records=tuple(RecordId(r) for r in f["records"]), code=f.get("code", ""))
        for f in body["findings"]
    ))
