"""The report of a campaign as one HTML file: figures with intervals, plots, and what is simulated or suppressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ehrcoder.core.campaign.checks import CheckKind
from ehrcoder.core.campaign.intervals import Estimate
from ehrcoder.usecases.campaign.dashboard import Dashboard

_STYLE = """
body{font-family:sans-serif;color:#1d2430;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.45}
table{border-collapse:collapse;margin:.5em 0 1.5em}
th,td{border-bottom:1px solid #b9c0cc;padding:.25em .8em;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}h1,h2{font-weight:600}.note{color:#4a5260}
"""


def report_html(board: Dashboard, plots: Mapping[str, str], *, versions: Sequence[tuple[str, ...]] = ()) -> str:
    """Return the report. It names records by id only and quotes no note."""
    parts = [
        f"<h1>Campaign {escape(board.name)}</h1>",
        f'<p class="note">As of {board.at:%Y-%m-%d %H:%M} UTC. EHRCoder is decision support; a clinician verifies '
        "every code. Intervals are 95 %.</p>",
        _table(("records", "labelled", "signed", "labelled an hour", "signed an hour"), [(
            str(board.records), str(board.labelled), str(board.signed), _rate(board.labelled_an_hour),
            _rate(board.signed_an_hour))]),
        _plot(plots, "progress"),
        "<h2>Quality of the suggestions</h2>",
        "<p>Against what people decided, over records that were labelled before they were signed.</p>",
        _table(("codes", "records", "precision", "recall", "F1"), [
            (q.name, str(q.records), f"{q.precision:.3f}", f"{q.recall:.3f}", _with_interval(q.f1))
            for q in (*board.quality, *board.quality_by_version)]),
        _plot(plots, "quality"), _plot(plots, "calibration"),
        "<h2>Versions</h2>", _plot(plots, "learning curve"),
        _table(("version", "learnt from", "F1 at the gate", "in use", "what the gate said"), [
            (p.version, str(p.records), f"{p.f1:.3f}", "yes" if p.accepted else "refused", p.reason)
            for p in board.curve]),
        "<h2>Time</h2>", _time(board), _plot(plots, "time"),
        "<h2>Review rounds</h2>", _plot(plots, "review"), _reviews(board),
        "<h2>Fairness</h2>", _fairness(board),
        "<h2>Automatic checks</h2>", _checks(board),
        "<h2>Code families</h2>",
        _table(("family", "records", "precision", "recall", "F1"), [
            (q.name, str(q.records), f"{q.precision:.3f}", f"{q.recall:.3f}", _with_interval(q.f1))
            for q in board.families]),
    ]
    if versions:
        parts += ["<h2>Suggestions were made by</h2>", _table(("version", "files", "records"), versions)]
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Campaign {escape(board.name)}</title>'
            f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n")


def _time(board: Dashboard) -> str:
    t = board.time
    if t is None:
        return "<p>No record of both arms is signed yet.</p>"
    source = ("<strong>Simulated</strong> by the keystroke-level effort model; no person's time was measured."
              if t.simulated else "Measured from opening a record to its signature.")
    return f"<p>{source}</p>" + _table(
        ("arm", "records", "seconds a record"),
        [("without suggestions (control)", str(t.control_records), f"{t.control:.1f}"),
         ("with suggestions", str(t.assisted_records), f"{t.assisted:.1f}")],
    ) + f"<p>Time with suggestions is {_with_interval(t.ratio)} of the control arm's.</p>"


def _reviews(board: Dashboard) -> str:
    if not board.reviews:
        return "<p>No review round is closed yet.</p>"
    kinds = list(board.reviews[0].errors)
    rows = [
        (r.round_name, _with_interval(r.accuracy), f"{r.target:.0%}", "accepted" if r.accepted else "rework",
         _with_interval(r.kappa) if r.kappa else "-", _with_interval(r.alpha) if r.alpha else "-",
         *(str(r.errors.get(kind, 0)) for kind in kinds))
        for r in board.reviews
    ]
    coders = [(r.round_name, name, _with_interval(right)) for r in board.reviews for name, right in r.coders]
    return _table(("round", "accuracy", "target", "verdict", "kappa (families)", "alpha (code sets)", *kinds), rows) + (
        _table(("round", "coder", "codes that stood"), coders))


def _fairness(board: Dashboard) -> str:
    if not board.fairness:
        return "<p>Nothing was both labelled and signed yet.</p>"
    rows: list[tuple[str, ...]] = []
    for g in board.fairness:
        if g.suppressed or g.estimate is None:
            rows.append((g.dimension, g.group, g.rate.value, "suppressed: too few records", "", "", ""))
            continue
        d = g.difference
        rows.append((
            g.dimension, g.group, g.rate.value, str(g.records), _with_interval(g.estimate),
            f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})" if d else "only group",
            (f"{g.p_adjusted:.3g}" + (" – stands out" if g.stands_out else "")) if d else ""))
    text = _table(("by", "group", "rate", "records", "share", "against the others", "p, corrected for all looks"), rows)
    for m in board.mitigations:
        text += (f"<p>{escape(m.dimension)} {escape(m.group)}: with a confidence floor of {m.floor:.2f} precision goes "
                 f"from {m.precision_before:.3f} to {m.precision_after:.3f} and recall from {m.recall_before:.3f} to "
                 f"{m.recall_after:.3f} on the verified records; or weigh the group {m.weight:g}-fold in the next "
                 "training sample.</p>")
    return text


def _checks(board: Dashboard) -> str:
    if board.checks is None:
        return "<p>The checks were not run yet.</p>"
    rows: list[tuple[str, ...]] = []
    for kind in CheckKind:
        found = [f for f in board.checks.findings if f.check is kind]
        if found:
            strongest = found[0]
            rows.append((kind.value, str(len(found)), strongest.message,
                         ", ".join(strongest.records[:3]) + (" …" if len(strongest.records) > 3 else "")))
    return f"<p>Over {board.checks.records} records.</p>" + _table(
        ("check", "findings", "strongest", "its records"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f'<td class="n">{escape(cell)}</td>' if _is_number(cell) else f"<td>{escape(cell)}</td>"
                         for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() or cell[:2] in ("+0", "-0")


def _with_interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _plot(plots: Mapping[str, str], name: str) -> str:
    return f"<div>{plots[name]}</div>" if name in plots else ""


def _rate(value: float) -> str:
    return f"{value:.0f}" if value else "-"
