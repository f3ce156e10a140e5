"""What each point does against what it is compared with, run by paired run, and how sure that is.

Runs of one world and one replicate share their random draws, so that their difference has less noise than either.
Replicate by replicate the differences are averaged over the worlds; the spread of these averages over replicates gives
the Monte Carlo error of the mean (common random numbers tie the worlds of a replicate together, so worlds are no
repetitions). How far worlds differ is another matter, given by the quantiles over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.common.spread import FEWEST, HIGH, LOW

LEVEL = 0.95
SHOWN = 40  # rows that are shown at once
_COUNTS, _MEANS = ("worlds", "replicates", "undefined"), ["mean", "compared_with", "difference"]
_LUCK = ["world", "replicate"]  # what a run shares with the one that it is compared with


def comparisons(runs: pd.DataFrame, levers: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """A row per package and metric.

    Args:
        runs: the table of runs.
        levers: its columns that are levers.
        metrics: its columns that are metrics.

    Returns:
        ``package``, the levers, ``metric``, ``worlds``, ``replicates``, ``undefined``, ``mean``, ``compared_with``
        (mean there), ``difference``, ``standard_error`` of the difference over replicates (NaN for one), ``low`` and
        ``high`` (its 95 % interval, Student's t), ``low_world`` and ``high_world`` (90 % of worlds lie between;
        of fewer than 20, all of them). Only
        worlds count in which every replicate has both runs done; ``undefined`` of these pairs have no number (NaN or
        infinite) here or there, and then what would be taken over them is NaN.
    """
    done = runs[runs["status"] == "done"]
    usual = done[done["point"] < 0].drop_duplicates(_LUCK).set_index(_LUCK)
    ours = done[done["point"] >= 0].drop_duplicates(["package", *_LUCK])
    there = usual.reindex(pd.MultiIndex.from_frame(ours[_LUCK]))
    packages = ours.drop_duplicates("package").set_index("package")[list(levers)].sort_index()
    tables = []
    for metric in metrics:
        cells = ours[["package", *_LUCK]].assign(mean=ours[metric].to_numpy(), compared_with=there[metric].to_numpy())
        table = packages.join(_compared(cells, there["status"].notna().to_numpy()).reindex(packages.index))
        table.insert(len(levers), "metric", metric)
        tables.append(table.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, int)))
    return pd.concat(tables).sort_index(kind="stable").reset_index()


def _compared(cells: pd.DataFrame, both: NDArray[np.bool_]) -> pd.DataFrame:
    """What each package does to one metric, from its numbers here and there by package, world and replicate.

    Args:
        cells: columns package, world, replicate, mean, compared_with.
        both: whether the run compared with is done, too.
    """
    replicates = cells.groupby("package")["replicate"].transform("nunique")
    complete = pd.Series(both, cells.index).groupby([cells["package"], cells["world"]]).transform("sum") == replicates
    kept = cells[complete]
    kept = kept.assign(**{name: kept[name].where(np.isfinite(kept[name])) for name in ("mean", "compared_with")})
    kept = kept.assign(difference=kept["mean"] - kept["compared_with"])
    by_package = kept.groupby("package")
    undefined = kept[_MEANS].isna().groupby(kept["package"]).sum()
    table: pd.DataFrame = by_package[_MEANS].mean()
    table.insert(0, "worlds", by_package["world"].nunique())
    table.insert(1, "replicates", by_package["replicate"].nunique())
    by_replicate = kept.groupby(["package", "replicate"])["difference"].mean().groupby("package")
    number = table["replicates"].to_numpy()
    error = by_replicate.std(ddof=1) / np.sqrt(number)
    reach = stdtrit(np.maximum(number - 1, 1), 0.5 + LEVEL / 2) * error
    table = table.assign(standard_error=error, low=table["difference"] - reach, high=table["difference"] + reach)
    by_world = kept.groupby(["package", "world"])["difference"].mean().groupby("package")
    many = table["worlds"] >= FEWEST
    table["low_world"] = by_world.quantile(LOW).where(many, by_world.min())
    table["high_world"] = by_world.quantile(HIGH).where(many, by_world.max())
    # Pandas passes over what is no number; a mean of the others would be one of other worlds.
    for name in table.columns.drop(["worlds", "replicates"]):
        table[name] = table[name].where(undefined[name if name in _MEANS else "difference"] == 0)
    table.insert(2, "undefined", undefined["difference"])
    return table


class Compared:
    """What packages do in short, gathered from tables of some packages at a time (see :func:`comparisons`).

    Attributes:
        first: the first rows, in tables.
        rows: how many there are.
    """

    def __init__(self) -> None:
        self.first: list[pd.DataFrame] = []
        self.rows = 0
        self._scale: dict[str, float] = {}
        self._error: dict[str, float] = {}

    def listen(self, tables: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Passes the tables on."""
        for table in tables:
            if self.rows < SHOWN:
                self.first.append(table.head(SHOWN - self.rows))
            self.rows += len(table)
            for metric in table["metric"].unique().tolist():
                own = table[table["metric"] == metric]
                # NaN stays NaN: an error that is not known is not small.
                self._scale[metric] = np.fmax(self._scale.get(metric, np.nan), own["difference"].abs().max())
                self._error[metric] = np.maximum(self._error.get(metric, 0.0), own["standard_error"].max(skipna=False))
            yield table

    def error(self, metric: str) -> float:
        """Largest Monte Carlo error of a metric's difference, over the largest of its differences; NaN where unknown.

        It is a share of the largest difference, not of each point's own: a point that does next to nothing need not be
        known to a share of next to nothing.
        """
        scale, error = self._scale.get(metric, np.nan), self._error.get(metric, np.nan)
        if np.isnan(scale) or np.isnan(error):
            return float("nan")
        return float(error / scale) if scale > 0.0 else 0.0
