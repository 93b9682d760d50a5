"""Evaluates gradient-boosted trees that scikit-learn trained, without scikit-learn.

The window's program stays small: training needs scikit-learn, using its trees needs numpy only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    missing_left: npt.NDArray[np.bool_]
    is_leaf: npt.NDArray[np.bool_]
    value: npt.NDArray[np.float64]


class TreeScorer:
    """A sum of trees over named features, followed by the logistic function and Platt's calibration."""

    def __init__(
        self,
        *,
        features: Sequence[str],
        baseline: float,
        trees: Sequence[dict[str, list[Any]]],
        slope: float = 1.0,
        offset: float = 0.0,
    ) -> None:
        import numpy as np

        self.features = tuple(features)
        self._content: dict[str, Any] = {
            "features": list(features),
            "baseline": baseline,
            "slope": slope,
            "offset": offset,
            "trees": list(trees),
        }
        self._baseline, self._slope, self._offset = baseline, slope, offset
        self._trees = [
            _Tree(
                feature=np.asarray(tree["feature"], dtype=np.intp),
                threshold=np.asarray(tree["threshold"], dtype=np.float64),
                left=np.asarray(tree["left"], dtype=np.intp),
                right=np.asarray(tree["right"], dtype=np.intp),
                missing_left=np.asarray(tree["missing_left"], dtype=np.bool_),
                is_leaf=np.asarray(tree["is_leaf"], dtype=np.bool_),
                value=np.asarray(tree["value"], dtype=np.float64),
            )
            for tree in trees
        ]

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Return the calibrated probability (0 to 1) of each row; a missing feature is NaN."""
        import numpy as np

        if not rows:
            return []
        table = np.asarray(rows, dtype=np.float64)
        if table.shape[1] != len(self.features):
            raise ValueError(f"rows have {table.shape[1]} features, the scorer {len(self.features)}")
        total = np.full(len(table), self._baseline)
        everyone = np.arange(len(table))
        for tree in self._trees:
            node = np.zeros(len(table), dtype=np.intp)
            while not (leaf := tree.is_leaf[node]).all():
                value = table[everyone, tree.feature[node]]
                goes_left = np.where(np.isnan(value), tree.missing_left[node], value <= tree.threshold[node])
                node = np.where(leaf, node, np.where(goes_left, tree.left[node], tree.right[node]))
            total += tree.value[node]
        return [float(p) for p in 1 / (1 + np.exp(-(self._slope * total + self._offset)))]

    def save(self, path: Path) -> None:
        """Write the scorer as JSON."""
        path.write_text(json.dumps(self._content, separators=(",", ":")), "utf-8")


def load_scorer(path: Path) -> TreeScorer:
    """Read a scorer that `TreeScorer.save` wrote."""
    content = json.loads(path.read_text("utf-8"))
    return TreeScorer(
        features=content["features"],
        baseline=content["baseline"],
        trees=content["trees"],
        slope=content["slope"],
        offset=content["offset"],
    )
