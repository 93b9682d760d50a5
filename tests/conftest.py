"""Fixtures that every test room shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with the real records and code sets; EHRCODER_DATA, else beside the checkout."""
    folder = Path(os.environ.get("EHRCODER_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real records are not here; set EHRCODER_DATA to their folder")
    return folder
