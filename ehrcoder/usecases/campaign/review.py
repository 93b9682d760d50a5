"""Review rounds: a planned sample, a blind second review, adjudication, agreement, and acceptance or rework."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ehrcoder.core.campaign.agreement import alpha_interval, cohen_kappa, jaccard_distance
from ehrcoder.core.campaign.coded import (
    CodedCase,
    CodeMark,
    CodingError,
    ErrorKind,
    count_errors,
    errors_between,
    right_and_units,
)
from ehrcoder.core.campaign.facts import RecordFacts
from ehrcoder.core.campaign.intervals import Estimate, clustered_proportion, wilson
from ehrcoder.core.campaign.plan import Campaign, WorkItem, WorkState
from ehrcoder.core.campaign.sample_size import AcceptancePlan, acceptance_plan, allocate, proves_target
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.usecases.campaign.labels import Labels, marks_json
from ehrcoder.usecases.campaign.sample import next_list
from ehrcoder.usecases.campaign.store import CampaignStore

REVIEW = "review"
_FIRST_EFFECT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderScore:
    """How often a coder's codes stood after adjudication."""

    coder: str
    records: int
    right: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResult:
    """What a round found: accuracy against the target, agreement before adjudication, errors, verdict."""

    round_name: str
    records: int
    units: int
    accuracy: Estimate
    design_effect: float
    target: float
    accepted: bool
    errors: Mapping[ErrorKind, int]
    error_list: tuple[CodingError, ...]
    kappa_families: Estimate | None
    kappa_principal: Estimate | None
    alpha: Estimate | None
    coders: tuple[CoderScore, ...]
    rework: str = ""


def plan_review(campaign: Campaign, store: CampaignStore, lot: Mapping[RecordId, CodedCase]) -> AcceptancePlan:
    """Return the plan for a lot, with the design effect of the last round where there was one. Raises InputError."""
    if not lot:
        raise InputError("No signed record is there to review.", kept="Nothing was made.")
    earlier = store.entries(campaign.campaign_id, "review-result")
    effect = json.loads(earlier[-1].body)["design_effect"] if earlier else _FIRST_EFFECT
    mean = sum(len(case.marks) for case in lot.values()) / max(1, len(lot))
    return acceptance_plan(
        target=campaign.plan.target_accuracy, confidence=campaign.plan.confidence, lot_records=len(lot),
        codes_per_record=mean, design_effect=max(1.0, effect),
    )


def start_review(
    campaign: Campaign, labels: Labels, *, store: CampaignStore, coders: Mapping[RecordId, CoderId],
    plan: AcceptancePlan | None = None, fresh: bool = True,
) -> tuple[str, AcceptancePlan]:
    """Draw the round's records over the strata and store them with a reviewer who did not code them.

    The lot are all signed records, without those that a former round looked at while `fresh`. Raises InputError when
    none are left.
    """
    seen = _reviewed(campaign, store) if fresh else frozenset[RecordId]()
    lot = {r: case for r, case in labels.decided.items() if r not in seen}
    if not lot:
        raise InputError("No signed record is left to review.", kept="Nothing was made.")
    plan = plan or plan_review(campaign, store, lot)
    strata: defaultdict[str, list[RecordFacts]] = defaultdict(list)
    for each in labels.facts:
        if each.record_id in lot:
            strata[each.stratum].append(each)
    parts = allocate({name: len(members) for name, members in strata.items()}, plan.records)
    source = random.Random(f"{campaign.plan.seed} {len(seen)}")
    items: list[WorkItem] = []
    for name in sorted(strata):
        for each in sorted(source.sample(strata[name], parts[name]), key=lambda f: f.content_sha256):
            reviewer = _another(campaign.plan.coders, coders.get(each.record_id), len(items))
            items.append(WorkItem(record_id=each.record_id, stratum=name, coder_id=reviewer,
                                  reason=f"drawn from {len(strata[name])} records of its stratum"))
    name = next_list(campaign, store, REVIEW)
    with store.together():
        store.make_list(campaign.campaign_id, name, items)
        store.add_entry(campaign.campaign_id, "review-plan", name, plan)
    return name, plan


