"""Folding of words and the score of one entry."""

from __future__ import annotations

import pytest

from ehrcoder.core.matching import american, content_words, needs_equality, search_words
from ehrcoder.core.ranking import Query, Reading, Slot, Word, entry_score, label_score, plain_query


def score(query: str, label: str) -> float:
    return label_score(plain_query(content_words(search_words(query))), " ".join(search_words(label)))


@pytest.mark.parametrize(
    ("british", "us"),
    [
        ("haemorrhage", "hemorrhage"), ("oedema", "edema"), ("anaemia", "anemia"), ("oesophagitis", "esophagitis"),
        ("tumour", "tumor"), ("diarrhoea", "diarrhea"), ("leukaemia", "leukemia"), ("ischaemic", "ischemic"),
        ("hyperglycaemia", "hyperglycemia"), ("foetal", "fetal"), ("paediatric", "pediatric"),
        ("haemodialysis", "hemodialysis"), ("catheterisation", "catheterization"), ("dyspnoea", "dyspnea"),
    ],
)
def test_british_spelling_is_folded_to_american(british: str, us: str) -> None:
    assert american(british) == us


@pytest.mark.parametrize("word", ["exercise", "pneumonia", "disease", "aorta", "raised", "diagnosis", "analysis"])
def test_american_words_stay_as_they_are(word: str) -> None:
    assert american(word) == word


def test_words_lose_accents_case_possessives_and_plurals() -> None:
    assert search_words("Crohn's Diseases, MÉNIÈRE’S") == ("crohn", "disease", "meniere")


@pytest.mark.parametrize("word", ["2", "3b", "c", "left", "chronic", "without", "b12"])
def test_numbers_sides_and_acuity_need_equality(word: str) -> None:
    assert needs_equality(word)


@pytest.mark.parametrize("word", ["pneum", "fracture", "hip"])
def test_ordinary_words_may_be_prefixes(word: str) -> None:
    assert not needs_equality(word)


def test_the_whole_title_scores_more_than_part_of_a_longer_one() -> None:
    assert score("chest pain", "Chest pain") > score("chest pain", "Other chest pain during dialysis")


def test_a_prefix_scores_less_than_the_word() -> None:
    assert 0 < score("pneumon", "Pneumonia") < score("pneumonia", "Pneumonia")


def test_a_number_is_not_met_by_another_number() -> None:
    assert score("diabetes type 1", "Type 1 diabetes mellitus") > score("diabetes type 1", "Type 2 diabetes mellitus")


def test_an_entry_that_denies_what_was_asked_loses() -> None:
    asked = "appendicitis with gangrene"
    assert score(asked, "Appendicitis with gangrene") > score(asked, "Appendicitis without gangrene") + 0.2


def test_saying_that_nothing_more_is_known_costs_little() -> None:
    assert score("pneumonia", "Pneumonia, unspecified organism") > score("pneumonia", "Pneumonia in mycoses") + 0.1


def test_the_billable_entry_of_two_equal_ones_wins_and_names_its_label() -> None:
    query = plain_query(("heart", "attack"))
    labels = ["acute myocardial infarction unspecified", "heart attack"]
    billable, which = entry_score(query, labels, is_billable=True)
    header, _ = entry_score(query, labels, is_billable=False)
    assert billable > header
    assert which == 1


def test_a_sequela_comes_after_the_first_encounter() -> None:
    query = plain_query(("fracture", "femur"))
    first, _ = entry_score(query, ["fracture femur initial encounter"], is_billable=True)
    sequela, _ = entry_score(query, ["fracture femur sequela"], is_billable=True)
    assert first > sequela


def test_a_title_typed_in_full_scores_one_and_nothing_else_does() -> None:
    query = plain_query(("cholera",), typed="cholera")
    assert entry_score(query, ["cholera"], is_billable=True)[0] == 1.0
    assert entry_score(query, ["cholera"], is_billable=False)[0] < 1.0


def test_an_entry_without_any_of_the_words_scores_nothing() -> None:
    assert entry_score(plain_query(("zebra",)), ["cholera"], is_billable=True) == (0.0, 0)


def slot(*readings: Reading, weight: float = 1.0, is_optional: bool = False) -> Slot:
    return Slot(readings, weight, is_optional)


def reading(words: str, trust: float = 1.0) -> Reading:
    return Reading(tuple(Word(((word, 1.0, False),)) for word in words.split()), trust)


def test_a_slot_is_met_by_whichever_of_its_readings_the_entry_has() -> None:
    query = Query((slot(reading("heart attack"), reading("myocardial infarction", 0.9)),))
    assert label_score(query, "myocardial infarction") == pytest.approx(0.9)
    assert label_score(query, "heart attack") == pytest.approx(1.0)
    assert label_score(query, "myocardial rupture") < 0.5


def test_a_rare_word_that_is_missing_costs_more_than_a_common_one() -> None:
    query = Query((slot(reading("bimalleolar"), weight=2.0), slot(reading("ankle"), weight=0.5)))
    assert label_score(query, "bimalleolar fracture") > label_score(query, "ankle fracture") + 0.2


def test_a_filler_that_no_entry_has_is_not_missed() -> None:
    query = Query((slot(reading("rash")), slot(reading("since"), is_optional=True)))
    assert label_score(query, "rash") == pytest.approx(1.0)


def test_the_other_side_of_the_body_costs_what_no_likeness_makes_good() -> None:
    query = plain_query(("cellulitis", "leg", "left"))
    assert label_score(query, "cellulitis right leg") < 0.4
    assert label_score(query, "cellulitis left leg") > 0.9


def test_a_term_typed_in_full_comes_before_everything_but_a_title_typed_in_full() -> None:
    query = plain_query(("piles",), typed="piles")
    score, label = entry_score(query, ["hemorrhoids unspecified", "piles"], is_billable=True)
    assert (score, label) == (0.995, 1)
