"""The plots of a dashboard, by name."""

from __future__ import annotations

from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.usecases.campaign.charts import Axis, Ink, Point, bar_plot, line_plot, progress_plot
from ehrcoder.usecases.campaign.dashboard import Dashboard

_SHARE = Axis(name="", low=0.0, high=1.0, percent=True)


def plots_of(board: Dashboard, *, ink: Ink | None = None) -> dict[str, str]:
    """Return the SVG of every plot for which there are figures, in the order of the dashboard."""
    ink = ink or Ink()
    found: dict[str, str] = {}
    if board.lists:
        found["progress"] = progress_plot(
            "Progress by work list", [(x.name, x.done, x.failed, x.waiting) for x in board.lists[-8:]], ink=ink)
    if board.quality and board.quality[0].records:
        bars = [(q.name, _point(q.f1, f"F1 of {q.name}")) for q in board.quality]
        found["quality"] = bar_plot("F1 of the suggestions by kind of code", bars,
                                    Axis(name="F1", low=0.0, high=1.0), ink=ink)
    if board.curve:
        most = max(p.records for p in board.curve) or 1
        found["learning curve"] = line_plot(
            "Learning curve: F1 on records kept from training",
            [Point(x=p.records, y=p.f1, hollow=not p.accepted,
                   title=f"{p.version}: F1 {p.f1:.3f} after {p.records} records; {p.reason}") for p in board.curve],
            Axis(name="verified records that it learnt from (hollow: refused)", low=0, high=most),
            Axis(name="F1", low=0, high=1), ink=ink)
    if board.calibration:
        found["calibration"] = line_plot(
            f"Calibration: expected error {board.calibration_error:.3f}",
            [_point(b.right, f"confidence {b.confidence:.2f}: {b.right.value:.2f} right of {b.right.count}",
                    x=b.confidence) for b in board.calibration],
            Axis(name="confidence", low=0, high=1, percent=True), Axis(name="right", low=0, high=1, percent=True),
            ink=ink, diagonal=True)
    if board.time is not None:
        t = board.time
        most = 1.25 * max(t.control, t.assisted)
        said = "Seconds a record" + (", SIMULATED by the effort model" if t.simulated else "")
        found["time"] = bar_plot(said, [
            ("control arm", Point(x=0, y=t.control, title=f"{t.control_records} records without suggestions")),
            ("with suggestions", Point(x=0, y=t.assisted, title=f"{t.assisted_records} records"))],
            Axis(name="seconds", low=0, high=most), ink=ink)
    if board.reviews:
        bars = [(r.round_name, _point(r.accuracy, f"{r.round_name}: {'accepted' if r.accepted else 'rework'}",
                                      hollow=not r.accepted)) for r in board.reviews]
        found["review"] = bar_plot("Accuracy by review round (outline: rework)", bars, _SHARE, ink=ink,
                                   level=board.target, level_name=f"target {board.target:.0%}")
    return found


def _point(estimate: Estimate, said: str, *, x: float = 0.0, hollow: bool = False) -> Point:
    return Point(x=x, y=estimate.value, low=estimate.low, high=estimate.high, hollow=hollow,
                 title=f"{said}: {estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})")
