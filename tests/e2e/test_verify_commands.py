"""Verify, sign, audit and list from the command line, as a script would."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import SmallCodeSets, open_world, record_of

from ehrcoder.cli.main import main
from ehrcoder.core.comments import comments
from ehrcoder.core.edits import EditFinding, EditSeverity
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


def decided(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two codes stand; the edits below speak against them."""
    assert command(workspace, "verify", "accept", "r1", "1", "2") == 0
    assert command(workspace, "verify", "reject", "r1", "--rest", "--reason", "unsupported") == 0
    capsys.readouterr()


@pytest.fixture
def objections(monkeypatch: pytest.MonkeyPatch) -> list[EditFinding]:
    """What the code edits find: two warnings of two rules; what somebody let stand is information."""
    found = [
        EditFinding(rule_id=rule, severity=EditSeverity.WARNING, message=message, codes=(), assignment_ids=(),
                    source="test")
        for rule, message in (("excludes2", "Both may be there."), ("unspecified", "A child would say more."))
    ]
    from ehrcoder.core.edits import let_stand

    monkeypatch.setattr(
        "ehrcoder.cli.validate_command.findings_of",
        lambda services, workspace, record_id: let_stand(
            found, [each.text for each in comments(workspace.events(record_id))]),
    )
    return found


def test_signing_names_each_warning_without_a_reason(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], objections: list[EditFinding]
) -> None:
    decided(workspace_file, capsys)
    assert command(workspace_file, "sign", "r1", "--reason", "excludes2=Two separate diseases") == 2
    told = capsys.readouterr().err
    assert "unspecified: A child would say more." in told
    assert "Both may be there." not in told
    assert "--reason RULE=TEXT" in told
    assert command(workspace_file, "audit", "show", "r1") == 0  # and nothing was kept of the half that was given
    assert "Two separate diseases" not in capsys.readouterr().out


def test_reasons_by_rule_let_warnings_stand_and_are_kept(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], objections: list[EditFinding]
) -> None:
    decided(workspace_file, capsys)
    state = shown(workspace_file, capsys, "sign", "r1", "--reason", "excludes2=Two separate diseases",
                  "--reason", "unspecified=The note says no more")
    assert state["signature"] is not None
    assert command(workspace_file, "audit", "show", "r1", "--json") == 0
    kept = capsys.readouterr().out
    assert "Two separate diseases (excludes2: Both may be there.)" in kept
    assert "The note says no more (unspecified: A child would say more.)" in kept


def test_a_terminal_is_asked_for_what_is_lacking(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], objections: list[EditFinding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    decided(workspace_file, capsys)
    monkeypatch.setattr("sys.stdin", Terminal("Two separate diseases\n\n"))
    assert command(workspace_file, "sign", "r1") == 2
    told = capsys.readouterr().err
    assert told.count("Why may it stand?") == 2
    assert told.index("Warning excludes2: Both may be there.") < told.index("Warning unspecified")
    assert "Warnings have no reason yet" in told
    monkeypatch.setattr("sys.stdin", Terminal("The note says no more\n"))
    assert command(workspace_file, "sign", "r1", "--reason", "excludes2=Two separate diseases") == 0


def test_an_open_error_forbids_the_signature(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], objections: list[EditFinding]
) -> None:
    decided(workspace_file, capsys)
    objections[0] = replace(objections[0], severity=EditSeverity.ERROR)
    assert command(workspace_file, "sign", "r1", "--reason", "unspecified=x") == 2
    assert "excludes2: Both may be there." in capsys.readouterr().err
    assert shown(workspace_file, capsys, "verify", "show", "r1")["signature"] is None


@pytest.mark.parametrize(("reason", "told"), [
    ("no rule named", "--reason takes RULE=TEXT"), ("excludes2=", "--reason takes RULE=TEXT"),
    ("age=Too old", "no open warning of rule age. Open: excludes2, unspecified"),
])
def test_a_reason_that_fits_no_warning_is_refused(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], objections: list[EditFinding], reason: str, told: str
) -> None:
    decided(workspace_file, capsys)
    assert command(workspace_file, "sign", "r1", "--reason", reason) == 2
    assert told in capsys.readouterr().err


def test_the_rules_of_the_code_sets_are_asked_before_a_signature(
    workspace_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the double above: a code that is no code any more is an error of the real rules."""
    decided(workspace_file, capsys)
    assert command(workspace_file, "verify", "add", "r1", "J45.901") == 0
    headings_now = [(*each[:3], each[3] and each[1] != "J45.901") for each in SmallCodeSets._CODES]
    monkeypatch.setattr(SmallCodeSets, "_CODES", tuple(headings_now))
    capsys.readouterr()
    assert command(workspace_file, "sign", "r1") == 2
    assert "Errors are open" in capsys.readouterr().err
