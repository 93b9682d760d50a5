"""What errors say in another language: whole sentences by template, English where none is known.

Errors are written in English where they are raised, since the rings within know no language. What a person is shown is
compared with templates, `{}` standing for what was filled in, such as a line or a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

_HOLE = "{}"
# What is filled in goes over no end of a sentence.
_FILLED = r"((?:(?!\.\s[A-Z]).)*?)"
_SENTENCE = re.compile(r"(?<=[.:)…])\s+")


class ErrorTexts:
    """The templates of one language, read when the first error is shown."""

    def __init__(self, resources: Path, language: str, *, name: str = "errors") -> None:
        self._file = resources / "translations" / f"{name}_{language}.json"

    @cached_property
    def _templates(self) -> Mapping[str, str]:
        if not self._file.is_file():
            return {}
        return json.loads(self._file.read_text("utf-8"))

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """The templates with holes, those with most words of their own first."""
        holed = sorted((each for each in self._templates if _HOLE in each), key=lambda each: -len(each))
        return tuple((re.compile(_FILLED.join(map(re.escape, each.split(_HOLE))), re.DOTALL), self._templates[each])
                     for each in holed)

    def template(self, text: str) -> str:
        """Return a template in this language, its places still empty; the text itself where it is not known."""
        return self._templates.get(text, text)

    def spoken(self, text: str) -> str:
        """Return a text in this language, sentence by sentence where it is not known as a whole."""
        if not text or not self._templates:
            return text
        whole = self._known(text)
        if whole is not None:
            return whole
        for end in _SENTENCE.finditer(text):
            first = self._known(text[: end.start()])
            if first is not None:
                return f"{first} {self.spoken(text[end.end():])}"
        return text

    def _known(self, text: str) -> str | None:
        plain = self._templates.get(text)
        if plain is not None:
            return plain
        for pattern, template in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                # What was filled in may be known itself, such as "The file".
                filled = iter(self._templates.get(each, each) for each in found.groups())
                return "".join(part if part != _HOLE else next(filled) for part in re.split(r"(\{\})", template))
        return None
