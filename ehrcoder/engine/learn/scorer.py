"""Trains the candidate scorers: gradient-boosted trees with Platt's calibration, out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ehrcoder.engine.trees import TreeScorer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FOLDS = 5


def fit_scorer(
    rows: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int_],
    groups: npt.NDArray[np.int_],
    *,
    features: Sequence[str],
    trees: int,
    leaves: int,
    seed: int,
) -> tuple[TreeScorer, npt.NDArray[np.float64]]:
    """Fit on all rows; return the scorer and each row's probability from trees that never saw its record.

    `groups` holds the record number of each row: records, not rows, are what the folds divide.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    raw = np.zeros(len(labels))
    for fold in range(FOLDS):
        inside = groups % FOLDS == fold
        raw[inside] = _fit(rows[~inside], labels[~inside], trees, leaves, seed).decision_function(rows[inside])
    platt = LogisticRegression(C=1e6).fit(raw[:, None], labels)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    model = _fit(rows, labels, trees, leaves, seed)
    out_of_fold = 1 / (1 + np.exp(-(slope * raw + offset)))
    return _portable(model, features, slope, offset), out_of_fold


def _fit(rows: Any, labels: Any, trees: int, leaves: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.06,
        max_leaf_nodes=leaves,
        min_samples_leaf=30,
        l2_regularization=1.0,
        random_state=seed,
    ).fit(rows, labels)


def _portable(model: Any, features: Sequence[str], slope: float, offset: float) -> TreeScorer:
    """Copy scikit-learn's trees into plain lists (its node layout has been stable since 1.0; the test compares)."""
    trees: list[dict[str, list[Any]]] = []
    for stage in model._predictors:
        nodes = stage[0].nodes
        trees.append(
            {
                "feature": nodes["feature_idx"].tolist(),
                "threshold": nodes["num_threshold"].tolist(),
                "left": nodes["left"].tolist(),
                "right": nodes["right"].tolist(),
                "missing_left": nodes["missing_go_to_left"].astype(int).tolist(),
                "is_leaf": nodes["is_leaf"].astype(int).tolist(),
                "value": [round(float(value), 6) for value in nodes["value"]],
            }
        )
    for tree in trees:
        # An unused threshold of a leaf may be infinite, which JSON cannot say.
        tree["threshold"] = [
            0.0 if leaf else float(t) for t, leaf in zip(tree["threshold"], tree["is_leaf"], strict=True)
        ]
    return TreeScorer(
        features=features,
        baseline=float(model._baseline_prediction.ravel()[0]),
        trees=trees,
        slope=slope,
        offset=offset,
    )


def best_threshold(confidences: Sequence[float], correct: Sequence[bool], gold_count: int) -> tuple[float, float]:
    """Return the confidence floor with the best F1 on these out-of-fold rows, and that F1.

    `gold_count` counts all gold codes, those that no candidate reached included.
    """
    ranked = sorted(zip(confidences, correct, strict=True), key=lambda pair: -pair[0])
    best, floor, true = 0.0, 1.0, 0
    for count, (confidence, is_right) in enumerate(ranked, start=1):
        true += is_right
        f1 = 2 * true / (count + gold_count)
        if f1 > best:
            best, floor = f1, confidence
    return floor, best
