"""Which inputs move a metric: Morris' elementary effects and Sobol' indices, by SALib, on designs that SALib made.

Morris, Technometrics 33 (1991) 161; mean of absolute effects: Campolongo, Cariboni and Saltelli, Environmental
Modelling and Software 22 (2007) 1509. Total indices: Saltelli et al., Computer Physics Communications 181 (2010) 259.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from SALib.analyze import morris as analyze_morris
from SALib.analyze import sobol as analyze_sobol
from SALib.sample import morris as sample_morris
from SALib.sample import sobol as sample_sobol

from sim.analysis.summaries import refuse_nan
from sim.common.errors import SimError, nearest

METHODS = ("morris", "sobol")
_LEVELS = 4
_RESAMPLES = 200


@dataclass(frozen=True)
class Screening:
    """A design for sensitivity analysis.

    Attributes:
        method: ``morris`` or ``sobol``.
        bounds: low and high of each input, in the order of the design's columns.
        samples: trajectories (Morris) or base samples, a power of two (Sobol').
        seed: of the design.
    """

    method: str
    bounds: Mapping[str, tuple[float, float]]
    samples: int
    seed: int = 1

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SimError(f"unknown method '{self.method}'; {nearest(self.method, METHODS)}")
        if not self.bounds:
            raise SimError("a sensitivity analysis needs at least one input")
        for name, (low, high) in self.bounds.items():
            if not (isfinite(low) and isfinite(high)):
                raise SimError(f"input '{name}': its bounds are {low:g} and {high:g}, expected two numbers")
            if not low < high:
                raise SimError(f"input '{name}': its lower bound {low:g} is not below its upper bound {high:g}")
        if self.samples < 2 or (self.method == "sobol" and self.samples & (self.samples - 1)):
            wanted = "a power of two, such as 64" if self.method == "sobol" else "at least 2 trajectories"
            raise SimError(f"{self.samples} samples: expected {wanted}")

    @property
    def problem(self) -> dict[str, Any]:
        """The inputs as SALib takes them."""
        bounds = [list(pair) for pair in self.bounds.values()]
        return {"num_vars": len(self.bounds), "names": list(self.bounds), "bounds": bounds}


def sampled_points(screening: Screening) -> pd.DataFrame:
    """The design: a row per run, in the order that the analysis needs, and a column per input.

    Sobol' designs take ``samples`` x (inputs + 2) runs, Morris designs ``samples`` x (inputs + 1).
    """
    if screening.method == "sobol":
        points = sample_sobol.sample(screening.problem, screening.samples, calc_second_order=False, seed=screening.seed)
    else:
        points = sample_morris.sample(screening.problem, screening.samples, num_levels=_LEVELS, seed=screening.seed)
    return pd.DataFrame(points, columns=list(screening.bounds)).rename_axis("point")


def sensitivity(screening: Screening, table: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Indices of each input for each metric, the largest first.

    Args:
        screening: the design that the runs were made by.
        table: a row per point of the design, in its order; metrics as columns.
        metrics: names of columns.

    Returns:
        ``metric``, ``input``; Sobol': ``total`` and ``first``, shares of variance, with ``*_low``, ``*_high`` (95 %);
        Morris: ``effect`` (mean absolute elementary effect over the input's range, in the metric's unit) with
        ``effect_low``, ``effect_high``, ``signed`` (mean effect) and ``spread`` (its standard deviation).

    Raises:
        SimError: runs without a number, which are named; or a table that is not of this design.
    """
    points = sampled_points(screening)
    inputs = list(screening.bounds)
    refuse_nan(table, metrics, inputs)
    if len(table) != len(points) or not np.allclose(table[inputs].to_numpy(float), points.to_numpy(), rtol=1e-6):
        raise SimError(
            f"the {len(table)} runs are not those of this design ({screening.method}, {screening.samples} samples, "
            f"seed {screening.seed}: {len(points)} points in their order)"
        )
    rows: list[dict[str, Any]] = []
    for metric in metrics:
        found = _indices(screening, points.to_numpy(), table[metric].to_numpy(float))
        rows += sorted(
            ({"metric": metric, **row} for row in found),
            key=lambda row: -row["total" if screening.method == "sobol" else "effect"],
        )
    return pd.DataFrame(rows)


def _indices(screening: Screening, points: Any, outcome: Any) -> list[dict[str, Any]]:
    inputs = list(screening.bounds)
    if np.ptp(outcome) == 0.0:  # a share of no variance is not defined; nothing moves it
        return [{"input": name, **dict.fromkeys(_COLUMNS[screening.method], 0.0)} for name in inputs]
    if screening.method == "sobol":
        found = analyze_sobol.analyze(
            screening.problem, outcome, calc_second_order=False, num_resamples=_RESAMPLES, seed=screening.seed
        )
        total, first = (_interval(found[name], found[f"{name}_conf"]) for name in ("ST", "S1"))
        return [_named(_COLUMNS["sobol"], name, *t, *f) for name, t, f in zip(inputs, total, first, strict=True)]
    found = analyze_morris.analyze(
        screening.problem, points, outcome, num_levels=_LEVELS, num_resamples=_RESAMPLES, seed=screening.seed
    )
    effects = _interval(found["mu_star"], found["mu_star_conf"])
    rest = zip(inputs, effects, found["mu"], found["sigma"], strict=True)
    return [_named(_COLUMNS["morris"], name, *e, float(signed), float(spread)) for name, e, signed, spread in rest]


_COLUMNS = {
    "sobol": ("total", "total_low", "total_high", "first", "first_low", "first_high"),
    "morris": ("effect", "effect_low", "effect_high", "signed", "spread"),
}


def _interval(values: Any, half: Any) -> list[tuple[float, float, float]]:
    pairs = zip(np.asarray(values, dtype=float), np.asarray(half, dtype=float), strict=True)
    return [(float(v), float(v - h), float(v + h)) for v, h in pairs]


def _named(columns: Sequence[str], name: str, *numbers: float) -> dict[str, Any]:
    return {"input": name, **dict(zip(columns, numbers, strict=True))}
