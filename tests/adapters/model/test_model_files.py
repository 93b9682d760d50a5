"""A model file that somebody brought is copied whole, checked, and put into the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehrcoder.adapters.model import default_model
from ehrcoder.adapters.model.model_files import bring_in
from ehrcoder.cli.main import main
from ehrcoder.core.errors import EhrCoderError, InputError
from ehrcoder.settings import load_settings


def gguf(path: Path, content: bytes = b"GGUF and more") -> Path:
    path.write_bytes(content)
    return path


def test_a_file_is_copied_under_its_name(tmp_path: Path) -> None:
    copy = bring_in(gguf(tmp_path / "mine.gguf"), tmp_path / "models")

    assert copy == tmp_path / "models" / "mine.gguf"
    assert copy.read_bytes() == b"GGUF and more"
    assert [path.name for path in copy.parent.iterdir()] == ["mine.gguf"]


@pytest.mark.parametrize(("name", "content", "told"), [
    ("notes.gguf", b"not a model", "is not a GGUF file"),
    ("empty.gguf", b"", "is not a GGUF file"),
    (default_model.NAME, b"GGUF of somebody else", "bears the default model's name"),
])
def test_what_is_no_model_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        bring_in(gguf(tmp_path / name, content), tmp_path / "models")

    assert not (tmp_path / "models").exists() or list((tmp_path / "models").iterdir()) == []


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        bring_in(tmp_path / "nowhere.gguf", tmp_path / "models")


def test_a_folder_that_cannot_hold_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file stands here")

    with pytest.raises(EhrCoderError, match="could not be copied"):
        bring_in(gguf(tmp_path / "mine.gguf"), tmp_path / "models")


def test_the_command_puts_it_into_the_settings_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("EHRCODER_HOME", str(home))

    assert main(["model", "use", str(gguf(tmp_path / "mine.gguf"))]) == 0
    assert load_settings(home / "settings.toml").model.path == home / "models" / "mine.gguf"

    assert main(["model", "use", "--default"]) == 0
    assert load_settings(home / "settings.toml").model.path is None
