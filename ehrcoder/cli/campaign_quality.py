"""The steps of a campaign that check, review and report."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ehrcoder.cli.campaign_steps import campaign_opened, marks_of
from ehrcoder.cli.output import print_json, print_table
from ehrcoder.cli.record_access import coder_of
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehrcoder.core.campaign.intervals import Estimate
    from ehrcoder.core.campaign.plan import Campaign
    from ehrcoder.core.ids import CoderId, RecordId
    from ehrcoder.ports import OpenWorkspace
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.check_set import EditsOf
    from ehrcoder.usecases.campaign.dashboard import Dashboard
    from ehrcoder.usecases.campaign.labels import Labels, Records
    from ehrcoder.usecases.campaign.store import CampaignStore


def run_check(options: argparse.Namespace) -> int:
    """Run the automatic checks."""
    from ehrcoder.core.campaign.checks import CheckKind
    from ehrcoder.core.canonical import to_plain
    from ehrcoder.usecases.campaign.check_set import check_set
    from ehrcoder.usecases.campaign.drift_set import earlier_labels
    from ehrcoder.usecases.campaign.labels import gather_labels

    with campaign_opened(options) as (services, workspace, store, campaign):
        ranker = None
        if options.read_afresh:
            folder = services.versions(campaign.campaign_id).current().folder
            ranker = services.engine(with_model=False, policy=campaign.plan.policy, artefacts=folder)
        labels = gather_labels(workspace)
        result = check_set(campaign, labels, records=workspace, store=store, ranker=ranker,
                           edits_of=edits_of(services, workspace), before=earlier_labels(campaign, labels, store))
    if options.json:
        print_json({"records": result.records, "findings": to_plain(result.findings)})
        return 0
    print(f"{len(result.findings)} findings over {result.records} records")
    print_table(("check", "findings", "strongest", "record"), [
        (kind.value, str(len(found)), found[0].message, found[0].records[0]) for kind in CheckKind
        if (found := [f for f in result.findings if f.check is kind])])
    return 0


def edits_of(services: Services, records: Records) -> EditsOf:
    """Return what names the code-edit rules that a signed record's codes break."""
    from ehrcoder.usecases.validate_record import validate_coding

    def found(record_id: RecordId) -> Sequence[str]:
        coding = records.coding(record_id)
        if not coding.assignments:
            return ()
        findings = validate_coding(coding, records.record(record_id), services.code_sets)
        return [f"{f.rule_id}: {f.message}" for f in findings if f.severity.value == "error"]

    return found


def first_coders(labels: Labels, records: Records) -> dict[RecordId, CoderId]:
    """Return who signed each record."""
    found: dict[RecordId, CoderId] = {}
    for record_id in labels.decided:
        signature = records.coding(record_id).signature
        if signature is not None:
            found[record_id] = signature.coder_id
    return found


def run_review(options: argparse.Namespace) -> int:
    """Plan, draw, fill, adjudicate or close a round."""
    from ehrcoder.usecases.campaign import review
    from ehrcoder.usecases.campaign.labels import gather_labels
    from ehrcoder.usecases.find_record import find_record

    with campaign_opened(options) as (services, workspace, store, campaign):
        labels = gather_labels(workspace)
        coders = first_coders(labels, workspace)
        rounds = [name for name in store.lists(campaign.campaign_id) if name.startswith(f"{review.REVIEW}-")]
        match options.action:
            case "plan":
                _show_plan(options, review.plan_review(campaign, store, labels.decided))
                return 0
            case "start":
                plan = review.plan_review(campaign, store, labels.decided)
                if options.records:
                    from dataclasses import replace

                    plan = replace(plan, records=options.records)
                name, plan = review.start_review(campaign, labels, store=store, coders=coders, plan=plan)
                print(f"{name}: {len(store.work(campaign.campaign_id, name))} records to review.")
                return 0
            case _:
                pass
        if not rounds:
            raise InputError("There is no review round.", next_step="`ehrcoder campaign review start` draws one.")
        match options.action:
            case "show":
                _show_round(options, campaign, store, rounds[-1])
            case "code":
                record_id = find_record(workspace, options.record)
                review.add_review(campaign, rounds[-1], record_id, coder_of(options, services),
                                  marks_of(services, options.codes), store=store, first_coder=coders.get(record_id))
                print(f"Kept the review of {record_id}.")
            case "differences":
                _show_differences(options, review.open_differences(campaign, rounds[-1], labels, store))
            case "adjudicate":
                record_id = find_record(workspace, options.record)
                review.adjudicate(campaign, rounds[-1], record_id, coder_of(options, services),
                                  marks_of(services, options.codes), store=store)
                print(f"Kept what was agreed on for {record_id}.")
            case _:
                result = review.close_review(campaign, rounds[-1], labels, store=store, coders=coders)
                _show_result(options, result)
    return 0


