"""What trains a campaign's versions: the engine's learning on signed records, paused at any record or step."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ehrcoder.engine.artefacts import ADAPTER
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.ports import CancelToken, CodeSetIndex, LanguageModel, Progress
from ehrcoder.usecases.campaign.train import Trainer

if TYPE_CHECKING:
    from ehrcoder.engine.learn.adapter import TrainingProgress

CHECKPOINT = "checkpoint.pt"


class TrainingServices(Protocol):
    """What training asks of the composition root; used from the thread that trains."""

    @property
    def default_model_path(self) -> Path:
        """The base model's file."""
        ...

    @property
    def shipped_adapter(self) -> Path:
        """The adapter that a version keeps when none of its own is trained."""
        ...

    def open_code_sets(self) -> CodeSetIndex:
        """Open a reader of the code sets."""
        ...

    def language_model(self, *, adapter: Path | None = None) -> LanguageModel:
        """Return the model with an adapter."""
        ...

    def close(self) -> None:
        """Stop the model's worker."""
        ...


def trainer_of(
    services: TrainingServices, *, with_model: bool, adapter: bool = False, device: str = "cpu",
    cancel: CancelToken | None = None, should_stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None, report: Callable[[TrainingProgress], None] = lambda _: None,
) -> Trainer:
    """Return what trains: the scorers, and the adapter where it is asked for; else the adapter in use is kept.

    Once `should_stop` says so, `cancel` has to raise CancelledError: training then ends at the next record or step. The
    adapter's checkpoint stays in the folder, and the next training goes on from there.
    """
    def note(done: int, total: int, message: str) -> None:
        if cancel is not None:
            cancel.raise_if_cancelled()
        if progress is not None:
            progress(done, total, message)

    def train(records: Sequence[TrainingRecord], texts: Sequence[str], folder: Path) -> Mapping[str, float]:
        from ehrcoder.engine.learn.adapter import AdapterRecipe
        from ehrcoder.usecases.learn import Learning, LearningData

        data = LearningData(
            records=tuple(records), texts=tuple(texts), description=f"{len(records)} signed records of a campaign",
            licence="as the records", authors="the coders of the campaign")
        learning = Learning(data=data, index=services.open_code_sets(), progress=note)
        recipe = AdapterRecipe()
        if adapter:
            learning.train_adapter(base=services.default_model_path, folder=folder, recipe=recipe, device=device,
                                   report=report, should_stop=should_stop)
            if cancel is not None:
                cancel.raise_if_cancelled()
        elif with_model and services.shipped_adapter.exists():
            shutil.copyfile(services.shipped_adapter, folder / ADAPTER)
        services.close()
        model = services.language_model(adapter=folder / ADAPTER) if with_model else None
        measures = learning.fit_scorers(model=model, folder=folder, recipe=recipe)
        services.close()
        (folder / CHECKPOINT).unlink(missing_ok=True)
        return measures

    return train
