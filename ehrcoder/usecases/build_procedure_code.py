"""Completes a procedure code of ICD-10-PCS, one character after the other, from what exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ehrcoder.core.codes import ICD_10_PCS, Concept
from ehrcoder.core.errors import InputError
from ehrcoder.core.procedure_labels import axis_name, value_labels
from ehrcoder.core.procedure_tables import CODE_LENGTH, TABLE_LENGTH, choices
from ehrcoder.ports import CodeSetIndex

_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderChoice:
    """A value that can follow, what it means, and how many codes are left behind it."""

    value: str
    label: str
    codes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One character that is settled: its axis, its value and what that means."""

    axis: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderStep:
    """Where the builder stands: what was chosen, what can follow, or the finished code."""

    code: str
    chosen: tuple[Chosen, ...]
    axis: str
    choices: tuple[BuilderChoice, ...]
    codes: int
    """How many codes begin like this."""
    examples: tuple[str, ...]
    finished: Concept | None
    is_published: bool
    """Whether the labels come from imported tables; else they are read out of the titles."""
    edition: str


def builder_step(index: CodeSetIndex, beginning: str, *, on: dt.date | None = None) -> BuilderStep:
    """Return the step after a beginning of zero to seven characters. Raises InputError where nothing begins so.

    Every value that is offered leads to at least one code that exists in the edition.
    """
    code = "".join(beginning.split()).upper()
    chosen: list[Chosen] = []
    for place, value in enumerate(code[:CODE_LENGTH]):
        step = _choices(index, code[:place], on)
        label = next((choice.label for choice in step if choice.value == value), None)
        if label is None:
            raise InputError(
                f"No procedure code begins with {code[: place + 1]}.", kept=f"{code[:place]} is kept.",
                next_step=f"Choose one of: {' '.join(choice.value for choice in step)}.",
            )
        chosen.append(Chosen(axis=axis_name(code[:place]), value=value, label=label))
    if len(code) > CODE_LENGTH:
        raise InputError(f"A procedure code has {CODE_LENGTH} characters; {code} has {len(code)}.")
    titles = index.titles(ICD_10_PCS, code, on=on) if len(code) >= TABLE_LENGTH else ()
    table = index.procedure_table(code, on=on) if len(code) >= TABLE_LENGTH else None
    offered = _choices(index, code, on) if len(code) < CODE_LENGTH else ()
    edition = index.edition(ICD_10_PCS, on=on)
    return BuilderStep(
        code=code, chosen=tuple(chosen), axis=axis_name(code) if offered else "", choices=offered,
        codes=len(titles) if code[TABLE_LENGTH - 1 :] else sum(choice.codes for choice in offered),
        examples=tuple(title for _, title in titles[:_EXAMPLES]),
        finished=index.concept(ICD_10_PCS, code, on=on) if len(code) == CODE_LENGTH else None,
        is_published=bool(table and table.is_published), edition=edition.name if edition else "",
    )


def _choices(index: CodeSetIndex, beginning: str, on: dt.date | None) -> tuple[BuilderChoice, ...]:
    if len(beginning) < TABLE_LENGTH:
        children = index.children(ICD_10_PCS, beginning, on=on)
        return tuple(
            BuilderChoice(
                value=child.coding.code[-1], label=child.coding.display,
                codes=index.count_below(ICD_10_PCS, child.coding.code, on=on),
            )
            for child in children if len(child.coding.code) == len(beginning) + 1
        )
    titles = index.titles(ICD_10_PCS, beginning, on=on)
    counts: dict[str, int] = {}
    for code, _ in titles:
        value = code[len(beginning)]
        counts[value] = counts.get(value, 0) + 1
    labels = value_labels(beginning, titles) if titles else {}
    table = index.procedure_table(beginning, on=on)
    following = choices(table, beginning) if table is not None else None
    named = dict(following.values) if following is not None else {}
    return tuple(
        BuilderChoice(value=value, label=named.get(value) or labels[value], codes=count)
        for value, count in sorted(counts.items())
    )
