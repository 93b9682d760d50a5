"""Prints a campaign's report as PDF; its plots, which Qt's text engine does not read as SVG, are painted."""

from __future__ import annotations

import re

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from ehrcoder.gui.summary_pdf import pdf_of_html

_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
_SCALE = 3
_SHOWN_WIDTH = 460


def report_pdf(page: str, *, title: str) -> bytes:
    """Return the report as an A4 PDF."""
    application = QGuiApplication.instance() or QApplication(["ehrcoder", "-platform", "offscreen"])
    data = pdf_of_html(_SVG.sub(lambda found: _painted(found.group()), page), title=title)
    del application
    return data


def _painted(svg: str) -> str:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * _SCALE, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # The stub asks for bytes; PySide takes a str only.
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    encoded = bytes(buffer.data().toBase64().data()).decode("ascii")
    return f'<img src="data:image/png;base64,{encoded}" width="{_SHOWN_WIDTH}">'
