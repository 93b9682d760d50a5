"""Validation of a record against the installed code sets, with cases from the tabular notes themselves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import record_of

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse, PresentOnAdmission, RecordCoding
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, ICD_10_CM, KIND_OF_SYSTEM, PATIENT_OUTCOME, Coding
from ehrcoder.core.edits import EditSeverity
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.core.records import EncounterClass, Period
from ehrcoder.core.severity import CodeWeight
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


class Listed:
    """The index with lists as if they were imported: the installation of a test has none."""

    def __init__(self, index: SqliteCodeSetIndex, **facts: dict[str, str]) -> None:
        self._index = index
        self._facts = {code.replace("_", "."): listed for code, listed in facts.items()}

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)

    def lists(self, *, on: dt.date | None = None) -> dict[str, str]:
        return {"poa-exempt": "2026", "mce": "2026"}

    def listed(self, system: str, code: str, *, on: dt.date | None = None) -> dict[str, str]:
        return self._facts.get(code, {})


def inpatient(index: Listed, *codes: str, born: int | None = None, poa: PresentOnAdmission | None = None) -> set[str]:
    coding, record = coded(*codes)
    coding = replace(coding, assignments=tuple(replace(a, present_on_admission=poa) for a in coding.assignments))
    patient = replace(record.patient, birth_year=born)
    record = replace(record, encounter_class=EncounterClass.INPATIENT, patient=patient)
    return {each.rule_id for each in validate_coding(coding, record, index)}


def test_a_missing_indicator_is_asked_for_where_the_code_is_not_exempt(index: SqliteCodeSetIndex) -> None:
    lists = Listed(index, Z79_01={"poa-exempt": ""})
    assert "poa-missing" in inpatient(lists, "I10")
    assert inpatient(lists, "I10", poa=PresentOnAdmission.YES) == set()
    assert "poa-missing" not in inpatient(lists, "Z79.01")


def test_an_indicator_on_an_exempt_code_and_an_exemption_without_the_list_are_told(index: SqliteCodeSetIndex) -> None:
    lists = Listed(index, Z79_01={"poa-exempt": ""})
    assert "poa-exempt" in inpatient(lists, "Z79.01", poa=PresentOnAdmission.YES)
    assert "poa-exempt" not in inpatient(lists, "Z79.01", poa=PresentOnAdmission.EXEMPT)
    assert "poa-not-exempt" in inpatient(lists, "I10", poa=PresentOnAdmission.EXEMPT)


def test_an_unacceptable_principal_diagnosis_is_told_only_of_the_principal_one(index: SqliteCodeSetIndex) -> None:
    lists = Listed(index, Z79_01={"unacceptable-principal": ""}, Z51_89={"needs-secondary": ""})
    assert "unacceptable-principal" in inpatient(lists, "Z79.01", "I10")
    assert "unacceptable-principal" not in inpatient(lists, "I10", "Z79.01")
    assert "principal-needs-secondary" in inpatient(lists, "Z51.89")
    assert "principal-needs-secondary" not in inpatient(lists, "Z51.89", "I10")


def test_an_age_that_may_still_fit_is_not_warned_of(index: SqliteCodeSetIndex) -> None:
    lists = Listed(index, P22_0={"age-newborn": "0-0"}, I10={"age-adult": "15-124"})
    assert "age-conflict" in inpatient(lists, "P22.0", born=1980)
    assert "age-conflict" not in inpatient(lists, "P22.0", born=2025)
    assert "age-conflict" in inpatient(lists, "I10", born=2020)
    assert "age-conflict" not in inpatient(lists, "I10", born=2011)
    assert "age-conflict" not in inpatient(lists, "P22.0")


def test_nothing_is_said_of_lists_that_are_not_installed(index: SqliteCodeSetIndex) -> None:
    coding, record = coded("Z79.01")
    record = replace(record, encounter_class=EncounterClass.INPATIENT)
    if index.lists(on=dt.date(2026, 5, 4)):
        pytest.skip("this installation has imported lists")
    rules = {each.rule_id for each in validate_coding(coding, record, index)}
    assert not rules & {"poa-missing", "unacceptable-principal", "age-conflict"}


def test_codes_that_a_note_asks_for_are_told_until_one_is_there(index: SqliteCodeSetIndex) -> None:
    # At N39.0: use additional code (B95-B97), to identify infectious agent.
    assert "use-additional" in found(index, "N39.0")
    assert "use-additional" not in found(index, "N39.0", "B96.20")


class Weighed:
    """The index with payers' lists as if they were imported."""

    def __init__(self, index: SqliteCodeSetIndex) -> None:
        self._index = index

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)

    def weights(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[CodeWeight, ...]:
        return {
            "I50.21": (CodeWeight(scheme="MS-DRG", value="MCC", label="", edition="2027"),
                       CodeWeight(scheme="CMS-HCC V28", value="224", label="Acute heart failure", edition="2027",
                                  below=("225", "226"))),
            "I50.9": (CodeWeight(scheme="CMS-HCC V28", value="226", label="Heart failure", edition="2027"),),
        }.get(code, ())


def test_severity_and_risk_are_told_only_when_asked_for_and_as_information(index: SqliteCodeSetIndex) -> None:
    coding, record = coded("J18.9", "I50.21", "I50.9")
    quiet = validate_coding(coding, record, Weighed(index))
    assert not [each for each in quiet if each.rule_id in ("severity", "risk-category")]
    asked = validate_coding(coding, record, Weighed(index), with_severity=True)
    told = [each for each in asked if each not in quiet]
    assert {each.severity for each in told} == {EditSeverity.INFORMATION}
    assert [(each.rule_id, each.codes) for each in told] == [
        ("severity", ("I50.21",)), ("risk-category", ("I50.21",)), ("risk-category", ("I50.9",)),
    ]
    assert "no weight of its own beside HCC 224" in told[2].message


def test_the_class_of_the_principal_diagnosis_is_not_told(index: SqliteCodeSetIndex) -> None:
    coding, record = coded("I50.21")
    found = validate_coding(coding, record, Weighed(index), with_severity=True)
    assert "severity" not in {each.rule_id for each in found}


def test_nothing_that_proposes_or_searches_asks_for_severity_or_risk() -> None:
    product = Path(__file__).resolve().parents[2] / "ehrcoder"
    asking = {
        str(path.relative_to(product)) for path in product.rglob("*.py")
        if re.search(r"[.]weights[(]|severity_and_risk|with_severity", path.read_text("utf-8"))
    }
    assert asking <= {
        "core/list_rules.py", "core/edit_rules.py", "usecases/validate_record.py", "cli/validate_command.py",
        "gui/read_desk.py", "adapters/codesets/index.py",
    }
