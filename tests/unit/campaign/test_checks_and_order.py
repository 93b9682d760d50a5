"""Checks find what was planted and keep quiet otherwise; the queue says why each record stands where it does."""

from __future__ import annotations

import random

import pytest

from ehrcoder.core.campaign.checks import (
    CheckKind,
    differing_duplicates,
    drift,
    missing_codes,
    rare_pairs,
    strange_codes,
    unlikely_codes,
    unusual_counts,
)
from ehrcoder.core.campaign.coded import (
    CodedCase,
    CodeMark,
    ErrorKind,
    errors_between,
    right_and_units,
)
from ehrcoder.core.campaign.ordering import VerifyOrder, ranked, signals_of
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.simulate import swap_codes

D = CodeKind.DIAGNOSIS


def case(name: str, *codes: str, confidence: float = 0.9) -> CodedCase:
    return CodedCase(record_id=RecordId(name), marks=tuple(
        CodeMark(kind=D, code=code, confidence=confidence) for code in codes))


TOPICS = [("I21.9", "I10", "E78.5"), ("J18.9", "R05.9", "J96.01"), ("S72.001A", "W19.XXXA", "M81.0")]


def topical(records: int, seed: int) -> tuple[list[CodedCase], dict[RecordId, list[tuple[RecordId, float]]]]:
    """Return records of three topics, each with two of its topic's codes, and their likes."""
    source = random.Random(seed)
    cases = [case(f"r{n}", *source.sample(TOPICS[n % 3], k=2)) for n in range(records)]
    likes = {
        each.record_id: [(other.record_id, 0.8) for m, other in enumerate(cases) if m % 3 == n % 3 and m != n][:12]
        for n, each in enumerate(cases)
    }
    return cases, likes


def test_swapped_codes_stand_out_among_likes_and_right_ones_do_not() -> None:
    """Nine of ten swaps that make a record wrong are found, over 40 draws.

    A swap takes one of the seven codes that a record lacks. One of those is the third code of its own topic, and any
    two codes of a topic are a right record here: such a swap plants no error, and nothing could find it. So a seventh
    of all swaps is no error, and of the others six in seven at most were 0.86 of all, which no check could pass 0.9 of.
    """
    errors = named = false_alarms = 0
    for seed in range(40):
        cases, likes = topical(120, seed)
        assert strange_codes(cases, likes) == []
        swapped, planted = swap_codes({c.record_id: c for c in cases}, share=0.05, seed=1000 + seed)
        wrong = {(r, code) for r, code in planted if code not in TOPICS[int(r[1:]) % 3]}
        found = {(f.records[0], f.code) for f in strange_codes(list(swapped.values()), likes)}
        errors += len(wrong)
        named += len(found & wrong)
        false_alarms += len(found - planted)
    assert errors >= 300
    assert named / errors >= 0.9
    assert false_alarms <= 2


def test_a_wrong_code_does_not_hide_the_same_one_on_the_next_record() -> None:
    cases = [case(f"r{n}", "I10", "E78.5") for n in range(12)] + [case(f"x{n}", "M81.0") for n in range(8)]
    cases += [case("first", "I10", "M81.0"), case("second", "I10", "M81.0")]
    ordinary = [(RecordId(f"r{n}"), 0.8) for n in range(12)]
    likes = {RecordId("first"): ordinary, RecordId("second"): [(RecordId("first"), 0.9), *ordinary]}
    found = strange_codes(cases, likes)
    assert [(f.records, f.message) for f in found] == [
        (("first",), "M81.0 stands on none of the 12 likest records"),
        (("second",), "M81.0 stands on 1 of the 13 likest records, where it is doubtful too")]


def test_a_swap_takes_a_code_of_another_family_and_only_the_stated_share() -> None:
    cases, _ = topical(600, 1)
    before = {c.record_id: c for c in cases}
    after, planted = swap_codes(before, share=0.05, seed=3)
    assert 0.03 <= len(planted) / 1200 <= 0.07
    for record_id, code in planted:
        assert (D, code[:3]) not in {m.family for m in before[record_id].marks}
        assert len(after[record_id].marks) == 2


def test_a_code_that_all_likes_have_is_missed() -> None:
    cases = [case(f"r{n}", "I21.9", "I10") for n in range(12)] + [case("odd", "I21.9")]
    likes = {RecordId("odd"): [(RecordId(f"r{n}"), 0.9) for n in range(10)]}
    found = missing_codes(cases, likes)
    assert [(f.records, f.code) for f in found] == [(("odd",), "I10")]


def test_a_code_that_the_text_hardly_supports_is_named_with_its_confidence() -> None:
    cases = [case("r1", "I10", "J18.9", "E11.9")]
    found = unlikely_codes(cases, {RecordId("r1"): {(D, "I10"): 0.8, (D, "J18.9"): 0.01}}, floor=0.05)
    assert [(f.code, f.message) for f in found] == [
        ("J18.9", "J18.9: confidence 0.01"), ("E11.9", "E11.9: it is no candidate at all")]


