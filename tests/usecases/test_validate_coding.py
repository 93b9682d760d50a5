"""Validation of a record against the installed code sets, with cases from the tabular notes themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from builders.coding_world import record_of

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse, RecordCoding
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, ICD_10_CM, KIND_OF_SYSTEM, PATIENT_OUTCOME, Coding
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.core.records import Period
from ehrcoder.paths import find_paths
from ehrcoder.usecases.validate_record import validate_coding

IN_FORCE = Period(start=dt.date(2026, 5, 1), end=dt.date(2026, 5, 4))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCodeSetIndex]:
    paths = find_paths()
    folder = paths.code_sets
    if not is_up_to_date(folder, paths.code_set_sources):
        folder = tmp_path_factory.mktemp("codesets")
        build_all(folder, paths.code_set_sources)
    opened = SqliteCodeSetIndex.open(folder)
    yield opened
    opened.close()


def coded(*codes: str, period: Period = IN_FORCE) -> tuple[RecordCoding, object]:
    """Assign codes in this order, the first diagnosis as the principal one; outcomes as `system code`."""
    assignments = []
    for place, code in enumerate(codes, 1):
        system, _, bare = code.rpartition(" ")
        system = system or ICD_10_CM
        assignments.append(
            CodeAssignment(
                assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), sequence=place,
                coding=Coding(system=system, version="2026-04" if system == ICD_10_CM else "", code=bare, display=bare),
                kind=KIND_OF_SYSTEM[system],
                use=DiagnosisUse.PRINCIPAL if place == 1 and system == ICD_10_CM else DiagnosisUse.SECONDARY,
            )
        )
    record = replace(record_of(), period=period)
    return RecordCoding(record_id=RecordId("r1"), assignments=tuple(assignments)), record


def found(index: SqliteCodeSetIndex, *codes: str, period: Period = IN_FORCE) -> dict[str, str]:
    coding, record = coded(*codes, period=period)
    return {each.rule_id: each.message for each in validate_coding(coding, record, index)}


def test_a_sound_coding_has_no_findings(index: SqliteCodeSetIndex) -> None:
    assert found(index, "I10", "E78.5", f"{DISCHARGE_DISPOSITION} home", f"{PATIENT_OUTCOME} R") == {}


def test_a_header_names_the_codes_below_it(index: SqliteCodeSetIndex) -> None:
    assert "J44.1" in found(index, "J44")["not-billable"]


def test_a_missing_seventh_character_names_the_full_codes(index: SqliteCodeSetIndex) -> None:
    message = found(index, "S72.001")["seventh-character-missing"]
    assert "S72.001A" in message
    assert "W11.XXXA" in found(index, "I10", "W11")["seventh-character-missing"]


def test_an_invalid_seventh_character_is_told_from_an_unknown_code(index: SqliteCodeSetIndex) -> None:
    assert "seventh-character-invalid" in found(index, "S72.001Z")
    assert list(found(index, "J44.7")) == ["unknown-code"]


def test_a_record_before_the_edition_is_warned_of(index: SqliteCodeSetIndex) -> None:
    old = Period(start=dt.date(2018, 3, 1), end=dt.date(2018, 3, 5))
    assert "2018-03-05" in found(index, "I10", period=old)["not-in-force"]


def test_a_record_without_a_date_is_not_warned_of(index: SqliteCodeSetIndex) -> None:
    assert found(index, "I10", period=Period()) == {}


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("E11.9", "E10.9", "excludes1"),        # at E11: type 1 diabetes mellitus (E10.-)
        ("J18.9", "J84.9", "excludes1"),        # at J18: interstitial pneumonia NOS (J84.9)
        ("I10", "I27.0", "excludes1"),          # at I10-I1A: primary pulmonary hypertension (I27.0)
        ("O10.011", "I10", "excludes1"),        # at I10: hypertensive disease complicating pregnancy (O10-O11, …)
        ("J18.9", "J69.0", "excludes2"),        # at J18: aspiration pneumonia NOS (J69.0)
        ("S72.001A", "S79.001A", "excludes2"),  # at S72.0: physeal fracture of upper end of femur (S79.0-)
    ],
)
def test_excludes_notes_of_the_tabular_list_are_found(
    index: SqliteCodeSetIndex, first: str, second: str, rule: str
) -> None:
    notes = {each for c in (first, second) for h in (index.concept(ICD_10_CM, c), *index.ancestors(ICD_10_CM, c)) if h
             for each in (h.notes.excludes1 if rule == "excludes1" else h.notes.excludes2)}
    assert notes
    assert rule in found(index, first, second)


def test_what_a_whole_chapter_does_not_include_is_not_told_for_every_pair(index: SqliteCodeSetIndex) -> None:
    # Chapter 9 has an Excludes2 note for E00-E88, which would come up with nearly every record.
    assert found(index, "I10", "E78.5") == {}


@pytest.mark.parametrize(("first", "second"), [("E11.9", "I10"), ("J44.1", "I50.9"), ("N39.0", "R33.9")])
def test_codes_that_go_together_are_let_pass(index: SqliteCodeSetIndex, first: str, second: str) -> None:
    assert "excludes1" not in found(index, first, second)


def test_dementia_in_another_disease_cannot_be_principal_and_wants_its_cause_first(index: SqliteCodeSetIndex) -> None:
    alone = found(index, "F02.80")
    assert "manifestation-principal" in alone
    assert "code-first-missing" in alone
    assert found(index, "G30.9", "F02.80") == {}


def test_died_and_went_home_contradict_each_other(index: SqliteCodeSetIndex) -> None:
    assert "contradicting-outcomes" in found(index, "I10", f"{PATIENT_OUTCOME} D", f"{DISCHARGE_DISPOSITION} home")
    assert found(index, "I10", f"{PATIENT_OUTCOME} D", f"{DISCHARGE_DISPOSITION} exp") == {}


def test_an_empty_coding_has_nothing_to_check(index: SqliteCodeSetIndex) -> None:
    assert found(index) == {}