def add_review(
    campaign: Campaign, round_name: str, record_id: RecordId, reviewer: CoderId, marks: Sequence[CodeMark], *,
    store: CampaignStore, first_coder: CoderId | None,
) -> None:
    """Keep a blind review and settle its line. Raises InputError when reviewer and coder are one person."""
    if reviewer == first_coder:
        raise InputError(f"{reviewer} coded this record; a blind review has to be another person's.",
                         kept="Nothing was changed.")
    with store.together():
        store.add_entry(campaign.campaign_id, "review", record_id, {
            "round": round_name, "reviewer": reviewer, "codes": marks_json(tuple(marks))})
        store.settle(campaign.campaign_id, round_name, {record_id: (WorkState.DONE, "reviewed")})


def adjudicate(
    campaign: Campaign, round_name: str, record_id: RecordId, by: CoderId, marks: Sequence[CodeMark], *,
    store: CampaignStore, note: str = "",
) -> None:
    """Keep what was agreed on where coder and reviewer differ."""
    store.add_entry(campaign.campaign_id, "adjudication", record_id, {
        "round": round_name, "by": by, "codes": marks_json(tuple(marks)), "note": note})


def open_differences(
    campaign: Campaign, round_name: str, labels: Labels, store: CampaignStore
) -> tuple[tuple[RecordId, CodedCase, CodedCase], ...]:
    """Return the reviewed records of a round on which coder and reviewer differ and nobody adjudicated."""
    reviews, agreed = _codings(campaign, store, "review", round_name), _codings(
        campaign, store, "adjudication", round_name)
    return tuple(
        (record_id, labels.decided[record_id], case) for record_id, (case, _) in reviews.items()
        if record_id in labels.decided and record_id not in agreed and labels.decided[record_id].keys != case.keys
    )


def close_review(
    campaign: Campaign, round_name: str, labels: Labels, *, store: CampaignStore, coders: Mapping[RecordId, CoderId]
) -> ReviewResult:
    """Compute the round's figures and verdict, and keep them. Raises InputError while anything is open.

    Truth is what was adjudicated, or what coder and reviewer both said. A lot that fails goes to rework: all signed
    records of the lot that were not reviewed, by the coders and strata with the most errors first.
    """
    lines = store.work(campaign.campaign_id, round_name)
    waiting = sum(line.state is not WorkState.DONE for line in lines)
    differing = open_differences(campaign, round_name, labels, store)
    if waiting or differing:
        raise InputError(f"{waiting} records of the round are not reviewed, {len(differing)} not adjudicated.",
                         kept="What was reviewed is kept.")
    reviews = _codings(campaign, store, "review", round_name)
    agreed = _codings(campaign, store, "adjudication", round_name)
    clusters: dict[RecordId, tuple[int, int]] = {}
    errors: list[CodingError] = []
    for record_id, (review, _) in reviews.items():
        coded = labels.decided[record_id]
        truth = agreed[record_id][0] if record_id in agreed else review
        clusters[record_id] = right_and_units(coded, truth)
        errors.extend(errors_between(coded, truth))
    accuracy, effect = clustered_proportion(list(clusters.values()), confidence=campaign.plan.confidence)
    right, units = (sum(c[n] for c in clusters.values()) for n in range(2))
    accepted = proves_target(right=right, codes=units, design_effect=effect, target=campaign.plan.target_accuracy,
                             confidence=campaign.plan.confidence)
    pairs = [(labels.decided[r], case) for r, (case, _) in reviews.items()]
    result = ReviewResult(
        round_name=round_name, records=len(reviews), units=units, accuracy=accuracy, design_effect=effect,
        target=campaign.plan.target_accuracy, accepted=accepted, errors=count_errors(errors),
        error_list=tuple(errors), kappa_families=_kappa_families(pairs), kappa_principal=_kappa_principal(pairs),
        alpha=_alpha(pairs), coders=_coder_scores(clusters, coders),
    )
    with store.together():
        rework = "" if accepted else _send_to_rework(campaign, labels, errors, coders, store=store)
        store.add_entry(campaign.campaign_id, "review-result", round_name, {
            "records": result.records, "units": units, "accuracy": accuracy, "design_effect": effect,
            "accepted": accepted, "errors": {kind.value: n for kind, n in result.errors.items()},
            "error_list": list(errors), "kappa_families": result.kappa_families,
            "kappa_principal": result.kappa_principal, "alpha": result.alpha, "coders": list(result.coders),
            "target": result.target, "rework": rework,
        })
    return replace(result, rework=rework)


