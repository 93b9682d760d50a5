"""Plain notes come in exactly as received, or are refused with the reason."""

from __future__ import annotations

import hashlib

import pytest

from ehrcoder.adapters.formats.plain_text import PlainTextReader
from ehrcoder.core.errors import InputError


@pytest.mark.parametrize("text", [
    "one\ntwo\n", "one\r\ntwo\r\n", "one\rtwo\r", "mixed\r\n\n\r end", " leading and trailing \n\n",
    "right to left: \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c", "zero\u200bwidth\u200d \ufeff inside", "😀 astral 𝛼",
    "e\u0301 is not \u00e9", "form\ffeed and\ttab", "line\u2028separator\u0085next",
])
def test_every_character_of_a_note_is_kept(read_with, text):
    assert read_with(PlainTextReader(), text.encode("utf-8")).text == text


def test_a_note_carries_the_hash_of_its_file_and_the_name_as_title(read_with):
    record = read_with(PlainTextReader(), b"note", name="ward/a note.txt").records[0]
    assert record.source_sha256 == hashlib.sha256(b"note").hexdigest()
    assert record.source_name == "ward/a note.txt"
    assert record.documents[0].title == record.patient.pseudonym == "a note"
    assert record.documents[0].document_id == "d1"


@pytest.mark.parametrize(("encoding", "mark"), [
    ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
    ("utf-32-le", b"\xff\xfe\x00\x00"), ("utf-32-be", b"\x00\x00\xfe\xff"),
])
def test_a_byte_order_mark_is_left_out_and_named(read_with, encoding, mark):
    read = read_with(PlainTextReader(), mark + "Fieber 38,5 °C\r\n".encode(encoding))
    assert read.text == "Fieber 38,5 °C\r\n"
    assert "Byte-order mark" in read.records[0].import_notes[0]


@pytest.mark.parametrize(("encoding", "text", "named"), [
    ("cp1252", "Café-au-lait, 38.5 °C", "Windows-1252"),
    ("cp1252", "T 38.5°C, no distress", "Windows-1252"),
    ("latin-1", "45-jährige Frau mit Hüftgelenksarthrose", "Windows-1252"),
    ("cp1252", "said “no pain” – ok", "Windows-1252"),
    ("mac_roman", "naïve, Hüfte, Café, déjà", "Mac Roman"),
    ("cp1251", "Больной поступил с жалобами на боли в груди, одышку при нагрузке.", "Windows-1251"),
    ("utf-16-le", "without a mark, plain text of a note", "UTF-16 without"),
    ("utf-16-be", "without a mark, plain text of a note", "UTF-16 without"),
])
def test_another_encoding_is_guessed_and_the_guess_named(read_with, encoding, text, named):
    read = read_with(PlainTextReader(), text.encode(encoding))
    assert read.text == text
    assert named in read.records[0].import_notes[0]


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (b"\xef\xbb\xbf", "empty but for"), (b" \r\n\t\n", "white space"),
    (b"ab\x00cd\x00\x01\x02", "NUL"), (b"\x00" * 500, "NUL"),
    (b"%PDF-1.7\n%\xe2\xe3", "PDF"), (b"PK\x03\x04\x14\x00", "zip"), (b"{\\rtf1 text}", "RTF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff\xe0", "JPEG"), (b"MSH|^~\\&|A|B", "HL7 v2"),
    (b"<?xml version='1.0'?><ClinicalDocument/>", "C-CDA"), (b"<html><p>x</p></html>", "HTML"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Office"), (bytes(range(1, 32)) * 9, "control characters"),
    ("Müdigkeit, Übelkeit, ".encode() * 3 + b"\xfc und mehr", "damaged bytes"),
    (b"\xff\xfeabc", "damaged"),
])
def test_what_is_no_note_is_refused_with_its_reason(read_with, data, reason):
    with pytest.raises(InputError, match=reason):
        read_with(PlainTextReader(), data)


def test_damaged_utf_8_is_named_with_its_line(read_with):
    with pytest.raises(InputError, match="line 3"):
        read_with(PlainTextReader(), "äöü äöü\näöü\nab".encode() + b"\xff")


def test_a_note_of_five_megabytes_comes_in_whole(read_with):
    text = "Chest pain since 3 d.\r\n" * 230_000
    assert read_with(PlainTextReader(), text.encode()).text == text


@pytest.mark.parametrize(("name", "head", "taken"), [
    ("a.txt", b"note", True), ("a.md", b"# note", True), ("README", b"note", True), ("A.TXT", b"note", True),
    ("a.log", b"note", False), ("a.exe", b"note", False), ("scan.pdf", b"%PDF-1.4", True),
])
def test_notes_are_recognised_by_name_and_other_kinds_so_that_they_can_be_named(name, head, taken):
    assert PlainTextReader().recognises(head, name) is taken


def test_halves_of_characters_as_databases_write_them_are_put_together(read_with):
    read = read_with(PlainTextReader(), "Müde ".encode() + b"\xed\xa0\xbe\xed\xb4\x92 today")
    assert read.text == "Müde 🤒 today"
    assert "CESU-8" in read.records[0].import_notes[0]
