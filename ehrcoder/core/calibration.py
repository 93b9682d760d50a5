"""How far confidence can be believed: calibration error and the share of right ones among the sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10
SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How stated confidences (0 to 1) hold; `sure` counts those from SURE up, `sure_right` is their right share."""

    count: int
    expected_error: float
    sure: int
    sure_right: float


def calibration_of(stated: Sequence[tuple[float, bool]]) -> Calibration:
    """Return the expected calibration error over ten bins of equal width, weighted by their counts.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in stated:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    error = 0.0
    for members in bins:
        if members:
            mean = sum(confidence for confidence, _ in members) / len(members)
            share = sum(right for _, right in members) / len(members)
            error += abs(mean - share) * len(members) / len(stated)
    sure = [right for confidence, right in stated if confidence >= SURE]
    return Calibration(
        count=len(stated), expected_error=error, sure=len(sure), sure_right=sum(sure) / len(sure) if sure else 0.0
    )
