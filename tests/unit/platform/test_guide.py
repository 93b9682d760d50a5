"""The guide builds without a network, names every command and setting, and its pages agree with the program."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ehrcoder.cli.main import build_parser
from ehrcoder.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
DOCS = REPOSITORY / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "reference"} & set(path.relative_to(DOCS).parts))
BLOCK = re.compile(r"```(?:text|sh)?\n(.*?)```", re.DOTALL)
BLOCKS = [block for page in PAGES for block in BLOCK.findall(page.read_text("utf-8"))]
COMMAND_LINES = sorted({line for block in BLOCKS for line in block.splitlines() if re.match(r"ehrcoder [a-z]", line)})


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load("reference")


def test_every_command_and_every_option_stands_in_the_reference(reference: ModuleType) -> None:
    page = reference.commands_page()

    for name, parser in reference.commands_of(build_parser()):
        assert re.search(rf"^#+ {re.escape(name)}$", page, re.MULTILINE), name
        for action in parser._actions:
            for option in action.option_strings if action.help != argparse.SUPPRESS else ():
                assert f"`{option}`" in page or option in ("-h", "--help"), option


def test_every_command_says_what_it_does(reference: ModuleType) -> None:
    page = reference.commands_page()

    for name, _ in reference.commands_of(build_parser()):
        said = re.search(rf"^#+ {re.escape(name)}\n\n(.*)$", page, re.MULTILINE)
        assert said is not None
        assert len(said.group(1)) > 10, name


def test_every_setting_stands_in_the_reference(reference: ModuleType) -> None:
    page = reference.settings_page()

    for name, field in Settings.model_fields.items():
        section = getattr(field.annotation, "model_fields", None)
        assert f"## [{name}]" in page if section else f"| `{name}` |" in page
        for inner in section or ():
            assert f"| `{inner}` |" in page, inner


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_line_of_the_guide_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]

    assert build_parser().parse_args(words).command == words[0]


@pytest.mark.parametrize("page", [*PAGES, REPOSITORY / "README.md"], ids=lambda page: page.name)
def test_every_command_and_option_within_a_sentence_exists(page: Path, reference: ModuleType) -> None:
    assert unknown_words(page.read_text("utf-8"), reference) == []


def test_a_command_or_option_that_is_gone_is_found(reference: ModuleType) -> None:
    text = "`ehrcoder sign R --reason A=b`, `ehrcoder sign --force`, `ehrcoder codesets burn`, `ehrcoder mend`"
    assert unknown_words(text, reference) == ["sign --force", "codesets burn", "mend"]


def unknown_words(text: str, reference: ModuleType) -> list[str]:
    """Return what inline code names after `ehrcoder` and the program does not know: commands, actions, options."""
    known = dict(reference.commands_of(build_parser()))
    found: list[str] = []
    for line in re.findall(r"`ehrcoder ([a-z][^`]*)`", " ".join(text.split())):
        words = line.replace("(", " ").replace(")", " ").split()
        name = words[0]
        has_actions = any(each.startswith(f"{name} ") for each in known)
        if len(words) > 1 and f"{name} {words[1]}" in known:
            name = f"{name} {words[1]}"
        elif has_actions and re.fullmatch("[a-z][a-z-]*", "".join(words[1:2])):
            found.append(f"{name} {words[1]}")
        if name not in known:
            found.append(name)
            continue
        options = {option for action in known[name]._actions for option in action.option_strings}
        found += [f"{name} {word}" for word in words if word.startswith("--") and word.split("=")[0] not in options]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    for section, name in re.findall(r"`(model|coding|window|export|backup)\.(\w+)`", page.read_text("utf-8")):
        assert name in Settings.model_fields[section].annotation.model_fields  # pyright: ignore


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_that_a_page_names_does_something(page: Path, reference: ModuleType) -> None:
    known = set(re.findall(r"`([^`]+)`", reference.keys_page())) | {"?", "Del"}
    named = re.findall(r"\*\*([A-Z?]|F\d+|Esc|(?:(?:Ctrl|Shift|Alt)\+)+\w+)\*\*", page.read_text("utf-8"))

    assert [key for key in named if key not in known] == []


def test_the_guides_name_keys(reference: ModuleType) -> None:
    quick_start = (REPOSITORY / "docs" / "quick-start.md").read_text("utf-8")

    assert "**Ctrl+Enter**" in quick_start
    assert "`Ctrl+Enter` | Sign and go to the next record" in reference.keys_page()
    assert "`Ctrl+5` | Show note or history" in reference.keys_page()  # the coder's guide leads there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_leads_to_exists(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "reference/" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_promises_compliance_or_anonymity(page: Path) -> None:
    text = page.read_text("utf-8")

    assert not re.search(r"\bcomplian(t|ce) with|fully complian|guarantees? anonym", text, re.IGNORECASE)


def test_the_guide_builds_without_a_warning_and_loads_nothing_from_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, DOCS / "build.py", "--out", tmp_path / "html"], capture_output=True, encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "html" / "index.html").is_file()
    assert len(list((tmp_path / "html").rglob("*.html"))) > len(PAGES)


def test_a_page_that_would_load_from_a_network_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    build = load("build")
    (tmp_path / "bad.html").write_text('<p><script src="https://cdn.example/x.js"></script></p>', "utf-8")

    assert len(build.remote_parts(tmp_path)) == 1


def public_parts(path: Path) -> list[tuple[str, str | None]]:
    """Return (name, docstring) of every public function, class and method of a module, and of the module."""
    tree = ast.parse(path.read_text("utf-8"))
    return [(path.name, ast.get_docstring(tree)), *((name, ast.get_docstring(node)) for name, node in
                                                      load("reference").public_parts(tree))]


@pytest.mark.parametrize("layer", ["core", "engine", "usecases"])
def test_every_public_function_has_a_docstring(layer: str) -> None:
    silent = [
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in sorted((REPOSITORY / "ehrcoder" / layer).rglob("*.py")) if path.name != "__init__.py"
        for name, said in public_parts(path) if not said
    ]

    assert silent == []
