"""Code edits over concepts made by hand: each rule with a case that it finds and one that it lets pass."""

from __future__ import annotations

import datetime as dt

from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.codes import (
    DISCHARGE_DISPOSITION,
    ICD_10_CM,
    ICD_10_PCS,
    KIND_OF_SYSTEM,
    PATIENT_OUTCOME,
    CodeSetEdition,
    Coding,
    Concept,
    ConceptNotes,
)
from ehrcoder.core.edit_rules import check
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity
from ehrcoder.core.ids import AssignmentId, RecordId

EDITION = CodeSetEdition(
    system=ICD_10_CM, version="2026-04", name="ICD-10-CM, April 2026", effective_from=dt.date(2026, 4, 1),
    effective_to=dt.date(2026, 9, 30), concept_count=1, billable_count=1, licence="", source="here", sha256="",
)


def concept(code: str, title: str = "", *, billable: bool = True, system: str = ICD_10_CM, **notes: tuple) -> Concept:
    coding = Coding(system=system, version="2026-04", code=code, display=title or code)
    return Concept(coding=coding, parent=None, is_billable=billable, notes=ConceptNotes(**notes))


def entry(
    about: Concept, place: int, *, principal: bool = False, ancestors: tuple[Concept, ...] = (),
    choices: tuple[Concept, ...] = (), known: bool = True, header: Concept | None = None,
) -> CodedEntry:
    system = about.coding.system
    assignment = CodeAssignment(
        assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), coding=about.coding,
        kind=KIND_OF_SYSTEM[system], sequence=place,
        use=DiagnosisUse.PRINCIPAL if principal else DiagnosisUse.SECONDARY,
    )
    return CodedEntry(
        assignment=assignment, concept=about if known else None, header=header, ancestors=ancestors, choices=choices,
        edition=EDITION if system == ICD_10_CM else None,
    )


def rules(*entries: CodedEntry, context: EditContext | None = None) -> list[str]:
    return [each.rule_id for each in findings(*entries, context=context)]


def findings(*entries: CodedEntry, context: EditContext | None = None) -> tuple[EditFinding, ...]:
    return check(entries, context or EditContext())


def test_a_plain_principal_diagnosis_passes_every_rule() -> None:
    assert rules(entry(concept("I10"), 1, principal=True)) == []


def test_an_empty_coding_has_no_findings() -> None:
    assert rules() == []


def test_an_unknown_code_is_an_error() -> None:
    found = findings(entry(concept("J44.7"), 1, principal=True, known=False))
    assert [(each.rule_id, each.severity, each.codes) for each in found] == [
        ("unknown-code", EditSeverity.ERROR, ("J44.7",))
    ]


def test_a_code_of_a_set_that_is_not_installed_is_not_called_unknown() -> None:
    assert rules(entry(concept("0DTJ4ZZ", system=ICD_10_PCS), 1, known=False)) == ["set-not-installed"]


def test_a_header_is_not_billable_and_the_choices_are_named() -> None:
    header = concept("J44", "Other COPD", billable=False)
    found = findings(entry(header, 1, principal=True, choices=(concept("J44.1", "COPD with exacerbation"),)))
    assert [each.rule_id for each in found] == ["not-billable"]
    assert "J44.1 COPD with exacerbation" in found[0].message


SEVENTH = (("A", "initial encounter"), ("D", "subsequent encounter"))


def test_a_missing_seventh_character_is_told_apart_from_a_header() -> None:
    header = concept("S72.001", billable=False, seventh_characters=SEVENTH)
    choices = (concept("S72.001A"), concept("S72.001D"))
    assert rules(entry(header, 1, principal=True, choices=choices)) == ["seventh-character-missing"]


def test_a_missing_seventh_character_behind_placeholders_is_seen() -> None:
    header = concept("W11", billable=False, seventh_characters=SEVENTH)
    assert "seventh-character-missing" in rules(entry(header, 1, choices=(concept("W11.XXXA"),)))


def test_a_header_with_further_headers_below_is_not_billable_even_where_seventh_characters_are_defined() -> None:
    header = concept("S72.0", billable=False, seventh_characters=SEVENTH)
    assert "not-billable" in rules(entry(header, 1, choices=(concept("S72.001A"), concept("S72.002A"))))


def test_an_invalid_seventh_character_names_those_that_exist() -> None:
    header = concept("S72.001", billable=False, seventh_characters=SEVENTH)
    found = findings(
        entry(concept("S72.001Z"), 1, principal=True, known=False, header=header, ancestors=(header,))
    )
    assert [each.rule_id for each in found] == ["seventh-character-invalid"]
    assert "A initial encounter" in found[0].message


def test_a_record_outside_the_edition_is_warned_of_once() -> None:
    late = EditContext(date=dt.date(2026, 10, 1))
    found = findings(entry(concept("I10"), 1, principal=True), entry(concept("E11.9"), 2), context=late)
    assert [(each.rule_id, each.codes) for each in found] == [("not-in-force", ("I10", "E11.9"))]


def test_the_last_day_of_an_edition_is_in_force() -> None:
    assert rules(entry(concept("I10"), 1, principal=True), context=EditContext(date=dt.date(2026, 9, 30))) == []


def test_excludes1_between_two_codes_is_one_warning_with_the_note() -> None:
    one = concept("J44.9", excludes1=("bronchiectasis (J47.-)",))
    other = concept("J47.9", excludes1=("obstructive disease (J44.-)",))
    found = findings(entry(one, 1, principal=True), entry(other, 2))
    assert [(each.rule_id, each.severity) for each in found] == [("excludes1", EditSeverity.WARNING)]
    assert "bronchiectasis (J47.-)" in found[0].message


