"""The coding summary as PDF, printed by Qt."""

from __future__ import annotations

import re
import zlib

from builders.signed_records import EXPORTED_AT, a_full_record

from ehrcoder.adapters.html_summary import HtmlSummaryWriter
from ehrcoder.gui.summary_pdf import pdf_of_html, printed


def pages_of(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_a_summary_is_a_whole_pdf_with_its_fonts(qapp: object) -> None:
    made = a_full_record()
    writer = printed(HtmlSummaryWriter())
    data = writer.render(made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT)
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in data
    assert pages_of(data) >= 1
    streams = [zlib.decompress(each) for each in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", data, re.DOTALL)]
    assert any(b" Tf" in stream for stream in streams)


def test_a_long_summary_goes_on_over_pages(qapp: object) -> None:
    rows = "".join(f"<tr><td>{number}</td><td>words</td></tr>" for number in range(300))
    assert pages_of(pdf_of_html(f"<table>{rows}</table>", title="x")) > 3
