"""Tables of runs: means with intervals and errors, paired comparisons, and runs that have no number refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from sim.common.errors import SimError, nearest
from sim.common.parsing import shown
from sim.common.spread import shares_of

# Runs of equal values here share posterior draw and random draws, at all settings of the levers.
UNITS = ("world", "draw", "replicate")
_NAMED = 5
_LARGEST = 1e100  # what is larger has no square, and SALib gives all of it the index 0


def known_columns(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The names, all of them columns of the table.

    Raises:
        SimError: some are not.
    """
    for name in names:
        if name not in table.columns:
            raise SimError(f"the runs have no column '{name}'; {nearest(name, map(str, table.columns))}")
    return list(names)


def units_of(table: pd.DataFrame) -> list[str]:
    """Columns that say which runs share their random draws."""
    return [name for name in UNITS if name in table.columns]


def refuse_nan(table: pd.DataFrame, metrics: Sequence[str], inputs: Sequence[str] = ()) -> None:
    """Says which runs have no number where one is needed: NaN and infinity are never averaged, nor passed over.

    Args:
        table: of runs.
        metrics: columns that must be finite.
        inputs: columns that tell one run from another, draw and replicate among them anyway; those that are numbers
            must be finite, words must be there.

    Raises:
        SimError: some runs have none; of every column the first few are named.
    """
    told = list(dict.fromkeys([*inputs, *units_of(table)]))
    known_columns(table, [*metrics, *told])
    wanting = []
    for name in dict.fromkeys([*metrics, *told]):
        column = table[name]
        numeric = pd.api.types.is_numeric_dtype(column)
        if name in metrics and not numeric:
            some = f": {shown(str(column.iloc[0]))} and the like" if len(column) else ""
            raise SimError(f"column '{name}' holds no numbers{some}")
        bad = table[~(np.abs(column.to_numpy(dtype=float)) <= _LARGEST) if numeric else column.isna()]
        if len(bad):
            first = bad[told].head(_NAMED)
            named = [_run(number, row, told) for number, row in zip(first.index, first.to_dict("records"), strict=True)]
            more = f" and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
            wanting.append(f"{name} is not a number in {len(bad)} of {len(table)} runs: {'; '.join(named)}{more}")
    if wanting:
        way_out = "Ask for a metric that is defined there, or leave these points out of the study"
        raise SimError(f"{chr(10).join(wanting)}. {way_out}")


def _run(number: object, row: Mapping[Any, object], told: Sequence[str]) -> str:
    where = ", ".join(
        f"{name} {value:g}" if isinstance(value := row[name], float) else f"{name} {value}" for name in told
    )
    return f"run {number} ({where})" if where else f"run {number}"


def summary(
    table: pd.DataFrame, inputs: Sequence[str], metrics: Sequence[str], against: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Means over draws and replicates at each setting of the inputs, and the paired change against one of them.

    The change is taken run by run against the run of the same draw and replicate, so what the two share cancels.

    Args:
        table: of runs, the same draws and replicates at every setting.
        inputs: levers.
        metrics: columns to sum up.
        against: a setting of the inputs; the first one by default.

    Returns:
        A row per setting and metric: inputs, ``metric``, ``runs``; ``mean``, ``low`` and ``high`` (ends of their
        spread, see :mod:`sim.common.spread`), ``error`` (standard error of the mean); the same of the change, as
        ``change``, ``change_low``, ...

    Raises:
        SimError: runs without a number, an unknown column, a setting that was not run, runs that cannot be paired.
    """
    inputs, metrics, units = list(inputs), list(metrics), units_of(table)
    refuse_nan(table, metrics, inputs)
    settings = table.groupby(inputs, sort=False, dropna=False) if inputs else [((), table)]
    held = {key if isinstance(key, tuple) else (key,): rows for key, rows in settings}
    first = next(iter(held)) if against is None else tuple(against[name] for name in inputs)
    if first not in held:
        raise SimError(f"nothing was run at {dict(zip(inputs, first, strict=True))}")
    usual = _by_unit(held[first], units, metrics)
    rows = []
    for key, runs in held.items():
        here = _by_unit(runs, units, metrics)
        if not here.index.equals(usual.index):
            raise SimError(f"runs at {dict(zip(inputs, key, strict=True))} have other draws or replicates, so no pairs")
        for metric in metrics:
            own, change = here[metric].to_numpy(float), (here[metric] - usual[metric]).to_numpy(float)
            row = {**dict(zip(inputs, key, strict=True)), "metric": metric, "runs": len(own)}
            rows.append({**row, **spread_of(own), **{_of_change(k): v for k, v in spread_of(change).items()}})
    return pd.DataFrame(rows)


def spread_of(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float]:
    """Mean, ends of the spread (:mod:`sim.common.spread`), standard error of the mean (nan for a single value)."""
    low, high = np.quantile(values, shares_of(len(values)))
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else float("nan")
    return {"mean": float(values.mean()), "low": float(low), "high": float(high), "error": error}


def _of_change(name: str) -> str:
    return "change" if name == "mean" else f"change_{name}"


def _by_unit(runs: pd.DataFrame, units: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    if not units:
        return runs[list(metrics)].reset_index(drop=True)
    by_unit = runs.set_index(list(units))[list(metrics)].sort_index()
    if by_unit.index.has_duplicates:
        raise SimError(f"several runs of one setting have the same {' and '.join(units)}")
    return by_unit
