"""A row of the seed table is what its records say, and its times add up."""

from __future__ import annotations

import pytest

from ehrcoder.core.campaign.effort import TYPICAL_FINDING, Assistance
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.effort import Offered, adding, deciding
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.campaign.seed_table import case_of, seed_row, table_markdown

D = CodeKind.DIAGNOSIS
A, B = RecordId("a"), RecordId("b")


def test_a_row_counts_codes_and_seconds_of_both_arms() -> None:
    truth = [case_of(A, frozenset({(D, "I10"), (D, "E11.9")})), case_of(B, frozenset({(D, "J18.9")}))]
    labelled = {A: case_of(A, frozenset({(D, "I10"), (D, "R05.9")})), B: case_of(B, frozenset({(D, "J18.9")}))}
    given = {
        A: Assistance(offered=(Offered(code="I10"), Offered(code="R05.9"))),
        B: Assistance(offered=(Offered(code="J18.9"),)),
    }
    row = seed_row(50, labelled, truth, given)
    assert (row.precision, row.recall) == pytest.approx((2 / 3, 2 / 3))
    assisted, by_hand = 3 * deciding() + adding(TYPICAL_FINDING), 3 * adding(TYPICAL_FINDING)
    assert (row.seconds_assisted, row.seconds_manual) == pytest.approx((assisted / 2, by_hand / 2))
    assert row.time_ratio.value == pytest.approx(assisted / by_hand)
    assert row.parts is not None
    assert row.parts.total == pytest.approx(row.time_ratio.value)
    assert row.parts.rejecting == pytest.approx(deciding() / by_hand)
    table = table_markdown([("50", row)], how="Simulated.")
    assert table.startswith("Simulated.")
    assert f"| {row.time_ratio.value:.2f} (" in table
