"""The built code sets, for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.paths import find_paths


@pytest.fixture(scope="session")
def code_sets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of code sets built from what is here now: the installation's own, else built for this run."""
    paths = find_paths()
    if is_up_to_date(paths.code_sets, paths.code_set_sources):
        return paths.code_sets
    folder = tmp_path_factory.mktemp("codesets")
    build_all(folder, paths.code_set_sources)
    return folder


@pytest.fixture(scope="session")
def index(code_sets_folder: Path) -> Iterator[SqliteCodeSetIndex]:
    """The code sets, open."""
    opened = SqliteCodeSetIndex.open(code_sets_folder)
    yield opened
    opened.close()
