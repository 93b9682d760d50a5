"""Notes become sentences with exact places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.core.sections import SectionKind, section_of_heading
from ehrcoder.engine.segment import MAX_SENTENCE_LENGTH, Sentence, sentences_of


def split(text: str) -> tuple[Sentence, ...]:
    return sentences_of(ClinicalDocument(document_id=DocumentId("d1"), type="note", title="t", text=text))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_every_sentence_is_the_stored_text_at_its_place(text: str) -> None:
    for sentence in split(text):
        assert text[sentence.span.start : sentence.span.end] == sentence.text
        assert sentence.text == sentence.text.strip()
        assert len(sentence.text) <= MAX_SENTENCE_LENGTH


@given(st.text(alphabet="ab .\r\n", max_size=200))
def test_no_word_is_lost(text: str) -> None:
    assert "".join("".join(s.text.split()) for s in split(text)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fever since Monday. Cough too.", ["Fever since Monday.", "Cough too."]),
        ("Seen by Dr. Green today. Well.", ["Seen by Dr. Green today.", "Well."]),
        ("Temp 38.5 C. Pulse 90.", ["Temp 38.5 C. Pulse 90."]),
        ("Plan:\r\n1. Rest\r\n2. Fluids", ["Plan:", "1. Rest", "2. Fluids"]),
        ("one\rtwo\u2028three", ["one", "two", "three"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in split(text)] == expected


def test_a_line_without_any_space_is_still_cut() -> None:
    assert [len(s.text) for s in split("x" * 1500)] == [600, 600, 300]


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("Assessment and Plan:", SectionKind.ASSESSMENT),
        ("PAST MEDICAL HISTORY", SectionKind.PAST_HISTORY),
        ("Family History: mother with diabetes", SectionKind.FAMILY_HISTORY),
        ("History of Present Illness:", SectionKind.PRESENT_ILLNESS),
        ("Discharge Diagnoses:", SectionKind.ASSESSMENT),
        ("Disposition: home", SectionKind.DISCHARGE),
        ("Medications on admission were stopped.", None),
        ("The plan was discussed.", None),
        ("History of asthma.", None),
    ],
)
def test_headings_open_sections_and_sentences_do_not(line: str, section: SectionKind | None) -> None:
    assert section_of_heading(line) == section


def test_a_section_lasts_until_the_next_heading() -> None:
    sentences = split("Family History:\nFather had gout.\nPlan:\nRest.")
    assert [s.section for s in sentences] == [
        SectionKind.FAMILY_HISTORY, SectionKind.FAMILY_HISTORY, SectionKind.PLAN, SectionKind.PLAN,
    ]
