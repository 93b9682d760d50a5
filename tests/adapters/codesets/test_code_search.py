"""Search for people, on a table of queries and on what a keyboard can do."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, ICD_10_CM, ICD_10_PCS, CodeKind

HERE = Path(__file__).parent
# Each table was written before search had been tried on it; what it gave then is the honest figure, since all of them
# have been learned from since. In the first ten and first at that time: unseen 96.5 and 90.4 %, fresh 98.5 and 91.8 %,
# hard (rarer things) 93.6 and 82.4 %, second (wordier, learned from these) 92.1 and 88.1 %, third 93.0 and 85.0 %.
TABLES = (
    "queries.tsv", "queries_regression.tsv", "queries_unseen.tsv", "queries_fresh.tsv", "queries_hard.tsv",
    "queries_second.tsv", "queries_third.tsv",
)
SHARE_IN_FIRST_TEN = 0.95
SHARE_FIRST = 0.70


def codes(index: SqliteCodeSetIndex, text: str, limit: int = 10) -> list[str]:
    return [hit.concept.coding.code for hit in index.search(text, limit=limit)]


def is_wanted(code: str, wanted: str) -> bool:
    return code.startswith(wanted[:-1]) and "-" not in code if wanted.endswith("*") else code == wanted


def rank_of(found: Sequence[str], wanted: str) -> int:
    """Return the place of the first wanted code from 1, or 0."""
    return next(
        (n for n, code in enumerate(found, 1) if any(is_wanted(code, each) for each in wanted.split())), 0
    )


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("name", TABLES)
def test_the_wanted_code_is_found_for_the_queries_of_the_table(index: SqliteCodeSetIndex, name: str) -> None:
    ranks: dict[str, list[int]] = {}
    missed: list[str] = []
    for query in table(name):
        found = codes(index, query["query"])
        rank = rank_of(found, query["wanted"])
        ranks.setdefault(query["kind"], []).append(rank)
        if rank == 0:
            missed.append(f"{query['query']}: wanted {query['wanted']}, got {' '.join(found[:4])}")
    for kind, of_kind in ranks.items():
        print(f"{kind}: {sum(map(bool, of_kind))}/{len(of_kind)} in the first 10, {of_kind.count(1)} first")
    every = [rank for of_kind in ranks.values() for rank in of_kind]
    in_ten, first = sum(map(bool, every)) / len(every), every.count(1) / len(every)
    print(f"{name}: {in_ten:.1%} in the first 10, {first:.1%} first, of {len(every)}; missed:", *missed, sep="\n  ")
    assert in_ten >= SHARE_IN_FIRST_TEN
    assert first >= SHARE_FIRST
    assert all(sum(map(bool, of_kind)) / len(of_kind) >= 0.85 for of_kind in ranks.values())


def test_the_table_has_every_kind_of_query_and_those_that_were_asked_for() -> None:
    rows = table("queries.tsv")
    assert len(rows) >= 150
    assert {row["kind"] for row in rows} == {
        "exact", "partial", "any order", "synonym", "abbreviation", "misspelling", "lay", "procedure", "british",
    }
    asked = {"copd exacerbation", "community acquired pneumonia", "type 2 diabetes with neuropathy", "heart attack",
             "hip replacement right"}
    assert asked <= {row["query"] for row in rows}


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
    assert found[:3] == ["E11.40", "E11.41", "E11.42"]
    assert found[-1] == "E11.4"


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


def test_assignable_codes_come_before_headers_and_each_group_best_first(index: SqliteCodeSetIndex) -> None:
    for typed in ("copd", "fracture", "J44", "hart atack", "left", "diabetes mellitus type 2"):
        hits = index.search(typed, limit=50)
        order = [(not hit.concept.is_billable, -hit.score) for hit in hits]
        assert order == sorted(order)
        assert all(0 <= hit.score <= 1 for hit in hits)


def test_a_header_that_fits_shows_the_assignable_codes_below_it(index: SqliteCodeSetIndex) -> None:
    found = codes(index, "resection of appendix")
    assert {"0DTJ0ZZ", "0DTJ4ZZ"} <= set(found)
    assert "0DTJ" in found


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("attack heart", "I21.9"), ("broken collarbone left", "S42.002A"), ("left broken collarbone", "S42.002A"),
     ("tennis elbow right", "M77.11"), ("dm2", "E11.9"), ("cellulitis of the rihgt leg", "L03.115"),
     ("r/o pneumonia", "J18.9"), ("infected gall bladder", "K81.0")],
)
def test_phrases_are_understood_around_sides_order_and_slips(
    index: SqliteCodeSetIndex, typed: str, wanted: str
) -> None:
    assert wanted in codes(index, typed)[:3]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        # Where nobody says how, an operation is open and a drainage goes through the skin.
        ("parathyroidectomy", "0GTR0ZZ"), ("thyroidectomy", "0GTK0ZZ"), ("thoracentesis right", "0W993ZZ"),
        ("lap appy", "0DTJ4ZZ"), ("vertebroplasty", "0PU43JZ"),
        # A denial ends where the title goes on.
        ("puncture wound left foot", "S91.332A"), ("laceration right hand", "S61.411A"),
        # A correct spelling of the whole finds what the right spelling finds.
        ("ulcertive colitis", "K51.90"),
        # The classification has no sides here, or none below that header.
        ("left temporal lobe epilepsy", "G40.209"), ("abscess left buttock", "L02.31"),
        # A part stands for the whole where the whole is all that there is, and goes without saying beside its part.
        ("gout right big toe", "M10.9"), ("melanoma left ankle", "C43.72"),
        # Levels of the spine, and the classes of drugs.
        ("lumbar fusion L4-L5", "0SG00J0"), ("percocet overdose", "T40.2X1A"),
        ("c/o chest pain", "R07.9"),
        # What is taken out is not in the title; "initial encounter" comes before "sequela".
        ("excision of left breast mass", "0HBU0ZZ"), ("hit in the eye with ball", "S05.90XA"),
    ],
)
def test_what_a_query_leaves_unsaid_is_taken_as_usual(index: SqliteCodeSetIndex, typed: str, first: str) -> None:
    assert codes(index, typed)[0] == first


@pytest.mark.parametrize(
    ("typed", "never_first"),
    [("foreign body right cornea", "T15.00XA"), ("left cataract", "H28"), ("burn left hand", "T23.009A")],
)
def test_an_unspecified_side_never_stands_before_the_one_that_was_named(
    index: SqliteCodeSetIndex, typed: str, never_first: str
) -> None:
    found = codes(index, typed)
    assert found
    assert found[0] != never_first


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
