"""What the scorers and the adapter are fitted on: every candidate of every training sentence, out of fold.

A record is never grounded with a lexicon that counted its own sentences, and never scored by trees that saw it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.choose import JUDGED_CODES, Pair
from ehrcoder.engine.features import PAIR_FEATURES, pair_features
from ehrcoder.engine.ground import ground
from ehrcoder.engine.judge import prefix_of, suffix_of
from ehrcoder.engine.learn.adapter import JudgeExample
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.learn.lexicon import learn_lexicon
from ehrcoder.engine.learn.scorer import FOLDS, fit_scorer
from ehrcoder.engine.lexicon import Lexicon
from ehrcoder.engine.trees import TreeScorer
from ehrcoder.ports import CodeSetIndex, Progress

# The records of this fold never train the adapter: the scorers learn from its answers on them.
JUDGED_FOLD = FOLDS - 1
# Every negative among a record's best codes is asked about, of the rest a share: they are many and easy.
_HARD_NEGATIVES = 25
_EASY_SHARE = 0.5
_SUFFIXES_A_ROW = 24

Title = Callable[[CodeKind, str], str | None]


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
    lexicon: Lexicon
    pair_scorer: TreeScorer


def ground_training_records(
    records: Sequence[TrainingRecord], *, index: CodeSetIndex, title: Title, seed: int, progress: Progress | None = None
) -> Grounding:
    """Ground every record with the lexicon of the other folds and score its pairs out of fold."""
    import numpy as np

    lexicons = [
        learn_lexicon(record for number, record in enumerate(records) if number % FOLDS != fold)
        for fold in range(FOLDS)
    ]
    found: list[list[Pair]] = []
    for number, record in enumerate(records):
        found.append(_pairs_of(record, lexicons[number % FOLDS], index, title))
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
        lexicon=learn_lexicon(records),
        pair_scorer=scorer,
    )


def _pairs_of(record: TrainingRecord, lexicon: Lexicon, index: CodeSetIndex, title: Title) -> list[Pair]:
    pairs: list[Pair] = []
    for number, sentence in enumerate(record.sentences):
        candidates = [c for c in ground(sentence, lexicon=lexicon, index=index) if title(c.kind, c.code) is not None]
        rows = pair_features(candidates, lexicon=lexicon)
        pairs.extend(
            Pair(sentence=number, candidate=candidate, features=row, score=0.0)
            for candidate, row in zip(candidates, rows, strict=True)
        )
    return pairs


def judge_examples(grounded: Sequence[GroundedRecord], *, title: Title, seed: int) -> list[JudgeExample]:
    """Return the adapter's training questions: the candidates it will see, and every gold pair."""
    source = random.Random(seed)
    examples: list[JudgeExample] = []
    for number, item in enumerate(grounded):
        if number % FOLDS == JUDGED_FOLD:
            continue
        for sentence, answers in sorted(_questions(item, source).items()):
            titled = [(t, yes) for (kind, code), yes in answers.items() if (t := title(kind, code)) is not None]
            source.shuffle(titled)
            titled = titled[:_SUFFIXES_A_ROW]
            if titled:
                examples.append(
                    JudgeExample(
                        prefix=prefix_of(item.record.sentences[sentence].text),
                        suffixes=tuple(suffix_of(t) for t, _ in titled),
                        supported=tuple(yes for _, yes in titled),
                    )
                )
    return examples


def _questions(item: GroundedRecord, source: random.Random) -> dict[int, dict[tuple[CodeKind, str], bool]]:
    chosen: dict[int, dict[tuple[CodeKind, str], bool]] = {}
    by_code: dict[tuple[CodeKind, str], list[tuple[Pair, bool]]] = {}
    for pair, supported in zip(item.pairs, item.supported, strict=True):
        by_code.setdefault((pair.candidate.kind, pair.candidate.code), []).append((pair, supported))
    for kind, limit in JUDGED_CODES.items():
        keys = sorted(
            (key for key in by_code if key[0] is kind), key=lambda key: -max(pair.score for pair, _ in by_code[key])
        )
        for place, key in enumerate(keys[:limit]):
            ranked = sorted(by_code[key], key=lambda entry: (-entry[0].score, entry[0].sentence))
            best, is_gold = ranked[0]
            # Gold elsewhere in the record is no evidence either way about this sentence.
            is_easy = place >= _HARD_NEGATIVES and source.random() > _EASY_SHARE
            if is_gold or (key not in item.record.codes and not is_easy):
                chosen.setdefault(best.sentence, {})[key] = is_gold
    for sentence, labels in enumerate(item.record.labels):
        for key in sorted(labels):
            chosen.setdefault(sentence, {})[key] = True
    return chosen
