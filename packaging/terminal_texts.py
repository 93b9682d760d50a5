"""Finds what the command line says: help, the parser's own words, and the results that are printed."""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TRANSLATIONS = REPOSITORY / "resources" / "translations"
_COMMANDS = REPOSITORY / "ehrcoder" / "cli"
# What argparse says to who programs with it, not to who types a command; and what SpokenParser puts together itself.
_FOR_PROGRAMMERS = (
    "conflicting ", ".__call__()", "'required' is an invalid", "mutually exclusive arguments must",
    "{} is not callable", "cannot ", "invalid option string", "dest= is required", "invalid conflict_resolution",
    "unexpected option string", "argument \"-\" with mode", "unknown parser", "{}: error: {}",
)
# Words of argparse in other versions of Python than the running one.
_OTHER_VERSIONS = frozenset({
    "option '{}' is deprecated", "argument '{}' is deprecated", "command '{}' is deprecated",
    "invalid choice: {}, maybe you meant {}? (choose from {})", "expected {} argument", "expected {} arguments",
})
_FILLED = re.compile(r"%\(\w+\)[sr]|%[sr]")


def help_texts() -> dict[str, str]:
    """Return every description, help and name of an argument with the command that it was found in first."""
    sys.path.insert(0, str(REPOSITORY))
    from ehrcoder.cli.main import build_parser

    found: dict[str, str] = {}
    for command, text in _of_parser(build_parser()):
        found.setdefault(text, command)
    return found


def _of_parser(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    given = [parser.description, parser.epilog, parser.usage, *_of_actions(parser._actions)]
    for text in given:
        if text and text != argparse.SUPPRESS:
            yield parser.prog, text
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _of_parser(each)


def _of_actions(actions: list[argparse.Action]) -> Iterator[str | None]:
    for action in actions:
        yield action.help
        if action.option_strings and action.nargs != 0 and action.choices is None and action.metavar is None:
            yield action.dest.upper()
        if action.metavar is not None:
            yield from (action.metavar,) if isinstance(action.metavar, str) else action.metavar
        if isinstance(action, argparse._SubParsersAction):
            yield from (each.help for each in action._choices_actions)


def parser_words() -> dict[str, str]:
    """Return what argparse itself says to a person, `{}` standing for what it fills in."""
    found: dict[str, str] = {"error": "argparse"}
    for node in ast.walk(ast.parse(Path(argparse.__file__).read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
            for each in node.args[: 2 if node.func.id == "ngettext" else 1]:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    text = _FILLED.sub("{}", each.value)
                    if not text.startswith(_FOR_PROGRAMMERS):
                        found[text] = "argparse"
    return found


def printed_texts() -> dict[str, str]:
    """Return each text that a command says with the module that it was found in first."""
    found: dict[str, str] = {}
    for path in sorted(_COMMANDS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for text in _said_by(node):
                found.setdefault(text, str(path.relative_to(REPOSITORY)))
    for value in _shown_values():
        found.setdefault(value, "a table")
    return found


def _said_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = {"said": node.args[:1], "said_all": node.args, "ArgumentTypeError": node.args[:1]}.get(name, [])
        yield from (each.value for each in texts if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _shown_values() -> Iterator[str]:
    """Yield the states that stand in tables."""
    sys.path.insert(0, str(REPOSITORY))
    from ehrcoder.cli.validate_command import LISTS
    from ehrcoder.core.assignments import Decision, DiagnosisUse
    from ehrcoder.core.codes import CodeKind
    from ehrcoder.core.edits import EditSeverity
    from ehrcoder.core.identifiers import IdentifierKind
    from ehrcoder.core.profiles import Role
    from ehrcoder.core.recode import CodeChange
    from ehrcoder.core.records import RecordStatus
    from ehrcoder.usecases.import_records import ImportStatus
    from ehrcoder.usecases.verify_exports import ExportState

    for states in (Decision, DiagnosisUse, CodeKind, RecordStatus, ImportStatus, ExportState, EditSeverity,
                   IdentifierKind, Role, CodeChange):
        yield from (each.value for each in states)
    yield from LISTS.values()


def own_texts() -> dict[str, str]:
    """Return everything that our commands say with the place that it was found in first."""
    ours = {**printed_texts(), **help_texts()}
    not_ours = parser_words()
    return {text: place for text, place in ours.items() if text not in not_ours}


def amiss(language: str) -> list[str]:
    """Return texts without a translation, translations of what nobody says any more, and uneven ones."""
    found = []
    for name, wanted in (("terminal", own_texts()), ("arguments", parser_words())):
        there = json.loads((TRANSLATIONS / f"{name}_{language}.json").read_text("utf-8"))
        found += _amiss(there, wanted)
    return found


def _amiss(there: dict[str, str], wanted: dict[str, str]) -> list[str]:
    lacking = [f"{place}: terminal {text!r}" for text, place in wanted.items() if not there.get(text)]
    gone = [f"terminal {text!r} is said nowhere" for text in there if text not in {*wanted, *_OTHER_VERSIONS}]
    marks = re.compile(r"\{\}|%\(\w+\)s|`[^`]*`|--[a-z][\w-]*")
    uneven = [f"terminal {text!r} and {words!r} differ in places, options or commands" for text, words in there.items()
              if sorted(marks.findall(text)) != sorted(marks.findall(words))]
    return [*lacking, *gone, *uneven]
