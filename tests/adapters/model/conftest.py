"""One running model for all tests of this room, since each start reads a quarter of a gigabyte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.model_world import MODEL, make_model

from ehrcoder.adapters.model.client import LlamaWorkerModel


@pytest.fixture(scope="session")
def model_file() -> Path:
    assert MODEL.is_file(), "the default model is not assembled; run `make test`, which does it"
    return MODEL


@pytest.fixture(scope="session")
def model(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaWorkerModel]:
    running = make_model(tmp_path_factory.mktemp("model"), path=model_file)
    yield running
    running.close()
