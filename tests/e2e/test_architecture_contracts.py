"""Each architecture contract is broken by a violation planted in a copy of the product, and by that one alone."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCT = REPOSITORY / "ehrcoder"

LAYERS = "Arrows point inwards only"
ADAPTERS = "Only the composition root knows the adapters"
CORE = "The core needs the standard library only, and no outside world"
QT = "Qt is used by the window only"
LLAMA = "llama.cpp is used by one module only"
SQL = "SQL is spoken by the adapters only"
NETWORK = "Nothing talks to a network"
CLUSTER = "Only labelling on a cluster, asked for by name, uses dask"

# Where, what is planted there, and the contracts that it breaks.
VIOLATIONS = [
    ("core/codes.py", "import ehrcoder.ports", {LAYERS, CORE}),
    ("engine/judge.py", "import ehrcoder.usecases.sign_record", {LAYERS}),
    ("usecases/sign_record.py", "import ehrcoder.services", {LAYERS}),
    ("gui/app.py", "import ehrcoder.cli.output", {LAYERS}),
    ("adapters/system.py", "import ehrcoder.services", {LAYERS}),
    ("usecases/sign_record.py", "import ehrcoder.adapters.system", {LAYERS, ADAPTERS}),
    ("cli/sign_command.py", "import ehrcoder.adapters.store.workspace", {ADAPTERS}),
    ("gui/app.py", "from ehrcoder.adapters.codesets import index", {ADAPTERS}),
    ("settings.py", "import ehrcoder.adapters.system", {ADAPTERS}),
    ("core/codes.py", "import pydantic", {CORE}),
    ("core/codes.py", "import numpy", {CORE}),
    ("core/codes.py", "import time", {CORE}),
    ("core/history.py", "from pathlib import Path", {CORE}),
    ("core/codes.py", "import sqlite3", {CORE, SQL}),
    ("cli/output.py", "from PySide6.QtWidgets import QWidget", {QT}),
    ("adapters/health.py", "def late():\n    import PySide6.QtCore", {QT}),
    ("adapters/model/client.py", "import llama_cpp", {LLAMA}),
    ("engine/judge.py", "from llama_cpp import Llama", {LLAMA}),
    ("usecases/sign_record.py", "import sqlite3", {SQL}),
    ("gui/app.py", "from sqlite_utils import Database", {SQL}),
    ("adapters/model/client.py", "import socket", {NETWORK}),
    ("adapters/formats/plain_text.py", "def late():\n    from urllib.request import urlopen", {NETWORK}),
    ("services.py", "import asyncio", {NETWORK}),
    ("cli/main.py", "import http.client", {NETWORK}),
    ("adapters/machine.py", "import distributed", {CLUSTER}),
    ("services.py", "def late():\n    from dask import delayed", {CLUSTER}),
]


def _broken(folder: Path) -> set[str]:
    """Return the names of the contracts that a copy of the product breaks."""
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [program, "--no-logo", "--config", folder / "pyproject.toml", "--cache-dir", folder / "cache"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}, capture_output=True,
        encoding="utf-8", check=False,
    )
    names = re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, re.MULTILINE)
    contracts = {LAYERS, ADAPTERS, CORE, QT, LLAMA, SQL, NETWORK, CLUSTER}
    assert {name for name, _ in names} == contracts, done.stdout + done.stderr
    broken = {name for name, verdict in names if verdict == "BROKEN"}
    assert bool(done.returncode) == bool(broken)
    return broken


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the product and its contracts."""
    folder = tmp_path_factory.mktemp("product")
    shutil.copytree(PRODUCT, folder / "ehrcoder", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(REPOSITORY / "pyproject.toml", folder / "pyproject.toml")
    return folder


def test_the_product_keeps_every_contract(copy: Path) -> None:
    assert _broken(copy) == set()


@pytest.mark.parametrize(("module", "planted", "expected"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, module: str, planted: str, expected: set[str]) -> None:
    path = copy / "ehrcoder" / module
    original = path.read_bytes()
    path.write_bytes(original + f"\n{planted}\n".encode())
    try:
        broken = _broken(copy)
    finally:
        path.write_bytes(original)

    assert broken == expected


def test_the_contract_on_adapters_names_every_room_but_the_composition_root() -> None:
    rooms = {path.stem for path in PRODUCT.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (named,) = (each["source_modules"] for each in contracts if each["name"] == ADAPTERS)

    assert {f"ehrcoder.{room}" for room in rooms - {"__init__", "adapters", "services"}} == set(named)


def _imports(path: Path) -> set[str]:
    """Return the names of the top-level modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("relative" if node.level else str(node.module).partition(".")[0])
    return names


def test_the_core_imports_nothing_from_outside_the_standard_library() -> None:
    allowed = {*sys.stdlib_module_names, "ehrcoder"}

    assert {path.name: names for path in (PRODUCT / "core").rglob("*.py") if (names := _imports(path) - allowed)} == {}


def test_modules_are_imported_by_name_only_where_that_is_explained() -> None:
    # `import_module` and `__import__` are not seen by the contracts.
    by_name = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        if re.search(r"\b(import_module|__import__)\(", path.read_text("utf-8"))
    }

    assert by_name <= {"adapters/model/default_model.py", "adapters/health.py"}
