"""The read lane's side of the code browser and the procedure builder: each thread opens the code sets for itself."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ehrcoder.core.codes import CodeSetEdition, Concept

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.ports import CodeSetIndex
    from ehrcoder.usecases.browse_codes import CodePage
    from ehrcoder.usecases.build_procedure_code import BuilderStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One level of a hierarchy: the header that is open, None at the top, and what stands directly below it."""

    header: Concept | None
    ancestors: tuple[Concept, ...]
    rows: tuple[Concept, ...]


class CodeDesk:
    """Methods run on any thread of the read lane."""

    def __init__(self, host: PartHost) -> None:
        self._services = host.session.services
        self._mine = threading.local()

    def _index(self) -> CodeSetIndex:
        index: CodeSetIndex | None = getattr(self._mine, "index", None)
        if index is None:
            index = self._services.open_code_sets()
            self._mine.index = index
        return index

    def systems(self) -> tuple[CodeSetEdition, ...]:
        """Return one edition of each installed set."""
        by_system = {edition.system: edition for edition in self._index().editions()}
        return tuple(by_system.values())

    def shelf(self, system: str, code: str, day: dt.date | None) -> Shelf:
        """Return what stands below a header, or at the top of a set where the code is empty."""
        from ehrcoder.usecases.browse_codes import code_page, top_of

        index = self._index()
        concept = index.concept(system, code, on=day) if code else None
        if concept is None:
            return Shelf(header=None, ancestors=(), rows=top_of(index, system, on=day))
        page = code_page(index, concept, on=day)
        return Shelf(header=concept, ancestors=page.ancestors, rows=page.children)

    def page(self, concept: Concept, day: dt.date | None) -> CodePage:
        """Return everything that holds for a code."""
        from ehrcoder.usecases.browse_codes import code_page

        return code_page(self._index(), concept, on=day)

    def find(self, typed: str, day: dt.date | None) -> Concept:
        """Return the concept with a code that was typed. Raises NotFoundError."""
        from ehrcoder.usecases.browse_codes import find_code

        return find_code(self._index(), typed, on=day)[0]

    def step(self, beginning: str, day: dt.date | None) -> BuilderStep:
        """Return what can follow the beginning of a procedure code. Raises InputError."""
        from ehrcoder.usecases.build_procedure_code import builder_step

        return builder_step(self._index(), beginning, on=day)
