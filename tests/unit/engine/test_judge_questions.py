"""Which questions the language model is asked, how they are packed for its training, and how answers are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.choose import (
    CODE_FEATURES,
    JUDGE_FEATURES,
    JUDGED_CODES,
    CodeCase,
    Pair,
    cases_of,
    code_features,
    judged_features,
    pairs_to_judge,
)
from ehrcoder.engine.features import PAIR_FEATURES
from ehrcoder.engine.ground import Candidate
from ehrcoder.engine.learn.judge_rows import JudgeRow, batches_of, pack_rows
from ehrcoder.engine.learn.margins import MarginBook, load_margins

DIAGNOSIS, PROCEDURE = CodeKind.DIAGNOSIS, CodeKind.PROCEDURE


def pair(code: str, sentence: int, score: float, *, kind: CodeKind = DIAGNOSIS) -> Pair:
    candidate = Candidate(kind=kind, code=code, first=0, last=1)
    return Pair(sentence=sentence, candidate=candidate, features=[0.0] * len(PAIR_FEATURES), score=score)


def cases(*pairs: Pair) -> list[CodeCase]:
    return cases_of(list(pairs), billable=frozenset(), sentences_with={})


def test_the_most_probable_codes_are_asked_about_and_improbable_ones_are_not() -> None:
    found = cases(pair("A00", 0, 0.9), pair("B00", 0, 0.5), pair("C00", 1, 0.4))
    asked = pairs_to_judge(found, [0.4, 0.0001, 0.6])
    assert [p.candidate.code for p in asked] == ["C00", "A00"]


def test_a_second_sentence_is_asked_about_when_its_words_speak_for_it() -> None:
    first = [pair("A00", 0, 0.9), pair("A00", 3, 0.2), pair("A00", 5, 0.1)]
    found = cases(*first, pair("B00", 1, 0.5), pair("B00", 2, 0.01))
    asked = pairs_to_judge(found, [0.5] * len(found))
    assert [(p.candidate.code, p.sentence) for p in asked] == [("A00", 0), ("A00", 3), ("B00", 1)]


def test_no_more_codes_of_a_kind_are_asked_about_than_the_budget_has() -> None:
    diagnoses = [pair(f"D{n:03}", n, 0.01) for n in range(200)]
    many = cases(*diagnoses, *(pair(f"0{n:03}", n, 0.01, kind=PROCEDURE) for n in range(200)))
    asked = pairs_to_judge(many, [0.5] * len(many))
    assert {kind: sum(p.candidate.kind is kind for p in asked) for kind in JUDGED_CODES} == JUDGED_CODES


def test_only_judged_codes_get_the_features_of_the_judge() -> None:
    found = cases(pair("A00", 0, 0.9), pair("B00", 1, 0.5))
    found[1].pairs[0].margin = 1.5
    rows = code_features(found, sentence_count=2)
    places, judged = judged_features(found, rows, [0.3, 0.2])
    assert places == [1]
    assert [len(row) for row in judged] == [len(CODE_FEATURES) + len(JUDGE_FEATURES)]
    assert judged[0][len(CODE_FEATURES)] == 1.5


def row(number: int, prefix: int, *suffixes: int) -> JudgeRow:
    return JudgeRow(
        number=number, prefix=tuple(range(1, prefix + 1)), suffixes=tuple((9,) * size for size in suffixes),
        supported=tuple(False for _ in suffixes),
    )


def test_every_suffix_goes_on_behind_the_prefix_and_padding_belongs_to_nobody() -> None:
    packed = pack_rows([row(0, 3, 2, 1), row(1, 2, 1)])
    assert packed.tokens.shape == (2, 16)
    assert packed.segments[0].tolist()[:7] == [0, 0, 0, 1, 1, 2, -1]
    assert packed.positions[0].tolist()[:6] == [0, 1, 2, 3, 4, 3]
    assert list(zip(packed.end_rows.tolist(), packed.end_places.tolist(), strict=True)) == [(0, 4), (0, 5), (1, 2)]
    assert np.all(packed.segments[1, 3:] == -1)


@pytest.mark.parametrize("seed", [None, 3])
def test_batches_hold_every_row_once_and_keep_to_their_size(seed: int | None) -> None:
    rows = [row(n, 5 + n % 40, 4) for n in range(200)]
    batches = batches_of(rows, 300, seed=seed)
    assert sorted(r.number for batch in batches for r in batch) == list(range(200))
    assert all(len(batch) * max(r.length for r in batch) <= 300 for batch in batches)


def test_a_seed_fixes_the_order_of_batches() -> None:
    rows = [row(n, 5 + n % 40, 4) for n in range(200)]
    order = [[r.number for r in batch] for batch in batches_of(rows, 300, seed=1)]
    assert order == [[r.number for r in batch] for batch in batches_of(rows, 300, seed=1)]
    assert order != [[r.number for r in batch] for batch in batches_of(rows, 300, seed=2)]


def test_answers_survive_the_file(tmp_path: Path) -> None:
    kept = {("case", 3, DIAGNOSIS, "E11.9"): -1.25, ("case", 4, PROCEDURE, "0TTB"): 2.0}
    MarginBook(kept).save(tmp_path / "margins.txt.gz")
    assert load_margins(tmp_path / "margins.txt.gz").by_key == kept
