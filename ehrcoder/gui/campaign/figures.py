"""The figures of a dashboard as the window lists them: name, value in words, plot, and the records behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ehrcoder.core.campaign.checks import CheckKind
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.charts import Ink
from ehrcoder.usecases.campaign.dashboard import Dashboard
from ehrcoder.usecases.campaign.plots import plots_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the list; `plot` names one of the dashboard's plots, empty where it has none."""

    name: str
    value: str
    records: tuple[RecordId, ...] = ()
    plot: str = ""
    notes: Mapping[RecordId, str] = field(default_factory=dict[RecordId, str])
    """What is said of single records, such as a check's findings."""


def figures_of(board: Dashboard) -> tuple[Figure, ...]:
    """Return every figure, the general ones first."""
    lists = board.record_lists
    waiting = sum(each.waiting for each in board.lists if each.name.startswith("verify-"))
    found = [
        Figure(name="Progress", plot="progress", records=lists["waiting"],
               value=f"{board.signed} of {board.records} signed, {waiting} in the queue"),
        Figure(name="Labelled", plot="progress", records=lists["labelled"],
               value=f"{board.labelled} records" + (f", {board.labelled_an_hour:.0f} an hour"
                                                    if board.labelled_an_hour else "")),
        Figure(name="Signed", plot="progress", records=lists["signed"],
               value=f"{board.signed} records" + (f", {board.signed_an_hour:.0f} an hour"
                                                  if board.signed_an_hour else "")),
    ]
    found += [Figure(name=f"F1, {q.name}", value=f"{_shown(q.f1)}, precision {q.precision:.3f}, recall {q.recall:.3f}",
                     records=lists["signed"], plot="quality") for q in board.quality if q.records]
    if board.calibration:
        found.append(Figure(name="Calibration", value=f"expected error {board.calibration_error:.3f}",
                            plot="calibration", records=lists["signed"]))
    if board.curve:
        last = board.curve[-1]
        found.append(Figure(name="Learning curve", plot="learning curve", records=lists["signed"],
                            value=f"{last.version}: F1 {last.f1:.3f}; {last.reason}"))
    if board.time is not None:
        source = "SIMULATED" if board.time.simulated else "measured"
        found.append(Figure(name="Time against the control arm", value=f"{_shown(board.time.ratio)}, {source}",
                            plot="time", records=lists["signed"]))
    found += [Figure(name=r.round_name, plot="review", records=lists["signed"],
                     value=f"accuracy {_shown(r.accuracy)}, {'accepted' if r.accepted else 'rework'}")
              for r in board.reviews]
    for kind in CheckKind:
        findings = [f for f in board.checks.findings if f.check is kind] if board.checks else []
        if findings:
            notes: dict[RecordId, str] = {}
            for finding in findings:
                for record_id in finding.records:
                    notes[record_id] = "; ".join(filter(None, (notes.get(record_id), finding.message)))
            count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
            found.append(Figure(name=f"Check: {kind.value}", value=count, records=lists[kind.value], notes=notes))
    for g in board.fairness:
        if g.stands_out and g.estimate is not None and g.difference is not None:
            found.append(Figure(
                name=f"Stands out: {g.dimension} {g.group}", records=g.record_ids,
                value=f"{g.rate.value} {_shown(g.estimate)}, {g.difference.value:+.3f} against the others"))
    return tuple(found)


def plot_of(board: Dashboard, figure: Figure, *, ink: Ink) -> str:
    """Return the figure's plot as SVG, empty where it has none."""
    return plots_of(board, ink=ink).get(figure.plot, "")


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"
