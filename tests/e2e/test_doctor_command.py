"""`ehrcoder doctor` on whole and on broken installations, called as its user calls it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ehrcoder.adapters.model.default_model import NAME as MODEL_NAME
from ehrcoder.paths import find_paths

NAMES = [
    "program", "libraries", "sqlite", "window", "settings", "model_file", "trained", "code_sets", "worker", "gpu",
    "workspace", "storage",
]
Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation's own folder, in which nothing was made yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def doctor(home: Path) -> Doctor:
    """Runs the command on `home` and returns its exit code and its findings by name."""

    def run(*words: str, prologue: str = "") -> tuple[int, dict[str, Any]]:
        script = f"import sys; {prologue}\nfrom ehrcoder.cli.main import main\nsys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", script, "doctor", "--json", *words], capture_output=True, encoding="utf-8",
            env={**os.environ, "EHRCODER_HOME": str(home)}, check=False,
        )
        assert "Traceback" not in done.stderr
        document = json.loads(done.stdout)
        assert document["whole"] == (done.returncode == 0)
        return done.returncode, {each["name"]: each for each in document["findings"]}

    return run


def test_a_fresh_installation_says_of_each_missing_part_what_to_do(home: Path, doctor: Doctor) -> None:
    code, found = doctor()

    assert code == 4
    assert list(found) == NAMES
    for name, command in [("model_file", "ehrcoder model install"), ("code_sets", "ehrcoder codesets build")]:
        assert found[name]["standing"] == "off"
        assert command in found[name]["next_step"]
    assert found["worker"]["standing"] == "off"
    assert found["libraries"]["standing"] == "fine"
    assert found["libraries"]["facts"]["pydantic"]
    assert found["sqlite"]["facts"]["fts5"].startswith("fts5:")
    assert found["window"]["standing"] == "fine"
    assert found["workspace"]["standing"] == "fine"
    assert [path.name for path in home.iterdir() if path.suffix == ".ehrw"] == []


def test_damaged_parts_are_told_apart_from_whole_ones(home: Path, doctor: Doctor) -> None:
    (home / "settings.toml").write_text("coder = [", "utf-8")
    (home / "models").mkdir()
    (home / "models" / MODEL_NAME).write_bytes(b"GGUF" + bytes(1000))
    (home / "codesets").mkdir()
    (home / "codesets" / "icd-10-cm.json").write_text("{", "utf-8")
    workspace = home / "mine.ehrw"
    workspace.write_bytes(b"SQLite format 3\0" + os.urandom(5000))
    before = workspace.read_bytes()

    code, found = doctor("--workspace", str(workspace))

    assert code == 4
    assert list(found) == NAMES
    for name in ("settings", "model_file", "code_sets", "worker", "workspace"):
        assert found[name]["standing"] == "off", found[name]
        assert found[name]["next_step"]
    assert "damaged" in found["model_file"]["summary"]
    assert workspace.read_bytes() == before


def test_a_built_code_set_with_one_changed_byte_is_noticed(home: Path, doctor: Doctor) -> None:
    built = find_paths({}).code_sets
    if not (built / "vocabulary.sqlite").is_file():
        pytest.skip("the code sets are not built here; make setup builds them")
    shutil.copytree(built, home / "codesets")
    (file,) = (home / "codesets").glob("discharge-disposition-*.sqlite")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)

    _, found = doctor()

    assert found["code_sets"]["standing"] == "off"
    assert found["code_sets"]["summary"].count("Discharge disposition") == 1
    assert "ICD" not in found["code_sets"]["summary"]


@pytest.mark.parametrize("package", ["pydantic", "sqlite_utils"])
def test_without_a_package_that_everything_needs_it_still_answers(doctor: Doctor, package: str) -> None:
    code, found = doctor(prologue=f"sys.modules[{package!r}] = None")

    assert code == 4
    assert package in found["libraries"]["summary"]


def test_a_package_that_does_not_load_is_named(doctor: Doctor) -> None:
    code, found = doctor(prologue="sys.modules['rapidfuzz.fuzz'] = None")

    assert code == 4
    assert "rapidfuzz" in found["libraries"]["summary"]


@pytest.mark.model
def test_with_the_model_its_process_starts_and_answers(home: Path, doctor: Doctor) -> None:
    model = find_paths({}).models / MODEL_NAME
    if not model.is_file():
        pytest.skip("the default model is not installed here; make setup installs it")
    (home / "models").mkdir()
    (home / "models" / MODEL_NAME).symlink_to(model)

    _, found = doctor()

    assert found["model_file"]["standing"] == "fine"
    assert found["worker"]["standing"] in ("fine", "note")
    assert found["worker"]["facts"]["llama-cpp-python"]
    assert found["gpu"]["facts"]["gpu_offload"] in ("true", "false")


def test_as_text_every_part_has_a_line_and_what_is_off_is_summed_up(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ehrcoder", "doctor", "--verbose"], capture_output=True, encoding="utf-8",
        env={**os.environ, "EHRCODER_HOME": str(home), "PYTHONIOENCODING": "utf-8"}, check=False,
    )

    assert done.returncode == 4
    assert "OFF   Language model" in done.stdout
    assert "→ Run `ehrcoder model install`." in done.stdout
    assert "head_hash" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Off: ")
