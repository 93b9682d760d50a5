"""Search for people, on a table of queries and on what a keyboard can do."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, ICD_10_CM, ICD_10_PCS, CodeKind

TABLE = Path(__file__).with_name("search_queries.tsv")
SHARE_IN_FIRST_TEN = 0.95
SHARE_FIRST = 0.70


def codes(index: SqliteCodeSetIndex, text: str, limit: int = 10) -> list[str]:
    return [hit.concept.coding.code for hit in index.search(text, limit=limit)]


def is_wanted(code: str, wanted: str) -> bool:
    return code.startswith(wanted[:-1]) and "-" not in code if wanted.endswith("*") else code == wanted


def test_the_wanted_code_is_found_for_the_queries_of_the_table(index: SqliteCodeSetIndex) -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        queries = list(csv.DictReader(file, delimiter="\t"))
    assert len(queries) >= 150
    ranks: dict[str, list[int]] = {}
    missed: list[str] = []
    for query in queries:
        found = codes(index, query["query"])
        wanted = query["wanted"].split()
        rank = next((n for n, code in enumerate(found, 1) if any(is_wanted(code, each) for each in wanted)), 0)
        ranks.setdefault(query["kind"], []).append(rank)
        if rank == 0:
            missed.append(f"{query['query']}: wanted {query['wanted']}, got {' '.join(found[:4])}")
    for kind, of_kind in ranks.items():
        print(f"{kind}: {sum(map(bool, of_kind))}/{len(of_kind)} in the first 10, {of_kind.count(1)} first")
    print("missed:", *missed, sep="\n  ")
    every = [rank for of_kind in ranks.values() for rank in of_kind]
    assert sum(map(bool, every)) / len(every) >= SHARE_IN_FIRST_TEN
    assert every.count(1) / len(every) >= SHARE_FIRST
    assert all(sum(map(bool, of_kind)) / len(of_kind) >= 0.9 for of_kind in ranks.values())


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("copd exacerbation", "J44.1"), ("community acquired pneumonia", "J18.9"), ("heart attack", "I21.9"),
     ("type 2 diabetes with neuropathy", "E11.40")],
)
def test_what_coders_type_most_is_found_first(index: SqliteCodeSetIndex, typed: str, wanted: str) -> None:
    assert codes(index, typed)[0] == wanted


def test_a_hip_replacement_on_the_right_is_among_the_first_ten(index: SqliteCodeSetIndex) -> None:
    assert any(code.startswith("0SR9") for code in codes(index, "hip replacement right"))


@pytest.mark.parametrize("typed", ["J44.1", "j441", " j44.1 ", "J441"])
def test_a_code_is_found_with_or_without_its_dot(index: SqliteCodeSetIndex, typed: str) -> None:
    assert codes(index, typed)[0] == "J44.1"


def test_part_of_a_code_shows_the_codes_that_begin_with_it(index: SqliteCodeSetIndex) -> None:
    found = codes(index, "E11.4")
    assert found[0] == "E11.4"
    assert {"E11.40", "E11.41", "E11.42"} <= set(found)


@pytest.mark.parametrize("typed", ["pneumonia", "pneumoni", "pneumo", "pneu"])
def test_every_key_on_the_way_to_a_word_finds_something(index: SqliteCodeSetIndex, typed: str) -> None:
    assert codes(index, typed)


def test_words_may_come_in_any_order(index: SqliteCodeSetIndex) -> None:
    for typed in ("failure heart systolic acute", "acute systolic heart failure"):
        assert codes(index, typed)[0] == "I50.21"


@pytest.mark.parametrize(("british", "us"), [("haemorrhoids", "hemorrhoids"), ("oedema", "edema")])
def test_british_spelling_finds_the_same(index: SqliteCodeSetIndex, british: str, us: str) -> None:
    assert codes(index, british) == codes(index, us)


def test_type_1_never_shows_type_2_first(index: SqliteCodeSetIndex) -> None:
    found = index.search("type 1 diabetes mellitus", limit=10)
    assert "Type 1" in found[0].concept.coding.display
    assert not any(hit.concept.coding.display.startswith("Type 2") for hit in found[:5])


def test_left_never_shows_right_first(index: SqliteCodeSetIndex) -> None:
    for hit in index.search("cellulitis left lower limb", limit=3):
        assert "right" not in hit.concept.coding.display


def test_of_a_header_and_its_code_with_one_title_the_code_comes_first(index: SqliteCodeSetIndex) -> None:
    found = codes(index, "Pneumonia, unspecified organism")
    assert found[0] == "J18.9"
    assert "J18" in found


def test_scores_lie_between_0_and_1_best_first(index: SqliteCodeSetIndex) -> None:
    for typed in ("copd", "fracture", "J44", "hart atack", "left"):
        scores = [hit.score for hit in index.search(typed, limit=50)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_a_hit_says_by_which_term_it_was_found(index: SqliteCodeSetIndex) -> None:
    assert index.search("heart attack", limit=1)[0].matched == "heart attack"
    assert index.search("acute myocardial infarction", limit=1)[0].matched == ""


def test_search_keeps_to_the_kinds_and_systems_asked_for(index: SqliteCodeSetIndex) -> None:
    outcomes = index.search("home", kinds=[CodeKind.OUTCOME], limit=5)
    assert {hit.concept.coding.system for hit in outcomes} == {DISCHARGE_DISPOSITION}
    assert outcomes[0].concept.coding.code == "home"
    procedures = index.search("appendix", systems=[ICD_10_PCS], limit=5)
    assert {hit.concept.coding.system for hit in procedures} == {ICD_10_PCS}
    diagnoses = index.search("appendix", systems=[ICD_10_CM], limit=5)
    assert {hit.concept.coding.system for hit in diagnoses} == {ICD_10_CM}


def test_no_code_is_shown_twice(index: SqliteCodeSetIndex) -> None:
    for typed in ("diabetes", "hip replacement right", "copd"):
        found = [(hit.concept.coding.system, hit.concept.coding.code) for hit in index.search(typed, limit=100)]
        assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "typed",
    ["", "   ", '"', "'; DROP TABLE concept; --", "a" * 400, "( ) * : ^ -", "NEAR(a b)", "AND OR NOT", "😀", "%_",
     "J44.1 OR 1=1", "\x00", "....", "---", "ß", "心筋梗塞", "the of and"],
)
def test_anything_may_be_typed(index: SqliteCodeSetIndex, typed: str) -> None:
    assert isinstance(index.search(typed, limit=5), tuple)


def test_search_repeats_itself(index: SqliteCodeSetIndex) -> None:
    for typed in ("chest pian", "fracture", "e11"):
        assert index.search(typed, limit=30) == index.search(typed, limit=30)
