"""Errors and remarks in the language that the terminal asks for; commands, tables and help are English."""

from __future__ import annotations

import os

_LANGUAGES = ("es",)


def spoken(text: str) -> str:
    """Return what an error says in the terminal's language (LC_ALL, LC_MESSAGES, LANG), else in English."""
    given = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    language = given[:2].lower()
    if language not in _LANGUAGES:
        return text
    from ehrcoder.error_language import ErrorTexts
    from ehrcoder.paths import find_paths

    return ErrorTexts(find_paths().resources, language).spoken(text)
