"""Codes against the quoted words: sides, and unspecified codes where the sentence tells more; with near-misses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.code_releases import CODES, code_file, imported, put
from builders.coding_world import record_of

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse, RecordCoding
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, KIND_OF_SYSTEM, Coding
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import AssignmentId, DocumentId, RecordId
from ehrcoder.core.records import Period
from ehrcoder.paths import find_paths
from ehrcoder.usecases.validate_record import validate_coding

DAY = dt.date(2026, 5, 4)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCodeSetIndex]:
    paths = find_paths()
    folder = paths.code_sets
    if not is_up_to_date(folder, paths.code_set_sources):
        folder = tmp_path_factory.mktemp("codesets")
        build_all(folder, paths.code_set_sources)
    with closing(SqliteCodeSetIndex.open(folder)) as opened:
        yield opened


def findings(
    index: SqliteCodeSetIndex, marked: str, *codes: str, day: dt.date = DAY, said: tuple[str, ...] = ()
) -> tuple[EditFinding, ...]:
    """Check codes that are all supported by the words in [brackets]."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    evidence = Evidence(
        span=TextSpan(document_id=DocumentId("d1"), start=start, end=end), quote=text[start:end]
    )
    assignments = []
    for place, code in enumerate(codes, 1):
        system = ICD_10_PCS if len(code) > 4 and "." not in code else ICD_10_CM
        assignments.append(CodeAssignment(
            assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), sequence=place,
            coding=Coding(system=system, version="", code=code, display=code), kind=KIND_OF_SYSTEM[system],
            use=DiagnosisUse.PRINCIPAL if place == 1 and system == ICD_10_CM else DiagnosisUse.SECONDARY,
            evidence=(evidence,),
        ))
    record = replace(record_of("r1", text=text), period=Period(start=day, end=day))
    return validate_coding(
        RecordCoding(record_id=RecordId("r1"), assignments=tuple(assignments)), record, index, said=said
    )


SIDES = [
    # sentence with the quoted words, code, rule or none, code that the finding names
    ("Pain in [right hip] since May.", "M25.551", None, ""),
    ("Pain in [right hip] since May.", "M25.552", "laterality-conflict", "M25.551"),
    ("Pain in [right hip] since May.", "M25.559", "laterality-unspecified", "M25.551"),
    ("Pain of the left [hip].", "M25.551", "laterality-conflict", "M25.552"),
    ("Pain of the [hip], left.", "M25.551", "laterality-conflict", "M25.552"),
    ("Pain of the [hip] (R).", "M25.559", "laterality-unspecified", "M25.551"),
    ("Pain of the [hip] on the right.", "M25.552", "laterality-conflict", "M25.551"),
    ("Fracture of the [left femoral neck].", "S72.001A", "laterality-conflict", "S72.002A"),
    ("Fracture of the [left femoral neck].", "S72.002A", None, ""),
    ("Fracture of the [left femoral neck].", "S72.009A", "laterality-unspecified", "S72.002A"),
    ("[Bilateral otitis media].", "H66.93", None, ""),
    ("[Bilateral otitis media].", "H66.91", "laterality-conflict", "H66.93"),
    ("[Otitis media] of the right and of the left ear.", "H66.93", None, ""),
    ("Dolor de [cadera izquierda].", "M25.551", "laterality-conflict", "M25.552"),
    ("She left the hospital with [hip pain].", "M25.551", None, ""),
    ("Hip pain was better right after [the hip] was moved.", "M25.552", None, ""),
    ("He has left [hip pain] behind.", "M25.551", None, ""),
    ("No side is told for the [hip pain]. Left shoulder is free.", "M25.551", None, ""),
    ("[Left bundle branch block].", "I44.7", None, ""),
    ("[Left bundle branch block].", "I45.10", "laterality-conflict", ""),
]


@pytest.mark.parametrize(("marked", "code", "rule", "named"), SIDES)
def test_sides_are_held_against_the_quoted_words(
    index: SqliteCodeSetIndex, marked: str, code: str, rule: str | None, named: str
) -> None:
    found = [each for each in findings(index, marked, code) if each.rule_id.startswith("laterality")]
    assert [each.rule_id for each in found] == ([rule] if rule else [])
    assert not found or named in found[0].message


def test_two_codes_say_both_sides_together(index: SqliteCodeSetIndex) -> None:
    rules = [each.rule_id for each in findings(index, "[Bilateral hip pain].", "M25.551", "M25.552")]
    assert not [each for each in rules if each.startswith("laterality")]


