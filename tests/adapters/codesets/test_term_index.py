"""The terms that a few words of a note may mean, over a code set of a handful of terms."""

from __future__ import annotations

import sqlite3

import pytest

from ehrcoder.adapters.codesets.schema import CREATE
from ehrcoder.adapters.codesets.term_index import COMMON, CREATE_TERM_INDEX, TermIndex, write_term_index
from ehrcoder.core.matching import related_form

TERMS = (
    ("J12.0", "Adenoviral pneumonia"),
    ("J18.9", "Pneumonia, unspecified organism"),
    ("J18.9", "pneumonia"),
    ("R48.2", "Apraxia"),
    ("I69.390", "Apraxia following cerebral infarction"),
    ("B34.0", "Adenovirus infection, unspecified"),
)


def index_of(terms: tuple[tuple[str, str], ...]) -> TermIndex:
    connection = sqlite3.connect(":memory:")
    connection.executescript(CREATE + CREATE_TERM_INDEX)
    for number, code in enumerate(dict.fromkeys(code for code, _ in terms), start=1):
        connection.execute(
            "INSERT INTO concept (id, position, code, bare, display, is_billable, edition) "
            "VALUES (?1, ?1, ?2, ?2, ?2, 1, '')",
            (number, code),
        )
    for number, (code, text) in enumerate(terms, start=1):
        connection.execute(
            "INSERT INTO term (id, concept_id, text) SELECT ?, id, ? FROM concept WHERE code = ?", (number, text, code)
        )
    write_term_index(connection)
    return TermIndex(connection)


@pytest.fixture(scope="module")
def terms() -> TermIndex:
    return index_of(TERMS)


def test_a_whole_short_term_comes_before_a_part_of_a_long_one(terms: TermIndex):
    hits = terms.search(["apraxia"], limit=5)
    assert [hit.code for hit in hits] == ["R48.2", "I69.390"]
    assert hits[0].cover == 1.0
    assert hits[1].cover < 1.0


def test_related_forms_meet_and_the_words_that_met_are_told(terms: TermIndex):
    hit = terms.search(["adenovirus", "pneumonia", "secondary"], limit=5)[0]
    assert (hit.code, hit.cover, hit.matched) == ("J12.0", 1.0, ("adenovirus", "pneumonia"))


def test_a_code_comes_once_with_its_best_term(terms: TermIndex):
    hits = terms.search(["pneumonia"], limit=5)
    assert [hit.code for hit in hits].count("J18.9") == 1
    assert next(hit for hit in hits if hit.code == "J18.9").cover == 1.0


def test_no_word_no_known_word_and_stop_words_find_nothing(terms: TermIndex):
    for words in ([], ["zzz"], ["the", "of"], [""]):
        assert terms.search(words, limit=5) == ()


def test_a_search_leaves_nothing_for_the_next_one(terms: TermIndex):
    first = terms.search(["cerebral", "apraxia"], limit=5)
    terms.search(["pneumonia"], limit=5)
    assert terms.search(["cerebral", "apraxia"], limit=5) == first


def test_equal_terms_keep_their_order_wherever_the_list_is_cut():
    index = index_of(tuple((f"X{n:03}", "renal cyst") for n in range(60)))
    whole = [hit.code for hit in index.search(["renal", "cyst"], limit=60)]
    assert whole == [f"X{n:03}" for n in range(60)]
    assert [hit.code for hit in index.search(["renal", "cyst"], limit=7)] == whole[:7]


def test_a_common_word_brings_no_term_in_by_itself_but_two_do():
    many = tuple((f"A{n}", f"disease of part{n}") for n in range(COMMON + 1))
    index = index_of((*many, ("B1", "rare disease")))
    assert [hit.code for hit in index.search(["rare", "disease"], limit=3)] == ["B1"]
    assert len(index.search(["disease"], limit=3)) == 3


def test_a_code_set_without_terms_is_searched_too():
    assert index_of(()).search(["pain"], limit=3) == ()


@pytest.mark.parametrize(("one", "other"), [
    ("adenoviral", "adenovirus"), ("haemorrhage", "hemorrhage"), ("fractured", "fracture"), ("apathetic", "apathetic"),
    ("choroidal", "choroid"),
])
def test_related_forms_share_a_root(one: str, other: str):
    assert related_form(one) == related_form(other)


@pytest.mark.parametrize(("one", "other"), [("ileus", "ilium"), ("colitis", "colic"), ("type", "types1"), ("2", "3")])
def test_short_and_unlike_words_stay_apart(one: str, other: str):
    assert related_form(one) != related_form(other)
