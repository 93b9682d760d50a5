"""A hundred thousand damaged files over all readers: none crashes the program, none holds it for five seconds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from builders.format_files import BRAT_TEXT, SUFFIX, samples
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.brat import BratReader
from ehrcoder.adapters.formats.codiesp import CodiEspReader
from ehrcoder.core.errors import InputError
from ehrcoder.ports import RecordReader

FILES = samples()
READERS = {reader.format_name: reader for reader in all_readers()}
CASES = 100_000
# Each with damages of its own, so that the long run can be spread over time.
PARTS = 4
LONGEST = 5.0
# What each format's parsers stumble over, besides single bytes.
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n", b"\r\n", b'"', b"'", b"\\", b"|", b"^", b"~",
    b"&", b"\t", b",", b";", b"=", b"{", b"}", b"[", b"]", b"[[[[[[[[", b"<", b">", b"</", b"<!DOCTYPE a>", b"<!--",
    b"]]>", b"<![CDATA[", b"&#0;", b"&#x110000;", b"&x;", b"\\ud800", b"\\u0000", b"1e999", b"99999999999999999999",
    b"-1", b"null", b"true", b"NaN", b"\\'", b"{\\*\\", b"\\bin999999 ", b"\\u-1 ?", b"obj", b"endobj", b"stream",
    b"xref", b"/Length", b"/Kids[1 0 R]", b"/Parent 4 0 R", b"MSH|^~\\&|", b"PID|", b"OBX|9|TX|", b"\x0b", b"\x1c\r",
    b"ADD|", b"T1\tX 0 99999\tx\n", b"PK\x03\x04", b"PK\x01\x02", b"\xe2\x80\xae", b"\xf0\x9f\xa4\x92", b"resourceType",
    b"Bundle", b"entry", b"base64", b"sep=;\n", b"30/02/2026", b"20260231",
)
EDITS = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0, 1), st.integers(0, len(TOKENS) - 1),
                           st.integers(0, 255)), min_size=1, max_size=6)


def damaged(data: bytes, edits: list[tuple[int, float, float, int, int]]) -> bytes:
    for kind, place, length, token, value in edits:
        start = int(place * len(data))
        end = min(start + 1 + int(length * length * 40), len(data))
        match kind:
            case 0:
                data = data[:start] + bytes([value]) + data[start + 1:]
            case 1:
                data = data[:start] + TOKENS[token] + data[start:]
            case 2:
                data = data[:start] + data[end:]
            case 3:
                data = data[:end] + data[start:end] * (1 + value % 9) + data[end:]
            case 4:
                data = data[:start] + TOKENS[token] + data[end:]
            case _:
                data = data[:start] if place > 0.5 else data[start:]
    return data


def reader_on(name: str, data: bytes, folder: Path) -> tuple[RecordReader, bytes]:
    """Return the reader and what it is given; folder readers find the damaged file in their folder."""
    if name == "brat":
        (folder / "case.ann").write_bytes(data)
        return BratReader(folder=folder), BRAT_TEXT
    if name == "codiesp":
        return CodiEspReader(diagnoses={"case": ("J18.9",)}, places={("case", "J189"): ((0, 4), (2, 9))}), data
    return READERS[name], data


def timed(name: str, data: bytes, folder: Path, read_with):
    """Return what was read, None where it was refused, and the seconds by the wall clock."""
    reader, given_data = reader_on(name, data, folder)
    began = time.perf_counter()
    try:
        read = read_with(reader, given_data, name=f"case{SUFFIX[name]}")
    except InputError as error:
        str(error).encode("utf-8")
        read = None
    return read, time.perf_counter() - began


def check(name: str, data: bytes, folder: Path, read_with) -> None:
    read, seconds = timed(name, data, folder, read_with)
    assert seconds < LONGEST
    for record in read.records if read else ():
        for document in record.documents:
            assert document.text.strip()
            assert "\x00" not in document.text + document.title + document.type
            (document.text + document.title + document.type + document.language).encode("utf-8")
        for code in record.imported_codes:
            coding = code.coding
            (coding.system + coding.code + coding.display + coding.version + code.source_label).encode("utf-8")
            for evidence in code.evidence:
                text = record.document(evidence.span.document_id).text
                assert text[evidence.span.start:evidence.span.end] == evidence.quote
    if read:
        "".join((*(note for record in read.records for note in record.import_notes), *read.left_out)).encode("utf-8")


def run(name: str, count: int, folder: Path, read_with, *, part: int = 0) -> None:
    @seed(part)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(edits=EDITS)
    def fuzz(edits) -> None:
        check(name, damaged(FILES[name], edits), folder, read_with)

    fuzz()


def test_every_reader_has_a_sample_and_takes_it(read_with, tmp_path) -> None:
    assert set(FILES) == {reader.format_name for reader in all_readers()}
    for name, data in FILES.items():
        reader, given_data = reader_on(name, data, tmp_path)
        assert read_with(reader, given_data, name=f"case{SUFFIX[name]}").records, name


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_read_or_refused(name, tmp_path, read_with) -> None:
    run(name, 60, tmp_path, read_with)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", FILES)
def test_a_hundred_thousand_damaged_files_are_read_or_refused(name, part, tmp_path, read_with) -> None:
    run(name, -(-CASES // len(FILES) // PARTS), tmp_path, read_with, part=1 + part)
