"""Brings the window's texts into its translation files, and says what has no translation yet.

    .venv/bin/python packaging/translations.py          add new texts, drop unused ones, compile; says what is missing
    .venv/bin/python packaging/translations.py --check     change nothing; exit code 1 where something is missing or old

Texts are found by reading the source: `self.tr("…")` in a class, `translate("context", "…")`, and functions that pass
their argument to `translate` (a module's `_tr`), also where another module imports them. Qt's own `lupdate` knows no
such functions in Python. The compiled .qm is made by the `lrelease` that comes with PySide6.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import error_texts
import terminal_texts

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = REPOSITORY / "ehrcoder" / "gui"
TRANSLATIONS = REPOSITORY / "resources" / "translations"
LANGUAGES = ("es",)
Text = tuple[str, str]
"""Context and text."""


def texts() -> dict[Text, str]:
    """Return every text of the window with the file that it was found in first."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCES.rglob("*.py"))}
    functions = {path: dict(_own_functions(tree)) for path, tree in trees.items()}
    found: dict[Text, str] = {}
    for path, tree in trees.items():
        known = dict(functions[path])
        for module, names in _imports(tree):
            source = REPOSITORY / Path(*module.split(".")).with_suffix(".py")
            known |= {alias: functions[source][name] for name, alias in names if name in functions.get(source, {})}
        for text in _texts_of(tree, known, context=""):
            found.setdefault(text, str(path.relative_to(REPOSITORY)))
    for description in _setting_descriptions():
        found.setdefault(("setting_descriptions", description), "ehrcoder/settings.py")
    return found


def _own_functions(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each function that does nothing but translate its argument, with the context that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and len(node.args.args) == 1:
            for inner in ast.walk(node):
                if _is_translate(inner) and isinstance(inner.args[1], ast.Name):  # pyright: ignore
                    yield node.name, str(inner.args[0].value)  # pyright: ignore


def _is_translate(node: ast.AST) -> bool:
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "translate"
            and len(node.args) == 2 and isinstance(node.args[0], ast.Constant))


def _imports(tree: ast.Module) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ehrcoder.gui"):
            yield str(node.module), [(each.name, each.asname or each.name) for each in node.names]


def _texts_of(node: ast.AST, known: dict[str, str], *, context: str) -> Iterator[Text]:
    """Yield the texts below a node; a class is the context of its `self.tr`."""
    if isinstance(node, ast.ClassDef):
        context = node.name
    if isinstance(node, ast.Call):
        if _is_translate(node) and isinstance(node.args[1], ast.Constant):
            yield str(node.args[0].value), str(node.args[1].value)  # pyright: ignore
        elif node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
                owner = context if isinstance(node.func.value, ast.Name) and node.func.value.id == "self" else ""
                # `window.tr` and the like: the class of that object is known at run time only.
                yield owner or "MainWindow", node.args[0].value
            elif isinstance(node.func, ast.Name) and node.func.id in known:
                yield known[node.func.id], node.args[0].value
    for child in ast.iter_child_nodes(node):
        yield from _texts_of(child, known, context=context)


def _setting_descriptions() -> Iterator[str]:
    sys.path.insert(0, str(REPOSITORY))
    from ehrcoder.settings import Settings

    for section in (Settings, *(field.annotation for field in Settings.model_fields.values())):
        for field in getattr(section, "model_fields", {}).values():
            if field.description:
                yield field.description


def read(path: Path) -> dict[Text, str]:
    """Return the translations of a .ts file; an unfinished one is empty."""
    if not path.exists():
        return {}
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            words = message.find("translation")
            done = words is not None and words.get("type") != "unfinished"
            found[str(context.findtext("name")), str(message.findtext("source"))] = (words.text or "") if done else ""  # pyright: ignore
    return found


def write(path: Path, language: str, translated: dict[Text, str]) -> None:
    """Write a .ts file: contexts and texts in order, so that a change is a small one."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    for name in sorted({context for context, _ in translated}):
        context = ET.SubElement(root, "context")
        ET.SubElement(context, "name").text = name
        for (_, source), words in sorted(item for item in translated.items() if item[0][0] == name):
            message = ET.SubElement(context, "message")
            ET.SubElement(message, "source").text = source
            done = ET.SubElement(message, "translation")
            if words:
                done.text = words
            else:
                done.set("type", "unfinished")
    ET.indent(root, " ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n', "utf-8")


def compile_(path: Path) -> None:
    """Make the .qm beside a .ts file."""
    done = subprocess.run(
        [Path(sys.executable).parent / "pyside6-lrelease", "-silent", path, "-qm", path.with_suffix(".qm")],
        capture_output=True, encoding="utf-8", check=False,
    )
    if done.returncode:
        raise OSError(f"lrelease failed: {done.stderr}")


def missing(language: str, wanted: dict[Text, str]) -> list[str]:
    """Return "FILE: context: text" for each text without a translation."""
    there = read(TRANSLATIONS / f"ehrcoder_{language}.ts")
    return [f"{file}: {text[0]}: {text[1]!r}" for text, file in wanted.items() if not there.get(text)]


def broken(language: str) -> list[str]:
    """Return translations that lack a placeholder of their text, or a mark that has to stay."""
    found = []
    for (context, text), words in read(TRANSLATIONS / f"ehrcoder_{language}.ts").items():
        for mark in ("{0}", "{1}", "{2}", "…", "(*"):
            if words and text.count(mark) != words.count(mark):
                found.append(f"{context}: {text!r} and {words!r} differ in {mark!r}")
    return found


def errors_amiss(language: str) -> list[str]:
    """Return errors of import, export and window without a translation, and translations of errors that are gone."""
    there = json.loads((TRANSLATIONS / f"errors_{language}.json").read_text("utf-8"))
    wanted = error_texts.templates(error_texts.translated_modules())
    wanted |= error_texts.remarks()
    known = error_texts.templates(error_texts.all_modules()) | error_texts.remarks()
    lacking = [f"{file}: error {text!r}" for text, file in wanted.items() if text not in there]
    for text, file in error_texts.templates(error_texts.readers()).items():
        if text not in there:
            print(f"{language}: {file}: {text!r} is shown in English", file=sys.stderr)
    # "The file" and the like are filled in, and stand in no error by themselves.
    gone = [f"error {text!r} is raised nowhere" for text in there if text not in known and len(text.split()) > 2]
    uneven = [f"error {text!r} and {words!r} differ in their places" for text, words in there.items()
              if text.count("{}") != words.count("{}")]
    return [*lacking, *gone, *uneven]


def main() -> int:
    """Update or check, and return the exit code."""
    parser = argparse.ArgumentParser(prog="packaging/translations.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    wanted = texts()
    for language in LANGUAGES:
        path = TRANSLATIONS / f"ehrcoder_{language}.ts"
        if not options.check:
            there = read(path)
            write(path, language, {text: there.get(text, "") for text in wanted})
            compile_(path)
        problems = [*missing(language, wanted), *broken(language), *errors_amiss(language),
                    *terminal_texts.amiss(language)]
        print("\n".join(problems) if problems else f"{language}: all {len(wanted)} texts are translated")
        if problems:
            print(f"{language}: {len(problems)} of {len(wanted)} texts need work", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
