"""What the scorers and the adapter are fitted on: every candidate of every training sentence, out of fold.

A record is never grounded with a lexicon that counted its own sentences, and never scored by trees that saw it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.choose import JUDGED_SENTENCES, SECOND_SENTENCE_FLOOR, Pair
from ehrcoder.engine.features import PAIR_FEATURES, pair_features
from ehrcoder.engine.ground import Sources, ground
from ehrcoder.engine.judge import prefix_of, suffix_of
from ehrcoder.engine.learn.corpus import CodeKey, TrainingRecord
from ehrcoder.engine.learn.judge_rows import JudgeExample
from ehrcoder.engine.learn.lexicon import learn_lexicon
from ehrcoder.engine.learn.mentions import learn_mentions
from ehrcoder.engine.learn.scorer import FOLDS, fit_scorer
from ehrcoder.engine.trees import TreeScorer
from ehrcoder.ports import CodeSetIndex, Progress

# The records of this fold never train an adapter that is trained once: the scorers learn from its answers on them.
JUDGED_FOLD = FOLDS - 1
# How many codes of a record become questions of the adapter's training, by the score of their best sentence; of the
# first of them the second sentence too. What it will be asked in use stands among them.
_TRAINED_CODES = {CodeKind.DIAGNOSIS: 200, CodeKind.PROCEDURE: 80}
_TWICE_ASKED = {CodeKind.DIAGNOSIS: 90, CodeKind.PROCEDURE: 35}
SUFFIXES_A_ROW = 24

Title = Callable[[CodeKind, str], str | None]
Glossary = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundedRecord:
    """A training record with its scored candidates; `supported[i]` tells whether pair i's sentence supports it."""

    record: TrainingRecord
    pairs: tuple[Pair, ...]
    supported: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """The grounded training records and what was fitted on all of them."""

    records: tuple[GroundedRecord, ...]
    sources: Sources
    pair_scorer: TreeScorer


def ground_training_records(
    records: Sequence[TrainingRecord],
    *,
    index: CodeSetIndex,
    title: Title,
    seed: int,
    glossary: Glossary | None = None,
    progress: Progress | None = None,
) -> Grounding:
    """Ground every record with what the other folds' records say of words, and score its pairs out of fold."""
    import numpy as np

    sources = [
        _sources([record for number, record in enumerate(records) if number % FOLDS != fold], glossary)
        for fold in range(FOLDS)
    ]
    found: list[list[Pair]] = []
    for number, record in enumerate(records):
        found.append(_pairs_of(record, sources[number % FOLDS], index, title))
        if progress is not None:
            progress(number + 1, len(records), "grounding")
    labels = [
        [(p.candidate.kind, p.candidate.code) in record.labels[p.sentence] for p in pairs]
        for record, pairs in zip(records, found, strict=True)
    ]
    rows = np.array([pair.features for pairs in found for pair in pairs])
    flat = np.array([label for row in labels for label in row], dtype=np.int_)
    groups = np.array([number for number, pairs in enumerate(found) for _ in pairs])
    scorer, out_of_fold = fit_scorer(rows, flat, groups, features=PAIR_FEATURES, trees=150, leaves=31, seed=seed)
    scores = iter(out_of_fold.tolist())
    for pairs in found:
        for pair in pairs:
            pair.score = next(scores)
    return Grounding(
        records=tuple(
            GroundedRecord(record=record, pairs=tuple(pairs), supported=tuple(row))
            for record, pairs, row in zip(records, found, labels, strict=True)
        ),
        sources=_sources(records, glossary),
        pair_scorer=scorer,
    )


def _sources(records: Sequence[TrainingRecord], glossary: Glossary | None) -> Sources:
    return Sources(lexicon=learn_lexicon(records), mentions=learn_mentions(records), glossary=glossary)


def _pairs_of(record: TrainingRecord, sources: Sources, index: CodeSetIndex, title: Title) -> list[Pair]:
    pairs: list[Pair] = []
    for number, sentence in enumerate(record.sentences):
        candidates = [c for c in ground(sentence, sources=sources, index=index) if title(c.kind, c.code) is not None]
        rows = pair_features(candidates, lexicon=sources.lexicon)
        pairs.extend(
            Pair(sentence=number, candidate=candidate, features=row, score=0.0)
            for candidate, row in zip(candidates, rows, strict=True)
        )
    return pairs


def judge_examples(grounded: Sequence[GroundedRecord], *, title: Title, seed: int) -> list[JudgeExample]:
    """Return the adapter's training questions: the candidates it will see, and every gold pair."""
    source = random.Random(seed)
    examples: list[JudgeExample] = []
    for item in grounded:
        for sentence, answers in sorted(questions_of(item).items()):
            titled = [(t, yes) for (kind, code), yes in answers.items() if (t := title(kind, code)) is not None]
            source.shuffle(titled)
            for start in range(0, len(titled), SUFFIXES_A_ROW):
                part = titled[start : start + SUFFIXES_A_ROW]
                examples.append(
                    JudgeExample(
                        prefix=prefix_of(item.record.sentences[sentence].text),
                        suffixes=tuple(suffix_of(t) for t, _ in part),
                        supported=tuple(yes for _, yes in part),
                    )
                )
    return examples


def questions_of(item: GroundedRecord, *, every: bool = False) -> dict[int, dict[CodeKey, bool]]:
    """Return the questions about a record by sentence, with whether the sentence supports the code.

    A code that another sentence supports is no evidence either way about this one, so it is left out unless `every`
    question is wanted.
    """
    chosen: dict[int, dict[CodeKey, bool]] = {}
    by_code: dict[CodeKey, list[tuple[Pair, bool]]] = {}
    for pair, supported in zip(item.pairs, item.supported, strict=True):
        by_code.setdefault((pair.candidate.kind, pair.candidate.code), []).append((pair, supported))
    for kind, limit in _TRAINED_CODES.items():
        keys = sorted(
            (key for key in by_code if key[0] is kind), key=lambda key: -max(pair.score for pair, _ in by_code[key])
        )
        for place, key in enumerate(keys[:limit]):
            ranked = sorted(by_code[key], key=lambda entry: (-entry[0].score, entry[0].sentence))
            twice = ranked[1:JUDGED_SENTENCES] if place < _TWICE_ASKED[kind] else []
            for pair, is_gold in [ranked[0], *(entry for entry in twice if entry[0].score >= SECOND_SENTENCE_FLOOR)]:
                if every or is_gold or key not in item.record.codes:
                    chosen.setdefault(pair.sentence, {})[key] = is_gold
    for sentence, labels in enumerate(item.record.labels):
        for key in sorted(labels):
            chosen.setdefault(sentence, {})[key] = True
    return chosen
