"""Fits the code scorers with the model's answers and without them, and writes the artefacts with their card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine import artefacts as files
from ehrcoder.engine.choose import (
    CODE_FEATURES,
    JUDGE_FEATURES,
    CodeCase,
    Pair,
    cases_of,
    code_features,
    judged_features,
    pairs_to_judge,
)
from ehrcoder.engine.judge import Question, ask
from ehrcoder.engine.learn.examples import JUDGED_FOLD, GroundedRecord, Grounding, Title
from ehrcoder.engine.learn.lexicon import learn_lexicon
from ehrcoder.engine.learn.scorer import FOLDS, best_threshold, fit_scorer
from ehrcoder.engine.trees import TreeScorer
from ehrcoder.ports import LanguageModel, Progress

Floors = dict[CodeKind, float]
# 150 trees of 15 leaves and 250 of 8, at a rate of 0.05, gave the same F1 out of fold within 0.002.
_TREES, _LEAVES = 100, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScorers:
    """Scorers of codes with the model's answers and without, their floors, and what cross-validation measured."""

    with_model: TreeScorer
    floors_with_model: Floors
    without_model: TreeScorer
    floors_without_model: Floors
    measures: dict[str, float]


class TrainingJudge(Protocol):
    """Answers for the scorers' training, from a model that never saw the record."""

    def margins(self, number: int, item: GroundedRecord, pairs: Sequence[Pair]) -> Sequence[float | None] | None:
        """Return the margin of each pair of record `number`, None where it was not asked.

        Returns None for a record that no such model can answer for.
        """
        ...


class HeldOutJudge:
    """Asks the language model about the fold that its adapter was not trained on."""

    def __init__(self, model: LanguageModel, title: Title) -> None:
        self._model = model
        self._title = title

    def margins(self, number: int, item: GroundedRecord, pairs: Sequence[Pair]) -> Sequence[float | None] | None:
        """Return the model's margins for a record of the judged fold, None for the others."""
        if number % FOLDS != JUDGED_FOLD:
            return None
        questions = [
            Question(sentence=p.sentence, title=self._title(p.candidate.kind, p.candidate.code) or "") for p in pairs
        ]
        return ask(self._model, [s.text for s in item.record.sentences], questions, cancel=None).margins


