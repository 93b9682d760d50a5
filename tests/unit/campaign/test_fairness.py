"""A planted bias is found at the stated rate, chance is not, and small groups stay hidden."""

from __future__ import annotations

import random

import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.preprocessing import MultiLabelBinarizer

from ehrcoder.core.campaign.coded import CodedCase, CodeMark
from ehrcoder.core.campaign.effort import Assistance, Effort, modelled_seconds, time_saved
from ehrcoder.core.campaign.facts import RecordFacts
from ehrcoder.core.campaign.fairness import GroupRate, Rate, counts_of, group_rates, propose_mitigation
from ehrcoder.core.campaign.plan import Arm
from ehrcoder.core.campaign.quality import calibration_of, quality_of
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import Offered
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.simulate import plant_bias

D = CodeKind.DIAGNOSIS


def world(seed: int, records: int = 400, *, old: float = 0.1) -> tuple[
        list[RecordFacts], dict[RecordId, CodedCase], dict[RecordId, CodedCase]]:
    source = random.Random(seed)
    facts: list[RecordFacts] = []
    truth: dict[RecordId, CodedCase] = {}
    labelled: dict[RecordId, CodedCase] = {}
    for n in range(records):
        record_id = RecordId(f"r{n}")
        facts.append(RecordFacts(
            record_id=record_id, content_sha256=f"{n:064x}", sex=source.choice(["female", "male"]),
            age_band="80 and over" if source.random() < old else "18-44", language="en", source="text",
            length=source.choice(["under 150 words", "150-349 words"]), words=100))
        codes = source.sample([f"A{k:02}.0" for k in range(60)], k=source.randint(2, 9))
        own = source.betavariate(6, 2)
        marks = [CodeMark(kind=D, code=c, confidence=0.8) for c in codes if source.random() < own]
        marks += [CodeMark(kind=D, code=f"B{k:02}.0", confidence=0.4) for k in range(source.randint(0, 3))]
        truth[record_id] = CodedCase(record_id=record_id, marks=tuple(CodeMark(kind=D, code=c) for c in codes))
        labelled[record_id] = CodedCase(record_id=record_id, marks=tuple(marks))
    return facts, truth, labelled


def rates_of(seed: int, *, drop: float = 0.0) -> tuple[GroupRate, ...]:
    facts, truth, labelled = world(seed)
    women = frozenset(f.record_id for f in facts if f.sex == "female")
    biased = plant_bias(labelled, women, drop=drop, seed=seed)
    return group_rates(facts, counts_of(list(biased.values()), truth, frozenset()))


def test_a_planted_bias_is_found_in_nine_of_ten_draws_and_names_group_and_rate() -> None:
    """Of 400 records, 20 % of the suggestions for women are taken away."""
    found = sum(any(g.group == "female" and g.rate is Rate.MISSES and g.stands_out for g in rates_of(seed, drop=0.2))
                for seed in range(30))
    assert found >= 27


def test_without_a_bias_few_draws_raise_any_alarm() -> None:
    alarms = sum(any(g.stands_out for g in rates_of(seed)) for seed in range(60))
    assert alarms <= 8


def test_small_groups_are_hidden_and_so_is_the_one_that_would_give_them_away() -> None:
    facts, truth, labelled = world(1, 60, old=0.1)
    rates = [g for g in group_rates(facts, counts_of(list(labelled.values()), truth, frozenset()))
             if g.dimension == "age band"]
    sizes = {value: sum(f.age_band == value for f in facts) for value in ("80 and over", "18-44")}
    assert sizes["80 and over"] < 10
    assert all(g.suppressed and g.estimate is None and g.records == 0 and not g.record_ids for g in rates)


def test_a_mitigation_states_what_it_costs() -> None:
    facts, truth, labelled = world(2)
    men = [labelled[f.record_id] for f in facts if f.sex == "male"]
    found = propose_mitigation("sex", "male", men, truth, overall_precision=0.95)
    assert found is not None
    assert found.precision_after >= 0.95 > found.precision_before
    assert found.recall_after <= found.recall_before
    assert propose_mitigation("sex", "male", [], truth, overall_precision=0.9) is None


def test_quality_is_that_of_scikit_learn() -> None:
    _, truth, labelled = world(3, 120)
    names = sorted(truth)
    sets = [[{code for _, code in cases[r].keys} for r in names] for cases in (truth, labelled)]
    encoder = MultiLabelBinarizer().fit(sets[0] + sets[1])
    want, have = (encoder.transform(each) for each in sets)
    found = quality_of("all", labelled, list(truth.values()))
    assert found.precision == pytest.approx(precision_score(want, have, average="micro"), abs=1e-12)
    assert found.recall == pytest.approx(recall_score(want, have, average="micro"), abs=1e-12)
    assert found.f1.value == pytest.approx(f1_score(want, have, average="micro"), abs=1e-12)
    assert found.f1.low < found.f1.value < found.f1.high


def test_calibration_is_that_of_scikit_learn() -> None:
    source = random.Random(1)
    truth: dict[RecordId, CodedCase] = {}
    labelled: list[CodedCase] = []
    said: list[float] = []
    right: list[bool] = []
    for n in range(300):
        confidence = source.random()
        hit = source.random() < confidence**2
        record_id = RecordId(f"r{n}")
        labelled.append(CodedCase(record_id=record_id, marks=(CodeMark(kind=D, code="I10", confidence=confidence),)))
        truth[record_id] = CodedCase(record_id=record_id, marks=(CodeMark(kind=D, code="I10" if hit else "I11.9"),))
        said.append(confidence)
        right.append(hit)
    bins, error = calibration_of(labelled, truth)
    share, mean = calibration_curve(right, said, n_bins=10)
    assert [b.right.value for b in bins] == pytest.approx(share.tolist(), abs=1e-12)
    assert [b.confidence for b in bins] == pytest.approx(mean.tolist(), abs=1e-12)
    weights = [b.right.count / 300 for b in bins]
    assert error == pytest.approx(sum(w * abs(s - m) for w, s, m in zip(weights, share, mean, strict=True)), abs=1e-12)


def test_time_saved_compares_the_arms_and_says_when_it_is_simulated() -> None:
    efforts = [Effort(record_id=RecordId(f"a{n}"), arm=Arm.ASSISTED, seconds=30 + n % 7) for n in range(40)]
    assert time_saved(efforts) is None
    efforts += [Effort(record_id=RecordId(f"c{n}"), arm=Arm.CONTROL, seconds=90 + n % 11, simulated=True)
                for n in range(20)]
    found = time_saved(efforts)
    assert found is not None
    assert found.simulated
    assert found.ratio.value == pytest.approx(found.assisted / found.control)
    assert found.ratio.low < found.ratio.value < found.ratio.high < 0.5


def test_right_suggestions_cost_less_than_typing_and_wrong_ones_cost_something() -> None:
    truth = CodedCase(record_id=RecordId("r"), marks=tuple(CodeMark(kind=D, code=c) for c in ("I10", "E11.9")))
    right, wrong = (Offered(code="I10"), Offered(code="E11.9")), (Offered(code="I10"), Offered(code="J18.9"))
    all_right = modelled_seconds(truth, Assistance(offered=right))
    half = modelled_seconds(truth, Assistance(offered=wrong))
    by_hand = modelled_seconds(truth, None)
    assert all_right < half < by_hand
    assert modelled_seconds(truth, Assistance(offered=wrong, listed=("E11.9",))) < half
    assert modelled_seconds(truth, Assistance()) == by_hand
