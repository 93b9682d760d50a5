"""The engine learns from verified records: lexicon, scorers, calibration and the model's adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ehrcoder import __version__
from ehrcoder.engine.artefacts import ADAPTER, text_sha256
from ehrcoder.engine.judge import prefix_of, suffix_of
from ehrcoder.engine.learn.adapter import AdapterRecipe, AdapterTrainer, TrainingProgress
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.learn.examples import (
    JUDGED_FOLD,
    SUFFIXES_A_ROW,
    Grounding,
    ground_training_records,
    judge_examples,
    questions_of,
)
from ehrcoder.engine.learn.fit import HeldOutJudge, fit_code_scorers, write_artefacts
from ehrcoder.engine.learn.judge_rows import JudgeExample
from ehrcoder.engine.learn.margins import MARGINS, MarginBook, MarginKey, load_margins
from ehrcoder.engine.learn.scorer import FOLDS
from ehrcoder.engine.titles import TitleBook
from ehrcoder.ports import CodeSetIndex, LanguageModel, Progress

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningData:
    """Verified records of one language with the texts that name them in the card.

    With a `glossary`, their words are looked up among the code sets' terms in translation.
    """

    records: tuple[TrainingRecord, ...]
    texts: tuple[str, ...]
    description: str
    licence: str
    authors: str
    language: str = "en"
    glossary: Mapping[str, Sequence[str]] | None = None


class Learning:
    """One learning run over one set of records; the grounding is shared by its steps."""

    def __init__(self, *, data: LearningData, index: CodeSetIndex, progress: Progress | None = None) -> None:
        self._data = data
        self._index = index
        self._progress = progress
        self._titles = TitleBook(index)
        self._grounding: Grounding | None = None

    def train_adapter(
        self,
        *,
        base: Path,
        folder: Path,
        recipe: AdapterRecipe,
        report: Callable[[TrainingProgress], None],
        should_stop: Callable[[], bool],
        device: str = "cpu",
    ) -> bool:
        """Train the adapter into `folder` on four fifths of the records.

        The scorers learn from its answers on the rest.

        Returns False when it was stopped, to go on from its checkpoint later.
        """
        examples = self.questions(lambda number: number % FOLDS != JUDGED_FOLD)
        trainer = AdapterTrainer(base=base, folder=folder, recipe=recipe, device=device)
        done = trainer.train(examples, report=report, should_stop=should_stop)
        if done:
            trainer.write_gguf(folder / ADAPTER)
        return done

    def questions(self, chosen: Callable[[int], bool]) -> list[JudgeExample]:
        """Return the adapter's questions about the records whose number is chosen."""
        grounded = self._ground().records
        return judge_examples(
            [item for number, item in enumerate(grounded) if chosen(number)], title=self._titles.title, seed=SEED
        )

    def asked(self, chosen: Callable[[int], bool]) -> tuple[list[MarginKey], list[JudgeExample]]:
        """Return the key of each question that a judge gets about the chosen records, and the questions in order."""
        keys: list[MarginKey] = []
        examples: list[JudgeExample] = []
        for number, item in enumerate(self._ground().records):
            if not chosen(number):
                continue
            for sentence, answers in sorted(questions_of(item, every=True).items()):
                titled = [(key, t) for key in answers if (t := self._titles.title(*key)) is not None]
                for start in range(0, len(titled), SUFFIXES_A_ROW):
                    part = titled[start : start + SUFFIXES_A_ROW]
                    keys.extend((item.record.name, sentence, kind, code) for (kind, code), _ in part)
                    examples.append(
                        JudgeExample(
                            prefix=prefix_of(item.record.sentences[sentence].text),
                            suffixes=tuple(suffix_of(t) for _, t in part),
                            supported=tuple(False for _ in part),
                        )
                    )
        return keys, examples

    def fit_scorers(
        self, *, model: LanguageModel | None, folder: Path, recipe: AdapterRecipe, margins: MarginBook | None = None
    ) -> dict[str, float]:
        """Fit the scorers on the judge's answers and write all artefacts; return the measures of the folds.

        The answers are those of `margins` where given, else the model's on the fold that its adapter did not learn
        from. Without either the artefacts serve an engine without a model, and the card says so.
        """
        grounding = self._ground()
        held_out = HeldOutJudge(model, self._titles.title) if model is not None else None
        scorers = fit_code_scorers(
            grounding,
            judge=margins or held_out,
            billable=frozenset(self._titles.billable),
            seed=SEED,
            progress=self._progress,
        )
        described = model.describe() if model is not None else None
        card: dict[str, Any] = {
            "what": "Lexicon, mentions, candidate scorers and language-model adapter of EHRCoder's coding engine",
            "language": self._data.language,
            "data": self._data.description,
            "licence_of_data": self._data.licence,
            "authors_of_data": self._data.authors,
            "software": __version__,
            "seed": SEED,
            "adapter_recipe": asdict(recipe),
            "base_model": {"name": described.name, "sha256": described.sha256} if described else None,
            "code_sets": {edition.system: edition.version for edition in self._index.editions()},
        }
        write_artefacts(
            folder,
            grounding=grounding,
            scorers=scorers,
            card=card,
            training_hashes=[text_sha256(text) for text in self._data.texts],
        )
        return scorers.measures

    def _ground(self) -> Grounding:
        if self._grounding is None:
            self._grounding = ground_training_records(
                self._data.records,
                index=self._index,
                title=self._titles.title,
                seed=SEED,
                glossary=self._data.glossary,
                progress=self._progress,
            )
        return self._grounding


def cross_judge(
    languages: Sequence[Learning],
    *,
    base: Path,
    folder: Path,
    recipe: AdapterRecipe,
    folds: int,
    report: Callable[[TrainingProgress], None],
    should_stop: Callable[[], bool],
    device: str = "cpu",
) -> MarginBook | None:
    """Train one adapter on all records of all languages, and one a fold that answers for the records it never saw.

    The languages hold the same records in the same order, so that a fold is kept from an adapter in both. Everything
    lies in `folder`; what is there already is not made again. Returns None when it was stopped, to be called again.
    """
    book: dict[MarginKey, float] = {}
    for fold in range(folds):
        part = folder / f"fold-{fold}"
        kept = part / MARGINS
        if not kept.is_file():
            trainer = AdapterTrainer(base=base, folder=part, recipe=recipe, device=device)
            examples = [e for each in languages for e in each.questions(lambda n, f=fold: n % folds != f)]
            if not trainer.train(examples, report=report, should_stop=should_stop):
                return None
            answers: dict[MarginKey, float] = {}
            for each in languages:
                keys, asked = each.asked(lambda n, f=fold: n % folds == f)
                answers |= zip(keys, (m for row in trainer.margins(asked) for m in row), strict=True)
            MarginBook(answers).save(kept)
        book |= load_margins(kept).by_key
    if not (folder / ADAPTER).is_file():
        trainer = AdapterTrainer(base=base, folder=folder, recipe=recipe, device=device)
        examples = [e for each in languages for e in each.questions(lambda _: True)]
        if not trainer.train(examples, report=report, should_stop=should_stop):
            return None
        trainer.write_gguf(folder / ADAPTER)
    return MarginBook(book)
