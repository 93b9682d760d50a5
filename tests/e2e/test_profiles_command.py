"""Profiles from the command line: passwords come from files that the environment names, never from the line itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.coding_world import SmallCodeSets, open_world

from ehrcoder.adapters.asked_secrets import AskedSecrets
from ehrcoder.cli.main import main
from ehrcoder.core.errors import InputError
from ehrcoder.services import Services

WORDS = {"root": "the administrators words", "cleo": "the coders own words", "wrong": "somebody elses words"}


class Desk:
    """A shell in which commands are given, with files for passwords."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        monkeypatch.setenv("EHRCODER_HOME", str(folder / "home"))
        monkeypatch.setattr(Services, "open_code_sets", lambda services: SmallCodeSets())
        self.workspace = folder / "w.ehrw"
        for name, password in WORDS.items():
            (folder / name).write_text(f"{password}\n", "utf-8")

    def give(self, *words: str, password: str = "", new: str = "", code: int = 0) -> str:
        for variable, name in (("EHRCODER_PASSWORD_FILE", password), ("EHRCODER_NEW_PASSWORD_FILE", new)):
            if name:
                self.monkeypatch.setenv(variable, str(self.folder / name))
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


@pytest.fixture
def staffed(desk: Desk) -> Desk:
    desk.give("profiles", "add", "root", "--name", "Ada Root", "--role", "administrator", new="root")
    desk.give("profiles", "add", "cleo", "--name", "Cleo Coder", "--role", "coder", "--coder", "root",
              password="root", new="cleo")
    return desk


def test_everybody_is_listed_with_their_roles(desk: Desk) -> None:
    assert "There are no profiles" in desk.give("profiles", "list")
    desk.give("profiles", "add", "root", "--name", "Ada Root", "--role", "administrator", "--role", "coder", new="root")
    assert json.loads(desk.give("profiles", "list", "--json")) == [
        {"id": "root", "name": "Ada Root", "roles": ["coder", "administrator"], "active": True}]


def test_a_signature_takes_the_signers_password(staffed: Desk) -> None:
    staffed.give("verify", "reject", "r1", "--rest", "--reason", "unsupported", "--coder", "cleo", password="cleo")
    assert "not right" in staffed.give("sign", "r1", "--coder", "cleo", password="wrong", code=2)
    assert "Nothing was changed" in staffed.give("sign", "r1", "--coder", "cleo", password="root", code=2)
    staffed.give("sign", "r1", "--coder", "cleo", password="cleo")
    assert "cleo" in staffed.give("audit", "show", "r1")
    assert "intact" in staffed.give("audit", "verify")


def test_without_a_password_nothing_is_changed(staffed: Desk) -> None:
    for words in (("verify", "undo", "r1"), ("import", str(staffed.folder / "root")), ("propose", "r1", "--no-model"),
                  ("audit", "rebuild", "--repair"), ("export", "--all", "--out", "out")):
        assert "there is no terminal to ask at" in staffed.give(*words, code=2)


def test_an_administrator_changes_names_roles_and_passwords(staffed: Desk) -> None:
    staffed.give("profiles", "rename", "cleo", "--name", "Cleo Chief", "--coder", "root", password="root")
    staffed.give("profiles", "roles", "cleo", "--role", "reviewer", "--coder", "root", password="root")
    staffed.give("profiles", "off", "cleo", "--coder", "root", password="root")
    assert "no" in staffed.give("profiles", "list").splitlines()[-1]
    staffed.give("profiles", "on", "cleo", "--coder", "root", password="root")
    staffed.give("profiles", "password", "cleo", "--coder", "cleo", password="cleo", new="wrong")
    shown = staffed.give("profiles", "roles", "cleo", "--role", "manager", "--coder", "cleo", password="wrong", code=2)
    assert "Only an administrator" in shown


def test_a_new_password_is_typed_twice() -> None:
    typed = iter(["one way of words", "another way of words", "the same words", "the same words"])
    secrets = AskedSecrets({}, ask=lambda _: next(typed))
    with pytest.raises(InputError, match="not the same"):
        secrets.new_password("a")
    assert secrets.new_password("a") == "the same words"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    secrets = AskedSecrets({"EHRCODER_PASSWORD_FILE": str(tmp_path / "none")})
    with pytest.raises(InputError, match="cannot be read"):
        secrets.password("a")
