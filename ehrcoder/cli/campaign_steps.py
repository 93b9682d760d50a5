"""The steps of a campaign that make, sample, label and hand out records."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from ehrcoder.cli.output import print_json, print_table
from ehrcoder.cli.record_access import coder_of, opened
from ehrcoder.core.errors import CancelledError, InputError

if TYPE_CHECKING:
    from ehrcoder.core.campaign.plan import Campaign
    from ehrcoder.ports import OpenWorkspace
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.label import LabelProgress
    from ehrcoder.usecases.campaign.store import CampaignStore


@contextmanager
def campaign_opened(
    options: argparse.Namespace,
) -> Iterator[tuple[Services, OpenWorkspace, CampaignStore, Campaign]]:
    """Yield services, workspace, its campaigns and the one that the options name."""
    with opened(options) as (services, workspace):
        store = services.campaigns(workspace)
        yield services, workspace, store, store.campaign(options.campaign)


def run_new(options: argparse.Namespace) -> int:
    """Make a campaign."""
    from ehrcoder.core.campaign.plan import CampaignPlan
    from ehrcoder.core.ids import CoderId

    plan = CampaignPlan(
        seed=options.seed, control_share=options.control_share, double_share=options.double_share,
        gate_share=options.gate_share, target_accuracy=options.target, confidence=options.confidence,
        policy=options.policy, coders=tuple(CoderId(name) for name in options.with_coder),
    )
    with opened(options) as (services, workspace):
        campaign = services.campaigns(workspace).create(options.name, plan)
    if options.json:
        print_json({"campaign": campaign.campaign_id, "name": campaign.name})
    else:
        print(f"Campaign {campaign.name} is made. Next: `ehrcoder campaign sample N`.")
    return 0


def run_status(options: argparse.Namespace) -> int:
    """Show the work lists and versions."""
    with campaign_opened(options) as (services, workspace, store, campaign):
        rows = workspace.rows()
        lists = {name: {state.value: n for state, n in counts.items()}
                 for name, counts in store.lists(campaign.campaign_id).items()}
        current = services.versions(campaign.campaign_id).current().name
    signed = sum(row.status.value == "signed" for row in rows)
    if options.json:
        print_json({"campaign": campaign.name, "records": len(rows), "signed": signed, "lists": lists,
                    "version": current})
        return 0
    print(f"Campaign {campaign.name}: {len(rows)} records, {signed} signed, version in use: {current}")
    print_table(("list", "waiting", "done", "failed"), [
        (name, *(str(counts[state]) for state in ("waiting", "done", "failed"))) for name, counts in lists.items()])
    return 0


def run_sample(options: argparse.Namespace) -> int:
    """Choose the first records."""
    from ehrcoder.usecases.campaign.sample import make_sample

    with campaign_opened(options) as (services, workspace, store, campaign):
        ranker = services.engine(with_model=False, policy=campaign.plan.policy) if options.read_first else None
        name, coverage = make_sample(campaign, size=options.size, records=workspace, store=store, ranker=ranker,
                                     weights=_weights(options.weight), progress=show_progress)
        lines = store.work(campaign.campaign_id, name)
    if options.json:
        print_json({"list": name, "records": [line.item.record_id for line in lines],
                    "reasons": [line.item.reason for line in lines], "apart": dict(coverage.apart),
                    "clusters_met": coverage.clusters_met})
        return 0
    print(f"{name}: {len(lines)} of {coverage.records} records, {coverage.clusters_met:.0%} of the text clusters met.")
    print_table(("dimension", "apart from the whole (0 same, 1 nothing in common)"), [
        (dimension, f"{apart:.3f}") for dimension, apart in coverage.apart])
    print_table(("record", "why"), [(line.item.record_id, line.item.reason) for line in lines[:20]])
    if len(lines) > 20:
        print(f"… and {len(lines) - 20} more (--json shows all)")
    return 0


def run_label(options: argparse.Namespace) -> int:
    """Label in batch until the list is done or the person pauses with Ctrl-C."""
    from ehrcoder.usecases.campaign.label import (
        LabelLimits,
        label_records,
        make_label_list,
        on_this_machine,
        open_label_list,
    )

    limits = LabelLimits(memory_mb=options.memory_mb, hours=_hours(options.between))
    with campaign_opened(options) as (services, workspace, store, campaign):
        _use_threads(services, options.threads)
        name = open_label_list(campaign, store) or make_label_list(campaign, records=workspace, store=store)
        artefacts = services.versions(campaign.campaign_id).current().folder
        with_model = not options.no_model and services.settings.model.enabled
        cancel = Stop(limit=options.limit)
        if options.dask:
            cluster = services.dask_labeller(options.dask, with_model=with_model, policy=campaign.plan.policy,
                                             artefacts=artefacts)
            labeller, close = cluster, cluster.close
        else:
            engine = services.engine(with_model=with_model, policy=campaign.plan.policy, artefacts=artefacts)
            labeller, close = on_this_machine(engine), lambda: None
        try:
            with pausing(cancel):
                result = label_records(campaign, name, records=workspace, store=store, labeller=labeller,
                                       machine=services.machine(), limits=limits, cancel=cancel, report=cancel.show)
        finally:
            close()
    if options.json:
        print_json(asdict(result))
    else:
        print(f"{result.list_name}: {result.labelled} labelled in {result.seconds:.0f} s, {result.skipped} skipped, "
              f"{result.left} left. {result.paused}")
        if with_model and result.without_model:
            print(f"WARNING: {result.without_model} records were labelled without the language model, which was not "
                  "available; `ehrcoder doctor` says why.", file=sys.stderr)
    return 0


def run_queue(options: argparse.Namespace) -> int:
    """Make the queue of verification."""
    from ehrcoder.core.campaign.ordering import VerifyOrder
    from ehrcoder.usecases.campaign.check_set import last_checks
    from ehrcoder.usecases.campaign.drift_set import earlier_labels
    from ehrcoder.usecases.campaign.labels import gather_labels
    from ehrcoder.usecases.campaign.verify import make_verify_list

    with campaign_opened(options) as (_, workspace, store, campaign):
        labels = gather_labels(workspace)
        checks = last_checks(campaign, store)
        name = make_verify_list(
            campaign, records=workspace, store=store, labelled=labels.labelled,
            findings=checks.of_record() if checks else {}, earlier=earlier_labels(campaign, labels, store),
            order=VerifyOrder(options.order), size=options.size)
        lines = store.work(campaign.campaign_id, name)
    if options.json:
        print_json({"list": name, "records": [
            {"record": x.item.record_id, "why": x.item.reason, "coder": x.item.coder_id, "arm": x.item.arm.value}
            for x in lines]})
        return 0
    print(f"{name}: {len(lines)} records")
    print_table(("record", "coder", "why"), [
        (x.item.record_id, x.item.coder_id or "", x.item.reason) for x in lines[:20]])
    return 0


def run_next(options: argparse.Namespace) -> int:
    """Name a coder's next record."""
    from ehrcoder.usecases.campaign.verify import next_record, note_opened

    with campaign_opened(options) as (services, workspace, store, campaign):
        coder = coder_of(options, services)
        chosen = next_record(campaign, coder, records=workspace, store=store)
        if chosen is not None and not options.peek and not chosen.second:
            note_opened(campaign, chosen, coder, store)
    if options.json:
        print_json(None if chosen is None else asdict(chosen))
    elif chosen is None:
        print(f"Nothing is left for {coder}.")
    else:
        shown = " (without suggestions)" if chosen.without_suggestions else ""
        print(f"{chosen.record_id}{shown}: {chosen.reason}. {chosen.left} left on {chosen.list_name}.")
    return 0


