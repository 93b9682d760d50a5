"""Alphabetic indexes that were imported: found by their words at once, by newer and by older files alike."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.lists import LISTS_FOLDER, build_list
from ehrcoder.adapters.codesets.lists_read import _ENTRIES, CodeLists  # pyright: ignore[reportPrivateUsage]
from ehrcoder.adapters.codesets.release_parts import IndexEntry, ListPart

PATHS = ("Fracture, toe, left", "Fracture, toe, right", "Gout, toe")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / LISTS_FOLDER).mkdir()
    entries = tuple(
        IndexEntry(level=path.count(","), title=path.split(", ")[-1], path=path, codes=(f"S9{number}.0-",))
        for number, path in enumerate(PATHS)
    )
    build_list(ListPart(kind="index", edition="2026", shown="index.xml", entries=entries), tmp_path / LISTS_FOLDER)
    return tmp_path


def file_of(folder: Path) -> Path:
    (path,) = (folder / LISTS_FOLDER).glob("*.sqlite")
    return path


def test_the_codes_of_an_entry_are_looked_up_and_not_walked_over(folder: Path) -> None:
    with closing(sqlite3.connect(file_of(folder))) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {_ENTRIES}", ("toe", 40))]
    assert any("entry_code_entry" in step for step in plan)
    assert not any(step.startswith("SCAN c") for step in plan)


@pytest.mark.parametrize("is_older", [False, True])
def test_words_find_the_codes_and_codes_the_paths_in_newer_and_older_files(folder: Path, is_older: bool) -> None:
    if is_older:
        path = file_of(folder)
        path.chmod(0o644)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP INDEX entry_code_entry")
    lists = CodeLists(folder)
    assert [path for _, path in lists.entries_of("toe", limit=5)] == [PATHS[2], PATHS[0], PATHS[1]]
    ((bare, path),) = lists.entries_of("toe AND left", limit=5)
    assert path == PATHS[0]
    assert lists.paths(bare) == (PATHS[0],)
    lists.close()
