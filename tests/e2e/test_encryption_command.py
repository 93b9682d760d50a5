"""Encryption from the command line, with passphrases out of files that the environment names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.coding_world import SmallCodeSets, open_world

from ehrcoder.adapters import passwords
from ehrcoder.adapters.passwords import Argon2Cost
from ehrcoder.cli.main import main
from ehrcoder.services import Services

WORDS = {"first": "seven plain words of the first owner", "next": "eight other words of the next owner",
         "root": "the administrators words"}


class Desk:
    """A shell in which commands are given, with files for passphrases."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        monkeypatch.setenv("EHRCODER_HOME", str(folder / "home"))
        monkeypatch.setattr(Services, "open_code_sets", lambda services: SmallCodeSets())
        monkeypatch.setattr(passwords.derive_key, "__defaults__", (Argon2Cost(passes=1, memory_kib=64, lanes=1),))
        self.workspace = folder / "w.ehrw"
        for name, words in WORDS.items():
            (folder / name).write_text(f"{words}\n", "utf-8")

    def give(self, *words: str, code: int = 0, **files: str) -> str:
        for kind in ("passphrase", "new_passphrase", "password", "new_password"):
            variable = f"EHRCODER_{kind.upper()}_FILE"
            if kind in files:
                self.monkeypatch.setenv(variable, str(self.folder / files[kind]))
            else:
                self.monkeypatch.delenv(variable, raising=False)
        self.capsys.readouterr()
        assert main([*words, "--workspace", str(self.workspace)]) == code
        out, err = self.capsys.readouterr()
        return err if code else out


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, monkeypatch, capsys)
    open_world(made.workspace).workspace.close()
    return made


def test_a_workspace_is_encrypted_changed_and_decrypted(desk: Desk) -> None:
    assert "NOT encrypted" in desk.give("encryption", "status")
    assert "is encrypted" in desk.give("encryption", "on", new_passphrase="first")
    assert "no terminal to ask at" in desk.give("records", "list", code=2)
    assert "does not open" in desk.give("records", "list", passphrase="next", code=2)
    assert "r1" in desk.give("records", "list", passphrase="first")
    desk.give("verify", "accept", "r1", "I10", passphrase="first")
    desk.give("encryption", "change", passphrase="first", new_passphrase="next")
    assert "intact" in desk.give("audit", "verify", passphrase="next")
    assert "NOT encrypted" in desk.give("encryption", "off", passphrase="next")
    assert "I10" in desk.give("verify", "show", "r1")


def test_a_new_workspace_is_encrypted_from_the_start(desk: Desk) -> None:
    desk.workspace = desk.folder / "new.ehrw"
    assert "is encrypted" in desk.give("encryption", "new", new_passphrase="first")
    note = desk.folder / "note.txt"
    note.write_text("Hypertension, treated.", "utf-8")
    desk.give("import", str(note), passphrase="first")
    assert b"Hypertension" not in desk.workspace.read_bytes()
    assert "note" in desk.give("records", "list", passphrase="first")


def test_plain_backups_are_named_and_deleted_when_asked_for(desk: Desk) -> None:
    desk.give("backup", "make")
    assert "are NOT encrypted" in desk.give("encryption", "on", new_passphrase="first")
    assert len(json.loads(desk.give("encryption", "status", "--json", passphrase="first"))["plain_backups"]) == 1
    desk.give("backup", "make", passphrase="first")
    desk.give("encryption", "forget-plain-backups", passphrase="first")
    assert json.loads(desk.give("encryption", "status", "--json", passphrase="first"))["plain_backups"] == []
    assert "brought back" in desk.give("backup", "drill", passphrase="first")


def test_only_an_administrator_changes_the_encryption_of_a_team(desk: Desk) -> None:
    desk.give("profiles", "add", "root", "--name", "Ada Root", "--role", "administrator", new_password="root")
    desk.give("profiles", "add", "max", "--name", "Max", "--role", "manager", "--coder", "root", password="root",
              new_password="first")
    told = desk.give("encryption", "on", "--coder", "max", password="first", new_passphrase="first", code=2)
    assert "Only an administrator" in told
    desk.give("encryption", "on", "--coder", "root", password="root", new_passphrase="first")
    assert "is encrypted" in desk.give("encryption", "status")


def test_a_system_without_a_keyring_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    desk.give("encryption", "on", new_passphrase="first")
    assert "no keyring" in desk.give("encryption", "keyring", passphrase="first", code=4)
    desk.give("encryption", "keyring", "--forget", passphrase="first")


def test_a_missing_workspace_is_named(desk: Desk) -> None:
    desk.workspace = desk.folder / "none.ehrw"
    assert "encryption new" in desk.give("encryption", "on", new_passphrase="first", code=3)
