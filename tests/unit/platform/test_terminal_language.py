"""The command line speaks the language of the terminal: help, complaints, results; JSON and exit codes stay."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ehrcoder.cli.main import build_parser, main
from ehrcoder.cli.terminal_language import said, terminal_language

REPOSITORY = Path(__file__).resolve().parents[3]
# Their results are printed in the terminal's language.
_SPOKEN = ("import_command", "import_preview", "propose_command", "verify_command", "verify_show", "sign_command",
           "export_command", "records_command", "record_access", "search_command", "validate_command", "audit_command",
           "backup_command", "worklist_command", "encryption_command", "profiles_command", "identifiers_command")
_NOTE = "Discharge summary\n\nAssessment: pneumonia.\n"


@pytest.fixture
def texts() -> ModuleType:
    path = REPOSITORY / "packaging" / "terminal_texts.py"
    spec = importlib.util.spec_from_file_location("terminal_texts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_for(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for(monkeypatch, LANG="es_ES.UTF-8")


@pytest.mark.parametrize(("variables", "language"), [
    ({"LANG": "es_ES.UTF-8"}, "es"),
    ({"LANG": "es"}, "es"),
    ({"LANG": "en_GB.UTF-8"}, ""),
    ({"LANG": "C.UTF-8"}, ""),
    ({}, ""),
    ({"LANG": "en_GB.UTF-8", "LC_ALL": "es_MX.UTF-8"}, "es"),
    ({"LANG": "es_ES.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, ""),
    ({"LANG": "en_GB.UTF-8", "LANGUAGE": "es:en"}, "es"),
    ({"LANG": "es_ES.UTF-8", "LANGUAGE": "en:es"}, ""),
])
def test_the_first_variable_that_says_something_decides(monkeypatch, variables: dict[str, str], language: str) -> None:
    ask_for(monkeypatch, **variables)
    assert terminal_language() == language


def test_every_text_of_the_command_line_has_its_spanish(texts: ModuleType) -> None:
    assert texts.amiss("es") == []


def test_a_text_without_spanish_is_named(texts: ModuleType) -> None:
    assert texts._amiss({"b": "c", "d {}": "e"}, {"a": "here", "d {}": "there"}) == [
        "here: terminal 'a'", "terminal 'b' is said nowhere",
        "terminal 'd {}' and 'e' differ in places, options or commands",
    ]


def test_help_strings_of_every_command_are_among_the_texts(texts: ModuleType) -> None:
    found = texts.own_texts()
    assert "every suggestion that is not decided yet" in found  # an option of a command of a command
    assert "Exit codes: 0 all files came in or were there already, 1 some failed, 2 none came in." in found
    assert "{} written, {} refused." in found
    assert "in-progress" in found
    assert "the following arguments are required: {}" in texts.parser_words()


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


def test_help_holds_no_english_sentence(spanish: None, texts: ModuleType) -> None:
    english = {text % {"default": ""} if "%(" in text else text for text, place in texts.help_texts().items()
               if " " in text and place != "argparse"}
    count = 0
    for parser in parsers(build_parser()):
        shown = " ".join(parser.format_help().split())
        count += 1
        assert shown.startswith("uso: ")
        assert "opciones:" in shown
        assert [text for text in english if f" {' '.join(text.split())} " in f" {shown} "] == []
    assert count > 80


def test_english_help_is_what_was_written(monkeypatch) -> None:
    ask_for(monkeypatch, LANG="en_GB.UTF-8")
    shown = build_parser().format_help()
    assert shown.startswith("usage: ehrcoder [-h] [--version] COMMAND ...")
    assert "\noptions:\n" in shown
    assert "list the records of a workspace" in shown


@pytest.mark.parametrize(("arguments", "complaint"), [
    (["verify", "accept"], "ehrcoder verify accept: error: faltan estos argumentos: HISTORIA"),
    (["records", "list", "--files"], "ehrcoder: error: argumentos no reconocidos: --files"),
    (["records", "list", "file"], "ehrcoder: error: argumentos no reconocidos: file"),
    (["verify", "poa", "a", "b", "z"], "error: argumento value: valor no válido: 'z' (elija entre 'y'"),
    (["verify", "accept", "a", "--min-confidence", "3"], "argumento --min-confidence: está entre 0 y 1"),
    (["search", "x", "--limit", "y"], "argumento --limit: valor de int no válido: 'y'"),
    (["search", "x", "--limit"], "argumento --limit: se esperaba un valor"),
])
def test_wrong_arguments_are_told_in_spanish(spanish: None, capsys, arguments: list[str], complaint: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.startswith("uso: ehrcoder")
    assert complaint in told


def test_a_command_is_no_word_to_be_translated(spanish: None) -> None:
    assert re.search(r"^ +records +enumerar las historias", build_parser().format_help(), re.MULTILINE)


def test_values_are_filled_in_as_they_are(spanish: None) -> None:
    assert said("{}: {} rows", "{}.csv", 3) == "{}.csv: 3 filas"
    assert said("There is no such text: {}.", "a") == "There is no such text: a."


@pytest.mark.parametrize("module", _SPOKEN)
def test_results_are_printed_through_the_table_of_words(module: str) -> None:
    tree = ast.parse((REPOSITORY / "ehrcoder" / "cli" / f"{module}.py").read_text("utf-8"))
    assert [f"line {line}: {text!r}" for line, text in unspoken(tree)] == []


def test_a_printed_english_word_is_noticed() -> None:
    tree = ast.parse('print(f"{n} files")\nprint(said("{} files", n), end="")\nprint_table(("file",), rows)\n')
    assert [text for _, text in unspoken(tree)] == [" files", "file"]


def unspoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield words that are printed as they stand in the source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "print_table"):
            for part in node.args[:1]:
                yield from _words_in(part)


def _words_in(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.FormattedValue):
        yield from _words_in(node.value)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and re.search(r"[A-Za-z]{2}", node.value):
            yield node.lineno, node.value
    elif not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            yield from _words_in(child)


def test_a_job_from_import_to_the_list_is_told_in_spanish(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EHRCODER_HOME", str(tmp_path / "home"))
    (tmp_path / "note.txt").write_text(_NOTE, "utf-8")
    workspace = ["--workspace", str(tmp_path / "a.ehrw")]
    told = {}
    for language in ("es_ES.UTF-8", "en_GB.UTF-8"):
        ask_for(monkeypatch, LANG=language)
        said_in = []
        for command in (["import", str(tmp_path / "note.txt")], ["records", "list"], ["verify", "show", "note"],
                        ["records", "list", "--json"]):
            assert main([*command, *workspace]) == 0
            said_in.append(capsys.readouterr().out)
        told[language] = said_in
    imported, listed, shown, as_json = told["es_ES.UTF-8"]
    assert "Historias nuevas: 1. Archivos: 1 leídos, 0 ya estaban, 0 fallaron." in imported
    assert listed.split()[:4] == ["historia", "título", "formato", "estado"]
    assert "nueva" in listed
    assert "Códigos asignados\nninguno" in shown
    assert "Sin firmar." in shown
    assert "Already in the workspace." in told["en_GB.UTF-8"][0]
    # What scripts read is the same in every language.
    assert as_json == told["en_GB.UTF-8"][3]
    assert json.loads(as_json)[0]["status"] == "new"
