"""Where categories go that a release of titles names and the edition before it does not have."""

from __future__ import annotations

import pytest

from ehrcoder.adapters.codesets.compose import Neighbour, diagnosis_rows
from ehrcoder.adapters.codesets.rows import ConceptRow

BEFORE = {
    code: ConceptRow(code=code, display=code, parent=parent, is_billable="-" not in code)
    for code, parent in (
        ("J00-J99", None), ("J40-J4A", "J00-J99"), ("J40", "J40-J4A"), ("J4A", "J40-J4A"), ("K00-K95", None),
        ("K50-K6Z", "K00-K95"), ("Q00-QA0", None), ("QA0-QA0", "Q00-QA0"), ("S00-T88", None), ("T80-T88", "S00-T88"),
    )
}


@pytest.mark.parametrize(
    ("category", "parent"),
    [
        ("J41", "J40-J4A"),  # a section has room for it
        ("J4B", "J00-J99"),  # only the chapter has
        ("K6A", "K50-K6Z"), ("T8A", "S00-T88"),
        ("QA1", "Q00-QA0"),  # behind the last category of its chapter
        ("X00", None),  # no chapter of its letter
    ],
)
def test_a_new_category_stands_where_there_is_room_for_it(category: str, parent: str | None) -> None:
    titles = {code: (True, code) for code in ("J40", "J4A", category)}
    rows = {row.code: row for row in diagnosis_rows(titles, Neighbour(name="before", rows=BEFORE), {})}
    assert rows[category].parent == parent
    order = list(rows)
    assert parent is None or order.index(parent) < order.index(category)
    assert rows["J40"].parent == "J40-J4A"