def _show_plan(options: argparse.Namespace, plan: object) -> None:
    from dataclasses import asdict

    from ehrcoder.core.campaign.sample_size import AcceptancePlan

    assert isinstance(plan, AcceptancePlan)
    if options.json:
        print_json(asdict(plan))
        return
    print(f"Review {plan.records} records (about {plan.codes} codes). With at most {plan.allowed} wrong codes the "
          f"accuracy is at least {plan.target:.1%} with {plan.confidence:.0%} confidence. A lot of {plan.expected:.1%} "
          f"passes with a chance of {plan.chance_to_pass:.0%} (design effect {plan.design_effect:.2f}).")


def _show_round(options: argparse.Namespace, campaign: Campaign, store: CampaignStore, name: str) -> None:
    lines = store.work(campaign.campaign_id, name)
    if options.json:
        print_json({"round": name, "records": [
            {"record": x.item.record_id, "reviewer": x.item.coder_id, "state": x.state.value} for x in lines]})
        return
    print_table(("record", "reviewer", "state", "why"), [
        (x.item.record_id, x.item.coder_id or "", x.state.value, x.item.reason) for x in lines])


def _show_differences(options: argparse.Namespace, found: Sequence[tuple[RecordId, object, object]]) -> None:
    from ehrcoder.core.campaign.coded import CodedCase

    rows: list[tuple[str, str, str]] = []
    for record_id, coded, reviewed in found:
        assert isinstance(coded, CodedCase)
        assert isinstance(reviewed, CodedCase)
        rows.append((record_id, " ".join(sorted(c for _, c in coded.keys - reviewed.keys)),
                     " ".join(sorted(c for _, c in reviewed.keys - coded.keys))))
    if options.json:
        print_json([{"record": r, "only_coder": a.split(), "only_reviewer": b.split()} for r, a, b in rows])
    else:
        print_table(("record", "only the coder", "only the reviewer"), rows)


def _show_result(options: argparse.Namespace, result: object) -> None:
    from ehrcoder.core.canonical import to_plain
    from ehrcoder.usecases.campaign.review import ReviewResult

    assert isinstance(result, ReviewResult)
    if options.json:
        print_json({
            "round": result.round_name, "accepted": result.accepted, "records": result.records, "units": result.units,
            "accuracy": to_plain(result.accuracy), "design_effect": result.design_effect, "rework": result.rework,
            "errors": {kind.value: n for kind, n in result.errors.items()}, "kappa": to_plain(result.kappa_families),
            "alpha": to_plain(result.alpha)})
        return
    verdict = "accepted" if result.accepted else f"not accepted; rework: {result.rework or 'nothing left'}"
    print(f"{result.round_name}: {verdict}. Accuracy {_shown(result.accuracy)} of {result.units} codes.")
    print_table(("error", "times"), [(kind.value, str(n)) for kind, n in result.errors.items()])
    print_table(("coder", "records", "codes that stood"), [
        (c.coder, str(c.records), _shown(c.right)) for c in result.coders])


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def board_of(
    services: Services, workspace: OpenWorkspace, store: CampaignStore, campaign: Campaign
) -> tuple[Labels, Dashboard]:
    """Return labels and dashboard as they stand now."""
    from ehrcoder.usecases.campaign.dashboard import gather_dashboard
    from ehrcoder.usecases.campaign.labels import gather_labels

    labels = gather_labels(workspace)
    return labels, gather_dashboard(
        campaign, labels, records=workspace, store=store, now=services.clock.now(),
        unspecified=unspecified_codes(services, labels))