def _send_to_rework(
    campaign: Campaign, labels: Labels, errors: Sequence[CodingError], coders: Mapping[RecordId, CoderId], *,
    store: CampaignStore,
) -> str:
    reviewed = _reviewed(campaign, store)
    weight: defaultdict[str, int] = defaultdict(int)
    stratum = {each.record_id: each.stratum for each in labels.facts}
    for error in errors:
        weight[coders.get(error.record_id, "")] += 1
        weight[stratum[error.record_id]] += 1
    left = [r for r in labels.decided if r not in reviewed]
    if not left:
        return ""
    items = [
        WorkItem(record_id=r, stratum=stratum[r], score=float(weight[coders.get(r, "")] + weight[stratum[r]]),
                 reason=f"rework: its lot missed the target; {weight[stratum[r]]} errors in its stratum")
        for r in left
    ]
    name = next_list(campaign, store, "rework")
    store.make_list(campaign.campaign_id, name, sorted(items, key=lambda item: -item.score))
    return name


def _codings(
    campaign: Campaign, store: CampaignStore, kind: str, round_name: str
) -> dict[RecordId, tuple[CodedCase, str]]:
    found: dict[RecordId, tuple[CodedCase, str]] = {}
    for entry in store.entries(campaign.campaign_id, kind):
        body = json.loads(entry.body)
        if body["round"] == round_name:
            record_id = RecordId(entry.subject)
            marks = tuple(CodeMark(kind=CodeKind(c["kind"]), code=c["code"], is_principal=bool(c["principal"]),
                                   present_on_admission=c["poa"]) for c in body["codes"])
            found[record_id] = CodedCase(record_id=record_id, marks=marks), body.get("reviewer", body.get("by", ""))
    return found


def _reviewed(campaign: Campaign, store: CampaignStore) -> frozenset[RecordId]:
    return frozenset(
        line.item.record_id for name in store.lists(campaign.campaign_id) if name.startswith(f"{REVIEW}-")
        for line in store.work(campaign.campaign_id, name)
    )


def _another(coders: Sequence[CoderId], first: CoderId | None, place: int) -> CoderId | None:
    others = [coder for coder in coders if coder != first]
    return others[place % len(others)] if others else None


def _kappa_families(pairs: Sequence[tuple[CodedCase, CodedCase]]) -> Estimate | None:
    """Return Cohen's kappa over records by code families that occur in the round: has it, or has it not."""
    families = sorted({mark.family for pair in pairs for case in pair for mark in case.marks})
    if not pairs or not families:
        return None
    rows = [(family in {m.family for m in a.marks}, family in {m.family for m in b.marks})
            for a, b in pairs for family in families]
    return cohen_kappa([a for a, _ in rows], [b for _, b in rows])


def _kappa_principal(pairs: Sequence[tuple[CodedCase, CodedCase]]) -> Estimate | None:
    chosen = [tuple(next((m.code for m in case.marks if m.is_principal), "") for case in pair) for pair in pairs]
    chosen = [pair for pair in chosen if any(pair)]
    return cohen_kappa([a for a, _ in chosen], [b for _, b in chosen]) if chosen else None


def _alpha(pairs: Sequence[tuple[CodedCase, CodedCase]]) -> Estimate | None:
    return alpha_interval([(a.keys, b.keys) for a, b in pairs], distance=jaccard_distance) if len(pairs) > 1 else None


def _coder_scores(
    clusters: Mapping[RecordId, tuple[int, int]], coders: Mapping[RecordId, CoderId]
) -> tuple[CoderScore, ...]:
    by_coder: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for record_id, cluster in clusters.items():
        by_coder[coders.get(record_id, "unknown")].append(cluster)
    return tuple(
        CoderScore(coder=coder, records=len(found), right=clustered_proportion(found)[0] if len(found) > 1
                   else wilson(found[0][0], found[0][1]))
        for coder, found in sorted(by_coder.items())
    )
