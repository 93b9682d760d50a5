"""Makes a PDF of the coding summary with Qt's own text engine, which shapes every script and embeds its fonts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QApplication

from ehrcoder import __version__
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.ports import BundleWriter

_MARGIN_MM = 18.0
_DOTS_PER_INCH = 300


class PdfSummaryWriter:
    """Prints what another writer gives as HTML."""

    def __init__(self, pages: BundleWriter, *, application: QGuiApplication) -> None:
        self._pages = pages
        self._application = application  # Without one Qt knows no fonts.

    @property
    def format_name(self) -> str:
        return "summary-pdf"

    @property
    def suffix(self) -> str:
        return ".pdf"

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the PDF. Raises InputError when the record is not signed, IntegrityError."""
        page = self._pages.render(
            record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by
        )
        return pdf_of_html(page.decode("utf-8"), title=f"Coding summary {record.record_id}")


def pdf_of_html(page: str, *, title: str) -> bytes:
    """Return an HTML page as an A4 PDF. Fetches nothing: the page has to be whole."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator(f"EHRCoder {__version__}")
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setHtml(page)
    document.print_(writer)
    # The writer ends the file when it goes.
    del writer
    buffer.close()
    return bytes(buffer.data().data())


def printed(pages: object) -> PdfSummaryWriter:
    """Return the writer that prints what `pages` writes, with an application that needs no screen."""
    if not isinstance(pages, BundleWriter):
        raise TypeError("only what is written a record at a time can be printed")
    return PdfSummaryWriter(pages, application=_application())


def _application() -> QGuiApplication:
    """Return the running application, else one that a window could use later in the same process."""
    running = QGuiApplication.instance()
    return running if isinstance(running, QGuiApplication) else QApplication(["ehrcoder", "-platform", "offscreen"])
