"""Titles of the codes that the engine meets, each looked up once."""

from __future__ import annotations

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.ground import SYSTEM_OF_KIND
from ehrcoder.ports import CodeSetIndex


class TitleBook:
    """Remembers what the code sets say of a code. `billable` are the assignable ones of those asked for so far."""

    def __init__(self, index: CodeSetIndex) -> None:
        self._index = index
        self._titles: dict[tuple[CodeKind, str], str | None] = {}
        self.billable: set[str] = set()

    def title(self, kind: CodeKind, code: str) -> str | None:
        """Return a code's title, None when the code set has no such code."""
        key = (kind, code)
        if key not in self._titles:
            concept = self._index.concept(SYSTEM_OF_KIND[kind], code)
            self._titles[key] = concept.coding.display if concept else None
            if concept is not None and concept.is_billable:
                self.billable.add(code)
        return self._titles[key]
