"""NaN and infinity in what an analysis is given: named and refused, by every one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis import evasion
from sim.analysis.attribution import attribute_switches
from sim.analysis.discovery import discover
from sim.analysis.pareto import after_best_reply, pareto_front, regrets
from sim.analysis.sensitivity import METHODS, Screening, sampled_points, sensitivity
from sim.analysis.summaries import summary
from sim.analysis.variants import Variant, Work
from sim.common.errors import SimError

SCREENING = {method: Screening(method, {"x": (0.0, 1.0), "z": (2.0, 3.0)}, 4) for method in METHODS}


def crossed() -> pd.DataFrame:
    rows = list(product((0.1, 0.2, 0.3), (-1.0, 4.0), (0, 1)))
    return pd.DataFrame(rows, columns=["x", "z", "draw"]).assign(y=lambda t: t["x"] + t["z"], cost=lambda t: t["x"])


def switched() -> pd.DataFrame:
    rows = list(product(("on", "off"), ("on", "off"), (0, 1)))
    return pd.DataFrame(rows, columns=["x", "z", "draw"]).assign(y=range(8))


def sampled(method: str) -> pd.DataFrame:
    return sampled_points(SCREENING[method]).assign(y=lambda t: t["x"] * t["z"])


Analysis = Callable[[pd.DataFrame], object]
ANALYSES: dict[str, tuple[Callable[[], pd.DataFrame], Analysis]] = {
    "summary": (crossed, lambda t: summary(t, ["x", "z"], ["y"])),
    "pareto": (crossed, lambda t: pareto_front(t, ["x", "z"], {"y": "more", "cost": "less"})),
    "regrets": (crossed, lambda t: regrets(t, ["x", "z"], {"y": "more"})),
    "reply": (crossed, lambda t: after_best_reply(t, ["x", "z"], ["z"], ("y", "more"))),
    "prim": (crossed, lambda t: discover(t, ["x", "z"], "y > 1")),
    "cart": (crossed, lambda t: discover(t, ["x", "z"], "y > 1", method="cart")),
    "attribution": (switched, lambda t: attribute_switches(t, ["x", "z"], ["y"])),
    **{m: (lambda m=m: sampled(m), lambda t, m=m: sensitivity(SCREENING[m], t, ["y"])) for m in METHODS},
}


@pytest.mark.parametrize("name", ANALYSES)
def test_a_sound_table_is_analysed(name: str) -> None:
    table, analysis = ANALYSES[name]
    analysis(table())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ANALYSES)
def test_an_outcome_that_is_no_number_is_named(name: str, bad: float) -> None:
    table, analysis = ANALYSES[name]
    runs = table().astype({"y": float})
    runs.loc[3, "y"] = bad
    with pytest.raises(SimError, match=rf"y is not a number in 1 of {len(runs)} runs: run 3 \(x "):
        analysis(runs)


@pytest.mark.parametrize("name", ANALYSES)
def test_an_input_that_is_missing_is_named(name: str) -> None:
    table, analysis = ANALYSES[name]
    runs = table()
    runs.loc[3, "x"] = np.nan
    with pytest.raises(SimError, match=rf"x is not a number in 1 of {len(runs)} runs: run 3 \(x nan"):
        analysis(runs)


@pytest.mark.parametrize("name", ["summary", "pareto", "regrets", "reply", "prim", "attribution"])
def test_a_run_of_no_known_draw_is_named(name: str) -> None:
    """Grouping by draws would pass over it."""
    table, analysis = ANALYSES[name]
    runs = table().astype({"draw": float})
    runs.loc[3, "draw"] = np.nan
    with pytest.raises(SimError, match=r"draw is not a number in 1 of"):
        analysis(runs)


def test_every_column_is_told_at_once() -> None:
    runs = crossed()
    runs.loc[0, "y"], runs.loc[1, "cost"] = np.nan, np.inf
    with pytest.raises(SimError, match=r"(?s)y is not a number in 1 of .*cost is not a number in 1 of"):
        pareto_front(runs, ["x", "z"], {"y": "more", "cost": "less"})


def test_words_are_no_outcome() -> None:
    with pytest.raises(SimError, match="column 'y' holds no numbers: 'many' and the like"):
        summary(crossed().assign(y="many"), ["x", "z"], ["y"])


@pytest.mark.parametrize("bounds", [(np.nan, 1.0), (0.0, np.inf), (-np.inf, 0.0)])
def test_bounds_are_numbers(bounds: tuple[float, float]) -> None:
    with pytest.raises(SimError, match="expected two numbers"):
        Screening("sobol", {"x": bounds}, 4)


def test_a_condition_and_a_density_are_numbers() -> None:
    for condition in ("y > nan", "y < inf"):
        with pytest.raises(SimError, match="is not a condition"):
            discover(crossed(), ["x"], condition)
    with pytest.raises(SimError, match="density nan: expected a share from 0 to 1"):
        discover(crossed(), ["x"], "y > 1", density=float("nan"))


@pytest.mark.parametrize("method", METHODS)
def test_outcomes_too_large_to_square_are_no_numbers(method: str) -> None:
    """SALib gives all of them the index 0."""
    runs = sampled(method).assign(y=lambda t: t["y"] + 0.1)
    with pytest.raises(SimError, match=rf"y is not a number in {len(runs)} of {len(runs)} runs"):
        sensitivity(SCREENING[method], runs.assign(y=runs["y"] * 1e200), ["y"])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_search_for_leaks_needs_a_number_whatever_is_closed(monkeypatch: pytest.MonkeyPatch, bad: float) -> None:
    def spoilt(cases: object, variants: Sequence[Variant], metrics: Sequence[str], work: Work) -> pd.DataFrame:
        found = pd.DataFrame({"case": 0, "variant": [one.name for one in variants], "deliveries_volume": 1.0})
        return found.assign(deliveries_volume=found["deliveries_volume"].where(found["variant"] != "through BETA", bad))

    monkeypatch.setattr(evasion, "measure_variants", spoilt)
    with pytest.raises(
        SimError, match=r"deliveries_volume is not a number with: through BETA, case 0 \(1 of \d+ runs\); a search"
    ):
        evasion.find_leaks([sim.load("classroom")], best=1)
