"""Writes the demo notes as other programs write them: `python make.py`, in an environment of its own.

It needs `pypandoc_binary python-docx reportlab xlsxwriter openpyxl PySide6-Essentials`, none of which the product
reads these formats with. The files are kept, since pandoc is too large to ask of everyone who runs the tests.
"""

from __future__ import annotations

import html
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTES = sorted((HERE.parents[3] / "resources" / "demo" / "notes").glob("*.txt"))[:10]


def lines_of(note: Path) -> list[str]:
    return [line for line in note.read_text("utf-8").splitlines() if line.strip()]


def as_html(note: Path) -> str:
    """Headings for lines in capitals, the first words bold: what is shown must not change what is read."""
    parts = []
    for line in lines_of(note):
        first, space, rest = html.escape(line).partition(" ")
        parts.append(f"<h2>{html.escape(line)}</h2>" if line.isupper() else f"<p><b>{first}</b>{space}{rest}</p>")
    return "".join(parts)


def with_pandoc(note: Path, kind: str) -> None:
    import pypandoc

    extra = ["--standalone", "--wrap=none"] if kind == "rtf" else []
    pypandoc.convert_text(as_html(note), kind, "html", outputfile=str(HERE / f"{note.stem}.{kind}"), extra_args=extra)


def with_python_docx(note: Path) -> None:
    import docx

    document = docx.Document()
    for line in lines_of(note):
        document.add_heading(line, 2) if line.isupper() else document.add_paragraph(line)
    document.save(str(HERE / f"{note.stem}.docx"))


def with_reportlab(note: Path) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    style = getSampleStyleSheet()["BodyText"]
    story = [Paragraph(html.escape(line), style) for line in lines_of(note)]
    SimpleDocTemplate(str(HERE / f"{note.stem}.pdf"), pagesize=A4, invariant=1).build(story)


def with_qt(note: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSizeF
    from PySide6.QtGui import QGuiApplication, QPdfWriter, QTextDocument

    application = QGuiApplication.instance() or QGuiApplication([])
    document = QTextDocument()
    document.setHtml(as_html(note))
    writer = QPdfWriter(str(HERE / f"{note.stem}.pdf"))
    writer.setResolution(96)
    # With a page size of its own, a document is printed without page numbers.
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)
    del application


def with_openpyxl(note: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows_of(note):
        book.active.append(row)
    book.save(HERE / f"{note.stem}.xlsx")


def with_xlsxwriter(note: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(HERE / f"{note.stem}.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows_of(note)):
            sheet.write_row(number, 0, row)


def rows_of(note: Path) -> list[list[str]]:
    """The whole note in one cell, and its first half in another row."""
    text = note.read_text("utf-8")
    return [["note_id", "icd10cm", "note"], [note.stem, "I21.4", text], [f"{note.stem}-b", "", text[: len(text) // 2]]]


def main() -> None:
    for place, note in enumerate(NOTES):
        with_pandoc(note, "rtf")
        with_pandoc(note, "docx") if place % 2 else with_python_docx(note)
        with_reportlab(note) if place % 2 else with_qt(note)
        with_openpyxl(note) if place % 2 else with_xlsxwriter(note)


if __name__ == "__main__":
    sys.exit(main())
