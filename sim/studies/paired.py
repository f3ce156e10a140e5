"""What each point does against what it is compared with, run by paired run, and how sure that is.

Runs of one world and one replicate share their luck, so that their difference has less noise than either. Replicate by
replicate the differences are averaged over the worlds; the spread of these averages over replicates gives the Monte
Carlo error of the mean (common random numbers tie the worlds of a replicate together, so worlds are no repetitions).
How far worlds disagree is another matter, told by the quantiles over them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

LEVEL = 0.95
BAND = (0.05, 0.95)


def comparisons(runs: pd.DataFrame, levers: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """A row per package and metric.

    Args:
        runs: the table of runs.
        levers: its columns that are levers.
        metrics: its columns that are metrics.

    Returns:
        ``package``, the levers, ``metric``, ``worlds``, ``replicates``, ``mean``, ``compared_with`` (mean there),
        ``difference``, ``standard_error`` of the difference over replicates (NaN for one), ``low`` and ``high`` (its
        95 % interval, Student's t), ``low_world`` and ``high_world`` (90 % of worlds lie between). Only worlds count
        in which every replicate has both numbers.
    """
    done = runs[runs["status"] == "done"]
    cells = ["world", "replicate"]
    usual = done[done["point"] < 0].drop_duplicates(cells).set_index(cells)
    ours = done[done["point"] >= 0]
    rows = []
    for package, some in ours.groupby("package", sort=True):
        own = some.drop_duplicates(cells).set_index(cells)
        other = usual.reindex(own.index)
        settings = [own[lever].iloc[0] for lever in levers]
        rows += [(package, *settings, metric, *_compared(own[metric], other[metric])) for metric in metrics]
    columns = [
        "package", *levers, "metric", "worlds", "replicates", "mean", "compared_with", "difference", "standard_error",
        "low", "high", "low_world", "high_world",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _compared(own: pd.Series, other: pd.Series) -> tuple[float, ...]:
    """What one package does to one metric, from numbers by world and replicate."""
    here, there = own.unstack("replicate").to_numpy(float), other.unstack("replicate").to_numpy(float)
    whole = np.isfinite(here).all(axis=1) & np.isfinite(there).all(axis=1)
    here, there = here[whole], there[whole]
    worlds, replicates = here.shape
    if not worlds:
        return (0, replicates, *[float("nan")] * 8)
    difference = here - there
    by_replicate, by_world = difference.mean(axis=0), difference.mean(axis=1)
    mean, error, low, high = interval(by_replicate)
    return (
        worlds, replicates, float(here.mean()), float(there.mean()), mean, error, low, high,
        *(float(value) for value in np.quantile(by_world, BAND)),
    )  # fmt: skip


def interval(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float, float, float]:
    """Mean, its standard error, and the ends of its interval; NaN for all but the mean of a single value."""
    mean = float(values.mean())
    if len(values) < 2:
        return mean, float("nan"), float("nan"), float("nan")
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    reach = float(stdtrit(len(values) - 1, 0.5 + LEVEL / 2)) * error
    return mean, error, mean - reach, mean + reach


def largest_error(compared: pd.DataFrame, metric: str) -> float:
    """Largest Monte Carlo error of a metric's difference, over the largest of its differences; NaN where unknown.

    It is a share of the largest difference, not of each point's own: a point that does next to nothing need not be
    known to a share of next to nothing.
    """
    rows = compared[compared["metric"] == metric]
    scale = float(rows["difference"].abs().max())
    error = float(rows["standard_error"].max())
    if rows["standard_error"].isna().any() or np.isnan(scale):
        return float("nan")
    return error / scale if scale > 0.0 else 0.0
