"""The gate lets only what is better on unseen records into use."""

from __future__ import annotations

import random

from ehrcoder.core.campaign.coded import CodedCase, CodeMark
from ehrcoder.core.campaign.gate import GateDecision, decide_gate
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId

CODES = [f"A{n:02}.0" for n in range(40)]


def case(number: int, codes: set[str]) -> CodedCase:
    return CodedCase(record_id=RecordId(f"r{number:03}"), marks=tuple(
        CodeMark(kind=CodeKind.DIAGNOSIS, code=code) for code in sorted(codes)))


def truth_of(records: int, seed: int = 1) -> list[CodedCase]:
    source = random.Random(seed)
    return [case(n, set(source.choices(CODES, [1 / (k + 1) for k in range(40)], k=5))) for n in range(records)]


def answers(
    truth: list[CodedCase], *, miss: float, noise: float, seed: int, blind: str = ""
) -> dict[RecordId, CodedCase]:
    source = random.Random(seed)
    found: dict[RecordId, CodedCase] = {}
    for n, each in enumerate(truth):
        codes = {code for _, code in each.keys if source.random() >= miss and code != blind}
        codes |= {code for code in CODES if source.random() < noise and code != blind}
        found[each.record_id] = case(n, codes)
    return found


def decide(*, old: tuple[float, float], new: tuple[float, float], records: int = 150, blind: str = "") -> GateDecision:
    truth = truth_of(records)
    return decide_gate(truth, answers(truth, miss=old[0], noise=old[1], seed=2),
                       answers(truth, miss=new[0], noise=new[1], seed=3, blind=blind))


def test_a_better_version_passes_and_the_reason_names_the_interval() -> None:
    found = decide(old=(0.5, 0.02), new=(0.3, 0.02))
    assert found.accepted
    assert found.low > 0
    assert "better by +" in found.reason


def test_the_same_quality_is_refused() -> None:
    found = decide(old=(0.4, 0.02), new=(0.4, 0.02))
    assert not found.accepted
    assert found.low <= 0 <= found.high
    assert "not shown to be better" in found.reason


def test_a_spoiled_version_is_refused() -> None:
    found = decide(old=(0.4, 0.02), new=(0.9, 0.2))
    assert not found.accepted
    assert found.high < 0


def test_a_version_that_lost_a_frequent_code_is_refused_though_it_is_better_on_the_whole() -> None:
    found = decide(old=(0.5, 0.03), new=(0.1, 0.0), blind="A00.0", records=300)
    assert found.difference > 0.1
    assert not found.accepted
    assert [each.code for each in found.worse_codes] == ["A00.0"]
    assert "worse beyond chance" in found.reason


def test_too_few_records_prove_nothing() -> None:
    found = decide(old=(0.5, 0.02), new=(0.0, 0.0), records=12)
    assert not found.accepted
    assert "12 verified records" in found.reason


def test_equal_versions_pass_about_as_seldom_as_the_interval_says() -> None:
    passed = 0
    for seed in range(60):
        truth = truth_of(60, seed)
        passed += decide_gate(truth, answers(truth, miss=0.4, noise=0.02, seed=seed + 1000),
                              answers(truth, miss=0.4, noise=0.02, seed=seed + 2000), draws=200).accepted
    assert passed <= 6
