"""Code edits of ICD-10-PCS: codes that the tables do not allow, and codes that are not complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ehrcoder.core.codes import ICD_10_PCS
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity, finding
from ehrcoder.core.procedure_tables import CODE_LENGTH, ProcedureAxis, ProcedureTable, choices, first_impossible

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_SHOWN = 12
_COMPLETE = "ICD-10-PCS Guidelines A5 (seven characters)"


def impossible_combination(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A procedure code whose values do not stand in one row of its table (ICD-10-PCS Guidelines A9, A10)."""
    for entry in entries:
        if entry.system != ICD_10_PCS or entry.concept is not None or entry.edition is None:
            continue
        code, table = entry.code.upper(), entry.table
        if table is None:
            continue  # no such table: the code is unknown
        source = f"ICD-10-PCS Guidelines A9 and A10, table {table.code} of {table.edition}"
        place = first_impossible(table, code[:CODE_LENGTH])
        if place is not None:
            yield finding(
                "procedure-impossible", EditSeverity.ERROR,
                f"{code}: the {_ORDINALS[place]} character {code[place]} does not go with {code[:place]} in table "
                f"{_named(table)}.{_possible(table, code[:place])}", [entry], source,
            )
        elif len(code) != CODE_LENGTH:
            yield finding(
                "procedure-incomplete", EditSeverity.ERROR,
                f"{code} has {len(code)} of seven characters.{_possible(table, code)}", [entry], _COMPLETE,
            )


def _named(table: ProcedureTable) -> str:
    return f"{table.code} ({table.title})" if table.title else table.code


def _possible(table: ProcedureTable, beginning: str) -> str:
    axis: ProcedureAxis | None = choices(table, beginning)
    if axis is None:
        return ""
    shown = "; ".join(f"{value} {label}".strip() for value, label in axis.values[:_SHOWN])
    more = len(axis.values) - _SHOWN
    name, rest = f" ({axis.name})" if axis.name else "", f"; and {more} more" if more > 0 else ""
    return f" Possible there{name}: {shown}{rest}."
