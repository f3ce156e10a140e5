"""Sensitivity: known answers, nothing for an input that does nothing, and a table of another design is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.sensitivity import METHODS, Screening, sampled_points, sensitivity
from sim.common.errors import SimError

BOUNDS = {"strong": (0.0, 1.0), "weak": (-2.0, 2.0), "idle": (5.0, 6.0)}
SIZE = {"sobol": 256, "morris": 20}


def runs_of(screening: Screening, weights: dict[str, float]) -> pd.DataFrame:
    points = sampled_points(screening)
    low = {name: pair[0] for name, pair in screening.bounds.items()}
    width = {name: pair[1] - pair[0] for name, pair in screening.bounds.items()}
    outcome = sum(weights[name] * (points[name] - low[name]) / width[name] for name in weights)
    return points.assign(outcome=outcome)


@pytest.mark.parametrize("method", METHODS)
@given(weights=st.tuples(st.floats(0.5, 9.0), st.floats(-9.0, 9.0)))
@settings(max_examples=8, deadline=None)
def test_an_input_that_does_nothing_has_no_sensitivity(method: str, weights: tuple[float, float]) -> None:
    screening = Screening(method, BOUNDS, 16)
    runs = runs_of(screening, {"strong": weights[0], "weak": weights[1], "idle": 0.0})
    found = sensitivity(screening, runs, ["outcome"]).set_index("input")
    numbers = found.loc["idle"].drop("metric").to_numpy(float)
    assert np.abs(numbers).max() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_linear_outcome_has_known_indices(method: str) -> None:
    screening = Screening(method, BOUNDS, SIZE[method])
    runs = runs_of(screening, {"strong": 3.0, "weak": 1.0, "idle": 0.0})
    found = sensitivity(screening, runs, ["outcome"])
    assert found["input"].to_list() == ["strong", "weak", "idle"]
    rows = found.set_index("input")
    if method == "sobol":  # variances of a linear outcome: 9 and 1 of 10
        assert rows.loc["strong", "total"] == pytest.approx(0.9, abs=0.05)
        assert rows.loc["weak", "first"] == pytest.approx(0.1, abs=0.05)
        assert rows.loc["strong", "total_low"] < 0.9 < rows.loc["strong", "total_high"]
    else:
        assert rows.loc["strong", "effect"] == pytest.approx(3.0)
        assert rows.loc["weak", "signed"] == pytest.approx(1.0)
        assert rows.loc["weak", "spread"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_names_do_not_matter(method: str) -> None:
    other = {"a": BOUNDS["strong"], "z": BOUNDS["weak"], "m": BOUNDS["idle"]}
    one, two = Screening(method, BOUNDS, 16), Screening(method, other, 16)
    first = sensitivity(one, runs_of(one, {"strong": 3.0, "weak": 1.0}), ["outcome"])
    second = sensitivity(two, runs_of(two, {"a": 3.0, "z": 1.0}), ["outcome"])
    renamed = second.assign(input=second["input"].map({"a": "strong", "z": "weak", "m": "idle"}))
    pd.testing.assert_frame_equal(first, renamed)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_moves_a_constant(method: str) -> None:
    screening = Screening(method, BOUNDS, 4)
    found = sensitivity(screening, sampled_points(screening).assign(outcome=2.5), ["outcome"])
    assert (found.drop(columns=["metric", "input"]) == 0.0).all(axis=None)


def test_runs_without_a_number_are_named() -> None:
    screening = Screening("sobol", BOUNDS, 4)
    runs = sampled_points(screening).assign(outcome=1.0)
    runs.loc[3, "outcome"] = np.nan
    with pytest.raises(SimError, match=r"outcome is not a number in 1 of 20 runs: run 3 \(strong "):
        sensitivity(screening, runs, ["outcome"])


def test_a_table_of_another_design_is_refused() -> None:
    screening = Screening("morris", BOUNDS, 4)
    runs = sampled_points(Screening("morris", BOUNDS, 4, seed=2)).assign(outcome=1.0)
    for table in (runs, runs.iloc[:5]):
        with pytest.raises(SimError, match="are not those of this design"):
            sensitivity(screening, table, ["outcome"])


@pytest.mark.parametrize(
    ("method", "bounds", "samples", "said"),
    [
        ("sobel", BOUNDS, 16, "did you mean 'sobol'"),
        ("sobol", BOUNDS, 15, "a power of two"),
        ("morris", BOUNDS, 1, "at least 2"),
        ("morris", {}, 4, "at least one input"),
        ("morris", {"x": (1.0, 1.0)}, 4, "not below"),
    ],
)
def test_an_absurd_design_is_refused(
    method: str, bounds: dict[str, tuple[float, float]], samples: int, said: str
) -> None:
    with pytest.raises(SimError, match=said):
        Screening(method, bounds, samples)


def test_how_many_points() -> None:
    assert len(sampled_points(Screening("sobol", BOUNDS, 8))) == 8 * 5
    assert len(sampled_points(Screening("morris", BOUNDS, 8))) == 8 * 4
