"""Which codes an instructional note names, in the wordings of the tabular list."""

from __future__ import annotations

import pytest

from ehrcoder.core.code_notes import names_codes, parse_note

CASES = [
    ("carrier of infectious disease (Z22.-)", ["Z22.1", "Z22.322"], ["Z23", "Z2", "Z21"]),
    ("burns and corrosions (T20-T32)", ["T20.011A", "T32.99", "T25"], ["T33.011A", "T19.0XXA"]),
    ("traumatic amputation of hip and thigh (S78.-)", ["S78.011A"], ["S79.001A", "S77.00XA"]),
    ("lymphomas (C81.0-C96.9, D47.-)", ["C83.30", "D47.2", "C96.9"], ["C97", "D46.9"]),
    ("diabetes mellitus (E08-E13 with .42)", ["E11.42", "E08.42"], ["E11.40", "E11.9", "E14.42"]),
    ("diabetic (peripheral) angiopathy (E08-E13 with .51-.52)", ["E11.51", "E10.52"], ["E11.59"]),
    ("poisoning (T36-T65 with fifth or sixth character 1-4 or 6)", ["T40.1X1A", "T36.0X6A", "T40.601A"], ["T40.1X5A"]),
    ("drug (T36-T50 with fifth or sixth character 5)", ["T45.515A"], ["T45.511A"]),
    ("open skull fracture (S02.- with 7th character B)", ["S02.0XXB"], ["S02.0XXA", "S02.0XXD"]),
    ("open fracture (S42.- with 7th character B or C)", ["S42.001B", "S42.001C"], ["S42.001A"]),
    ("aphasia following cerebrovascular disease (I69. with final characters -20)", ["I69.320"], ["I69.321"]),
    ("hallucinations in drug psychosis (F11-F19 with fifth to sixth characters 51)", ["F11.151"], ["F11.150"]),
    ("dementia (F10-F19, with .17, .27, .97)", ["F10.27"], ["F10.20"]),
    ("hyperosmolarity (E08, E09, E11, E13 with final characters .00 or .01)", ["E11.00", "E13.01"], ["E11.65"]),
    ("rheumatic fever (I01.0 -I01.9)", ["I01.2"], ["I02.0"]),
    ("drug dependence (F10.--F19.-)", ["F14.20"], ["F20.9"]),
    ("rheumatoid arthritis (M05.00 to M05.8A)", ["M05.79"], ["M05.9"]),
    ("excessive crying of infant (baby) R68.11", ["R68.11"], ["R68.12"]),
    ("conditions classified to Q67.0-Q67.4", ["Q67.3"], ["Q67.5"]),
    ("absence of knee joint (Z89.52-", ["Z89.521"], ["Z89.511"]),
    ("G6PD deficiency (D55.0)", ["D55.0"], ["G60.0"]),
    ("electrolyte imbalance (E87.8}", ["E87.8"], ["E87.70"]),
]


@pytest.mark.parametrize(("note", "meant", "not_meant"), CASES)
def test_a_note_names_the_codes_that_it_means(note: str, meant: list[str], not_meant: list[str]) -> None:
    parsed = parse_note(note)
    assert parsed.is_complete
    assert [code for code in meant if not parsed.matches(code)] == []
    assert [code for code in not_meant if parsed.matches(code)] == []


@pytest.mark.parametrize(
    "note",
    [
        "diabetic acidosis - see categories E08-E10, E11, E13 with ketoacidosis",
        "open fracture of elbow and forearm (S52.- with open fracture 7th character)",
        "poisoning (T51-T65 with fifth or sixth character to indicate intent)",
    ],
)
def test_a_condition_that_is_not_understood_names_nothing(note: str) -> None:
    parsed = parse_note(note)
    assert parsed.references == ()
    assert not parsed.is_complete


@pytest.mark.parametrize(
    "note",
    ["diseases generally recognized as communicable", "glutaric aciduria (type 1) NOS", "COVID-19", "(Chapter 20)"],
)
def test_a_note_without_codes_names_none(note: str) -> None:
    assert not names_codes(note)
    assert parse_note(note).references == ()
