"""Every claim of docs/security.md names a test that exists, and the settings of backups are as it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = (REPOSITORY / "docs" / "security.md").read_text("utf-8")
TABLES = re.findall(r"^\| claim \| test \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
ROWS = [line for table in TABLES for line in table.splitlines()]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_the_test_of_a_claim_exists(file: str, name: str) -> None:
    tree = ast.parse((REPOSITORY / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_claim_names_its_test() -> None:
    assert len(ROWS) == len(NAMED) > 25


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`ehrcoder ([a-z -]+)`", PAGE))))
def test_every_command_that_is_named_exists(command: str) -> None:
    from ehrcoder.cli.main import build_parser

    assert build_parser().parse_args(command.split()).command == command.split()[0]
