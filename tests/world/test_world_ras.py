"""Biproportional fitting: margins met, held cells held, nothing negative."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.build.ras import Mask, Matrix, fit_margins


@st.composite
def problems(draw: st.DrawFn) -> tuple[Matrix, Matrix, Mask]:
    """A seed, a matrix whose margins can be met from it, and the cells to hold."""
    rows, columns = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = rng.lognormal(0.0, 1.5, (rows, columns))
    held = rng.random((rows, columns)) < draw(st.floats(0.0, 0.4))
    # A row or column without a free cell cannot be scaled; the diagonal stays free.
    held[np.arange(rows), np.arange(rows) % columns] = False
    held[np.arange(columns) % rows, np.arange(columns)] = False
    seed = np.where(held, truth, truth * rng.lognormal(0.0, 1.0, (rows, columns)))
    return seed, truth, held


@given(problems())
@settings(max_examples=60, deadline=None)
def test_margins_are_met_and_held_cells_stay(problem: tuple[Matrix, Matrix, Mask]) -> None:
    seed, truth, held = problem
    fitted = fit_margins(seed, truth.sum(axis=1), truth.sum(axis=0), held)
    scale = truth.sum()
    assert np.all(fitted >= 0)
    np.testing.assert_array_equal(fitted[held], seed[held])
    np.testing.assert_allclose(fitted.sum(axis=1), truth.sum(axis=1), atol=1e-9 * scale)
    np.testing.assert_allclose(fitted.sum(axis=0), truth.sum(axis=0), atol=1e-9 * scale)


@given(problems())
@settings(max_examples=30, deadline=None)
def test_odds_ratios_of_the_seed_survive(problem: tuple[Matrix, Matrix, Mask]) -> None:
    seed, truth, _ = problem
    fitted = fit_margins(seed, truth.sum(axis=1), truth.sum(axis=0))
    for matrix in (seed, fitted):
        assert np.all(matrix > 0)
    ratio = [matrix[0, 0] * matrix[1, 1] / (matrix[0, 1] * matrix[1, 0]) for matrix in (seed, fitted)]
    assert ratio[1] == pytest.approx(ratio[0], rel=1e-6)


def test_a_fitted_matrix_is_left_alone() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(fit_margins(matrix, matrix.sum(axis=1), matrix.sum(axis=0)), matrix, rtol=1e-12)


def test_zero_seeds_stay_zero() -> None:
    fitted = fit_margins(np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([2.0, 3.0]), np.array([1.0, 4.0]))
    assert fitted[0, 0] == 0
    np.testing.assert_allclose(fitted, [[0.0, 2.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "held", "message"),
    [
        ([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0], [1.0, 2.0], None, "row totals sum to 2"),
        ([[-1.0, 1.0], [1.0, 1.0]], [1.0, 1.0], [1.0, 1.0], None, "negative or missing"),
        ([[np.nan, 1.0], [1.0, 1.0]], [1.0, 1.0], [1.0, 1.0], None, "negative or missing"),
        ([[5.0, 1.0], [1.0, 1.0]], [2.0, 2.0], [2.0, 2.0], [[True, False], [False, False]], "held cells exceed"),
        ([[1.0, 1.0], [1.0, 1.0]], [2.0, 3.0], [2.0, 3.0], [[True, True], [False, False]], None),
        ([[0.0, 0.0], [1.0, 1.0]], [2.0, 2.0], [2.0, 2.0], None, "row 0 has no free cell"),
        ([[1.0, 0.0], [1.0, 0.0]], [2.0, 2.0], [2.0, 2.0], None, "column 1 has no free cell"),
        ([[0.0, 1.0], [0.0, 1.0], [1.0, 1.0]], [5.0, 5.0, 1.0], [10.0, 1.0], None, "cannot be met together"),
    ],
)
def test_impossible_margins_are_refused(
    seed: list[list[float]],
    rows: list[float],
    columns: list[float],
    held: list[list[bool]] | None,
    message: str | None,
) -> None:
    mask = None if held is None else np.array(held)
    arguments = np.array(seed), np.array(rows), np.array(columns), mask
    if message is None:
        assert fit_margins(*arguments).sum() == pytest.approx(sum(rows))
        return
    with pytest.raises(ValueError, match=message):
        fit_margins(*arguments)
