"""The developer's walk-throughs are carried out as written, in a copy: their tests pass, their files are few."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# Tests that were there before and that a new part of this kind could break.
BESIDE = {
    "code-edit": ("tests/unit/core/test_code_edits.py", "tests/unit/core/test_edit_findings.py"),
    "import-format": (
        "tests/adapters/formats/test_formats_text.py", "tests/adapters/formats/test_formats_separator.py",
    ),
    "outcome-set": ("tests/unit/engine/test_outcomes.py", "tests/adapters/codesets/test_code_set_build.py"),
}
PAGES = sorted((REPOSITORY / "docs" / "walk-throughs").glob("*.md"))
_STEP = re.compile(r"`((?:ehrcoder|codesets|tests)/[\w./-]+)`|```(\w+)\n(.*?)```", re.DOTALL)


def carry_out(page: str, copy: Path) -> list[str]:
    """Do what a page says to the files of a copy and return their names, in order."""
    target, touched = "", []
    for name, kind, block in _STEP.findall(page):
        if name:
            target = name
            continue
        touched.append(target)
        file = copy / target
        if kind == "diff":
            file.write_text(changed(file.read_text("utf-8"), block.splitlines()), "utf-8")
        else:
            assert not file.exists(), f"{target} is not new"
            file.write_text(block, "utf-8")
    return list(dict.fromkeys(touched))


def changed(text: str, lines: list[str]) -> str:
    """Return a text after a change: lines with a space or a minus must stand there once, in this order."""
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "-"))
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "+"))
    assert text.count(before) == 1, f"stands {text.count(before)} times: {before}"
    return text.replace(before, after)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_walk_through_leads_to_passing_tests_in_at_most_three_files(page: Path, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "translations")
    for name in ("ehrcoder", "codesets", "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=ignore)
    shutil.copyfile(REPOSITORY / "pyproject.toml", tmp_path / "pyproject.toml")

    touched = carry_out(page.read_text("utf-8"), tmp_path)

    new_tests = [name for name in touched if name.startswith("tests/")]
    assert len(new_tests) == 1
    assert 1 <= len(touched) - len(new_tests) <= 3
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *new_tests, *BESIDE[page.stem]],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False,
    )
    assert done.returncode == 0, done.stdout
    lint = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", *[n for n in touched if n.endswith(".py")]],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )
    assert lint.returncode == 0, lint.stdout


def test_there_is_one_for_each_of_the_three() -> None:
    assert [page.stem for page in PAGES] == ["code-edit", "import-format", "outcome-set"]
