"""Which problems an assessment names, and how their words are taken apart."""

from __future__ import annotations

import pytest

from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.engine.conventions import combined, is_integral, said_elsewhere
from ehrcoder.engine.problem_words import parts_of, phrases_of, sides_in
from ehrcoder.engine.problems import problems_of


def named(text: str) -> list[str]:
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title="", text=text)
    found = problems_of(document)
    assert all(text[p.start : p.end] == p.text for p in found)
    return [p.text for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASSESSMENT AND PLAN\n\nGout.\n• Medical Reasoning: stable.\n\nAnemia\n", ["Gout", "Anemia"]),
        ("HPI: gout.\nASSESSMENT:\n1. Sore throat.\n2. Diabetes.\n", ["Sore throat", "Diabetes"]),
        ("A/P: 1. Gout. 2. Iron deficiency anemia. 3. Anxiety.", ["Gout", "Iron deficiency anemia", "Anxiety"]),
        ("Assessment & Plan\n#HTN: continue lisinopril\n#DM2 - recheck A1c", ["HTN", "DM2"]),
        ("IMPRESSION\nRight leg contusion.\nPLAN\nShe will use ice for pain.", ["Right leg contusion"]),
        ("DIAGNOSES\nPrincipal: appendicitis\nSecondary: ileus (resolved); rhinitis", ["appendicitis",
         "ileus (resolved)", "rhinitis"]),
        ("Final dx: sepsis due to E. coli; UTI", ["sepsis due to E. coli", "UTI"]),
        ("ASSESSMENT\nRegarding her diabetes, she will go on with metformin.", ["diabetes"]),
        ("ASSESSMENT\nAtrial fibrillation, the patient was put back on aspirin.", ["Atrial fibrillation"]),
        ("RESULTS\nImpression: Disc degeneration at C5-6.\nASSESSMENT\nNeck pain.", ["Neck pain"]),
        ("ASSESSMENT\nHe was advised to return in a week.\nAll questions were answered.", []),
        ("HPI\nHe has gout.\nPAST MEDICAL HISTORY\nAsthma.", []),
        ("ASSESSMENT\nGout.\nINSTRUCTIONS\nFollow up in 2 weeks.", ["Gout"]),
    ],
)
def test_an_assessment_names_its_problems(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Left shoulder pain, likely rotator cuff tendinopathy", ["Left shoulder pain"]),
        ("Possible pneumonia", []),
        ("Choledocholithiasis, ? cholecystitis", ["Choledocholithiasis"]),
        ("Foot pain due to a Lisfranc fracture", ["Foot pain", "Lisfranc fracture"]),
        ("ED follow-up and congestive heart failure", ["congestive heart failure"]),
        ("8 months status post rotator cuff repair", ["rotator cuff repair"]),
        ("History of gout", ["gout"]),
        ("Postoperative ileus", ["Postoperative ileus"]),
        ("Post-op day 2 from hip replacement", ["hip replacement"]),
        ("Hypertension (HTN), uncontrolled", ["Hypertension , uncontrolled"]),
        ("Nausea of uncertain etiology", ["Nausea"]),
        ("Abrasion L knee", ["Abrasion left knee"]),
    ],
)
def test_a_problem_is_taken_apart_as_it_is_coded(problem: str, expected: list[str]) -> None:
    assert [phrase.text for phrase in phrases_of(problem)] == expected


def test_history_and_surgery_are_told_from_what_is_there() -> None:
    assert phrases_of("History of gout")[0].is_past
    assert phrases_of("Status post renal transplant")[0].is_done
    assert phrases_of("History of hip replacement")[0].is_done
    assert not phrases_of("Gout")[0].is_past


def test_conditions_joined_by_words_are_parts_and_acute_on_chronic_is_none() -> None:
    assert parts_of("Chest pain and hypertension") == ("Chest pain", "hypertension")
    assert parts_of("AKI on CKD 3b") == ("AKI", "CKD 3b")
    assert parts_of("Acute on chronic heart failure") == ("Acute on chronic heart failure",)


def test_bilateral_names_both_sides() -> None:
    assert sides_in("Bilateral carpal tunnel syndrome") == {"right", "left"}
    assert sides_in("Right-sided hearing loss") == {"right"}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"I10", "I50.9"}, {("I10", "I11.0")}),
        ({"I10", "N18.30"}, {("I10", "I12.9")}),
        ({"I10", "I50.22", "N18.6"}, {("I10", "I13.2")}),
        ({"E11.9", "N18.4"}, {("E11.9", "E11.22")}),
        ({"E11.9", "R73.9"}, {("E11.9", "E11.65"), ("R73.9", "E11.65")}),
        ({"E11.9", "L97.519"}, {("E11.9", "E11.621")}),
        ({"E11.9", "E11.42"}, {("E11.9", "E11.42")}),
        ({"R11.0", "R11.10"}, {("R11.0", "R11.2"), ("R11.10", "R11.2")}),
        ({"I10", "J44.9"}, set()),
        ({"E11.9", "I10"}, set()),
    ],
)
def test_codes_that_stand_together_change_each_other(codes: set[str], expected: set[tuple[str, str]]) -> None:
    assert {(c.before, c.after) for c in combined(dict.fromkeys(sorted(codes), ""))} == expected


def test_a_sign_belongs_to_a_disease_of_its_system_only() -> None:
    assert is_integral("R06.02", "J44.1")
    assert not is_integral("R07.9", "I10")
    assert not is_integral("R51.9", "E11.9")


def test_words_elsewhere_in_the_note_make_a_code_specific() -> None:
    assert said_elsewhere("N20.0", "a 0.5 cm kidney stone located in the proximal right ureter") == "N20.1"
    assert said_elsewhere("N20.0", "a stone in the right kidney. The ureter is normal") is None
    assert said_elsewhere("F17.200", "smokes 10 cigarettes a day") == "F17.210"
