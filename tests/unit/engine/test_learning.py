"""What the engine learns from verified records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import stem, words_of
from ehrcoder.engine.learn.alignment import align_by_length
from ehrcoder.engine.learn.corpus import GoldSpan, TrainingRecord, translated_training_record
from ehrcoder.engine.learn.lexicon import learn_lexicon
from ehrcoder.engine.learn.scorer import best_threshold, fit_scorer
from ehrcoder.engine.lexicon import load_lexicon
from ehrcoder.engine.trees import load_scorer

DIAGNOSIS = CodeKind.DIAGNOSIS


def record() -> TrainingRecord:
    original = "Paciente con fiebre alta.\nSe diagnostica neumonía izquierda grave y se ingresa.\nAlta a casa."
    translation = "Patient with high fever.\nSevere left pneumonia is diagnosed and he is admitted.\nDischarged home."
    words = {"R50.9": "fiebre", "J18.9": "neumonía"}
    starts = {code: original.index(word) for code, word in words.items()}
    return translated_training_record(
        "case", translation, original, [(DIAGNOSIS, code) for code in words],
        [
            GoldSpan(kind=DIAGNOSIS, code=code, parts=((starts[code], starts[code] + len(word)),))
            for code, word in words.items()
        ],
    )


def test_evidence_is_carried_over_to_the_translated_sentence() -> None:
    assert [sorted(code for _, code in labels) for labels in record().labels] == [["R50.9"], ["J18.9"], []]


@pytest.mark.parametrize(
    ("source", "target", "pairs"),
    [
        ([20, 80, 12], [22, 78, 15], [((0,), (0,)), ((1,), (1,)), ((2,), (2,))]),
        ([20, 100], [22, 48, 50], [((0,), (0,)), ((1,), (1, 2))]),
        ([60, 40, 90], [100, 88], [((0, 1), (0,)), ((2,), (1,))]),
        ([], [], []),
    ],
)
def test_sentences_are_matched_by_their_lengths(
    source: list[int], target: list[int], pairs: list[tuple[tuple[int, ...], tuple[int, ...]]]
) -> None:
    assert [(tuple(a), tuple(b)) for a, b in align_by_length(source, target)] == pairs


def test_the_lexicon_finds_what_coders_coded_and_survives_the_file(tmp_path: Path) -> None:
    lexicon = learn_lexicon([record()])
    lexicon.save(tmp_path / "lexicon.txt.gz")
    again = load_lexicon(tmp_path / "lexicon.txt.gz")
    hits = again.look_up(words_of("Left pneumonia again"))
    assert {hit.code.code for hit in hits} == {"J18.9"}
    assert max(hit.length for hit in hits) == 2
    assert again.sentences_with(DIAGNOSIS, "J18.9") == 1
    assert again.sentences_with(DIAGNOSIS, "I10") == 0


def test_the_same_records_give_the_same_lexicon_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        learn_lexicon([record()]).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_trees_without_scikit_learn_score_as_scikit_learn_does(tmp_path: Path) -> None:
    source = np.random.default_rng(3)
    rows = source.normal(size=(600, 4))
    rows[source.random(rows.shape) < 0.1] = np.nan
    labels = (np.nan_to_num(rows[:, 0]) + source.normal(size=600) > 0.3).astype(int)
    scorer, out_of_fold = fit_scorer(
        rows, labels, np.arange(600), features=("a", "b", "c", "d"), trees=20, leaves=7, seed=1
    )
    scorer.save(tmp_path / "scorer.json")
    reference = HistGradientBoostingClassifier(
        max_iter=20, learning_rate=0.06, max_leaf_nodes=7, min_samples_leaf=30, l2_regularization=1.0, random_state=1
    ).fit(rows, labels)
    ours = np.array(load_scorer(tmp_path / "scorer.json").score(rows.tolist()))
    theirs = reference.decision_function(rows)
    logits = np.log(ours / (1 - ours))
    slope, offset = np.polyfit(theirs, logits, 1)
    assert np.allclose(logits, slope * theirs + offset, atol=1e-4)
    assert out_of_fold.shape == (600,)


def test_a_row_of_the_wrong_width_is_refused(tmp_path: Path) -> None:
    source = np.random.default_rng(3)
    rows = source.normal(size=(300, 2))
    scorer, _ = fit_scorer(
        rows, (rows[:, 0] > 0).astype(int), np.arange(300), features=("a", "b"), trees=5, leaves=5, seed=1
    )
    with pytest.raises(ValueError, match="features"):
        scorer.score([[1.0]])


def test_the_floor_with_the_best_f1_is_found() -> None:
    floor, f1 = best_threshold([0.9, 0.8, 0.4, 0.2], [True, True, False, False], 2)
    assert (floor, f1) == (0.8, 1.0)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("fevers", "fever"), ("biopsies", "biopsy"), ("diagnosis", "diagnosis"), ("abscess", "abscess"), ("t2", "t2")],
)
def test_plurals_are_folded_and_latin_endings_are_not(word: str, expected: str) -> None:
    assert stem(word) == expected
