"""The language that the terminal asks for, and what is said in it: errors, help and results; commands stay English."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehrcoder.error_language import ErrorTexts

_LANGUAGES = ("es",)
# In the order in which gettext looks at them; LANGUAGE may name several, the most wanted first.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_HOLE = "{}"
# Where argparse names arguments within a sentence.
_ABOUT_ONE = "argument "
_LACKING = "the following arguments are required"


def terminal_language() -> str:
    """Return the two letters of the terminal's language where there are texts for it, else ''."""
    given = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "")
    language = given.split(":")[0][:2].lower()
    return language if language in _LANGUAGES else ""


def spoken(text: str) -> str:
    """Return what an error or a remark says in the terminal's language, else in English."""
    language = terminal_language()
    return _texts(language, "errors").spoken(text) if language else text


def said(template: str, *values: object) -> str:
    """Return a text of the command line in the terminal's language, with each `{}` of it filled in order."""
    language = terminal_language()
    known = _texts(language, "terminal").template(template) if language else template
    if not values:
        return known
    filled = iter(map(str, values))
    first, *rest = known.split(_HOLE)
    return first + "".join(next(filled) + part for part in rest)


def said_all(*templates: str) -> tuple[str, ...]:
    """Return several texts, such as the header of a table."""
    return tuple(map(said, templates))


def placeholder(name: str) -> str:
    """Return what stands for a value in the terminal's language; what is typed as it stands is lower case."""
    return said(name) if name != name.lower() else name


def complaint(text: str) -> str:
    """Return what the parser of arguments says by itself in the terminal's language, else in English."""
    language = terminal_language()
    if not language:
        return text
    texts = _texts(language, "arguments")
    what, mark, rest = text.partition(": ")
    if mark and what.startswith(_ABOUT_ONE):
        named = placeholder(what.removeprefix(_ABOUT_ONE))
        return texts.template(_ABOUT_ONE + "{}: {}").format(named, said(texts.spoken(rest)))
    if what == _LACKING:
        return texts.template(_LACKING + ": {}").format(", ".join(map(placeholder, rest.split(", "))))
    return texts.spoken(text)


@cache
def _texts(language: str, name: str) -> ErrorTexts:
    from ehrcoder.error_language import ErrorTexts
    from ehrcoder.paths import find_paths

    return ErrorTexts(find_paths().resources, language, name=name)
