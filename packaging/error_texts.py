"""Finds what the program's errors say, as templates: `{}` stands for what is filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_PROGRAM = REPOSITORY / "ehrcoder"
# What a coder meets in the window: records in, codes and signature, files out.
_USE_CASES = (
    "export_output", "export_records", "file_output", "find_record", "first_start", "import_records", "import_sources",
    "map_columns",
    "mask_identifiers", "propose_codes", "sign_record", "verify_code", "verify_exports",
)
# The same on the command line.
_COMMANDS = (
    "export_command", "import_command", "import_preview", "main", "propose_command", "record_access",
    "records_command", "sign_command", "verify_command", "verify_show",
)
# Small pieces that only stand within another sentence, and mistakes of our own.
_LEFT_OUT = frozenset({
    "the attachment {}.", "keys of {} clash", "no record is open",
    "only what is written a record at a time can be printed",
})
# Those that also say what became of a file or a record where nothing failed.
_REMARKING = ("import_records", "sign_record", "verify_exports")
_SENTENCE = re.compile(r"([A-Z]|\{\} ).* .*[.}]", re.DOTALL)
_PARTS = ("kept", "next_step")
_ERRORS = ("Error", "Fault", "Problem")


def templates(paths: Iterator[Path] | list[Path]) -> dict[str, str]:
    """Return each template of these modules with the module that it was found in first."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _says_an_error(node):
                for part in (*node.args[:1], *(word.value for word in node.keywords if word.arg in ("what", *_PARTS))):
                    text = template_of(part)
                    if text.replace("{}", "").strip() and text not in _LEFT_OUT:
                        found.setdefault(text, str(path.relative_to(REPOSITORY)))
    return found


def _says_an_error(call: ast.Call) -> bool:
    name = _name(call.func)
    if name == "ArgumentTypeError":
        return False  # `packaging/terminal_texts.py` has it.
    return name.endswith(_ERRORS) or name == "spoken" or any(word.arg in _PARTS for word in call.keywords)


def remarks() -> dict[str, str]:
    """Return the sentences by which a use-case says what became of a file or record, though nothing failed."""
    found: dict[str, str] = {}
    for name in _REMARKING:
        path = _PROGRAM / "usecases" / f"{name}.py"
        tree = ast.parse(path.read_text("utf-8"))
        passed_over = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        passed_over |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            text = template_of(node) if isinstance(node, ast.expr) and id(node) not in passed_over else ""
            if _SENTENCE.fullmatch(text):
                found.setdefault(text, str(path.relative_to(REPOSITORY)))
    return found


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def template_of(part: ast.expr) -> str:
    """Return a text or an f-string with `{}` for each value, '' for anything else."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return part.value
    if isinstance(part, ast.JoinedStr):
        return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in part.values)
    return ""


def translated_modules() -> list[Path]:
    """Return the modules whose errors have to be translated."""
    return [*(_PROGRAM / "gui").glob("*.py"), *(_PROGRAM / "usecases" / f"{name}.py" for name in _USE_CASES),
            *(_PROGRAM / "cli" / f"{name}.py" for name in _COMMANDS)]


def readers() -> list[Path]:
    """Return the modules whose errors are translated too, but which may be added to by a site without Spanish."""
    return [*(_PROGRAM / "adapters" / "formats").glob("*.py")]


def all_modules() -> list[Path]:
    """Return every module of the program."""
    return [*_PROGRAM.rglob("*.py")]
