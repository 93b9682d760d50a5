"""A fresh clone with an empty home sets itself up, and the second time finds everything done."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def make(target: str, *, clone: Path, home: Path, **more: str) -> str:
    """Run make in the clone as a user without a display would and return all that it printed."""
    dropped = ("DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV", "EHRCODER_HOME", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        ["make", target], cwd=clone, env={**environment, "HOME": str(home), **more}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, with the wheel of this checkout: compiling it is not what is tested here."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "home").mkdir()
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, folder / "clone"], check=True)
    wheels = sorted((REPOSITORY / ".cache" / "wheels").glob("llama_cpp_python-*.whl"))
    assert wheels, "the wheel is built by `make setup`"
    (folder / "clone" / ".cache" / "wheels").mkdir(parents=True)
    shutil.copy(wheels[-1], folder / "clone" / ".cache" / "wheels")
    return folder / "clone"


@pytest.mark.slow
def test_a_fresh_clone_sets_itself_up_and_then_finds_everything_done(clone: Path) -> None:
    home = clone.parent / "home"

    first = make("setup", clone=clone, home=home)
    second = make("setup", clone=clone, home=home)

    assert "made .venv" in first
    assert "SHA-256 checked" in first
    assert "Gemma Terms of Use" in first
    stages = [line for line in second.splitlines() if line.startswith("      ")]
    assert len(stages) == 6
    assert all(line.strip().startswith("up to date") for line in stages), second


@pytest.mark.slow
def test_the_demo_of_a_fresh_clone_writes_bundles_and_pictures_without_a_display(clone: Path) -> None:
    printed = make("run", clone=clone, home=clone.parent / "home")

    output = clone / "demo-output"
    bundles = sorted((output / "fhir-transaction").glob("*.json"))
    assert len(bundles) >= 12
    assert (output / "window-light.png").stat().st_size > 10_000
    assert (output / "window-dark.png").stat().st_size > 10_000
    assert "no clinician verified" in printed
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True)
    assert status.stdout == b""


@pytest.mark.slow
def test_a_clone_that_is_moved_repairs_its_environment(clone: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    clone.rename(moved)
    try:
        assert "made .venv anew" in make("setup", clone=moved, home=clone.parent / "home")
    finally:
        moved.rename(clone)
