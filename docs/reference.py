"""Writes the reference pages from the program: its parser, its settings, its table of actions, its docstrings."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
_NOTE = "% Written by docs/build.py from the program; a change here is lost at the next build.\n\n"
_LAYERS = {
    "core": "Values and rules, with the standard library only.",
    "engine": "The coding pipeline, one stage a module.",
    "usecases": "What a person can do, one module each, over ports.",
}


def pages() -> dict[str, str]:
    """Return file name → text of every page."""
    return {
        "commands.md": _NOTE + commands_page(),
        "settings.md": _NOTE + settings_page(),
        "keys.md": _NOTE + keys_page(),
        **{f"functions-{layer}.md": _NOTE + functions_page(layer) for layer in _LAYERS},
    }


def commands_page() -> str:
    """Every command, its arguments and options, as `--help` says them."""
    from ehrcoder.cli.main import build_parser

    parser = build_parser()
    parts = ["# Commands\n", f"{parser.description} `ehrcoder` alone opens the window. {parser.epilog}\n"]
    for name, each in commands_of(parser):
        depth = name.count(" ") + 1
        parts.append(f"{'#' * min(depth + 1, 4)} {name}\n")
        about = each.description or _help_of(parser, name)
        parts.append(f"{_sentence(about)}\n")
        usage = " ".join(each.format_usage().removeprefix("usage:").split())
        parts.append(f"```text\n{usage}\n```\n")
        rows = [row for action in each._actions if (row := _row(action))]
        if rows:
            parts.append("| argument | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def commands_of(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command below a parser with its words, parents first, hidden ones left out."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            shown = {choice.dest for choice in action._choices_actions}
            for name, each in action.choices.items():
                if name in shown:
                    yield f"{prefix}{name}", each
                    yield from commands_of(each, f"{prefix}{name} ")


def _help_of(parser: argparse.ArgumentParser, words: str) -> str:
    for word in words.split():
        sub = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        said = next((str(choice.help) for choice in sub._choices_actions if choice.dest == word), "")
        parser = sub.choices[word]
    return said


def _row(action: argparse.Action) -> str:
    if isinstance(action, argparse._SubParsersAction | argparse._HelpAction) or action.help == argparse.SUPPRESS:
        return ""
    words = ", ".join(f"`{option}`" for option in action.option_strings)
    value = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    if isinstance(value, tuple):
        value = " ".join(value)
    if action.choices is not None:
        value = " \\| ".join(map(str, action.choices))
    takes = action.nargs != 0
    name = f"{words} `{value}`" if words and takes else words or f"`{value}`"
    about = (action.help or "").replace("%(default)s", str(action.default)).replace("|", "\\|")
    return f"| {name} | {about} |"


def _sentence(text: str) -> str:
    plain = " ".join(text.split())
    return plain[:1].upper() + plain[1:] + ("" if plain.endswith((".", ")", ":")) else ".")


def settings_page() -> str:
    """Every setting with its default and meaning."""
    from ehrcoder.settings import Settings

    parts = [
        "# Settings\n",
        "`settings.toml` in the data folder (`ehrcoder doctor --verbose` names it), or Settings in the window "
        "(Ctrl+,). What is not set has its default; a value that cannot be used is refused in words, and the program "
        "does not start with half of it.\n",
    ]
    top = {name: field for name, field in Settings.model_fields.items() if not _is_section(field.annotation)}
    parts.append("## At the top\n\n" + _settings_table(top, "") + "\n")
    for name, field in Settings.model_fields.items():
        if _is_section(field.annotation):
            section: Any = field.annotation
            parts.append(f"## [{name}]\n\n{section.__doc__}\n\n" + _settings_table(section.model_fields, name) + "\n")
    return "\n".join(parts)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and hasattr(annotation, "model_fields")


def _settings_table(fields: dict[str, Any], section: str) -> str:
    from ehrcoder.settings import allowed_values

    rows = ["| name | may be | default | meaning |", "|---|---|---|---|"]
    for name, field in fields.items():
        may_be = allowed_values(field).replace("|", "\\|")
        default = "" if field.default in (None, "") else f"`{str(field.default).lower()}`"
        rows.append(f"| `{name}` | {may_be} | {default or 'empty'} | {_sentence(field.description or name)} |")
    return "\n".join(rows)


def keys_page() -> str:
    """Every action of the window with its keys."""
    from ehrcoder.gui.actions import action_specs
    from ehrcoder.gui.key_map import shown

    parts = [
        "# Keys\n",
        "Single letters act only while the suggestions or the note have the focus, and Enter never signs.\n",
    ]
    groups: dict[str, list[str]] = {}
    for spec in action_specs():
        keys = "  ".join(f"`{key}`" for key in dict.fromkeys(map(shown, spec.keys))) or "menu"
        groups.setdefault(spec.group, []).append(f"| {keys} | {spec.text.rstrip('…')} | {spec.tip} |")
    for group, rows in groups.items():
        parts.append(f"## {group}\n\n| key | action | what it does |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def functions_page(layer: str) -> str:
    """Every public function and class of a layer with the first paragraph of its docstring."""
    parts = [f"# ehrcoder.{layer}\n", f"{_LAYERS[layer]}\n"]
    for path in sorted((REPOSITORY / "ehrcoder" / layer).rglob("*.py")):
        if path.name == "__init__.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        parts.append(f"## {module.removeprefix(f'ehrcoder.{layer}.')}\n\n{_first(tree)}\n")
        rows = [f"`{name}`\n: {_first(node)}\n" for name, node in public_parts(tree)]
        parts += rows
    return "\n".join(parts)


def public_parts(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Yield the public functions, classes and methods of a module, by their dotted names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                        yield f"{node.name}.{inner.name}", inner


def _first(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    said = ast.get_docstring(node) or ""
    plain = " ".join(said.split("\n\n")[0].split()).replace("<", "\\<").replace("*", "\\*").replace("|", "\\|")
    return plain.replace("{", "\\{") or "No words."
