"""Offsets of stored text against the positions of a real Qt document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument

from ehrcoder.gui.text_offsets import TextOffsets, for_qt

_PIECES = st.sampled_from(
    ["a", "Z", " ", "\t", "é", "e\u0301", "\r", "\n", "\r\n", "\r\r\n", "\n\r", "\u2028", "\u2029", "\x0c",
     "\x0b", "\x85", "\u00ad", "\ufffc", "\ufeff", "\ufffe",
     "\U0001f912", "\U0001f468\u200d\U0001f469", "漢", "\U00020000"]
)
_TEXTS = st.lists(_PIECES, max_size=60).map("".join)


def _qt_text(document: QTextDocument, start: int, end: int) -> str:
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def _as_qt_shows(text: str) -> str:
    return text.replace("\r\n", "\u2029").replace("\r", "\u2029").replace("\n", "\u2029")


@given(text=_TEXTS, data=st.data())
def test_a_span_of_stored_text_selects_the_same_words_in_the_document(qapp, text, data):
    document = QTextDocument()
    document.setPlainText(for_qt(text))
    offsets = TextOffsets(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for place in (start, end):
        if 0 < place < len(text) and text[place - 1 : place + 1] == "\r\n":
            return  # between CR and LF there is no position in the document
    selected = _qt_text(document, offsets.to_qt(start), offsets.to_qt(end))
    assert selected == _as_qt_shows(text[start:end])


@given(text=_TEXTS)
def test_every_offset_comes_back_from_the_document_but_those_between_cr_and_lf(text):
    offsets = TextOffsets(text)
    for place in range(len(text) + 1):
        inside = 0 < place < len(text) and text[place - 1 : place + 1] == "\r\n"
        assert offsets.to_stored(offsets.to_qt(place)) == (place + 1 if inside else place)


@given(text=_TEXTS)
def test_positions_never_run_backwards_and_end_where_the_document_ends(qapp, text):
    document = QTextDocument()
    document.setPlainText(for_qt(text))
    offsets = TextOffsets(text)
    positions = [offsets.to_qt(place) for place in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[-1] == document.characterCount() - 1


@pytest.mark.parametrize("mark", ["\ufeff", "\ufffe"])
@pytest.mark.parametrize("rest", ["abc", "", "漢字", "\U0001f912", "\r\nx"])
def test_a_byte_order_mark_at_the_beginning_stays_in_the_document(qapp, mark, rest):
    document = QTextDocument()
    document.setPlainText(for_qt(mark + rest))
    assert document.characterCount() - 1 == TextOffsets(mark + rest).to_qt(len(mark + rest))


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [("abc", 3, 3), ("\U0001f912x", 1, 2), ("a\r\nb", 3, 2), ("a\r\nb", 2, 2), ("a\rb", 2, 2), ("", 0, 0),
     ("\r\n\U0001f912\r\n", 5, 4), ("abc", 99, 3), ("abc", -1, 0)],
)
def test_offsets_map_to_these_positions(text, offset, position):
    assert TextOffsets(text).to_qt(offset) == position


def test_a_position_inside_a_surrogate_pair_counts_as_behind_it():
    assert TextOffsets("\U0001f912x").to_stored(1) == 1
