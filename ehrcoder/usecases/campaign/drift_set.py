"""Whether code families became more or less frequent between two versions of the engine, or two rounds of coding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.campaign.checks import CheckFinding, drift
from ehrcoder.core.campaign.coded import CodedCase, CodeMark
from ehrcoder.core.campaign.plan import Campaign
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.labels import FORMER_LABELS, Labels
from ehrcoder.usecases.campaign.store import CampaignStore

LEAST_RECORDS = 20
_ROUNDS = ("sample", "verify")


class DriftBetween(StrEnum):
    """What is compared: an earlier version's labels of the same records, or what was signed in earlier rounds."""

    VERSIONS = "versions"
    ROUNDS = "rounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftResult:
    """What drifted, over how many records before and now; findings strongest first."""

    between: DriftBetween
    before: int
    after: int
    findings: tuple[CheckFinding, ...]


def earlier_labels(campaign: Campaign, labels: Labels, store: CampaignStore) -> dict[RecordId, CodedCase]:
    """Return what the version before the last one proposed, for the records that two versions labelled."""
    found: dict[RecordId, CodedCase] = {}
    for entry in store.entries(campaign.campaign_id, FORMER_LABELS):
        record_id = RecordId(entry.subject)
        if record_id in labels.labelled:
            found[record_id] = CodedCase(record_id=record_id, marks=tuple(
                CodeMark(kind=CodeKind(kind), code=code, confidence=confidence)
                for kind, code, confidence in json.loads(entry.body)["codes"]))
    return found


def find_drift(
    campaign: Campaign, labels: Labels, *, between: DriftBetween, store: CampaignStore
) -> DriftResult:
    """Compare and keep what was found. Raises InputError while there are too few records on one side."""
    if between is DriftBetween.VERSIONS:
        earlier = earlier_labels(campaign, labels, store)
        before, after = list(earlier.values()), [labels.labelled[r] for r in earlier]
        lacking = "were labelled by two versions; label again after another version came into use"
    else:
        before, after = _rounds(campaign, labels, store)
        lacking = "are signed on one side; two rounds of at least so many are compared"
    if min(len(before), len(after)) < LEAST_RECORDS:
        raise InputError(f"{min(len(before), len(after))} records {lacking}.", kept="Nothing was changed.",
                         next_step=f"At least {LEAST_RECORDS} are needed to tell drift from chance.")
    findings = tuple(sorted(drift(before, after, least_records=LEAST_RECORDS), key=lambda f: -f.strength))
    store.add_entry(campaign.campaign_id, "drift", between.value, {
        "before": len(before), "after": len(after), "findings": list(findings)})
    return DriftResult(between=between, before=len(before), after=len(after), findings=findings)


def _rounds(
    campaign: Campaign, labels: Labels, store: CampaignStore
) -> tuple[list[CodedCase], list[CodedCase]]:
    """Return what was signed in all rounds before the last one with a signed record, and in that one."""
    rounds: list[Mapping[RecordId, CodedCase]] = []
    for name in store.lists(campaign.campaign_id):
        if name.rpartition("-")[0] in _ROUNDS:
            signed = {line.item.record_id: labels.decided[line.item.record_id]
                      for line in store.work(campaign.campaign_id, name) if line.item.record_id in labels.decided}
            rounds += [signed] if signed else []
    if len(rounds) < 2:
        return [], []
    last = rounds.pop()
    return [case for part in rounds for record_id, case in part.items() if record_id not in last], list(last.values())
