"""A small file that stands for very much is given up in words, soon, and leaves the program as it was."""

from __future__ import annotations

import threading
import time
import zlib

import pytest
from builders.format_files import cells, workbook

from ehrcoder.adapters.formats import table_sources, time_limit
from ehrcoder.adapters.formats.documents import document_readers
from ehrcoder.adapters.formats.table_sources import JsonLinesReader, XlsxReader
from ehrcoder.core.errors import InputError

PDF = document_readers()[2]


def crowded_pdf(words: int) -> bytes:
    """Return a PDF of one page on which a word is drawn very often; 200,000 times take 20 KB."""
    page = zlib.compress(b"BT /F1 12 Tf 72 700 Td (x) Tj ET\n" * words)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
               b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(page), page),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return b"%sxref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        data, table, len(data))


def test_a_pdf_that_takes_too_long_is_given_up_in_words(read_with) -> None:
    before = threading.active_count()
    assert set(read_with(PDF, crowded_pdf(20)).text.split()) == {"x" * 20}
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"given up after 4 seconds.*Print it anew"):
        read_with(PDF, crowded_pdf(200_000))
    assert time.perf_counter() - began > 3.5
    assert threading.active_count() == before


def test_the_limit_strikes_through_a_parser_that_catches_everything(monkeypatch) -> None:
    monkeypatch.setattr(time_limit, "_LEAST_SECONDS", 0.1)

    def stubborn() -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - as parsers do
                continue

    with pytest.raises(InputError, match="given up"), time_limit.time_limit(0, name="It"):
        stubborn()


def test_what_is_done_in_time_and_after_it_is_never_struck(monkeypatch) -> None:
    monkeypatch.setattr(time_limit, "_LEAST_SECONDS", 0.03)
    monkeypatch.setattr(time_limit, "_TICK", 0.001)
    given_up = 0
    for turn in range(60):
        try:
            with time_limit.time_limit(0, name="It"):
                time.sleep(0.026 + turn % 10 / 1000)
        except InputError:
            given_up += 1
        # A blow that was on its way must not fall out here.
        sum(range(20_000))
    assert given_up < 60


def test_errors_within_the_limit_stay_what_they_are() -> None:
    with pytest.raises(KeyError), time_limit.time_limit(0, name="It"):
        raise KeyError("x")


@pytest.mark.parametrize("row", ['<row><c r="ALL1" t="inlineStr"><is><t>x</t></is></c></row>', cells("x")])
def test_a_workbook_of_few_bytes_and_very_many_cells_is_refused(read_with, monkeypatch, row) -> None:
    monkeypatch.setattr(table_sources, "_MOST_CELLS", 20_000)
    book = workbook(cells("id", "text", *(["c"] * 400)) + row * 60)
    with pytest.raises(InputError, match="cells"):
        read_with(XlsxReader(), book)


def test_lines_that_each_bring_a_key_of_their_own_are_refused_when_their_table_grows_too_large(
    read_with, monkeypatch
) -> None:
    monkeypatch.setattr(table_sources, "_MOST_CELLS", 20_000)
    lines = "\n".join(f'{{"text": "x", "k{number}": 1}}' for number in range(300))
    with pytest.raises(InputError, match="Split it"):
        read_with(JsonLinesReader(), lines.encode())
