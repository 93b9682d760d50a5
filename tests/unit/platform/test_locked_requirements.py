"""The locked requirements are complete, exact, and name no place on a network."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[3]
LISTS = sorted((REPOSITORY / "requirements").glob("*.txt"))


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def pins(*names: str) -> dict[str, str]:
    found = [Requirement(line) for name in names for line in lines(REPOSITORY / "requirements" / f"{name}.txt")]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_line_pins_one_exact_version(path: Path) -> None:
    assert lines(path)
    for line in lines(path):
        assert re.fullmatch(r'[A-Za-z0-9._-]+==[0-9][\w.]*(; sys_platform [!=]= "win32")?', line), line


@pytest.mark.parametrize(
    ("wanted", "locked"),
    [("", ("run",)), ("assets", ("assets",)), ("test", ("run", "test")), ("docs", ("run", "docs")),
     ("package", ("package",)), ("train", ("run", "train"))],
)
def test_what_the_project_asks_for_is_locked_at_the_same_version(wanted: str, locked: tuple[str, ...]) -> None:
    asked = project()["optional-dependencies"][wanted] if wanted else project()["dependencies"]
    found = pins(*locked)

    for text in asked:
        requirement = Requirement(text)
        assert str(requirement.specifier) == f"=={found[canonicalize_name(requirement.name)]}", text


def test_no_package_is_locked_at_two_versions() -> None:
    versions: dict[str, set[str]] = {}
    for path in LISTS:
        for name, version in pins(path.stem).items():
            versions.setdefault(name, set()).add(version)

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_neither_run_nor_test_brings_what_only_training_needs() -> None:
    assert not {"torch", "transformers", "accelerate", "gguf"} & pins("run", "assets", "test").keys()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_no_list_names_a_registry(path: Path) -> None:
    assert not re.search(r"https?://|index-url|find-links", path.read_text("utf-8"))


def test_the_lock_of_the_node_packages_names_no_registry() -> None:
    lock = (REPOSITORY / "tests" / "checkers" / "package-lock.json").read_text("utf-8")

    assert '"resolved"' not in lock
    assert '"integrity"' in lock
