"""The real language model and questions to it."""

from __future__ import annotations

import os
from pathlib import Path

from ehrcoder.adapters.model import default_model
from ehrcoder.adapters.model.client import LlamaWorkerModel
from ehrcoder.paths import find_paths
from ehrcoder.ports import JudgeRequest
from ehrcoder.settings import ModelSettings

MODEL = find_paths().models / default_model.NAME
TITLES = ("Fever, unspecified", "Pneumonia, unspecified organism", "Cough, unspecified", "Fracture of femur")


def make_model(
    folder: Path, *, path: Path = MODEL, adapter: Path | None = None, expected: str = default_model.SHA256
) -> LlamaWorkerModel:
    return LlamaWorkerModel(
        model=path, adapter=adapter, expected_sha256=expected, settings=ModelSettings(context_size=2048),
        log_file=folder / "worker.log",
    )


def request(sentence: str, titles: tuple[str, ...] = TITLES) -> JudgeRequest:
    return JudgeRequest(prefix=sentence + "\n", suffixes=tuple(title + ":" for title in titles))


def long_work(questions: int = 150) -> list[JudgeRequest]:
    """Questions that take long enough to be interrupted."""
    return [request(f"Note {n}: " + "fever and cough and chills and pain " * 12) for n in range(questions)]


def damaged_copy(folder: Path, damage: str) -> Path:
    target = folder / "model.gguf"
    size = MODEL.stat().st_size
    match damage:
        case "missing":
            pass
        case "empty":
            target.write_bytes(b"")
        case "random":
            target.write_bytes(os.urandom(100_000))
        case "truncated":
            with MODEL.open("rb") as source:
                target.write_bytes(source.read(size // 10))
        case "bit-flipped":
            content = bytearray(MODEL.read_bytes())
            content[size // 2] ^= 1
            target.write_bytes(content)
    return target
