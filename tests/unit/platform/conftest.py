"""Loads the set-up program's modules, which are no package, and forgets them again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

SETUP = Path(__file__).resolve().parents[3] / "packaging" / "setup"


@pytest.fixture
def setup_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Return what imports a module of `packaging/setup`."""
    names = {path.stem for path in SETUP.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules and name != "__main__"}
    monkeypatch.syspath_prepend(SETUP)
    yield importlib.import_module
    for name in names - {"__main__"}:
        sys.modules.pop(name, None)
    sys.modules.update(before)
