"""Biproportional fitting (RAS, iterative proportional fitting) of a matrix to its margins, with some cells held.

The fitted matrix is the one nearest to the seed in relative entropy among those that meet the margins:
Deming and Stephan (1940), Annals of Mathematical Statistics 11(4); Bacharach (1965), International Economic Review
6(3).
"""

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Mask

Matrix = NDArray[np.float64]


def fit_margins(
    seed: Matrix, row_totals: Matrix, column_totals: Matrix, held: Mask | None = None, tolerance: float = 1e-10
) -> Matrix:
    """Scale the free cells of a matrix by rows and columns until both margins are met.

    Args:
        seed: Matrix (rows, columns), not negative; where `held`, the value to keep.
        row_totals: Sums wanted by row, same unit as the seed; NaN where none is known.
        column_totals: Sums wanted by column, NaN where none is known; if all are known, on both sides, their total must
            equal that of the rows.
        held: Cells that keep their seed value; none by default.
        tolerance: Largest gap of a row or column, relative to the sum of the rows' totals.

    Returns:
        The fitted matrix: not negative, held cells untouched, zero seeds still zero.

    Raises:
        ValueError: If the margins disagree, held cells exceed a margin, or a margin has no free cell to meet it.

    Example:
        >>> import sim
        >>> import numpy as np
        >>> seed = np.array([[1.0, 1.0], [1.0, 3.0]])
        >>> sim.fit_margins(seed, np.array([4.0, 8.0]), np.array([4.0, 8.0])).sum(axis=0).round(6).tolist()
        [4.0, 8.0]
    """
    kept = np.zeros(seed.shape, dtype=np.bool_) if held is None else held
    if np.any(seed < 0) or not np.all(np.isfinite(seed)):
        raise ValueError("the seed has negative or missing cells")
    grand = float(np.nansum(row_totals))
    every = np.all(np.isfinite(row_totals)) and np.all(np.isfinite(column_totals))
    if every and abs(grand - float(column_totals.sum())) > 1e-9 * max(grand, 1.0):
        raise ValueError(f"row totals sum to {grand:.6g}, column totals to {float(column_totals.sum()):.6g}")
    fixed = np.where(kept, seed, 0.0)
    free = np.where(kept, 0.0, seed)
    rows, columns = row_totals - fixed.sum(axis=1), column_totals - fixed.sum(axis=0)
    slack = tolerance * max(grand, 1e-300)
    for name, wanted, cells in (("row", rows, free.sum(axis=1)), ("column", columns, free.sum(axis=0))):
        if np.any(wanted < -slack):
            raise ValueError(f"held cells exceed the total of {name} {int(np.argmin(wanted))}")
        if np.any((cells == 0) & (wanted > slack)):
            raise ValueError(
                f"{name} {int(np.argmax((cells == 0) & (wanted > slack)))} has no free cell to meet its total"
            )
    return fixed + _scale(free, np.maximum(rows, 0.0), np.maximum(columns, 0.0), slack)


def _scale(free: Matrix, rows: Matrix, columns: Matrix, slack: float, rounds: int = 20_000) -> Matrix:
    """Alternate row and column scaling; columns are met exactly at the end, rows to `slack`."""
    for _ in range(rounds):
        free = free * _ratio(rows, free.sum(axis=1))[:, None]
        free = free * _ratio(columns, free.sum(axis=0))[None, :]
        if float(np.nanmax(np.abs(free.sum(axis=1) - rows), initial=0.0)) <= slack:
            return free
    gap = float(np.nanmax(np.abs(free.sum(axis=1) - rows)))
    raise ValueError(f"the margins cannot be met together: a row is still {gap:.3g} off after {rounds} rounds")


def _ratio(wanted: Matrix, found: Matrix) -> Matrix:
    """Return the factors by which sums are met: 1 where none is wanted, 0 where there is nothing to scale."""
    factor = np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)
    return np.where(np.isnan(wanted), 1.0, factor)
