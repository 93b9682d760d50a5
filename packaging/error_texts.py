"""Finds what the program's errors say, as templates: `{}` stands for what is filled in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_PROGRAM = REPOSITORY / "ehrcoder"
# What a coder meets in the window: records in, codes and signature, files out.
_USE_CASES = (
    "export_output", "export_records", "file_output", "first_start", "import_records", "import_sources", "map_columns",
    "mask_identifiers", "propose_codes", "sign_record", "verify_code", "verify_exports",
)
# Small pieces that only stand within another sentence, and mistakes of our own.
_LEFT_OUT = frozenset({
    "the attachment {}.", "keys of {} clash", "no record is open",
    "only what is written a record at a time can be printed",
})
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
    return name.endswith(_ERRORS) or name == "spoken" or any(word.arg in _PARTS for word in call.keywords)


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
    return [*(_PROGRAM / "gui").glob("*.py"), *(_PROGRAM / "usecases" / f"{name}.py" for name in _USE_CASES)]


def readers() -> list[Path]:
    """Return the modules whose errors are translated too, but which may be added to by a site without Spanish."""
    return [*(_PROGRAM / "adapters" / "formats").glob("*.py")]


def all_modules() -> list[Path]:
    """Return every module of the program."""
    return [*_PROGRAM.rglob("*.py")]
