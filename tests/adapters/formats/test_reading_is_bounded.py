"""A small file that stands for very much is given up in words, soon, and leaves the program as it was."""

from __future__ import annotations

import io
import subprocess
import time
import zlib
from collections.abc import Iterator

import pytest
from builders.format_files import cells, workbook

from ehrcoder.adapters.formats import pdf_child, pdf_process, table_sources
from ehrcoder.adapters.formats.documents import document_readers
from ehrcoder.adapters.formats.pdf_process import PdfProcess
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


@pytest.fixture
def reading() -> Iterator[PdfProcess]:
    process = pdf_process.pdf_process
    process.close()
    yield process
    process.close()


def test_a_pdf_that_takes_too_long_is_given_up_in_words_and_the_next_is_read(read_with, reading) -> None:
    assert set(read_with(PDF, crowded_pdf(20)).text.split()) == {"x" * 20}
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"given up after 4 seconds.*Print it anew"):
        read_with(PDF, crowded_pdf(200_000))
    assert time.perf_counter() - began > 3.5
    assert read_with(PDF, crowded_pdf(3)).text.split() == ["xxx"]


def test_one_process_reads_many_documents_and_ends_when_none_comes(read_with, reading, monkeypatch) -> None:
    read_with(PDF, crowded_pdf(1))
    first = reading._process
    read_with(PDF, crowded_pdf(2))
    assert first is not None
    assert reading._process is first
    monkeypatch.setattr(pdf_process, "_IDLE_SECONDS", 0.05)
    read_with(PDF, crowded_pdf(3))
    first.wait(timeout=20)


def test_a_document_that_ends_its_reader_is_refused_and_the_next_is_read(read_with, reading, monkeypatch) -> None:
    read_with(PDF, crowded_pdf(1))
    asked = reading._asked

    def dies(data: bytes, seconds: float):
        process = reading._running()
        process.kill()
        process.wait()
        # As if it had died of this document, not before it.
        monkeypatch.setattr(reading, "_running", lambda: process)
        return asked(data, seconds)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_asked", dies)
        with pytest.raises(InputError, match="damaged or locked"):
            read_with(PDF, crowded_pdf(2))
    monkeypatch.undo()
    assert read_with(PDF, crowded_pdf(3)).text.split() == ["xxx"]


def test_an_interrupt_in_the_middle_does_not_give_one_file_the_text_of_another(read_with, reading, monkeypatch) -> None:
    class Interrupting:
        def __init__(self, process: subprocess.Popen[bytes]) -> None:
            self.stdin, self.stdout = process.stdin, self

        def readline(self) -> bytes:
            raise KeyboardInterrupt

        def kill(self) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_running", lambda running=reading._running: Interrupting(running()))
        with pytest.raises(KeyboardInterrupt):
            read_with(PDF, crowded_pdf(2))
    assert read_with(PDF, crowded_pdf(3)).text.split() == ["xxx"]


def test_a_document_that_wants_more_memory_than_there_is_is_refused_in_words(monkeypatch) -> None:
    def greedy(_: io.BytesIO) -> None:
        raise MemoryError

    monkeypatch.setattr("pypdf.PdfReader", greedy)
    with pytest.raises(pdf_child._RefusedError, match=pdf_child.TOO_LARGE):
        pdf_child._pages(b"%PDF-")


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
