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
    """A tree of N nodes; `child` holds N left children and then N right ones. A leaf is its own child on both sides."""

    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float64]
    child: npt.NDArray[np.intp]
    missing_right: npt.NDArray[np.bool_]
    value: npt.NDArray[np.float64]
    depth: int


def _tree(nodes: dict[str, list[Any]]) -> _Tree:
    import numpy as np

    leaf = np.asarray(nodes["is_leaf"], dtype=np.bool_)
    own = np.arange(len(leaf))
    left, right = (np.where(leaf, own, np.asarray(nodes[side], dtype=np.intp)) for side in ("left", "right"))
    depth, level = 0, {0}
    while not all(leaf[node] for node in level):
        depth += 1
        level = {int(child[node]) for node in level for child in (left, right)}
    return _Tree(
        feature=np.asarray(nodes["feature"], dtype=np.intp),
        threshold=np.asarray(nodes["threshold"], dtype=np.float64),
        child=np.concatenate([left, right]),
        missing_right=~np.asarray(nodes["missing_left"], dtype=np.bool_),
        value=np.asarray(nodes["value"], dtype=np.float64),
        depth=depth,
    )


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
        self.features = tuple(features)
        self._content: dict[str, Any] = {
            "features": list(features),
            "baseline": baseline,
            "slope": slope,
            "offset": offset,
            "trees": list(trees),
        }
        self._baseline, self._slope, self._offset = baseline, slope, offset
        self._trees = [_tree(nodes) for nodes in trees]

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Return the calibrated probability (0 to 1) of each row; a missing feature is NaN."""
        import numpy as np

        if not rows:
            return []
        table = np.asarray(rows, dtype=np.float64)
        if table.shape[1] != len(self.features):
            raise ValueError(f"rows have {table.shape[1]} features, the scorer {len(self.features)}")
        total = np.full(len(table), self._baseline)
        values = table.ravel()
        first = np.arange(len(table)) * table.shape[1]
        missing = np.isnan(values) if np.isnan(values).any() else None
        for tree in self._trees:
            node = np.zeros(len(table), dtype=np.intp)
            for _ in range(tree.depth):
                place = first + tree.feature[node]
                goes_right = values[place] > tree.threshold[node]
                if missing is not None:
                    goes_right |= missing[place] & tree.missing_right[node]
                node = tree.child[node + goes_right * len(tree.value)]
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
