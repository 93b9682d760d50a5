"""Masks stand where identifiers stood, and every other character is found again through the map of offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehrcoder.core.identifiers import IdentifierKind, PossibleIdentifier, possible_identifiers
from ehrcoder.core.ids import DocumentId
from ehrcoder.core.masking import Masks, OffsetMap, masked_text

NOTE = "Dr. Maria Lopez saw Mr. Smith on 2026-03-04. Call 555-123-4567. Dr. Maria  Lopez agrees. Fever."
D1 = DocumentId("d1")


def masked(text: str) -> tuple[str, OffsetMap]:
    return masked_text(text, possible_identifiers(text), masks=Masks(), document_id=D1)


def test_each_finding_gets_a_mask_and_the_same_words_the_same_number() -> None:
    text, _ = masked(NOTE)
    assert text == (
        "Dr. [name 1] saw Mr. [name 2] on [date with day 1]. Call [phone 1]. Dr. [name 1] agrees. Fever."
    )


def test_a_masked_text_holds_no_finding_any_more() -> None:
    text, _ = masked(NOTE)
    assert possible_identifiers(text) == ()


@pytest.mark.parametrize(("words", "shown"), [
    ("saw", "saw"), ("Maria", "[name 1]"), ("Maria Lopez saw", "[name 1] saw"), ("Fever.", "Fever."),
    ("Smith on 2026", "[name 2] on [date with day 1]"), ("Dr. Maria Lopez", "Dr. [name 1]"),
    (" agrees", " agrees"), (".", "."),
])
def test_words_are_found_again_in_the_masked_text(words: str, shown: str) -> None:
    text, offsets = masked(NOTE)
    start = NOTE.index(words)
    new_start, new_end = offsets.to_masked(start, start + len(words))
    assert text[new_start:new_end] == shown


def test_a_part_of_a_mask_stands_for_all_that_it_hides() -> None:
    text, offsets = masked(NOTE)
    place = text.index("name 2")
    start, end = offsets.to_former(place, place + 2)
    assert NOTE[start:end] == "Smith"


def test_findings_that_overlap_are_refused() -> None:
    found = [PossibleIdentifier(kind=IdentifierKind.NAME, start=0, end=5),
             PossibleIdentifier(kind=IdentifierKind.DATE, start=3, end=8)]
    with pytest.raises(ValueError, match="overlaps"):
        masked_text(NOTE, found, masks=Masks(), document_id=D1)


@given(st.data())
def test_every_character_outside_the_masks_keeps_its_place_both_ways(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="ab😀\r\n\u202e ", min_size=1, max_size=40))
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8).map(lambda each: sorted(set(each))))
    found = [PossibleIdentifier(kind=IdentifierKind.NAME, start=start, end=end)
             for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    new, offsets = masked_text(text, found, masks=Masks(), document_id=D1)
    hidden = {place for each in found for place in range(each.start, each.end)}
    for place in range(len(text)):
        start, end = offsets.to_masked(place, place + 1)
        if place in hidden:
            assert new[start:end].startswith("[name ")
        else:
            assert new[start:end] == text[place]
            assert offsets.to_former(start, end) == (place, place + 1)
    assert offsets.to_masked(0, len(text)) == (0, len(new))
    assert offsets.to_former(0, len(new)) == (0, len(text))
