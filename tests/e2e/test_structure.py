"""The structure that a newcomer relies on: no import cycle, nothing twice, and a window that starts with little."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import grimp
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("llama_cpp", "fhir", "torch", "numpy", "sklearn", "distributed", "lxml", "pypdf")
_START = """
import os, sys
from pathlib import Path
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from ehrcoder.cli.main import build_parser
build_parser()
from ehrcoder.gui.app import application, make_window
from ehrcoder.services import Services
services = Services()
app = application()
window = make_window(services, Path(sys.argv[1]))
window.show()
print("shown", file=sys.stderr, flush=True)
os._exit(0)
"""


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules of which each leads to each other (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for target in imports[module]:
            if target not in order:
                visit(target)
                lowest[module] = min(lowest[module], lowest[target])
            elif target in stack:
                lowest[module] = min(lowest[module], order[target])
        if lowest[module] == order[module]:
            place = stack.index(module)
            if len(stack) - place > 1:
                found.append(set(stack[place:]))
            del stack[place:]

    for module in sorted(imports):
        if module not in order:
            visit(module)
    return found


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [{"b", "c"}]


def test_no_module_leads_back_to_itself_not_even_by_a_late_import() -> None:
    graph = grimp.build_graph("ehrcoder", exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}

    assert circles(imports) == []


def test_nothing_of_six_lines_stands_twice_without_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert load("duplicates").main() == 0, capsys.readouterr().out


def test_what_stands_twice_is_found(tmp_path: Path) -> None:
    lines = "".join(f"value_{number} = {number}\n" for number in range(7))
    for name in ("one", "other"):
        (tmp_path / f"{name}.py").write_text(f'"""{name}."""\n\n{lines}', "utf-8")

    (found,) = load("duplicates").duplicates(sorted(tmp_path.glob("*.py")))

    assert found[4] == 7


def test_nothing_heavy_is_imported_before_the_window_shows(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", _START, tmp_path / "work.ehrw"], capture_output=True,
        encoding="utf-8", env={**os.environ, "EHRCODER_HOME": str(tmp_path)}, check=False,
    )

    told, shown, _ = done.stderr.partition("shown")
    assert shown, done.stderr[-2000:]
    imported = set(re.findall(r"^import time:.*\|\s+([\w.]+)$", told, re.MULTILINE))
    assert "PySide6.QtWidgets" in imported
    assert {name for name in imported if name.split(".")[0] in HEAVY} == set()
