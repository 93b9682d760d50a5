"""What README tells people to type exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from ehrcoder.cli.main import COMMANDS, build_parser
from ehrcoder.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
README = (REPOSITORY / "README.md").read_text("utf-8")
LINES = list(re.findall(r"^ehrcoder .*$", README, re.MULTILINE))


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]

    assert build_parser().parse_args(words).command == words[0]


def test_readme_shows_the_commands_of_the_whole_job() -> None:
    shown = {line.split()[1] for line in LINES}

    assert {"import", "propose", "verify", "sign", "export", "audit", "search", "doctor", "demo"} <= shown
    assert len(COMMANDS) >= len(shown)


def test_the_settings_shown_are_valid_and_complete() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    shown = tomllib.loads(block)

    Settings.model_validate(shown)
    assert set(shown["model"]) == set(Settings().model.__class__.model_fields) - {"enabled"}


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"`(?:\w+=\"[^\"]*\" )?make ([a-z-]+)`", README))
    rules = (REPOSITORY / "Makefile").read_text("utf-8")

    assert {"run", "test"} <= named
    for target in named:
        assert re.search(rf"^(?:[\w-]+ )*{target}(?: [\w-]+)*:", rules, re.MULTILINE), target


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:20])

    assert "`make run`" in first_screen
    assert "`make test`" in first_screen


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (REPOSITORY / target).exists()


def test_nothing_is_called_compliant() -> None:
    assert not re.search(r"complian", README, re.IGNORECASE)
