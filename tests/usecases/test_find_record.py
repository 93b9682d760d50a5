"""A person names records, suggestions and codes as they like, as long as only one is meant."""

from __future__ import annotations

import pytest
from builders.coding_world import CODER, CodingWorld, record_of, suggestion_ids

from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.find_record import find_assignment, find_record, find_suggestion

I10, E119, J45909 = suggestion_ids()


@pytest.fixture
def filled(coding_world: CodingWorld) -> CodingWorld:
    coding_world.workspace.add_records([
        record_of("01a2-aaaa-1111", title="Asthma visit"), record_of("01a2-bbbb-2222", title="Knee"),
        record_of("01a2-cccc-3333", title="Knee"),
    ])
    return coding_world


@pytest.mark.parametrize(("text", "expected"), [
    ("r1", "r1"), ("01a2-aaaa-1111", "01a2-aaaa-1111"), ("01a2-a", "01a2-aaaa-1111"), ("2222", "01a2-bbbb-2222"),
    ("Asthma visit", "01a2-aaaa-1111"), ("asthma VISIT", "01a2-aaaa-1111"), ("Asthma visit.txt", "01a2-aaaa-1111"),
    ("asth", "01a2-aaaa-1111"), ("  r1 ", "r1"),
])
def test_one_record_is_meant(filled: CodingWorld, text: str, expected: str) -> None:
    assert find_record(filled.workspace, text) == expected


@pytest.mark.parametrize("text", ["01a2", "Knee", "knee"])
def test_several_records_are_named(filled: CodingWorld, text: str) -> None:
    with pytest.raises(InputError, match="01a2-bbbb-2222"):
        find_record(filled.workspace, text)


@pytest.mark.parametrize("text", ["zzz", "", "  "])
def test_no_record_is_meant(filled: CodingWorld, text: str) -> None:
    with pytest.raises(NotFoundError):
        find_record(filled.workspace, text)


@pytest.mark.parametrize(("text", "expected"), [
    ("1", I10), ("#2", E119), ("e119", E119), ("J45.909", J45909), ("s3", J45909)])
def test_a_suggestion_is_named_by_number_code_or_id(coding_world: CodingWorld, text: str, expected: str) -> None:
    suggestions = coding_world.workspace.suggestions(RecordId("r1"))
    assert find_suggestion(suggestions, text).suggestion_id == expected


def test_a_suggestion_that_is_not_there_is_said_so(coding_world: CodingWorld) -> None:
    with pytest.raises(NotFoundError):
        find_suggestion(coding_world.workspace.suggestions(RecordId("r1")), "9")


@pytest.mark.parametrize("text", ["2", "e11.9", "E119"])
def test_an_assigned_code_is_named_by_place_or_code(coding_world: CodingWorld, text: str) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding = coding_world.verify.accept("r1", E119, coder_id=CODER)
    assert find_assignment(coding, text).coding.code == "E11.9"
    with pytest.raises(NotFoundError):
        find_assignment(coding, "7")
