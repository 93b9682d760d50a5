"""Every figure of a campaign in one value: what window, command line and report show."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ehrcoder.core.campaign.coded import CodedCase
from ehrcoder.core.campaign.effort import Effort, TimeSaved, time_saved
from ehrcoder.core.campaign.fairness import GroupRate, Mitigation, counts_of, group_rates, propose_mitigation
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.campaign.plan import Arm, Campaign, WorkState
from ehrcoder.core.campaign.quality import CalibrationBin, Quality, by_family, by_kind, calibration_of, quality_of
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordStatus
from ehrcoder.usecases.campaign.check_set import CheckResult, last_checks
from ehrcoder.usecases.campaign.labels import Labels, Records
from ehrcoder.usecases.campaign.store import CampaignStore

# A record left open over lunch says nothing of its difficulty.
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProgress:
    """One work list: lines by state."""

    name: str
    waiting: int
    done: int
    failed: int

    @property
    def total(self) -> int:
        """Records of the list, whatever became of them."""
        return self.waiting + self.done + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One version on the learning curve: verified records that it learnt from, and its F1 at the gate."""

    version: str
    records: int
    f1: float
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPoint:
    """A closed review round: accuracy against the target."""

    round_name: str
    accuracy: Estimate
    target: float
    accepted: bool
    errors: Mapping[str, int]
    kappa: Estimate | None
    alpha: Estimate | None
    coders: tuple[tuple[str, Estimate], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """All figures at one moment. Counts are records; `record_lists` leads from a figure to its records."""

    name: str
    at: dt.datetime
    records: int
    labelled: int
    signed: int
    lists: tuple[ListProgress, ...]
    labelled_an_hour: float
    label_seconds_left: float
    signed_an_hour: float
    quality: tuple[Quality, ...]
    quality_by_version: tuple[Quality, ...]
    families: tuple[Quality, ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float
    curve: tuple[CurvePoint, ...]
    time: TimeSaved | None
    reviews: tuple[ReviewPoint, ...]
    fairness: tuple[GroupRate, ...]
    mitigations: tuple[Mitigation, ...]
    checks: CheckResult | None
    record_lists: Mapping[str, tuple[RecordId, ...]]
    target: float


def gather_dashboard(
    campaign: Campaign, labels: Labels, *, records: Records, store: CampaignStore, now: dt.datetime,
    unspecified: frozenset[str] = frozenset(),
) -> Dashboard:
    """Compute every figure from what is stored. Quality is over records that were labelled before they were signed."""
    key = campaign.campaign_id
    lists = tuple(
        ListProgress(name=name, waiting=c[WorkState.WAITING], done=c[WorkState.DONE], failed=c[WorkState.FAILED])
        for name, c in store.lists(key).items()
    )
    both = [labels.decided[r] for r in labels.labelled if r in labels.decided]
    labelled = [labels.labelled[case.record_id] for case in both]
    truth = {case.record_id: case for case in both}
    bins, error = calibration_of(labelled, truth)
    rates = group_rates(labels.facts, counts_of(labelled, truth, unspecified))
    overall = quality_of("all", labels.labelled, both)
    rate, left = _label_rate(campaign, store, lists)
    checks = last_checks(campaign, store)
    reviews = review_points(campaign, store)
    return Dashboard(
        name=campaign.name, at=now, records=len(labels.facts), labelled=len(labels.labelled),
        signed=len(labels.decided), lists=lists, labelled_an_hour=rate, label_seconds_left=left,
        signed_an_hour=_sign_rate(records, labels), quality=by_kind(labels.labelled, both),
        quality_by_version=_by_version(labels, both), families=by_family(labels.labelled, both), calibration=bins,
        calibration_error=error, curve=learning_curve(campaign, store),
        time=time_saved(efforts_of(campaign, records, store)), reviews=reviews,
        fairness=rates, mitigations=_mitigations(rates, labels, truth, overall.precision), checks=checks,
        record_lists=_record_lists(labels, rates, checks), target=campaign.plan.target_accuracy,
    )


def efforts_of(campaign: Campaign, records: Records, store: CampaignStore) -> tuple[Effort, ...]:
    """Return the time of each signed record: measured from opening to signature, or as a simulation noted it."""
    found: dict[RecordId, Effort] = {}
    opened: dict[RecordId, tuple[dt.datetime, Arm, str]] = {}
    for entry in store.entries(campaign.campaign_id, "opened"):
        body = json.loads(entry.body)
        opened[RecordId(entry.subject)] = entry.at, Arm(body["arm"]), body["coder"]
    signed = {row.record_id for row in records.rows() if row.status is RecordStatus.SIGNED}
    for record_id, (at, arm, coder) in opened.items():
        if record_id in signed and (signature := records.coding(record_id).signature) is not None:
            seconds = (signature.at - at).total_seconds()
            if 0 < seconds <= _LONGEST_SECONDS:
                found[record_id] = Effort(record_id=record_id, arm=arm, seconds=seconds, coder=coder)
    for entry in store.entries(campaign.campaign_id, "effort"):
        body = json.loads(entry.body)
        record_id = RecordId(entry.subject)
        found[record_id] = Effort(record_id=record_id, arm=Arm(body["arm"]), seconds=body["seconds"],
                                  coder=body["coder"], simulated=body["simulated"])
    return tuple(found.values())


def learning_curve(campaign: Campaign, store: CampaignStore) -> tuple[CurvePoint, ...]:
    """Return the versions in the order of their gates; the first gate tells the shipped artefacts' F1 as well."""
    made = {e.subject: json.loads(e.body) for e in store.entries(campaign.campaign_id, "version")}
    points: list[CurvePoint] = []
    for entry in store.entries(campaign.campaign_id, "gate"):
        decision = json.loads(entry.body)["decision"]
        if not points:
            points.append(CurvePoint(version=json.loads(entry.body)["against"], records=0, f1=decision["old_f1"],
                                     accepted=True, reason="the version that the campaign began with"))
        points.append(CurvePoint(version=entry.subject, records=made.get(entry.subject, {}).get("records", 0),
                                 f1=decision["new_f1"], accepted=decision["accepted"], reason=decision["reason"]))
    return tuple(points)


def review_points(campaign: Campaign, store: CampaignStore) -> tuple[ReviewPoint, ...]:
    """Return the closed review rounds."""
    points: list[ReviewPoint] = []
    for entry in store.entries(campaign.campaign_id, "review-result"):
        body: dict[str, Any] = json.loads(entry.body)
        points.append(ReviewPoint(
            round_name=entry.subject, accuracy=Estimate(**body["accuracy"]), target=body["target"],
            accepted=body["accepted"], errors=body["errors"], kappa=_estimate(body.get("kappa_families")),
            alpha=_estimate(body.get("alpha")),
            coders=tuple((c["coder"], Estimate(**c["right"])) for c in body["coders"]),
        ))
    return tuple(points)


def _estimate(body: dict[str, Any] | None) -> Estimate | None:
    return Estimate(**body) if body else None


def _by_version(labels: Labels, truth: Sequence[CodedCase]) -> tuple[Quality, ...]:
    groups: defaultdict[str, list[CodedCase]] = defaultdict(list)
    for case in truth:
        run = labels.runs[case.record_id]
        groups[dict(run.artefacts).get("lexicon.json.gz", next((h for _, h in run.artefacts), ""))[:12]].append(case)
    return tuple(quality_of(f"artefacts {name}", labels.labelled, cases) for name, cases in groups.items())


def _mitigations(
    rates: Sequence[GroupRate], labels: Labels, truth: Mapping[RecordId, CodedCase], precision: float
) -> tuple[Mitigation, ...]:
    found: list[Mitigation] = []
    for dimension, group in dict.fromkeys((r.dimension, r.group) for r in rates if r.stands_out):
        inside = [labels.labelled[f.record_id] for f in labels.facts
                  if f.of(dimension) == group and f.record_id in labels.labelled]
        proposed = propose_mitigation(dimension, group, inside, truth, overall_precision=precision)
        if proposed is not None:
            found.append(proposed)
    return tuple(found)


def _label_rate(campaign: Campaign, store: CampaignStore, lists: Sequence[ListProgress]) -> tuple[float, float]:
    runs = [json.loads(e.body) for e in store.entries(campaign.campaign_id, "labelling")]
    runs = [run for run in runs if run["labelled"] and run["seconds"]]
    left = sum(each.waiting + each.failed for each in lists if each.name.startswith("label-"))
    if not runs:
        return 0.0, 0.0
    pace = runs[-1]["seconds"] / runs[-1]["labelled"]
    return 3600 / pace, pace * left


def _sign_rate(records: Records, labels: Labels) -> float:
    times = sorted(s.at for r in labels.decided if (s := records.coding(r).signature) is not None)
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    worked = sum(gap for gap in gaps if gap <= _LONGEST_SECONDS)
    return 3600 * sum(gap <= _LONGEST_SECONDS for gap in gaps) / worked if worked else 0.0


def _record_lists(
    labels: Labels, rates: Sequence[GroupRate], checks: CheckResult | None
) -> dict[str, tuple[RecordId, ...]]:
    found: dict[str, tuple[RecordId, ...]] = {
        "labelled": tuple(labels.labelled), "signed": tuple(labels.decided),
        "waiting": tuple(f.record_id for f in labels.facts if f.record_id not in labels.decided),
    }
    for rate in rates:
        if not rate.suppressed:
            found[f"{rate.dimension}: {rate.group}"] = rate.record_ids
    by_check: defaultdict[str, dict[RecordId, None]] = defaultdict(dict)
    for finding in checks.findings if checks else ():
        by_check[finding.check.value].update(dict.fromkeys(finding.records))
    return found | {name: tuple(ids) for name, ids in by_check.items()}
