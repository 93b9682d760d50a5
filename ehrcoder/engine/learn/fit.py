"""Fits the code scorers with the model's answers and without them, and writes the artefacts with their card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine import artefacts as files
from ehrcoder.engine.choose import CODE_FEATURES, JUDGE_FEATURES, CodeCase, cases_of, code_features, pairs_to_judge
from ehrcoder.engine.judge import Question, ask
from ehrcoder.engine.learn.examples import JUDGED_FOLD, GroundedRecord, Grounding, Title
from ehrcoder.engine.learn.lexicon import learn_lexicon
from ehrcoder.engine.learn.scorer import FOLDS, best_threshold, fit_scorer
from ehrcoder.engine.trees import TreeScorer
from ehrcoder.ports import LanguageModel, Progress

Floors = dict[CodeKind, float]


def fit_code_scorers(
    grounding: Grounding,
    *,
    model: LanguageModel | None,
    title: Title,
    billable: frozenset[str],
    seed: int,
    progress: Progress | None = None,
) -> tuple[TreeScorer, Floors, TreeScorer, Floors, dict[str, float]]:
    """Return (with model, its floors, without model, its floors, cross-validated measures).

    Without a model the trees that know no margins stand in both places: a model asked later changes nothing.
    """
    counts = _counts_by_fold(grounding)
    everyone = [(n, item, _cases(item, counts[n % FOLDS], billable)) for n, item in enumerate(grounding.records)]
    without, floors_without, f1_without = _fit(everyone, judged=False, seed=seed, trees=120)
    measures = {f"cv_f1_without_model_{k}": v for k, v in f1_without.items()}
    if model is None:
        return without, floors_without, without, floors_without, measures
    judged = [entry for entry in everyone if entry[0] % FOLDS == JUDGED_FOLD]
    for place, (_, item, cases) in enumerate(judged, start=1):
        _ask_all(item, cases, model, title)
        if progress is not None:
            progress(place, len(judged), "judging")
    renumbered = [(place, item, cases) for place, (_, item, cases) in enumerate(judged)]
    with_model, floors_with, f1_with = _fit(renumbered, judged=True, seed=seed, trees=80)
    measures |= {f"cv_f1_with_model_{k}": v for k, v in f1_with.items()}
    return with_model, floors_with, without, floors_without, measures


def _counts_by_fold(grounding: Grounding) -> list[dict[tuple[CodeKind, str], int]]:
    records = [item.record for item in grounding.records]
    return [
        {
            (code.kind, code.code): code.sentences
            for code in learn_lexicon(r for n, r in enumerate(records) if n % FOLDS != fold).codes
        }
        for fold in range(FOLDS)
    ]


def _cases(item: GroundedRecord, counts: dict[tuple[CodeKind, str], int], billable: frozenset[str]) -> list[CodeCase]:
    return cases_of(item.pairs, billable=billable, sentences_with=counts)


def _ask_all(item: GroundedRecord, cases: Sequence[CodeCase], model: LanguageModel, title: Title) -> None:
    pairs = sorted(pairs_to_judge(cases), key=lambda pair: (pair.sentence, pair.candidate.code))
    questions = [Question(sentence=p.sentence, title=title(p.candidate.kind, p.candidate.code) or "") for p in pairs]
    verdicts = ask(model, [s.text for s in item.record.sentences], questions, cancel=None)
    for pair, margin in zip(pairs, verdicts.margins, strict=True):
        pair.margin = margin


def _fit(
    entries: Sequence[tuple[int, GroundedRecord, list[CodeCase]]], *, judged: bool, seed: int, trees: int
) -> tuple[TreeScorer, Floors, dict[str, float]]:
    import numpy as np

    rows = [
        row
        for _, item, cases in entries
        for row in code_features(cases, sentence_count=len(item.record.sentences), judged=judged)
    ]
    keys = [(n, case, item) for n, item, cases in entries for case in cases]
    labels = [(case.kind, case.code) in item.record.codes for _, case, item in keys]
    features = (*CODE_FEATURES, *JUDGE_FEATURES) if judged else CODE_FEATURES
    scorer, confidences = fit_scorer(
        np.array(rows),
        np.array(labels, dtype=np.int_),
        np.array([n for n, _, _ in keys]),
        features=features,
        trees=trees,
        leaves=15,
        seed=seed,
    )
    floors: Floors = {CodeKind.OUTCOME: 0.0}
    measures: dict[str, float] = {}
    for kind in (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE):
        inside = [i for i, (_, case, _) in enumerate(keys) if case.kind is kind]
        gold = sum(k is kind for _, item, _ in entries for k, _ in item.record.codes)
        floors[kind], measures[kind.value] = best_threshold(
            [float(confidences[i]) for i in inside], [labels[i] for i in inside], gold
        )
    return scorer, floors, measures


def write_artefacts(
    folder: Path,
    *,
    grounding: Grounding,
    scorers: tuple[TreeScorer, Floors, TreeScorer, Floors, dict[str, float]],
    training_hashes: Sequence[str],
    card: dict[str, Any],
) -> None:
    """Write the artefacts and a card that names data, licence, recipe, training records and file hashes."""
    with_model, floors_with, without, floors_without, measures = scorers
    folder.mkdir(parents=True, exist_ok=True)
    grounding.lexicon.save(folder / files.LEXICON)
    grounding.pair_scorer.save(folder / files.PAIR_SCORER)
    with_model.save(folder / files.CODE_SCORER_WITH_MODEL)
    without.save(folder / files.CODE_SCORER_WITHOUT_MODEL)
    names = [*files.FILES, *([files.ADAPTER] if (folder / files.ADAPTER).exists() else [])]
    content = {
        **card,
        "cross_validated": {name: round(value, 4) for name, value in measures.items()},
        "floors_with_model": {k.value: round(v, 4) for k, v in floors_with.items()},
        "floors_without_model": {k.value: round(v, 4) for k, v in floors_without.items()},
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
        "training_records_sha256": sorted(training_hashes),
    }
    (folder / files.CARD).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
