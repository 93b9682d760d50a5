"""Training is told where to compute, is paused by Ctrl-C, and goes on only with the records that it began with."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ehrcoder.cli.campaign_steps import Stop, pausing
from ehrcoder.core.errors import CancelledError
from ehrcoder.ports import Progress
from ehrcoder.usecases.campaign.trainer import trainer_of


class Recorded:
    """Stands in for the learning: notes the device, and can be interrupted in the adapter or while it grounds."""

    def __init__(self, *, in_adapter: bool = False, in_grounding: bool = False) -> None:
        self.in_adapter = in_adapter
        self.in_grounding = in_grounding
        self.devices: list[str] = []
        self.fitted = 0
        self.progress: Progress | None = None

    def __call__(self, *, data: object, index: object, progress: Progress) -> Recorded:
        self.progress = progress
        return self

    def train_adapter(
        self, *, base: Path, folder: Path, recipe: object, report: object, should_stop: Callable[[], bool],
        device: str,
    ) -> bool:
        self.devices.append(device)
        (folder / "checkpoint.pt").write_text("x")
        if self.in_adapter:
            os.kill(os.getpid(), signal.SIGINT)
        return not should_stop()

    def fit_scorers(self, *, model: object, folder: Path, recipe: object) -> dict[str, float]:
        if self.in_grounding:
            os.kill(os.getpid(), signal.SIGINT)
        assert self.progress is not None
        self.progress(1, 2, "grounding")
        self.fitted += 1
        return {"cv_f1": 0.5}


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return what trains with a stand-in, with Ctrl-C as the command turns it into a pause."""
    def run(learning: Recorded, *, device: str = "cpu") -> dict[str, float]:
        monkeypatch.setattr("ehrcoder.usecases.learn.Learning", learning)
        services = SimpleNamespace(open_code_sets=lambda: None, default_model_path=tmp_path / "base.gguf",
                                   close=lambda: None, language_model=lambda adapter: None)
        stop = Stop(what="Training", kept="What was made so far is kept.")
        with pausing(stop):
            trainer = trainer_of(services, with_model=True, adapter=True, device=device,  # type: ignore[arg-type]
                                 cancel=stop, should_stop=lambda: stop.asked)
            return dict(trainer([], [], tmp_path))
    return run


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_adapter_is_trained_on_the_device_that_was_named(train, tmp_path: Path, device: str) -> None:
    learning = Recorded()
    assert train(learning, device=device) == {"cv_f1": 0.5}
    assert learning.devices == [device]
    assert not (tmp_path / "checkpoint.pt").exists()


@pytest.mark.parametrize("where", [{"in_adapter": True}, {"in_grounding": True}])
def test_ctrl_c_pauses_training_and_keeps_the_checkpoint(train, tmp_path: Path, where: dict[str, bool]) -> None:
    learning = Recorded(**where)
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background
    with pytest.raises(CancelledError, match="Training is paused") as caught:
        train(learning)
    assert learning.fitted == 0
    assert (tmp_path / "checkpoint.pt").exists()
    assert "kept" in str(caught.value.kept)
    assert signal.getsignal(signal.SIGINT) is before
