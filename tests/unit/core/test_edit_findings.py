"""What each code edit says, word for word, about cases made by hand: compared with a file that a person reviewed.

After a deliberate change: `EHRCODER_WRITE_GOLDEN=1 pytest tests/unit/core/test_edit_findings.py`, then read the diff.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ehrcoder.core import edit_rules, edits
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    ICD_10_CM,
    ICD_10_PCS,
    KIND_OF_SYSTEM,
    PATIENT_OUTCOME,
    CodeSetEdition,
    Coding,
    Concept,
    ConceptNotes,
)
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity, let_stand
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.core.list_rules import note_words
from ehrcoder.core.procedure_tables import ProcedureAxis, ProcedureRow, ProcedureTable

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "edits" / "findings.json"
SPRING = CodeSetEdition(
    system=ICD_10_CM, version="2026-04", name="ICD-10-CM, April 2026", effective_from=dt.date(2026, 4, 1),
    effective_to=dt.date(2026, 9, 30), concept_count=1, billable_count=1, licence="", source="the publisher", sha256="")
OPEN = replace(SPRING, version="open", name="Open edition", effective_from=None, effective_to=None)
SEVENTH = (("A", "initial"), ("D", "subsequent"))
AXES = tuple(ProcedureAxis(name=f"axis {place}", values=(("Z", "none"),)) for place in range(4))
TABLE = ProcedureTable(code="0DT", title="Resection", rows=(ProcedureRow(axes=AXES),))


def concept(
    code: str, title: str = "", *, billable: bool = True, system: str = ICD_10_CM, begins: dt.date | None = None,
    ends: dt.date | None = None, **notes: tuple,
) -> Concept:
    return Concept(coding=Coding(system=system, version="2026-04", code=code, display=title or f"Title {code}"),
                   parent=None, is_billable=billable, notes=ConceptNotes(**notes), effective_from=begins,
                   effective_to=ends)


def in_spring(code: str, title: str = "", **more: object) -> Concept:
    """Return a concept with the dates of its edition, as those of ICD-10-CM have."""
    return concept(code, title, begins=SPRING.effective_from, ends=SPRING.effective_to, **more)  # type: ignore[arg-type]


def entry(
    code: str | Concept, place: int = 1, *, principal: bool = False, known: bool = True, **more: object
) -> CodedEntry:
    about = code if isinstance(code, Concept) else in_spring(code)
    assignment = CodeAssignment(
        assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), coding=about.coding,
        kind=KIND_OF_SYSTEM[about.coding.system], sequence=place,
        use=DiagnosisUse.PRINCIPAL if principal else DiagnosisUse.SECONDARY)
    return CodedEntry(assignment=assignment, concept=about if known else None,
                      **{"edition": SPRING if about.coding.system == ICD_10_CM else None, **more})  # type: ignore[arg-type]


def outcome(system: str, code: str, place: int) -> CodedEntry:
    return entry(concept(code, code.title(), system=system), place)


def header(code: str, **more: object) -> Concept:
    return in_spring(code, billable=False, **more)


def below(count: int) -> tuple[Concept, ...]:
    return tuple(in_spring(f"J44.{number}") for number in range(count))


DIED, HOME = outcome(PATIENT_OUTCOME, "D", 1), outcome(DISCHARGE_DISPOSITION, "home", 2)
FIRM = ("the underlying condition, such as:", "Alzheimer's (G30.-)")
DEMENTIA = "Dementia in other diseases classified elsewhere"
BRONCHIECTASIS = ("bronchiectasis (J47.-)",)
ELSEWHERE = (in_spring("J44.7"), "the edition of 2020"), (in_spring("J44.7", "Newer title"), "the edition of 2021")
DAY = EditContext(date=dt.date(2026, 5, 4))

CASES: dict[str, tuple[tuple[CodedEntry, ...], EditContext]] = {
    "nothing": ((), EditContext()),
    "plain": ((entry("I10", principal=True), entry("E11.9", 2)), DAY),
    # Unknown codes
    "unknown": ((entry("J44.7", principal=True, known=False), entry("I10", 2)), DAY),
    "unknown, after a known one": ((entry("I10", principal=True), entry("J44.7", 2, known=False)), DAY),
    "unknown in an own set": ((entry(concept("x", system=PATIENT_OUTCOME), known=False, edition=OPEN),), DAY),
    "set not installed": ((entry(concept("0DTJ4ZZ", system=ICD_10_PCS), known=False),), DAY),
    "in other editions": ((entry("J44.7", principal=True, known=False, elsewhere=ELSEWHERE),), DAY),
    "in another edition, with choices": ((entry("J44", principal=True, known=False, elsewhere=((
        concept("J44", "Other", begins=dt.date(2020, 1, 1)), "2020"),), choices=below(2)),), DAY),
    "in another edition, ended": ((entry("J44", principal=True, known=False, elsewhere=((
        concept("J44", "Other", ends=dt.date(2020, 1, 1)), "2020"),)),), DAY),
    "in another edition, no dates": ((entry("J44", principal=True, known=False, elsewhere=((
        concept("J44", "Other"), "2020"),)),), DAY),
    # Procedures that a table judges
    "impossible by its table": ((entry(concept("0DTJ4ZQ", system=ICD_10_PCS), known=False, table=TABLE),), DAY),
    "too short for its table": ((entry(concept("0DTZ", system=ICD_10_PCS), known=False, table=TABLE),), DAY),
    "possible and unknown": ((entry(concept("0dtzzzz", system=ICD_10_PCS), known=False, table=TABLE),), DAY),
    "known with a table": ((entry(concept("0DTJ4ZQ", system=ICD_10_PCS), table=TABLE),), DAY),
    "a table of another system": ((entry("0DTJ4ZQ", principal=True, known=False, table=TABLE),), DAY),
    # Seventh characters
    "seventh invalid": ((entry("S72.001Z", principal=True, known=False, header=header(
        "S72.001", seventh_characters=SEVENTH), ancestors=(header("S72.001", seventh_characters=SEVENTH),),
        choices=(in_spring("S72.001A"),)),), DAY),
    "seventh without a header": ((entry("S72.001Z", principal=True, known=False,
                                        ancestors=(header("S72.001", seventh_characters=SEVENTH),)),), DAY),
    "six characters, unknown": ((entry("S72.00", principal=True, known=False, header=header("S72.0"), ancestors=(
        header("S72.0", seventh_characters=SEVENTH),)),), DAY),
    "seven characters, none defined": ((entry("S72.001Z", principal=True, known=False, header=header("S72.001"),
                                              ancestors=(header("S72.001"),)),), DAY),
    "seventh of another system": ((entry(concept("0DTJ4ZQ", system=ICD_10_PCS), known=False, header=concept(
        "0DT", system=ICD_10_PCS), ancestors=(concept("0DT", system=ICD_10_PCS, seventh_characters=SEVENTH),)),), DAY),
    "seventh missing": ((entry(header("S72.001", seventh_characters=SEVENTH), principal=True, choices=(
        in_spring("S72.001A"), in_spring("S72.001D"))),), DAY),
    "seventh missing behind placeholders": ((entry(header("W11", seventh_characters=SEVENTH), 2, choices=(
        in_spring("W11.XXXA"),)), entry("I10", principal=True)), DAY),
    "further headers below": ((entry(header("S72.0", seventh_characters=SEVENTH), principal=True, choices=(
        in_spring("S72.001A"), in_spring("S72.002A"))),), DAY),
    "seventh defined, nothing below": ((entry(header("S72.0", seventh_characters=SEVENTH), principal=True),), DAY),
    "seventh defined by the nearest": ((entry("S72.001Z", principal=True, known=False, header=header("S72.001"),
        ancestors=(header("S72.001"), header("S72.0", seventh_characters=SEVENTH), header(
            "S72", seventh_characters=(("X", "other"),)))),), DAY),
    "whole code where sevenths are defined": ((entry(in_spring("S72.001A", seventh_characters=SEVENTH),
                                                     principal=True, choices=(in_spring("S72.001A"),)),), DAY),
    # Headers
    "header": ((entry(header("J44"), principal=True, choices=below(2)),), DAY),
    "header with six below": ((entry(header("J44"), principal=True, choices=below(6)),), DAY),
    "header with nine below": ((entry(header("J44"), principal=True, choices=below(9)),), DAY),
    "header without choices": ((entry(header("J44"), principal=True),), DAY),
    "header without an edition": ((entry(header("J44"), principal=True, edition=None),), DAY),
    "ended code": ((entry(concept("J44.1", billable=False, ends=dt.date(2026, 4, 30)), principal=True),), DAY),
    "ended header": ((entry(concept("J44", billable=False, ends=dt.date(2026, 4, 30)), principal=True,
                            choices=below(1)),), DAY),
    # Dates
    "not yet in force": ((entry(concept("J44.1", begins=dt.date(2026, 6, 1)), principal=True), entry("I10", 2)), DAY),
    "no longer in force": ((entry("I10", principal=True), entry(concept("J44.1", ends=dt.date(2026, 5, 3)), 2)), DAY),
    "on its last day": ((entry(concept("J44.1", ends=dt.date(2026, 5, 4)), principal=True),), DAY),
    "dates without an edition": ((entry(concept("J44.1", ends=dt.date(2026, 5, 3)), principal=True, edition=None),
                                  ), DAY),
    "before the edition": ((entry("I10", principal=True), entry("E11.9", 2)), EditContext(date=dt.date(2026, 3, 31))),
    "first day": ((entry("I10", principal=True),), EditContext(date=dt.date(2026, 4, 1))),
    "last day": ((entry("I10", principal=True),), EditContext(date=dt.date(2026, 9, 30))),
    "after the edition": ((entry("I10", principal=True),), EditContext(date=dt.date(2026, 10, 1))),
    "edition without dates": ((entry(concept("I10"), principal=True, edition=OPEN),), DAY),
    "after an edition with an end only": ((entry(concept("I10", ends=dt.date(2026, 4, 1)), principal=True, edition=
        replace(OPEN, effective_to=dt.date(2026, 4, 1))),), DAY),
    "before an edition with a beginning only": ((entry(concept("I10", begins=dt.date(2026, 6, 1)), principal=True,
        edition=replace(OPEN, effective_from=dt.date(2026, 6, 1))),), DAY),
    "no day": ((entry("I10", principal=True),), EditContext()),
    "other edition": ((entry("I10", principal=True, edition=replace(SPRING, version="2027")),
                       entry("E11.9", 2, edition=replace(SPRING, version="2027"))), DAY),
    "other edition without one": ((entry("I10", principal=True, edition=None),), DAY),
    # Duplicates and headers with codes below
    "twice": ((entry("I10", principal=True), entry("E11.9", 2), entry("I10", 3)), DAY),
    "thrice": ((entry("I10", principal=True), entry("I10", 2), entry("I10", 3)), DAY),
    "procedure twice": (tuple(entry(concept("BW03ZZZ", system=ICD_10_PCS), place, edition=OPEN)
                              for place in (1, 2)), DAY),
    "same code, two systems": ((outcome(PATIENT_OUTCOME, "x", 1), outcome(GOAL_ACHIEVEMENT, "x", 2)), DAY),
    "parent with children": ((entry(header("J44"), principal=True, choices=below(1)), entry(
        "J44.0", 2, ancestors=(header("J4"), header("J44"))), entry("J44.1", 3, ancestors=(header("J44"),))), DAY),
    "parent of another system": ((entry(concept("J44", system=PATIENT_OUTCOME)), entry(
        "J44.0", 2, principal=True, ancestors=(header("J44"),))), DAY),
    # Excludes
    "excludes both ways": ((entry(in_spring("J44.9", excludes1=BRONCHIECTASIS), principal=True), entry(
        in_spring("J47.9", excludes1=("obstructive disease (J44.-)",)), 2)), DAY),
    "excludes inherited": ((entry("J44.9", principal=True, ancestors=(header("J44", excludes1=BRONCHIECTASIS),)),
                            entry("J47.9", 2), entry("J47.0", 3)), DAY),
    "excludes itself": ((entry(in_spring("J47.9", excludes1=BRONCHIECTASIS), principal=True), entry("J47.9", 2)), DAY),
    "excludes2": ((entry(in_spring("J44.9", excludes2=("influenza (J09-J11)",)), principal=True), entry(
        "J10.1", 2)), DAY),
    "excludes2 of a section": ((entry("J44.9", principal=True, ancestors=(header(
        "J40-J47", excludes2=("influenza (J09-J11)",)),)), entry("J10.1", 2)), DAY),
    "excludes1 of a section": ((entry("J44.9", principal=True, ancestors=(header(
        "J40-J47", excludes1=("influenza (J09-J11)",)),)), entry("J10.1", 2)), DAY),
    "excludes a code of another system": ((entry(in_spring("J44.9", excludes1=("x (exp)",)), principal=True),
                                           outcome(DISCHARGE_DISPOSITION, "exp", 2)), DAY),
    # Code first
    "cause first": ((entry("G30.9", principal=True), entry(in_spring("F02.80", code_first=FIRM), 2)), DAY),
    "cause after": ((entry(in_spring("F02.80", code_first=FIRM), principal=True), entry("G30.9", 2)), DAY),
    "cause by its number": ((entry("G30.9", 2), entry(in_spring("F02.80", code_first=FIRM), 1)), DAY),
    "the principal one comes first": ((entry("G30.9", 2, principal=True), entry(
        in_spring("F02.80", code_first=FIRM), 1)), DAY),
    "cause missing": ((entry("I10", principal=True), entry(in_spring("F02.80", code_first=FIRM), 2)), DAY),
    "cause missing, if known": ((entry("I10", principal=True), entry(in_spring(
        "F02.80", code_first=("the underlying condition, if known (G30.-)",)), 2)), DAY),
    "cause missing, not underlying": ((entry("I10", principal=True), entry(in_spring(
        "F02.80", code_first=("hypertension (I11.0)", ", or another (I12.-)")), 2)), DAY),
    "cause missing of a manifestation": ((entry("I10", principal=True), entry(in_spring(
        "F02.80", DEMENTIA, code_first=("hypertension, if known (I11.0)",)), 2)), DAY),
    "cause missing of a listed one": ((entry("I10", principal=True), entry(in_spring(
        "F02.80", code_first=("hypertension (I11.0)",)), 2, listed={"manifestation": ""})), DAY),
    "no code named, principal": ((entry(in_spring("F02.80", code_first=("the underlying disease",)),
                                        principal=True),), DAY),
    "no code named, secondary": ((entry("I10", principal=True), entry(in_spring(
        "F02.80", code_first=("the underlying disease",)), 2)), DAY),
    "no code named, if any": ((entry(in_spring("F02.80", code_first=("any disease, if any",)), principal=True),), DAY),
    "it names itself": ((entry(in_spring("G30.9", code_first=FIRM), principal=True),), DAY),
    "cause at a header": ((entry("F02.80", principal=True, ancestors=(header("F02", code_first=FIRM),)), entry(
        "G30.9", 2)), DAY),
    # The principal diagnosis
    "no principal, inpatient": ((entry("I10"),), replace(DAY, is_inpatient=True)),
    "no principal, outpatient": ((entry("I10"),), DAY),
    "procedures alone": ((entry(concept("BW03ZZZ", system=ICD_10_PCS), edition=OPEN),), DAY),
    "two principal": ((entry("I10", principal=True), entry("E11.9", 2, principal=True)), DAY),
    "principal of another system": ((outcome(PATIENT_OUTCOME, "D", 2), entry("W11.XXXA", 1)), DAY),
    **{f"external cause {letter}": ((entry(f"{letter}11.9", principal=True),), DAY) for letter in "VWXYU"},
    "external cause, secondary": ((entry("I10", principal=True), entry("W11.9", 2)), DAY),
    "manifestation": ((entry(in_spring("F02.80", DEMENTIA), principal=True),), DAY),
    "manifestation of its header": ((entry("F02.80", principal=True, ancestors=(header(
        "F02", title=f"{DEMENTIA}, unspecified"),)),), DAY),
    "manifestation by a list": ((entry("F02.80", principal=True, listed={"manifestation": ""}),), DAY),
    "manifestation, secondary": ((entry("I10", principal=True), entry(in_spring("F02.80", DEMENTIA), 2)), DAY),
    # Outcomes
    "died and home": ((DIED, HOME), DAY),
    "died and survived": ((DIED, outcome(PATIENT_OUTCOME, "R", 2)), DAY),
    "expired and recovered": ((outcome(DISCHARGE_DISPOSITION, "exp", 1), outcome(PATIENT_OUTCOME, "F", 2)), DAY),
    "full and worse": ((outcome(PATIENT_OUTCOME, "F", 1), outcome(PATIENT_OUTCOME, "W", 2)), DAY),
    "recovered and unchanged": ((outcome(PATIENT_OUTCOME, "R", 1), outcome(PATIENT_OUTCOME, "N", 2)), DAY),
    "recovered and sequelae": ((outcome(PATIENT_OUTCOME, "R", 1), outcome(PATIENT_OUTCOME, "S", 2)), DAY),
    "resolved and worse": ((outcome(CONDITION_CLINICAL, "resolved", 1), outcome(PATIENT_OUTCOME, "W", 2)), DAY),
    "goals": ((outcome(GOAL_ACHIEVEMENT, "achieved", 1), outcome(GOAL_ACHIEVEMENT, "worsening", 2)), DAY),
    "goals held": ((outcome(GOAL_ACHIEVEMENT, "sustaining", 1), outcome(GOAL_ACHIEVEMENT, "no-progress", 2)), DAY),
    "goals missed": ((outcome(GOAL_ACHIEVEMENT, "achieved", 1), outcome(GOAL_ACHIEVEMENT, "not-achieved", 2),
                      outcome(GOAL_ACHIEVEMENT, "not-attainable", 3)), DAY),
    "died and expired": ((DIED, outcome(DISCHARGE_DISPOSITION, "exp", 2)), DAY),
    **{f"died and {code}": ((DIED, outcome(DISCHARGE_DISPOSITION, code, 2)), DAY)
       for code in ("alt-home", "other-hcf", "hosp", "long", "aadvice", "psy", "rehab", "snf", "oth")},
    **{f"expired and {code}": ((outcome(DISCHARGE_DISPOSITION, "exp", 1), outcome(PATIENT_OUTCOME, code, 2)), DAY)
       for code in "RNWSD"},
    **{f"full and {code}": ((outcome(PATIENT_OUTCOME, "F", 1), outcome(PATIENT_OUTCOME, code, 2)), DAY)
       for code in "NSR"},
    "recovered and worse": ((outcome(PATIENT_OUTCOME, "R", 1), outcome(PATIENT_OUTCOME, "W", 2)), DAY),
    "two ends": ((HOME, outcome(DISCHARGE_DISPOSITION, "snf", 3)), DAY),
    "one end twice": ((HOME, outcome(DISCHARGE_DISPOSITION, "home", 3)), DAY),
    "an end without a title": ((HOME, replace(
        HOME, assignment=replace(HOME.assignment, assignment_id=AssignmentId("a9"), coding=replace(
            HOME.assignment.coding, code="snf", display="")))), DAY),
}
RULES: dict[str, Callable] = {rule.__name__: rule for rule in (
    edits.unknown_code, edits.seventh_character, edits.not_billable, edits.not_in_force, edits.other_edition,
    edits.duplicate, edits.parent_with_child, edit_rules.principal, edit_rules.excludes1, edit_rules.excludes2,
    edit_rules.code_first, edit_rules.contradicting_outcomes, edit_rules.several_dispositions)}


def told(each: EditFinding) -> list[object]:
    return [each.rule_id, each.severity.value, each.message, list(each.codes), list(each.assignment_ids), each.source]


def found(name: str) -> dict[str, list[list[object]]]:
    entries, context = CASES[name]
    by_rule = {rule: [told(each) for each in judge(entries, context)] for rule, judge in RULES.items()}
    return {rule: findings for rule, findings in by_rule.items() if findings}


def golden() -> dict[str, dict[str, list[list[object]]]]:
    if os.environ.get("EHRCODER_WRITE_GOLDEN"):
        made = {name: found(name) for name in CASES}
        GOLDEN.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return json.loads(GOLDEN.read_text("utf-8"))


EXPECTED = golden()


def test_the_reviewed_file_knows_each_case() -> None:
    assert list(EXPECTED) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_rule_says_what_was_reviewed(name: str) -> None:
    assert found(name) == EXPECTED[name]


def test_all_rules_are_applied_and_the_heaviest_findings_come_first() -> None:
    entries = (entry("J44.7", 3, known=False), entry("J44.6", 2, known=False), entry("I10", 1),
               entry(in_spring("J47.0", excludes2=("x (I10)",)), 4))
    answer = edit_rules.check(entries, replace(DAY, is_inpatient=True))
    assert [(each.severity.value, each.rule_id, each.codes) for each in answer] == [
        ("error", "no-principal", ()), ("error", "unknown-code", ("J44.6",)), ("error", "unknown-code", ("J44.7",)),
        ("information", "excludes2", ("J47.0", "I10"))]
    assert {judge.__name__ for judge in edit_rules.RULES} > set(RULES)
    assert len(edit_rules.RULES) >= 21  # a site may add rules of its own


def warned(message: str = "m", *, severity: EditSeverity = EditSeverity.WARNING) -> EditFinding:
    return EditFinding(rule_id="rule", severity=severity, message=message, codes=(), assignment_ids=(), source="s")


@pytest.mark.parametrize(("notes", "told"), [
    (["code to identify the organism (B95)"], "Use additional code to identify the organism (B95)"),
    (["code, if applicable, to identify:", "tobacco use (Z72.0)", "history of it (Z87.891)"],
     "Use additional code, if applicable, to identify: tobacco use (Z72.0); history of it (Z87.891)"),
    (["code(s) for the drug (T36)"], "Use additional code(s) for the drug (T36)"),
    (["the drug (T36)"], "Use additional code the drug (T36)"),
    (["codes from category Z16"], "Use additional codes from category Z16"),
])
def test_a_note_reads_as_one_sentence(notes: list[str], told: str) -> None:
    assert note_words("Use additional code", notes) == told


def test_a_reason_lets_a_warning_stand_and_nothing_else() -> None:
    stands = replace(warned(), severity=EditSeverity.INFORMATION, let_stand="so it is")
    assert let_stand([warned()], ["old (rule: m)", "so it is (rule: m)", "x (rule: n)"]) == (stands,)
    assert let_stand([warned("n"), warned()], ["so it is (rule: m)"]) == (warned("n"), stands)
    for words in ([], ["(rule: m)"], ["why (rule: m) "], ["why (other: m)"], ["why"]):
        assert let_stand([warned()], words) == (warned(),)
    error = warned(severity=EditSeverity.ERROR)
    assert let_stand([error], ["so it is (rule: m)"]) == (error,)


def test_an_entry_knows_what_it_is() -> None:
    mine = entry("I10", principal=True, ancestors=(header("I"),))
    assert (mine.code, mine.system, mine.is_diagnosis, mine.is_principal) == ("I10", ICD_10_CM, True, True)
    assert [each.coding.code for each in mine.lineage] == ["I10", "I"]
    unknown = entry("I10", known=False, ancestors=(header("I"),))
    assert [each.coding.code for each in unknown.lineage] == ["I"]
    assert not unknown.is_principal
    procedure = entry(concept("BW03ZZZ", system=ICD_10_PCS), principal=True)
    assert (procedure.is_diagnosis, procedure.is_principal) == (False, False)
    assert (mine.seventh_characters, entry(in_spring("S", seventh_characters=SEVENTH)).seventh_characters) == (
        {}, dict(SEVENTH))
