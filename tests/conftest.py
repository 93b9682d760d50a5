"""Fixtures that every test room shares."""

from __future__ import annotations

import os
import tempfile
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After the last test: no log, report of a crash or temporary file holds a sentence of the tests' notes."""
    if hasattr(session.config, "workerinput"):
        return  # a process of xdist; the one that started it looks at the folders of all
    from builders import coding_world, window_world
    from leftovers import leftovers, sentences

    demo = sorted((REPOSITORY / "resources" / "demo" / "notes").glob("*.txt"))
    notes = (coding_world.NOTE, window_world.NOTE, *(path.read_text("utf-8") for path in demo))
    factory = getattr(session.config, "_tmp_path_factory", None)
    folders = [REPOSITORY / ".cache" / "home" / "logs", *([factory.getbasetemp()] if factory is not None else [])]
    folders += [path for path in Path(tempfile.gettempdir()).glob("ehrcoder*") if path.is_dir()]
    found = leftovers(folders, sentences(*notes))
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for path in found:
            if reporter is not None:
                reporter.write_line(f"LEFT BEHIND: {path} holds words of a note", red=True)