def test_common_codes_that_nearly_exclude_each_other_are_named_where_they_meet() -> None:
    cases = [case(f"a{n}", "E10.9") for n in range(100)] + [case(f"b{n}", "E11.9") for n in range(100)]
    cases += [case("both", "E10.9", "E11.9")]
    found = rare_pairs(cases)
    assert [(f.code, f.records) for f in found] == [("E10.9 + E11.9", ("both",))]
    source = random.Random(1)
    free = [case(f"r{n}", *(c for c in ("A01.0", "B02.9", "C50.919") if source.random() < 0.4)) for n in range(300)]
    assert rare_pairs(free) == []


def test_an_unusual_number_of_codes_is_found_among_records_of_the_same_length() -> None:
    source = random.Random(1)
    cases = [case(f"r{n}", *(f"A{k:02}.1" for k in range(source.randint(4, 8)))) for n in range(60)]
    cases.append(case("many", *(f"A{k:02}.1" for k in range(40))))
    words = {c.record_id: 300 for c in cases}
    assert [f.records for f in unusual_counts(cases, words)] == [("many",)]


def test_the_same_text_with_different_codes_is_found() -> None:
    cases = [case("a", "I10"), case("b", "I10", "E11.9"), case("c", "I10")]
    found = differing_duplicates(cases, {RecordId("a"): "x", RecordId("b"): "x", RecordId("c"): "y"})
    assert [(f.records, f.code) for f in found] == [(("a", "b"), "E11.9")]


def test_drift_is_found_where_there_is_one() -> None:
    source = random.Random(5)

    def drawn(share: float, count: int) -> list[CodedCase]:
        return [case(f"r{n}", *(["I10"] if source.random() < share else []), "R07.9") for n in range(count)]

    assert drift(drawn(0.3, 200), drawn(0.3, 200)) == []
    found = drift(drawn(0.3, 200), drawn(0.6, 200))
    assert [(f.check, f.code) for f in found] == [(CheckKind.DRIFT, "I10")]


TAXONOMY = [
    (["I10"], ["I10"], []),
    (["I10"], ["I10", "E11.9"], [ErrorKind.MISSED]),
    (["I10", "E11.9"], ["I10"], [ErrorKind.UNSUPPORTED]),
    (["J45.909"], ["J45.901"], [ErrorKind.WRONG_SPECIFICITY]),
    (["J45.909", "I10"], ["J45.901", "E11.9"], [ErrorKind.UNSUPPORTED, ErrorKind.WRONG_SPECIFICITY, ErrorKind.MISSED]),
]


@pytest.mark.parametrize(("coded", "truth", "errors"), TAXONOMY)
def test_errors_are_named_as_audits_name_them(coded: list[str], truth: list[str], errors: list[ErrorKind]) -> None:
    found = errors_between(case("r", *coded), case("r", *truth))
    assert sorted(e.error for e in found) == sorted(errors)
    right, units = right_and_units(case("r", *coded), case("r", *truth))
    assert (right, units) == (len(set(coded) & set(truth)), len(set(coded) & set(truth)) + len(errors))


def test_sequence_and_present_on_admission_are_errors_of_their_own() -> None:
    def marked(principal: str, poa: str) -> CodedCase:
        return CodedCase(record_id=RecordId("r"), marks=tuple(
            CodeMark(kind=D, code=code, is_principal=code == principal,
                     present_on_admission=poa if code == "I10" else "Y")
            for code in ("I10", "E11.9")))

    found = errors_between(marked("I10", "N"), marked("E11.9", "Y"))
    assert sorted(e.error for e in found) == sorted([ErrorKind.WRONG_SEQUENCE, ErrorKind.WRONG_POA])


def queue_of(order: VerifyOrder) -> list[tuple[str, str]]:
    cases = [
        case("sure", "I10", confidence=0.99), case("unsure", "I10", "I11.9", confidence=0.5),
        case("rare", "Q87.40", confidence=0.99), case("checked", "I10", confidence=0.99),
        case("differs", "I10", "I11.9", confidence=0.99),
        *(case(f"x{n}", "I10", "I11.9", confidence=0.99) for n in range(5)),
    ]
    signals = signals_of(cases, others={RecordId("differs"): frozenset({"J18.9"})},
                         findings={RecordId("checked"): ["I10 stands on none of the 9 likest records"]})
    return [(each.record_id, each.reason) for each in ranked(signals, order)]


@pytest.mark.parametrize(("order", "first", "why"), [
    (VerifyOrder.UNCERTAINTY, "unsure", "about 1.0 of its suggestions"),
    (VerifyOrder.DISAGREEMENT, "differs", "sources differ on 100%"),
    (VerifyOrder.RARE_CODES, "rare", "rare codes, such as Q87.40"),
    (VerifyOrder.LIKELY_ERRORS, "checked", "check: I10 stands on none"),
    (VerifyOrder.PAYS_MOST, "differs", "sources differ on 100%"),
    (VerifyOrder.PLAIN, "sure", "plain order"),
])
def test_each_order_puts_its_own_first_and_says_why(order: VerifyOrder, first: str, why: str) -> None:
    queue = queue_of(order)
    assert queue[0][0] == first
    assert queue[0][1].startswith(why)
    assert len(queue) == 10
