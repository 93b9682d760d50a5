"""The search and codesets commands, as a script uses them."""

from __future__ import annotations

import json

import pytest

from ehrcoder.cli.main import main
from ehrcoder.paths import find_paths


@pytest.fixture(autouse=True)
def _built() -> None:
    if not (find_paths().code_sets / "vocabulary.sqlite").is_file():
        pytest.skip("the code sets are not built here: run `ehrcoder codesets build`")


def test_search_prints_a_json_list_of_the_agreed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "copd", "exacerbation", "--json", "--limit", "5"]) == 0
    hits = json.loads(capsys.readouterr().out)
    assert len(hits) == 5
    assert set(hits[0]) == {"system", "version", "code", "display", "billable", "score"}
    assert (hits[0]["code"], hits[0]["billable"]) == ("J44.1", True)


def test_a_search_without_a_hit_prints_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "....", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_search_can_ask_for_the_editions_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "J44.1", "--on", "2026-05-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["code"] == "J44.1"
    assert main(["search", "J44.1", "--on", "May"]) == 2
    assert "May is no date" in capsys.readouterr().err


def test_a_limit_below_one_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "copd", "--limit", "0"]) == 2
    assert "--limit" in capsys.readouterr().err


def test_the_list_shows_every_edition_with_licence_source_and_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "list", "--json"]) == 0
    editions = json.loads(capsys.readouterr().out)["editions"]
    assert len(editions) >= 6
    assert all(len(edition["sha256"]) == 64 and edition["licence"] and edition["source"] for edition in editions)


def test_show_prints_notes_and_choices_of_a_code_typed_without_its_dot(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "show", "s72001"]) == 0
    shown = capsys.readouterr().out
    assert "S72.001A" in shown
    assert "Notes at S72" in shown


def test_show_of_an_unknown_code_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codesets", "show", "J44.7"]) == 3
    assert "J44.7" in capsys.readouterr().err
