"""Fixtures that every test room shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.coding_world import CodingWorld, open_world

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with the real records and code sets; EHRCODER_DATA, else beside the checkout."""
    folder = Path(os.environ.get("EHRCODER_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real records are not here; set EHRCODER_DATA to their folder")
    return folder


@pytest.fixture
def coding_world(tmp_path: Path) -> Iterator[CodingWorld]:
    """An open workspace with one record and three suggestions: I10, E11.9 and J45.909."""
    world = open_world(tmp_path / "world.ehrw")
    yield world
    world.workspace.close()
