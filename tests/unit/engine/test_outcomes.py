"""Outcomes from the words that say them: disposition, goals, how a condition stands, and open axes of procedures."""

from __future__ import annotations

import pytest

from ehrcoder.core.ids import DocumentId
from ehrcoder.core.records import ClinicalDocument
from ehrcoder.engine.outcomes import condition_status, outcome_mentions
from ehrcoder.engine.procedures import was_done
from ehrcoder.engine.segment import sentences_of
from ehrcoder.engine.stems import missing_axes


def outcomes(text: str) -> set[str]:
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title="", text=text)
    return {mention.code for mention in outcome_mentions(sentences_of(document))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Discharged home with his wife.", {"home"}),
        ("D/c home with visiting nurse.", {"home"}),
        ("Discharge: to inpatient rehabilitation facility.", {"rehab"}),
        ("Discharge: home against plan for rehab, with services.", {"home"}),
        ("Discharged to a nursing home.", {"snf"}),
        ("Disposition: expired.", {"exp", "D"}),
        ("Died peacefully at 04:15.", {"exp", "D"}),
        ("She left against medical advice.", {"aadvice"}),
        ('Goal "walk to bathroom": in progress.', {"in-progress"}),
        ("Goal HbA1c < 7.5 %: not achieved, plan agreed.", {"not-achieved"}),
        ("Goals were met.", {"achieved"}),
        ("Blood pressure is at goal.", {"achieved"}),
        ("Blood pressure is not at goal.", {"not-achieved"}),
        ("His father died of stroke.", set()),
        ("If he is discharged home, call.", set()),
    ],
)
def test_words_say_an_outcome(text: str, expected: set[str]) -> None:
    assert outcomes(text) == expected


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        ("[Hypokalemia], resolved", "resolved"),
        ("[Leukemia] in complete remission", "remission"),
        ("Recurrent [depression]", "recurrence"),
        ("[Lymphoma] has relapsed", "relapse"),
        ("Uncontrolled [hypertension]", "active"),
        ("[Hypertension]", None),
        ("[Cough] has not resolved", None),
        ("[Gout] is treated with allopurinol and will be seen in the clinic again in a month; headache resolved", None),
    ],
)
def test_words_beside_a_condition_say_how_it_stands(tagged: str, expected: str | None) -> None:
    start, end = tagged.index("["), tagged.index("]") - 1
    status = condition_status(tagged.replace("[", "").replace("]", ""), start, end)
    assert (status.code if status else None) == expected


def test_a_stem_names_the_axes_that_are_open() -> None:
    assert missing_axes("0270") == ("approach", "device", "qualifier")
    assert missing_axes("02703DZ") == ()
    assert missing_axes("5A09") == ("character 5", "character 6", "character 7")


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("PCI with one stent to the LAD.", True),
        ("We will order a mammogram.", False),
        ("Bypass surgery may be required.", False),
        ("Thoracentesis discussed, not done.", False),
        ("PAST SURGICAL HISTORY\nCholecystectomy.", False),
        ("Laparoscopic appendectomy.", True),
    ],
)
def test_only_what_this_encounter_did_is_a_procedure(text: str, done: bool) -> None:
    document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title="", text=text)
    assert was_done(sentences_of(document)[-1]) is done
