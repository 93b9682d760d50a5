"""Settings are changed whole or not at all, and what a person wrote beside them stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ehrcoder.core.errors import InputError
from ehrcoder.settings import Settings, allowed_values, change_settings, load_settings


def test_a_change_makes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "home" / "settings.toml"

    changed = change_settings(file, {"coder": "maria", "window.font_size": 14, "backup.folder": Path("/backups")})

    assert changed == load_settings(file)
    assert (changed.coder, changed.window.font_size, changed.backup.folder) == ("maria", 14, Path("/backups"))


def test_comments_and_other_values_stay(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("# of our site\n[model]\nthreads = 2  # leave one core\n", "utf-8")

    change_settings(file, {"window.theme": "dark"})

    text = file.read_text("utf-8")
    assert "# of our site" in text
    assert "threads = 2  # leave one core" in text
    assert load_settings(file).model.threads == 2


def test_none_goes_back_to_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    change_settings(file, {"window.theme": "dark"})

    assert change_settings(file, {"window.theme": None}).window.theme == "system"


@pytest.mark.parametrize("changes", [
    {"window.font_size": 99}, {"coding.policy": "all"}, {"coder": ""}, {"no.such": 1}, {"backup.keep": 0},
])
def test_what_cannot_be_is_refused_and_the_file_stays(tmp_path: Path, changes: dict[str, Any]) -> None:
    file = tmp_path / "settings.toml"
    change_settings(file, {"coder": "maria"})
    before = file.read_bytes()

    with pytest.raises(InputError, match="cannot be set so"):
        change_settings(file, changes)

    assert file.read_bytes() == before


def test_a_damaged_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[model\n", "utf-8")

    with pytest.raises(InputError, match="cannot be used"):
        change_settings(file, {"coder": "maria"})

    assert file.read_text("utf-8") == "[model\n"


def test_every_setting_says_what_it_is_for_and_may_be() -> None:
    for section in (Settings, *(f.annotation for f in Settings.model_fields.values())):
        for name, field in getattr(section, "model_fields", {}).items():
            if not hasattr(field.annotation, "model_fields"):
                assert field.description, name
                assert allowed_values(field), name
