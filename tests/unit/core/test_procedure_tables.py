"""Completing a procedure code from its table, one character after the other."""

from __future__ import annotations

from ehrcoder.core.procedure_tables import (
    ProcedureAxis,
    ProcedureRow,
    ProcedureTable,
    choices,
    first_impossible,
    rows_with,
)


def axis(name: str, values: str) -> ProcedureAxis:
    return ProcedureAxis(name=name, values=tuple((value, f"{name} {value}") for value in values))


def row(*values: str) -> ProcedureRow:
    names = ("Body Part", "Approach", "Device", "Qualifier")
    return ProcedureRow(axes=tuple(axis(name, each) for name, each in zip(names, values, strict=True)))


# Appendix and colon: only the colon takes a device, and only in open surgery.
TABLE = ProcedureTable(code="0DT", title="Resection", rows=(row("J", "04", "Z", "Z"), row("E", "0", "7Z", "Z")))


def test_the_next_axis_offers_the_values_of_every_row_that_is_still_possible() -> None:
    first = choices(TABLE, "0DT")
    assert first is not None
    assert (first.name, first.values) == ("Body Part", (("E", "Body Part E"), ("J", "Body Part J")))


def test_a_chosen_value_narrows_what_can_follow() -> None:
    appendix, colon = choices(TABLE, "0DTJ"), choices(TABLE, "0DTE0")
    assert appendix is not None
    assert colon is not None
    assert [value for value, _ in appendix.values] == ["0", "4"]
    assert [value for value, _ in colon.values] == ["7", "Z"]


def test_nothing_follows_a_complete_code_or_a_beginning_that_no_row_allows() -> None:
    assert choices(TABLE, "0DTJ4ZZ") is None
    assert choices(TABLE, "0DTJX") is None
    assert choices(TABLE, "0D") is None


def test_the_first_character_that_does_not_go_with_those_before_it_is_found() -> None:
    assert first_impossible(TABLE, "0DTJ4ZZ") is None
    assert first_impossible(TABLE, "0DTE4ZZ") == 4  # the approach exists, but not for the colon
    assert first_impossible(TABLE, "0DTJ47Z") == 5
    assert first_impossible(TABLE, "0DTXXXX") == 3


def test_a_value_has_its_label_in_its_own_row_only() -> None:
    (only,) = rows_with(TABLE, "0DTE")
    assert only.axes[2].label("7") == "Device 7"
    assert only.axes[1].label("4") is None
