"""Draws the learning curve for the documentation from results of `ehrcoder evaluate --json`, one a training size.

    .venv/bin/python packaging/learning_curve.py docs/images/learning-curve.png 50=a.json 100=b.json 500=c.json

Beside the picture a table with the same numbers is written as Markdown.
"""

from __future__ import annotations

import json
import math
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

ENGINES = (("with_model", "with the model"), ("without_model", "without"))
KINDS = (("diagnosis", "#1f5fa8"), ("procedure", "#b3541e"))
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 960, 560, 80, 70, 40, 290

Point = tuple[int, float, float, float]
"""Training records, micro-F1, and the bounds of its 95 % interval."""


def curves(files: list[tuple[int, Path]]) -> dict[tuple[str, str], list[Point]]:
    """Return the points of each engine and kind of code, by training size."""
    found: dict[tuple[str, str], list[Point]] = {}
    for size, path in sorted(files):
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for engine, _ in ENGINES:
            for kind, _ in KINDS:
                measured = content.get(engine, {}).get(kind)
                if measured is not None:
                    low, high = measured["micro_f1_interval"]
                    found.setdefault((engine, kind), []).append((size, measured["micro_f1"], low, high))
    return found


def table(found: dict[tuple[str, str], list[Point]]) -> str:
    """Return the numbers as a Markdown table."""
    lines = ["| training records | kind | engine | micro-F1 | 95 % |", "|---|---|---|---|---|"]
    for (engine, kind), points in sorted(found.items()):
        lines.extend(
            f"| {size} | {kind} | {dict(ENGINES)[engine]} | {f1:.3f} | {low:.3f}–{high:.3f} |"
            for size, f1, low, high in points
        )
    return "\n".join(lines) + "\n"


def draw(found: dict[tuple[str, str], list[Point]], target: Path) -> None:
    """Paint the curves with their intervals, training size on a logarithmic axis, and save them as PNG."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen

    application = QGuiApplication.instance() or QGuiApplication([])
    sizes = sorted({point[0] for points in found.values() for point in points})
    low, high = math.log(sizes[0]), math.log(sizes[-1])

    def place(size: int, value: float) -> QPointF:
        share = (math.log(size) - low) / (high - low) if high > low else 0.5
        return QPointF(LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - value * (HEIGHT - BOTTOM - TOP))

    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(QFont("DejaVu Sans", 11))
    for tenth in range(0, 11, 2):
        y = place(sizes[0], tenth / 10).y()
        painter.setPen(QPen(QColor("#dddddd"), 1))
        painter.drawLine(QPointF(LEFT, y), QPointF(WIDTH - RIGHT, y))
        painter.setPen(QColor("black"))
        painter.drawText(QPointF(LEFT - 40, y + 5), f"{tenth / 10:.1f}")
    for size in sizes:
        painter.drawText(QPointF(place(size, 0).x() - 12, HEIGHT - BOTTOM + 22), str(size))
    painter.drawText(QPointF(LEFT + 130, HEIGHT - 18), "training records (logarithmic)")
    painter.drawText(QPointF(LEFT - 60, TOP - 14), "micro-F1 on the development records, with 95 % intervals")
    for row, ((engine, kind), points) in enumerate(sorted(found.items())):
        pen = QPen(QColor(dict(KINDS)[kind]), 2.5)
        pen.setStyle(Qt.PenStyle.SolidLine if engine == "with_model" else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        for before, after in pairwise(points):
            painter.drawLine(place(before[0], before[1]), place(after[0], after[1]))
        painter.setPen(QPen(QColor(dict(KINDS)[kind]), 1.5))
        for size, f1, bottom, top in points:
            painter.drawEllipse(place(size, f1), 4, 4)
            painter.drawLine(place(size, bottom), place(size, top))
        y = TOP + 20 + row * 24
        painter.setPen(pen)
        painter.drawLine(QPointF(WIDTH - RIGHT + 15, y - 5), QPointF(WIDTH - RIGHT + 45, y - 5))
        painter.setPen(QColor("black"))
        painter.drawText(QPointF(WIDTH - RIGHT + 52, y), f"{kind}, {dict(ENGINES)[engine]}")
    painter.end()
    if not image.save(str(target)):
        raise SystemExit(f"{target} could not be written.")
    del application


def main(arguments: list[str]) -> int:
    """Draw the curve. Returns 2 when the arguments are not as the module's text says."""
    if len(arguments) < 2 or not all("=" in each for each in arguments[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(arguments[0])
    files = [(int(size), Path(path)) for size, _, path in (each.partition("=") for each in arguments[1:])]
    found = curves(files)
    draw(found, target)
    target.with_suffix(".md").write_text(table(found), "utf-8")
    print(table(found), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