def run_code(options: argparse.Namespace) -> int:
    """Keep a blind second coding."""
    from ehrcoder.usecases.campaign.labels import marks_json
    from ehrcoder.usecases.campaign.verify import add_second_coding
    from ehrcoder.usecases.find_record import find_record

    with campaign_opened(options) as (services, workspace, store, campaign):
        record_id = find_record(workspace, options.record)
        marks = marks_json(marks_of(services, options.codes))
        add_second_coding(campaign, record_id, coder_of(options, services), marks, records=workspace, store=store)
    print(f"Kept {len(options.codes)} codes as a second coding of {record_id}.")
    return 0


def marks_of(services: Services, codes: Sequence[str]):
    """Return typed codes as marks, the first one principal. Raises InputError for a code that does not exist."""
    from ehrcoder.core.campaign.coded import CodeMark
    from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind, with_dot

    index = services.code_sets
    marks: list[CodeMark] = []
    for code in codes:
        diagnosis = index.concept(ICD_10_CM, with_dot(code.upper()))
        procedure = index.concept(ICD_10_PCS, code.upper())
        concept = diagnosis or procedure
        if concept is None or not concept.is_billable:
            raise InputError(f"There is no assignable code {code}.", kept="Nothing was kept.",
                             next_step="`ehrcoder search` finds codes by words.")
        kind = CodeKind.DIAGNOSIS if diagnosis else CodeKind.PROCEDURE
        marks.append(CodeMark(kind=kind, code=concept.coding.code, is_principal=not marks and diagnosis is not None))
    return tuple(marks)


