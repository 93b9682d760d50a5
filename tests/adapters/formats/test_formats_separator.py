"""One file becomes many notes at the lines that a pattern names; nothing between them is lost or changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehrcoder.adapters.formats.documents import document_readers
from ehrcoder.adapters.formats.note_separator import notes_of
from ehrcoder.adapters.formats.plain_text import PlainTextReader
from ehrcoder.core.errors import InputError

FILE = b"=====\r\nFever since Monday.\r\n\r\n=====\r\nNo pain.\r\n=====\n"


def texts(read) -> list[str]:
    return [record.documents[0].text for record in read.records]


def test_each_note_comes_in_exactly_as_it_stands_between_the_lines(read_with) -> None:
    read = read_with(PlainTextReader(), FILE, name="ward.txt", separator="^=+$")
    assert texts(read) == ["Fever since Monday.\r\n\r\n", "No pain.\r\n"]
    assert [record.documents[0].title for record in read.records] == ["ward, note 1", "ward, note 2"]


def test_what_stands_before_the_first_line_is_a_note_too(read_with) -> None:
    read = read_with(PlainTextReader(), b"First.\n---\nSecond.", separator="^---$")
    assert texts(read) == ["First.\n", "Second."]


def test_a_line_that_stays_begins_its_note_and_names_it(read_with) -> None:
    options = {"separator": r"^Record (?P<title>\d+):", "separator.stays": "yes"}
    read = read_with(PlainTextReader(), b"Record 7: cough\nRecord 9: fever\n", **options)
    assert texts(read) == ["Record 7: cough\n", "Record 9: fever\n"]
    assert [record.patient.pseudonym for record in read.records] == ["7", "9"]


def test_a_note_is_the_same_content_in_another_file(read_with) -> None:
    both = read_with(PlainTextReader(), FILE, separator="^=+$").records
    other = read_with(PlainTextReader(), b"A\n*\nNo pain.\r\n", separator=r"^\*$").records
    assert both[1].source_sha256 == other[1].source_sha256


def test_empty_notes_are_counted(read_with) -> None:
    read = read_with(PlainTextReader(), b"a\n--\n \n--\nb\n", separator="^--$")
    assert texts(read) == ["a\n", "b\n"]
    assert read.left_out == ["Notes without text between two separators: 1."]


@pytest.mark.parametrize(("pattern", "words"), [
    ("^#####$", "No line of it matches"), ("(", "no regular expression"), ("(?P<title", "no regular expression"),
    ("[", "no regular expression"),
])
def test_a_wrong_separator_is_refused_in_words(read_with, pattern, words) -> None:
    with pytest.raises(InputError, match=words):
        read_with(PlainTextReader(), FILE, separator=pattern)


def test_notes_of_an_rtf_file_are_parted_as_well(read_with) -> None:
    rtf = next(reader for reader in document_readers() if reader.format_name == "rtf")
    read = read_with(rtf, rb"{\rtf1 One.\par ---\par Two.\par }", name="a.rtf", separator="^---$")
    assert [text.strip() for text in texts(read)] == ["One.", "Two."]


@given(st.lists(st.text(alphabet="ab \r\n\u2028😀", max_size=12), min_size=1, max_size=6))
def test_notes_and_separators_together_are_the_file(parts) -> None:
    text = "\n##\n".join(parts) + "\n##\n"
    left_out: list[str] = []
    try:
        notes = notes_of(text, {"separator": "^##$"}, report=left_out.append) or ()
    except InputError:
        assert not any(part.strip() for part in parts)
        return
    assert [note.text.strip() for note in notes] == [part.strip() for part in parts if part.strip()]
