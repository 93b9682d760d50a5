"""An installed program puts its code sets into the user's folder once, and leaves what the user imported."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.shipped import ensure_shipped
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.paths import Paths


def add_set(folder: Path, name: str, content: bytes, *, packed: bool, schema: int = SCHEMA_VERSION) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": name, "system": f"urn:{name}", "version": "1", "effective_from": None, "effective_to": None,
        "concepts": 1, "billable": 1, "licence": "CC0-1.0", "source": "test", "caveat": "", "file": f"{name}.sqlite",
        "sha256": "0", "input_sha256": name, "schema_version": schema,
    }
    (folder / f"{name}.json").write_text(json.dumps(manifest), "utf-8")
    (folder / f"{name}.sqlite{'.xz' if packed else ''}").write_bytes(lzma.compress(content) if packed else content)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "program" / "codesets"
    add_set(folder, "tiny", b"a small set", packed=True)
    (folder / "vocabulary.sqlite.xz").write_bytes(lzma.compress(b"words"))
    return folder


def test_a_checkout_ships_nothing_and_nothing_happens(tmp_path: Path) -> None:
    assert ensure_shipped(None, tmp_path / "home", tmp_path) == ()
    assert not (tmp_path / "home").exists()


def test_the_first_start_unpacks_and_the_second_finds_it_done(shipped: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"

    first = ensure_shipped(shipped, home, tmp_path)
    second = ensure_shipped(shipped, home, tmp_path)

    assert [each.built for each in (*first, *second)] == [True, False]
    assert (home / "tiny.sqlite").read_bytes() == b"a small set"
    assert (home / "vocabulary.sqlite").read_bytes() == b"words"
    assert sorted(path.name for path in home.iterdir()) == ["tiny.json", "tiny.sqlite", "vocabulary.sqlite"]


def test_a_lost_file_is_put_back(shipped: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    ensure_shipped(shipped, home, tmp_path)
    (home / "tiny.sqlite").unlink()

    ensure_shipped(shipped, home, tmp_path)

    assert (home / "tiny.sqlite").read_bytes() == b"a small set"


def test_force_unpacks_over_a_damaged_file(shipped: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    ensure_shipped(shipped, home, tmp_path)
    (home / "tiny.sqlite").write_bytes(b"damaged")

    ensure_shipped(shipped, home, tmp_path, force=True)

    assert (home / "tiny.sqlite").read_bytes() == b"a small set"


@pytest.mark.parametrize(("name", "schema", "stays"), [
    ("former-edition", SCHEMA_VERSION, True), ("of-an-older-program", SCHEMA_VERSION - 1, False),
    ("release-imported", SCHEMA_VERSION - 1, True),
])
def test_only_sets_that_this_program_cannot_read_are_removed(
    shipped: Path, tmp_path: Path, name: str, schema: int, stays: bool
) -> None:
    home = tmp_path / "home"
    ensure_shipped(shipped, home, tmp_path)
    add_set(home, name, b"former", packed=False, schema=schema)

    ensure_shipped(shipped, home, tmp_path)

    assert (home / f"{name}.sqlite").exists() is stays


def test_a_packed_set_that_is_cut_short_is_refused_and_nothing_half_remains(shipped: Path, tmp_path: Path) -> None:
    packed = shipped / "tiny.sqlite.xz"
    packed.write_bytes(packed.read_bytes()[:-6])

    with pytest.raises(EnvironmentFault, match="could not be put into"):
        ensure_shipped(shipped, tmp_path / "home", tmp_path)

    assert list((tmp_path / "home").iterdir()) == []


def test_the_users_own_model_counts_before_the_one_of_the_program(tmp_path: Path) -> None:
    shipped = tmp_path / "program"
    paths = Paths(home=tmp_path / "home", resources=tmp_path, code_set_sources=tmp_path, shipped=shipped)
    assert paths.model_named("m.gguf") == tmp_path / "home" / "models" / "m.gguf"

    (shipped / "models").mkdir(parents=True)
    (shipped / "models" / "m.gguf").write_bytes(b"GGUF")
    assert paths.model_named("m.gguf") == shipped / "models" / "m.gguf"

    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home" / "models" / "m.gguf").write_bytes(b"GGUF")
    assert paths.model_named("m.gguf") == tmp_path / "home" / "models" / "m.gguf"
