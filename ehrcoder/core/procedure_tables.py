"""The tables of ICD-10-PCS: which values each character may take, together with which others.

A table is named by the first three characters (section, body system, operation). Each of its rows lists the values
that go together at characters four to seven; a code exists when one row has all four of its values
(ICD-10-PCS Official Guidelines A9 and A10).
"""

from __future__ import annotations

from dataclasses import dataclass

CODE_LENGTH = 7
TABLE_LENGTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureAxis:
    """What one character says, such as the approach, and its values with their labels."""

    name: str
    values: tuple[tuple[str, str], ...]

    def label(self, value: str) -> str | None:
        """Return what a value means here, or None where it does not exist."""
        return dict(self.values).get(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRow:
    """Values that go together: one axis for each of the characters four to seven."""

    axes: tuple[ProcedureAxis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureTable:
    """One table. `is_published` is false where its rows were made from the code list, without labels."""

    code: str
    title: str
    rows: tuple[ProcedureRow, ...]
    edition: str = ""
    is_published: bool = True


def rows_with(table: ProcedureTable, code: str) -> tuple[ProcedureRow, ...]:
    """Return the rows that allow what a code or its beginning says after the third character."""
    given = code[TABLE_LENGTH:CODE_LENGTH]
    return tuple(
        row for row in table.rows
        if all(axis.label(value) is not None for axis, value in zip(row.axes, given, strict=False))
    )


def choices(table: ProcedureTable, beginning: str) -> ProcedureAxis | None:
    """Return the next axis after a beginning of three to six characters with the values that can follow it.

    None where nothing follows: the code is complete, or no row allows the beginning.
    """
    place = len(beginning) - TABLE_LENGTH
    rows = rows_with(table, beginning)
    if not rows or not 0 <= place < CODE_LENGTH - TABLE_LENGTH:
        return None
    values: dict[str, str] = {}
    for row in rows:
        for value, label in row.axes[place].values:
            values.setdefault(value, label)
    return ProcedureAxis(name=rows[0].axes[place].name, values=tuple(sorted(values.items())))


def first_impossible(table: ProcedureTable, code: str) -> int | None:
    """Return the place (from 0) of the first character that no row allows after those before it, else None."""
    for place in range(TABLE_LENGTH, len(code)):
        if not rows_with(table, code[: place + 1]):
            return place
    return None
