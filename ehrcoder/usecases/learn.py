"""The engine learns from verified records: lexicon, scorers, calibration and the model's adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ehrcoder import __version__
from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.artefacts import ADAPTER, text_sha256
from ehrcoder.engine.ground import SYSTEM_OF_KIND
from ehrcoder.engine.learn.adapter import AdapterRecipe, AdapterTrainer, TrainingProgress
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.engine.learn.examples import Grounding, ground_training_records, judge_examples
from ehrcoder.engine.learn.fit import fit_code_scorers, write_artefacts
from ehrcoder.ports import CodeSetIndex, LanguageModel, Progress

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningData:
    """Verified records with the texts that name them in the card."""

    records: tuple[TrainingRecord, ...]
    texts: tuple[str, ...]
    description: str
    licence: str
    authors: str


class Learning:
    """One learning run over one set of records; the grounding is shared by its steps."""

    def __init__(self, *, data: LearningData, index: CodeSetIndex, progress: Progress | None = None) -> None:
        self._data = data
        self._index = index
        self._progress = progress
        self._titles: dict[tuple[CodeKind, str], str | None] = {}
        self._billable: set[str] = set()
        self._grounding: Grounding | None = None

    def train_adapter(
        self,
        *,
        base: Path,
        folder: Path,
        recipe: AdapterRecipe,
        report: Callable[[TrainingProgress], None],
        should_stop: Callable[[], bool],
    ) -> bool:
        """Train the adapter into `folder`; False when it was stopped, to go on from its checkpoint later."""
        examples = judge_examples(self._ground().records, title=self._title, seed=SEED)
        trainer = AdapterTrainer(base=base, folder=folder, recipe=recipe)
        done = trainer.train(examples, report=report, should_stop=should_stop)
        if done:
            trainer.write_gguf(folder / ADAPTER)
        return done

    def fit_scorers(self, *, model: LanguageModel | None, folder: Path, recipe: AdapterRecipe) -> dict[str, float]:
        """Fit the scorers on the model's answers and write all artefacts; return the measures of the folds.

        Without a model the artefacts serve an engine without one, and the card says so.
        """
        grounding = self._ground()
        scorers = fit_code_scorers(
            grounding,
            model=model,
            title=self._title,
            billable=frozenset(self._billable),
            seed=SEED,
            progress=self._progress,
        )
        described = model.describe() if model is not None else None
        card: dict[str, Any] = {
            "what": "Lexicon, candidate scorers and language-model adapter of EHRCoder's coding engine",
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
        return scorers[-1]

    def _ground(self) -> Grounding:
        if self._grounding is None:
            self._grounding = ground_training_records(
                self._data.records, index=self._index, title=self._title, seed=SEED, progress=self._progress
            )
        return self._grounding

    def _title(self, kind: CodeKind, code: str) -> str | None:
        key = (kind, code)
        if key not in self._titles:
            concept = self._index.concept(SYSTEM_OF_KIND[kind], code)
            self._titles[key] = concept.coding.display if concept else None
            if concept is not None and concept.is_billable:
                self._billable.add(code)
        return self._titles[key]