def test_excludes1_is_inherited_from_the_header() -> None:
    header = concept("J44", billable=False, excludes1=("bronchiectasis (J47.-)",))
    assert rules(entry(concept("J44.9"), 1, principal=True, ancestors=(header,)), entry(concept("J47.9"), 2)) == [
        "excludes1"
    ]


def test_excludes1_says_nothing_about_other_codes() -> None:
    one = concept("J44.9", excludes1=("bronchiectasis (J47.-)",))
    assert rules(entry(one, 1, principal=True), entry(concept("J45.909"), 2)) == []


def test_excludes2_is_information_only() -> None:
    one = concept("J44.9", excludes2=("influenza (J09-J11)",))
    found = findings(entry(one, 1, principal=True), entry(concept("J10.1"), 2))
    assert [(each.rule_id, each.severity) for each in found] == [("excludes2", EditSeverity.INFORMATION)]


def test_the_same_diagnosis_twice_is_an_error_and_the_same_procedure_information() -> None:
    twice = findings(entry(concept("I10"), 1, principal=True), entry(concept("I10"), 2))
    assert [(each.rule_id, each.severity) for each in twice] == [("duplicate", EditSeverity.ERROR)]
    scan = concept("BW03ZZZ", system=ICD_10_PCS)
    again = findings(entry(scan, 1), entry(scan, 2))
    assert [(each.rule_id, each.severity) for each in again] == [("duplicate", EditSeverity.INFORMATION)]


def test_a_header_with_a_code_below_it_is_found() -> None:
    header = concept("J44", billable=False)
    found = rules(
        entry(header, 1, principal=True, choices=(concept("J44.9"),)), entry(concept("J44.9"), 2, ancestors=(header,))
    )
    assert "parent-with-child" in found


def test_two_codes_below_one_header_are_no_parent_with_child() -> None:
    header = concept("E11", billable=False)
    found = rules(
        entry(concept("E11.22"), 1, principal=True, ancestors=(header,)),
        entry(concept("E11.42"), 2, ancestors=(header,)),
    )
    assert found == []


def test_an_inpatient_record_needs_a_principal_diagnosis() -> None:
    found = findings(entry(concept("I10"), 1), context=EditContext(is_inpatient=True))
    assert [(each.rule_id, each.severity) for each in found] == [("no-principal", EditSeverity.ERROR)]


def test_an_external_cause_cannot_be_principal() -> None:
    assert rules(entry(concept("W11.XXXA"), 1, principal=True)) == ["external-cause-principal"]


def test_an_external_cause_may_be_secondary() -> None:
    assert rules(entry(concept("S72.001A"), 1, principal=True), entry(concept("W11.XXXA"), 2)) == []


def test_a_manifestation_cannot_be_principal() -> None:
    dementia = concept("F02.80", "Dementia in other diseases classified elsewhere, unspecified severity")
    assert "manifestation-principal" in rules(entry(dementia, 1, principal=True))


def test_not_elsewhere_classified_is_no_manifestation() -> None:
    assert rules(entry(concept("J90", "Pleural effusion, not elsewhere classified"), 1, principal=True)) == []


FIRST = ("the underlying physiological condition, such as:", "Alzheimer's (G30.-)")


def test_code_first_is_kept_when_the_cause_comes_before() -> None:
    dementia = concept("F02.80", code_first=FIRST)
    assert rules(entry(concept("G30.9"), 1, principal=True), entry(dementia, 2)) == []


def test_code_first_in_the_wrong_order_names_both() -> None:
    dementia = concept("F02.80", code_first=FIRST)
    found = findings(entry(dementia, 1, principal=True), entry(concept("G30.9"), 2))
    assert [(each.rule_id, each.codes) for each in found] == [("code-first-order", ("F02.80", "G30.9"))]


def test_code_first_without_the_cause_is_a_warning_and_information_where_the_note_says_if_applicable() -> None:
    firm = findings(entry(concept("I10"), 1, principal=True), entry(concept("F02.80", code_first=FIRST), 2))
    assert [(each.rule_id, each.severity) for each in firm] == [("code-first-missing", EditSeverity.WARNING)]
    soft = concept("I50.9", code_first=("hypertension, if applicable (I11.0)",))
    loose = findings(entry(soft, 1, principal=True))
    assert [(each.rule_id, each.severity) for each in loose] == [("code-first-missing", EditSeverity.INFORMATION)]


def outcome(system: str, code: str, place: int) -> CodedEntry:
    return entry(concept(code, system=system), place)


def test_died_and_discharged_home_contradict_each_other() -> None:
    assert "contradicting-outcomes" in rules(
        outcome(PATIENT_OUTCOME, "D", 1), outcome(DISCHARGE_DISPOSITION, "home", 2)
    )


def test_died_and_expired_agree() -> None:
    told = rules(outcome(PATIENT_OUTCOME, "D", 1), outcome(DISCHARGE_DISPOSITION, "exp", 2))
    assert "contradicting-outcomes" not in told


def test_a_stay_ends_in_one_way() -> None:
    found = rules(outcome(DISCHARGE_DISPOSITION, "home", 1), outcome(DISCHARGE_DISPOSITION, "snf", 2))
    assert found == ["several-dispositions"]


def test_errors_come_before_warnings_and_information() -> None:
    one = concept("J44.9", excludes2=("influenza (J09-J11)",), excludes1=("bronchiectasis (J47.-)",))
    found = findings(
        entry(one, 1, principal=True), entry(concept("J10.1"), 2), entry(concept("J47.9"), 3),
        entry(concept("J44.7"), 4, known=False),
    )
    assert [each.severity for each in found] == [
        EditSeverity.ERROR, EditSeverity.WARNING, EditSeverity.INFORMATION
    ]
