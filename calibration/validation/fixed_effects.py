"""Two-way fixed effects by alternating projections: the regressions of the published designs, in a few lines.

The sweeps are those of Guimarães and Portugal (2010) and of the usual packages; what they give is ordinary least
squares with a dummy for every group (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.targets.simulated_targets import Floats

_CLOSE, _MOST_SWEEPS = 1e-8, 2_000


def without_means(columns: Floats, groups: Sequence[NDArray[np.int64]]) -> Floats:
    """Columns less their means over every group of every kind.

    Args:
        columns: [row, column].
        groups: of each kind the group of each row, from 0.

    Raises:
        ArithmeticError: the sweeps do not settle.
    """
    left: Floats = np.array(columns, dtype=float)
    counts = [np.maximum(np.bincount(kind), 1.0) for kind in groups]
    scale = np.maximum(np.abs(left).max(axis=0), 1e-300)
    for _ in range(_MOST_SWEEPS):
        moved = 0.0
        for kind, count in zip(groups, counts, strict=True):
            for column in range(left.shape[1]):
                means = np.bincount(kind, weights=left[:, column]) / count
                left[:, column] -= means[kind]
                moved = max(moved, float(np.abs(means).max() / scale[column]))
        if moved < _CLOSE:
            return left
    raise ArithmeticError(f"fixed effects did not settle within {_MOST_SWEEPS} sweeps")


def coefficients(outcome: Floats, regressors: Floats, groups: Sequence[NDArray[np.int64]]) -> Floats:
    """Ordinary least squares with fixed effects: the coefficient of each regressor.

    Args:
        outcome: [row].
        regressors: [row, regressor].
        groups: fixed effects, of each kind the group of each row.
    """
    left = without_means(np.column_stack([outcome, regressors]), groups)
    found: Floats = np.linalg.lstsq(left[:, 1:], left[:, 0], rcond=None)[0]
    return found