MORE_EXACT = [
    # sentence, code, whether something more exact is told, severity, code that the finding names first
    ("[Acute systolic heart failure], treated.", "I50.9", EditSeverity.WARNING, "I50.21"),
    ("Acute systolic [heart failure], treated.", "I50.9", EditSeverity.INFORMATION, "I50.21"),
    ("[Heart failure], treated.", "I50.9", None, ""),
    ("[COPD] with acute exacerbation.", "J44.9", EditSeverity.INFORMATION, "J44.1"),
    ("[COPD] without exacerbation.", "J44.9", None, ""),
    ("No exacerbation of the [COPD].", "J44.9", None, ""),
    ("[COPD]. The exacerbation of asthma is another matter.", "J44.9", None, ""),
    ("[Lobar pneumonia].", "J18.9", EditSeverity.WARNING, "J18.1"),
    ("[Pneumonia].", "J18.9", None, ""),
    ("[Acute kidney failure] with tubular necrosis.", "N17.9", EditSeverity.INFORMATION, "N17.0"),
    ("[Mixed hyperlipidemia].", "E78.5", EditSeverity.WARNING, "E78.2"),
    ("[Lobar pneumonia].", "J18.1", None, ""),
]


@pytest.mark.parametrize(("marked", "code", "severity", "named"), MORE_EXACT)
def test_an_unspecified_code_is_questioned_where_the_words_tell_more(
    index: SqliteCodeSetIndex, marked: str, code: str, severity: EditSeverity | None, named: str
) -> None:
    found = [each for each in findings(index, marked, code) if each.rule_id == "more-specific"]
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert not found or f"There is {named} " in found[0].message


@pytest.mark.parametrize(
    ("code", "rule", "said"),
    [
        ("0DTJ4ZZ", None, ""),
        ("0DTJ3ZZ", "procedure-impossible", "fifth character 3 does not go with 0DTJ"),
        ("0DTJ4Z1", "procedure-impossible", "seventh character 1"),
        ("0DTJ4", "procedure-incomplete", "5 of seven characters. Possible there: Z"),
        ("9ZZZZZZ", "unknown-code", "no code 9ZZZZZZ"),
    ],
)
def test_a_procedure_that_its_table_does_not_allow_is_told_with_what_it_allows(
    index: SqliteCodeSetIndex, code: str, rule: str | None, said: str
) -> None:
    found = [each for each in findings(index, "[Appendectomy].", "K35.80", code) if code in each.codes
             and each.severity is EditSeverity.ERROR]
    assert [each.rule_id for each in found] == ([rule] if rule else [])
    assert not found or said in found[0].message


def test_a_warning_with_a_typed_reason_is_information_from_then_on(index: SqliteCodeSetIndex) -> None:
    words = "[Type 2 diabetes], and type 1 in her twin."
    (warning,) = [each for each in findings(index, words, "E11.9", "E10.9") if each.rule_id == "excludes1"]
    assert warning.severity is EditSeverity.WARNING
    kept = f"two patients in one note ({warning.rule_id}: {warning.message})"
    (answered,) = [each for each in findings(index, words, "E11.9", "E10.9", said=("a comment", kept))
                   if each.rule_id == "excludes1"]
    assert (answered.severity, answered.let_stand) == (EditSeverity.INFORMATION, "two patients in one note")


def test_a_reason_never_lets_an_error_stand(index: SqliteCodeSetIndex) -> None:
    (error,) = [each for each in findings(index, "[x].", "J44") if each.rule_id == "not-billable"]
    said = (f"all the same ({error.rule_id}: {error.message})",)
    assert error in findings(index, "[x].", "J44", said=said)


@pytest.fixture(scope="module")
def two_editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCodeSetIndex]:
    folder: Path = tmp_path_factory.mktemp("editions")
    newer = {"A0001": "Cholera, classical", "A009": "Cholera NOS", "I10": "Hypertension", "Z0000": "Check-up"}
    imported(folder / "sets", put(folder, "icd10cm_codes_2026.txt", code_file(CODES)))
    imported(folder / "sets", put(folder, "icd10cm_codes_2027.txt", code_file(newer)))
    with closing(SqliteCodeSetIndex.open(folder / "sets")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("code", "day", "rule", "said"),
    [
        ("A00.01", dt.date(2026, 9, 30), "not-in-force", "in ICD-10-CM, fiscal year 2027 (in force from 2026-10-01"),
        ("A00.01", dt.date(2026, 10, 1), None, ""),
        ("A00.0", dt.date(2026, 9, 30), None, ""),
        ("A00.0", dt.date(2026, 10, 1), "not-billable", "A00.01 Cholera, classical"),
        ("A00.77", dt.date(2026, 10, 1), "unknown-code", "ICD-10-CM 2027"),
        ("I10", dt.date(2019, 1, 1), "not-in-force", "checked against ICD-10-CM, fiscal year 2026"),
    ],
)
def test_a_code_is_checked_against_the_edition_of_the_records_day(
    two_editions: SqliteCodeSetIndex, code: str, day: dt.date, rule: str | None, said: str
) -> None:
    found = [each for each in findings(two_editions, "[x].", code, day=day) if each.rule_id != "more-specific"]
    assert [each.rule_id for each in found] == ([rule] if rule else [])
    assert not found or said in found[0].message
