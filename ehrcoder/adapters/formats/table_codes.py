"""Codes in the columns of a table: each under the classification that its column was named for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ehrcoder.adapters.formats.delimited import Row
from ehrcoder.adapters.formats.fhir_systems import is_well_formed, known_code
from ehrcoder.adapters.formats.table_columns import SYSTEM_OF_ROLE, Columns
from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind, Coding
from ehrcoder.core.records import ImportedCode

_BETWEEN = re.compile(r"[\s,;|/]+")


def codes_in(cells: Sequence[str], columns: Columns) -> bool:
    """Tell whether a row holds anything in its columns of codes."""
    return any(cells[place].strip() for places in columns.codes.values() for place in places)


def imported_codes(row: Row, columns: Columns, *, report: Callable[[str], None]) -> Iterator[ImportedCode]:
    """Yield the codes of a row; what cannot be a code of its column's classification is named with its line."""
    for role, places in columns.codes.items():
        system = SYSTEM_OF_ROLE[role]
        for place in places:
            name = columns.header[place].strip()[:40]
            for given in _BETWEEN.split(row.cells[place].strip().strip("[]\"'")):
                plain = given.strip("\"'[]")
                if not plain:
                    continue
                code = known_code(system, plain)
                if not is_well_formed(system, code):
                    report(f"Line {row.line}: a value in '{name}' that cannot be a code of {role}.")
                    continue
                yield ImportedCode(
                    coding=Coding(system=system, version="", code=code, display=""),
                    kind=KIND_OF_SYSTEM.get(system, CodeKind.DIAGNOSIS), source_label=f"Column {name}",
                )
