"""Which edition of a code set answers for a day."""

from __future__ import annotations

import datetime as dt

import pytest

from ehrcoder.core.codes import ICD_10_PCS, CodeSetEdition, edition_on


def edition(version: str, *, since: dt.date | None = None) -> CodeSetEdition:
    return CodeSetEdition(
        system=ICD_10_PCS, name="Procedures", version=version, effective_from=since, effective_to=None, licence="",
        source="", concept_count=1, billable_count=1, sha256=version,
    )


@pytest.mark.parametrize(("day", "version"), [
    (dt.date(2025, 9, 30), "2024-04"), (dt.date(2025, 10, 1), "2026"), (dt.date(2026, 9, 30), "2026"),
    (dt.date(2026, 10, 1), "2027"), (dt.date(1999, 1, 1), "2024-04"), (None, "2027"),
])
def test_an_edition_without_a_date_counts_from_the_one_that_its_name_stands_for(
    day: dt.date | None, version: str
) -> None:
    # Fiscal year 2026 begins in October 2025.
    editions = (edition("2027", since=dt.date(2026, 10, 1)), edition("2026"), edition("2024-04"))
    answering = edition_on(editions, ICD_10_PCS, day)
    assert answering is not None
    assert answering.version == version