def fit_code_scorers(
    grounding: Grounding,
    *,
    judge: TrainingJudge | None,
    billable: frozenset[str],
    seed: int,
    progress: Progress | None = None,
) -> CodeScorers:
    """Fit the scorers out of fold; those with the model see the probabilities without it.

    Without a judge the trees that know no margins stand in both places: a model asked later changes nothing.
    """
    counts = _counts_by_fold(grounding)
    everyone = [
        _Entry(number=n, item=item, cases=_cases(item, counts[n % FOLDS], billable))
        for n, item in enumerate(grounding.records)
    ]
    rows = [code_features(entry.cases, sentence_count=len(entry.item.record.sentences)) for entry in everyone]
    without, confidences, floors_without, f1_without = _fit(everyone, rows, CODE_FEATURES, seed)
    measures = {f"cv_f1_without_model_{k}": v for k, v in f1_without.items()}
    if judge is None:
        return CodeScorers(
            with_model=without,
            floors_with_model=floors_without,
            without_model=without,
            floors_without_model=floors_without,
            measures=measures,
        )
    judged: list[_Entry] = []
    judged_rows: list[list[list[float]]] = []
    for entry, lexical, priors in zip(everyone, rows, confidences, strict=True):
        pairs = sorted(pairs_to_judge(entry.cases, priors), key=lambda pair: (pair.sentence, pair.candidate.code))
        margins = judge.margins(entry.number, entry.item, pairs)
        if progress is not None:
            progress(entry.number + 1, len(everyone), "judging")
        if margins is None:
            continue
        for pair, margin in zip(pairs, margins, strict=True):
            pair.margin = margin
        places, extended = judged_features(entry.cases, lexical, priors)
        judged.append(replace(entry, cases=[entry.cases[place] for place in places]))
        judged_rows.append(extended)
    if not judged:
        raise ValueError("the judge answered for no record")
    with_model, _, floors_with, f1_with = _fit(judged, judged_rows, (*CODE_FEATURES, *JUDGE_FEATURES), seed)
    return CodeScorers(
        with_model=with_model,
        floors_with_model=floors_with,
        without_model=without,
        floors_without_model=floors_without,
        measures=measures | {f"cv_f1_with_model_{k}": v for k, v in f1_with.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    number: int
    item: GroundedRecord
    cases: list[CodeCase]


def _counts_by_fold(grounding: Grounding) -> list[dict[tuple[CodeKind, str], int]]:
    records = [item.record for item in grounding.records]
    return [learn_lexicon(r for n, r in enumerate(records) if n % FOLDS != fold).counts for fold in range(FOLDS)]


def _cases(item: GroundedRecord, counts: dict[tuple[CodeKind, str], int], billable: frozenset[str]) -> list[CodeCase]:
    return cases_of(item.pairs, billable=billable, sentences_with=counts)


def _fit(
    entries: Sequence[_Entry], rows: Sequence[Sequence[Sequence[float]]], features: Sequence[str], seed: int
) -> tuple[TreeScorer, list[list[float]], Floors, dict[str, float]]:
    """Fit on the rows of all entries; return scorer, probabilities out of fold by entry, floors and measures."""
    import numpy as np

    keys = [(entry, case) for entry in entries for case in entry.cases]
    labels = [(case.kind, case.code) in entry.item.record.codes for entry, case in keys]
    # Folds go by the place in the list: where only one fold was judged, its own records are divided again.
    groups = [place for place, entry in enumerate(entries) for _ in entry.cases]
    scorer, confidences = fit_scorer(
        np.array([row for record in rows for row in record], dtype=np.float64),
        np.array(labels, dtype=np.int_),
        np.array(groups),
        features=features,
        trees=_TREES,
        leaves=_LEAVES,
        seed=seed,
    )
    floors: Floors = {CodeKind.OUTCOME: 0.0}
    measures: dict[str, float] = {}
    for kind in (CodeKind.DIAGNOSIS, CodeKind.PROCEDURE):
        inside = [i for i, (_, case) in enumerate(keys) if case.kind is kind]
        gold = sum(k is kind for entry in entries for k, _ in entry.item.record.codes)
        floors[kind], measures[kind.value] = best_threshold(
            [float(confidences[i]) for i in inside], [labels[i] for i in inside], gold
        )
    flat = iter(confidences.tolist())
    return scorer, [[next(flat) for _ in entry.cases] for entry in entries], floors, measures


def write_artefacts(
    folder: Path,
    *,
    grounding: Grounding,
    scorers: CodeScorers,
    training_hashes: Sequence[str],
    card: dict[str, Any],
) -> None:
    """Write the artefacts and a card that names data, licence, recipe, training records and file hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    grounding.sources.lexicon.save(folder / files.LEXICON)
    grounding.sources.mentions.save(folder / files.MENTIONS)
    if grounding.sources.glossary is not None:
        files.save_glossary(grounding.sources.glossary, folder / files.GLOSSARY)
    grounding.pair_scorer.save(folder / files.PAIR_SCORER)
    scorers.with_model.save(folder / files.CODE_SCORER_WITH_MODEL)
    scorers.without_model.save(folder / files.CODE_SCORER_WITHOUT_MODEL)
    glossary = [files.GLOSSARY] if grounding.sources.glossary is not None else []
    adapter = [files.ADAPTER] if (folder / files.ADAPTER).exists() else []
    names = [*files.FILES, *glossary, *adapter]
    content = {
        **card,
        "cross_validated": {name: round(value, 4) for name, value in scorers.measures.items()},
        "floors_with_model": {k.value: round(v, 4) for k, v in scorers.floors_with_model.items()},
        "floors_without_model": {k.value: round(v, 4) for k, v in scorers.floors_without_model.items()},
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
        "training_records_sha256": sorted(training_hashes),
    }
    (folder / files.CARD).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