class Stop:
    """Pauses labelling or training at Ctrl-C, labelling also after `limit` records, and shows the progress."""

    def __init__(self, *, limit: int = 0, what: str = "Labelling", kept: str = "What was labelled is saved.") -> None:
        self._limit = limit
        self._what = what
        self._kept = kept
        self._first: int | None = None
        self._asked = False

    def ask(self) -> None:
        """Have the work pause at its next safe place."""
        self._asked = True

    @property
    def asked(self) -> bool:
        """Whether a pause was asked for."""
        return self._asked

    def raise_if_cancelled(self) -> None:
        if self._asked:
            raise CancelledError(f"{self._what} is paused.", kept=self._kept, next_step="Give the same command again.")

    def show(self, progress: LabelProgress) -> None:
        """Print where labelling stands."""
        if self._first is None:
            self._first = progress.done
        if self._limit and progress.done - self._first >= self._limit:
            self._asked = True
        left = f", {progress.seconds_left / 3600:.1f} h left" if progress.seconds_left else ""
        rate = f", {progress.records_an_hour:.0f} records an hour" if progress.records_an_hour else ""
        print(f"{progress.done}/{progress.total}{rate}{left} {progress.message}", file=sys.stderr)


@contextmanager
def pausing(stop: Stop) -> Iterator[None]:
    """Turn Ctrl-C into a pause while the body runs."""
    import signal

    def pause(number: int, frame: object) -> None:
        stop.ask()

    before = None
    with suppress(ValueError):
        before = signal.signal(signal.SIGINT, pause)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _use_threads(services: Services, threads: int) -> None:
    if threads:
        model = services.settings.model.model_copy(update={"threads": threads})
        services.settings = services.settings.model_copy(update={"model": model})


def _hours(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) < 24 and int(last) <= 24 and first != last):
        raise InputError(f"'{text}' are no hours.", next_step="Write them as in 20-6: from 20:00 to 5:59.")
    return int(first), int(last)


def _weights(given: Sequence[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for each in given:
        value, _, factor = each.rpartition("=")
        try:
            weights[value] = float(factor)
        except ValueError:
            raise InputError(f"'{each}' is no weight.", next_step="Write it as in '80 and over=2'.") from None
        if not value or not 0 < weights[value] <= 100:
            raise InputError(f"'{each}' is no weight.", next_step="Write it as in '80 and over=2'.")
    return weights


def show_progress(done: int, total: int, message: str) -> None:
    """Print every hundredth step."""
    if done % 100 == 0 or done == total:
        print(f"{message}: {done}/{total}", file=sys.stderr)
