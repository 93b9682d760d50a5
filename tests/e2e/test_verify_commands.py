"""Verify, sign, audit and list from the command line, as a script would."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import SmallCodeSets, open_world, record_of

from ehrcoder.cli.main import main
from ehrcoder.services import Services


@pytest.fixture
def workspace_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two records; the code sets are small ones, everything else is the product."""
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Services, "open_code_sets", lambda services: SmallCodeSets())
    world = open_world(tmp_path / "w.ehrw")
    world.workspace.add_records([record_of("r2", title="Second note")])
    world.workspace.close()
    return world.workspace.path


def command(workspace: Path, *arguments: str) -> int:
    return main([*arguments, "--workspace", str(workspace)])


def shown(workspace: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    capsys.readouterr()
    assert command(workspace, *arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_script_codes_and_signs_a_record(workspace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = shown(workspace_file, capsys, "verify", "accept", "r1", "--all", "--min-confidence", "0.5")
    assert [each["decision"] for each in state["suggestions"]] == ["accepted", "accepted", "undecided"]
    assert command(workspace_file, "sign", "r1") == 2
    assert "1 suggestion is not decided yet: J45.909" in capsys.readouterr().err
    state = shown(workspace_file, capsys, "verify", "reject", "r1", "--rest", "--reason", "unsupported")
    assert state["suggestions"][2]["decision"] == "rejected"
    shown(workspace_file, capsys, "verify", "principal", "r1", "E11.9")
    state = shown(workspace_file, capsys, "sign", "r1", "--meaning", "final", "--coder", "Dr A")
    assert state["signature"]["coder"] == "Dr A"
    assert [(each["code"], each["use"]) for each in state["assignments"]] == [
        ("E11.9", "principal"), ("I10", "secondary")]
    assert command(workspace_file, "verify", "undo", "r1") == 2


def test_every_decision_has_its_command(workspace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def codes(*arguments: str) -> list[str]:
        return [each["code"] for each in shown(workspace_file, capsys, "verify", *arguments)["assignments"]]

    assert codes("accept", "r1", "1", "J45909") == ["I10", "J45.909"]
    assert codes("add", "r1", "r079") == ["I10", "J45.909", "R07.9"]
    assert codes("add", "r1", "0DTJ4ZZ", "--system", "pcs") == ["I10", "J45.909", "R07.9", "0DTJ4ZZ"]
    assert codes("replace", "r1", "3", "J45.901") == ["I10", "J45.901", "R07.9", "0DTJ4ZZ"]
    assert codes("move", "r1", "R07.9", "-2") == ["R07.9", "I10", "J45.901", "0DTJ4ZZ"]
    assert codes("remove", "r1", "2", "--reason", "no") == ["R07.9", "J45.901", "0DTJ4ZZ"]
    assert codes("undo", "r1") == ["R07.9", "I10", "J45.901", "0DTJ4ZZ"]
    assert codes("redo", "r1") == ["R07.9", "J45.901", "0DTJ4ZZ"]
    state = shown(workspace_file, capsys, "verify", "poa", "r1", "1", "y")
    assert state["assignments"][0]["present_on_admission"] == "Y"
    assert codes("show", "r1") == ["R07.9", "J45.901", "0DTJ4ZZ"]


def test_tables_for_people_show_codes_and_words(workspace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(workspace_file, "verify", "accept", "r1", "I10") == 0
    out = capsys.readouterr().out
    assert "Title of I10" in out
    assert "Hypertension" in out
    assert "Not signed." in out


def test_a_header_is_refused_with_the_choices_below_it(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(workspace_file, "verify", "add", "r1", "J45") == 2
    assert "J45.901" in capsys.readouterr().err


def test_the_history_is_shown_and_verified(workspace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(workspace_file, "verify", "accept", "r1", "I10", "--coder", "Dr A")
    capsys.readouterr()
    assert command(workspace_file, "audit", "show", "r1") == 0
    out = capsys.readouterr().out
    assert "Dr A" in out
    assert "accepted ICD-10-CM I10" in out
    assert shown(workspace_file, capsys, "audit", "verify")["intact"] is True
    assert shown(workspace_file, capsys, "audit", "rebuild")["differing"] == []
    lines = shown(workspace_file, capsys, "audit", "show", "r1")
    assert [each["action"] for each in lines] == ["accept"]


def test_a_broken_history_ends_with_exit_code_5_and_names_what_it_touches(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(workspace_file, "verify", "accept", "r1", "I10")
    with closing(sqlite3.connect(workspace_file)) as raw:
        raw.execute("DROP TRIGGER events_never_update")
        raw.execute("UPDATE events SET body = replace(body, 'coder_id\":\"coder', 'coder_id\":\"other')")
        raw.commit()
    capsys.readouterr()
    assert command(workspace_file, "audit", "verify") == 5
    out = capsys.readouterr().out
    assert "NOT intact" in out
    assert "Event 1 of record r1 was altered" in out
    assert "code I10" in out
    assert command(workspace_file, "audit", "verify", "--json") == 5
    assert json.loads(capsys.readouterr().out)["intact"] is False
    for arguments in (["audit", "show", "r1"], ["verify", "show", "r1"], ["audit", "rebuild"], ["sign", "r1"]):
        assert command(workspace_file, *arguments) == 5


def test_a_stored_coding_that_differs_is_repaired_on_request(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(workspace_file, "verify", "accept", "r1", "I10")
    with closing(sqlite3.connect(workspace_file)) as raw:
        raw.execute("UPDATE coding SET assignment_count = 9")
        raw.commit()
    assert command(workspace_file, "audit", "rebuild") == 5
    assert command(workspace_file, "audit", "rebuild", "--repair") == 0
    assert command(workspace_file, "audit", "rebuild") == 0
    assert "not what they say" in capsys.readouterr().out


def test_records_are_listed_for_people_and_scripts(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [each["title"] for each in shown(workspace_file, capsys, "records", "list")] == ["r1", "Second note"]
    assert command(workspace_file, "records", "list", "--ids", "--status", "new") == 0
    assert capsys.readouterr().out == "r2\n"
    assert command(workspace_file, "records", "list") == 0
    assert "Second note" in capsys.readouterr().out


def test_an_amendment_needs_its_reason_and_opens_the_record(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(workspace_file, "sign", "Second note") == 0
    assert command(workspace_file, "sign", "--amend", "r2") == 2
    assert shown(workspace_file, capsys, "sign", "--amend", "r2", "--reason", "late")["signature"] is None
    assert command(workspace_file, "sign", "r2", "--reason", "x") == 2


@pytest.mark.parametrize("arguments", [
    ["verify", "show", "r1"], ["sign", "r1"], ["audit", "verify"], ["audit", "rebuild", "--repair"],
    ["records", "list"]])
def test_a_workspace_that_is_not_there_is_not_created(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "none.ehrw", *arguments) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_that_is_open_elsewhere_is_said_so(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Services()) as services, closing(services.open_workspace(workspace_file)):
        assert command(workspace_file, "verify", "accept", "r1", "I10") == 4
        assert "Close the other window" in capsys.readouterr().err
        assert command(workspace_file, "verify", "show", "r1") == 0


def test_no_control_character_of_a_note_reaches_the_terminal(
    workspace_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Services()) as services, closing(services.open_workspace(workspace_file)) as workspace:
        workspace.add_records([record_of("r3", title="evil \x1b[2J\x07 name")])
    command(workspace_file, "records", "list")
    assert "\x1b" not in capsys.readouterr().out
