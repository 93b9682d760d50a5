"""Plots as SVG text: the same ones in the window, in the HTML report and, painted by Qt, in the PDF.

State is never shown by colour alone: series have their own marks, and every point carries its figure as a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 46, 46


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Colours of a plot; they come from the theme, or from paper."""

    text: str = "#1d2430"
    faint: str = "#b9c0cc"
    main: str = "#1f5fa8"
    other: str = "#a8541f"
    good: str = "#2d7a46"
    bad: str = "#b3261e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value at a place, with its interval and what is said of it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    title: str = ""
    hollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From where to where an axis goes and what it shows; `percent` prints 0.4 as 40 %."""

    name: str
    low: float
    high: float
    percent: bool = False


def line_plot(
    title: str, points: Sequence[Point], x: Axis, y: Axis, *, ink: Ink | None = None, joined: bool = True,
    level: float | None = None, level_name: str = "", diagonal: bool = False,
) -> str:
    """Return a plot of points with intervals, a level line or the diagonal where wished."""
    ink = ink or Ink()
    parts = [_frame(title, x, y, ink)]
    if diagonal:
        parts.append(_stroke(_x(x, x.low), _y(y, y.low), _x(x, x.high), _y(y, y.high), ink.faint, dashed=True))
    if level is not None:
        parts.append(_stroke(_LEFT, _y(y, level), WIDTH - _RIGHT, _y(y, level), ink.bad, dashed=True))
        parts.append(_text(WIDTH - _RIGHT, _y(y, level) - 4, level_name, ink.bad, anchor="end", size=11))
    if joined and len(points) > 1:
        way = " ".join(f"{_x(x, p.x):.1f},{_y(y, p.y):.1f}" for p in points)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{ink.main}" stroke-width="2"/>')
    for p in points:
        if p.low is not None and p.high is not None:
            parts.append(_stroke(_x(x, p.x), _y(y, p.low), _x(x, p.x), _y(y, p.high), ink.main))
        fill = "none" if p.hollow else ink.main
        parts.append(
            f'<circle cx="{_x(x, p.x):.1f}" cy="{_y(y, p.y):.1f}" r="4.5" fill="{fill}" stroke="{ink.main}" '
            f'stroke-width="2"><title>{escape(p.title)}</title></circle>')
    return _whole(parts, title)


def bar_plot(
    title: str, bars: Sequence[tuple[str, Point]], y: Axis, *, ink: Ink | None = None, level: float | None = None,
    level_name: str = "",
) -> str:
    """Return upright bars with intervals, each with its name below and its figure above."""
    ink = ink or Ink()
    parts = [_frame(title, Axis(name="", low=0, high=1), y, ink, x_ticks=False)]
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(bars))
    for n, (name, p) in enumerate(bars):
        middle, top = _LEFT + slot * (n + 0.5), _y(y, p.y)
        wide = min(46.0, slot * 0.6)
        style = f'fill="none" stroke="{ink.main}" stroke-width="2"' if p.hollow else f'fill="{ink.main}"'
        parts.append(f'<rect x="{middle - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" '
                     f'height="{max(0.0, _y(y, y.low) - top):.1f}" {style}><title>{escape(p.title)}</title></rect>')
        if p.low is not None and p.high is not None:
            parts.append(_stroke(middle, _y(y, p.low), middle, _y(y, p.high), ink.text))
        parts.append(_text(middle, min(top, _y(y, p.high) if p.high is not None else top) - 5, _number(y, p.y),
                           ink.text, size=11))
        parts.append(_text(middle, HEIGHT - _BOTTOM + 16, name[:max(4, int(slot / 6.2))], ink.text, size=11))
    if level is not None:
        parts.append(_stroke(_LEFT, _y(y, level), WIDTH - _RIGHT, _y(y, level), ink.bad, dashed=True))
        parts.append(_text(WIDTH - _RIGHT, _y(y, level) - 4, level_name, ink.bad, anchor="end", size=11))
    return _whole(parts, title)


def progress_plot(title: str, rows: Sequence[tuple[str, int, int, int]], *, ink: Ink | None = None) -> str:
    """Return one lying bar a work list: done (filled), failed (hatched by its outline), waiting (empty)."""
    ink = ink or Ink()
    step = min(40.0, (HEIGHT - _TOP - 16) / max(1, len(rows)))
    parts = [_text(WIDTH / 2, 20, title, ink.text, size=14)]
    for n, (name, done, failed, waiting) in enumerate(rows):
        total, top = max(1, done + failed + waiting), _TOP + step * n
        whole = WIDTH - 260
        parts.append(_text(100, top + step * 0.6, name[:16], ink.text, anchor="end", size=12))
        parts.append(f'<rect x="110" y="{top + 3:.1f}" width="{whole}" height="{step - 8:.1f}" fill="none" '
                     f'stroke="{ink.faint}"/>')
        parts.append(f'<rect x="110" y="{top + 3:.1f}" width="{whole * done / total:.1f}" height="{step - 8:.1f}" '
                     f'fill="{ink.good}"/>')
        if failed:
            parts.append(f'<rect x="{110 + whole * done / total:.1f}" y="{top + 3:.1f}" '
                         f'width="{whole * failed / total:.1f}" height="{step - 8:.1f}" fill="none" '
                         f'stroke="{ink.bad}" stroke-width="2"/>')
        said = f"{done} of {done + failed + waiting}" + (f", {failed} failed" if failed else "")
        parts.append(_text(118 + whole, top + step * 0.6, said, ink.text, anchor="start", size=12))
    return _whole(parts, title)


def _frame(title: str, x: Axis, y: Axis, ink: Ink, *, x_ticks: bool = True) -> str:
    parts = [_text(WIDTH / 2, 20, title, ink.text, size=14)]
    for k in range(6):
        value = y.low + (y.high - y.low) * k / 5
        parts.append(_stroke(_LEFT, _y(y, value), WIDTH - _RIGHT, _y(y, value), ink.faint, width=0.5))
        parts.append(_text(_LEFT - 6, _y(y, value) + 4, _number(y, value), ink.text, anchor="end", size=11))
        if x_ticks:
            at = x.low + (x.high - x.low) * k / 5
            parts.append(_text(_x(x, at), HEIGHT - _BOTTOM + 16, _number(x, at), ink.text, size=11))
    parts.append(_stroke(_LEFT, _TOP, _LEFT, HEIGHT - _BOTTOM, ink.text))
    parts.append(_stroke(_LEFT, HEIGHT - _BOTTOM, WIDTH - _RIGHT, HEIGHT - _BOTTOM, ink.text))
    parts.append(_text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 8, x.name, ink.text, size=12))
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    parts.append(f'<g transform="translate(14 {middle:.0f}) rotate(-90)">{_text(0, 0, y.name, ink.text, size=12)}</g>')
    return "".join(parts)


def _whole(parts: Sequence[str], title: str) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" aria-label="{escape(title)}" font-family="sans-serif">'
            f'{"".join(parts)}</svg>')


def _text(x: float, y: float, said: str, colour: str, *, anchor: str = "middle", size: int = 12) -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">'
            f'{escape(said)}</text>')


def _stroke(
    x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False, width: float = 1.5
) -> str:
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"{dash}/>')


def _number(axis: Axis, value: float) -> str:
    if axis.percent:
        return f"{100 * value:.0f} %"
    return f"{value:.0f}" if axis.high - axis.low >= 5 else f"{value:.2f}"


def _x(axis: Axis, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low) if axis.high > axis.low else 0.0
    return _LEFT + min(1.0, max(0.0, share)) * (WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low) if axis.high > axis.low else 0.0
    return HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - _TOP - _BOTTOM)