def unspecified_codes(services: Services, labels: Labels) -> frozenset[str]:
    """Return the diagnosis codes in use whose title says that something is unspecified."""
    from ehrcoder.core.codes import ICD_10_CM, CodeKind

    codes = {m.code for case in labels.current.values() for m in case.marks if m.kind is CodeKind.DIAGNOSIS}
    found = {code: services.code_sets.concept(ICD_10_CM, code) for code in codes}
    return frozenset(code for code, concept in found.items()
                     if concept is not None and "unspecified" in concept.coding.display.casefold())


def run_dashboard(options: argparse.Namespace) -> int:
    """Show every figure."""
    from ehrcoder.core.canonical import to_plain

    with campaign_opened(options) as (services, workspace, store, campaign):
        _, board = board_of(services, workspace, store, campaign)
    if options.json:
        print_json(to_plain(board))
        return 0
    print(f"{board.name}: {board.records} records, {board.labelled} labelled, {board.signed} signed")
    print_table(("list", "done", "of"), [(x.name, str(x.done), str(x.total)) for x in board.lists])
    print_table(("codes", "records", "precision", "recall", "F1"), [
        (q.name, str(q.records), f"{q.precision:.3f}", f"{q.recall:.3f}", _shown(q.f1)) for q in board.quality])
    if board.time is not None:
        said = "SIMULATED by the effort model" if board.time.simulated else "measured"
        print(f"Time with suggestions: {_shown(board.time.ratio)} of the control arm's ({said})")
    print_table(("by", "group", "rate", "share", "p, corrected"), [
        (g.dimension, g.group, g.rate.value, _shown(g.estimate) if g.estimate else "suppressed",
         f"{g.p_adjusted:.3g}{' !' if g.stands_out else ''}") for g in board.fairness])
    return 0


def run_report(options: argparse.Namespace) -> int:
    """Write the report."""
    from ehrcoder.usecases.campaign.plots import plots_of
    from ehrcoder.usecases.campaign.report import report_html
    from ehrcoder.usecases.file_output import replace_file

    if options.out.suffix.lower() not in (".html", ".pdf"):
        raise InputError("The report is written as .html or .pdf.", kept="Nothing was written.")
    with campaign_opened(options) as (services, workspace, store, campaign):
        _, board = board_of(services, workspace, store, campaign)
    page = report_html(board, plots_of(board))
    if options.out.suffix.lower() == ".pdf":
        from ehrcoder.gui.campaign_pdf import report_pdf

        replace_file(options.out, report_pdf(page, title=f"Campaign {board.name}"))
    else:
        replace_file(options.out, page.encode())
    print(options.out)
    return 0


def run_export(options: argparse.Namespace) -> int:
    """Write the set for research."""
    from ehrcoder.usecases.campaign.research import export_research

    with campaign_opened(options) as (services, workspace, store, campaign):
        labels, board = board_of(services, workspace, store, campaign)
        done = export_research(campaign, labels, board, options.out, records=workspace, only_signed=options.only_signed,
                               description=options.description, licence=options.licence)
    if options.json:
        print_json({"records": done.records, "signed": done.signed, "files": dict(done.files),
                    "with_possible_identifiers": done.with_possible_identifiers})
    else:
        print(f"{done.records} records ({done.signed} verified) in {done.folder}; {done.with_possible_identifiers} "
              "hold possible identifiers.")
    return 0
