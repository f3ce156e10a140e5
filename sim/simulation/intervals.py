"""Bands of a run's figures over draws of a posterior: where 90 % of the draws lie, month by month and year by year.

A band is told by four words: ``figure`` (see :data:`sim.report.plots.FIGURES`; or what a run prints, see
:data:`sim.metrics.series.PRINTED`), ``series`` (what else than the period tells rows of the figure's table apart, such
as ``policy / direct``), ``period`` (month or year; empty where a figure shows one stretch of time) and ``column`` (what
is measured). The numbers in titles have ``titles`` for a figure, and the figure for a series. On disk it is one row of
``bands.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.common.csv_rows import csv_records
from sim.common.errors import Fault, FaultList, SimError
from sim.common.renamed import renamed
from sim.common.spread import FEWEST, ends_of, part_of, shares_of

FILE, RUNS = "bands.csv", "draws"
# Draws that are run unless the user says otherwise; the ends of a 90 % band then rest on the second and the third
# lowest and highest.
DRAWS = 24
KEYS = ["figure", "series", "period", "column"]
DELIVERIES, MIRROR, TITLES = "deliveries", "mirror_gap", "titles"
ENDS = ("low", "median", "high")
_WORDS = ("figure", "column")  # of which there are older ones
_MONTH, _PERIOD = "month", "period"


@dataclass(frozen=True, eq=False)
class Bands:
    """Where the middle 90 % of the draws lie (of few, all of them: :mod:`sim.common.spread`), and their median.

    Attributes:
        table: columns figure, series, period, column, low (5 %, or the lowest), median, high (95 %, or the highest).
        record: which posterior and draws, and how the draws were run.
    """

    table: pd.DataFrame
    record: Mapping[str, Any]

    @staticmethod
    def over(samples: pd.DataFrame, record: Mapping[str, Any]) -> Bands:
        """The bands of samples: rows by figure, series, period and column; one column per draw.

        A row that is no number (NaN or infinite) in some draw has no band: one over the others would be narrower.
        """
        values = samples.to_numpy()
        low, high = shares_of(values.shape[1])
        ends = np.quantile(np.where(np.isfinite(values), values, np.nan), (low, 0.5, high), axis=1)
        table = samples.index.to_frame(index=False)
        return Bands(table.assign(**dict(zip(ENDS, ends, strict=True))), record)

    @cached_property
    def _indexed(self) -> pd.DataFrame:
        return self.table.set_index(KEYS)

    def beside(self, figure: str, table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
        """A table of one run with the medians of the draws in its columns, and the ends of their bands after each.

        ``<column>_low`` and ``<column>_high`` are the ends. So a number and its band are of the same draws. A row that
        has no band (see :meth:`over`) keeps the run's own number, and its ends are empty.
        """
        known = named(table)
        wide = table.copy()
        for column in columns:
            keys = pd.MultiIndex.from_arrays(
                [[figure] * len(table), known["series"], known["period"], [column] * len(table)], names=KEYS
            )
            found = self._indexed.reindex(keys)
            median = found["median"].to_numpy()
            wide[column] = np.where(np.isnan(median), table[column].to_numpy(dtype=np.float64), median)
            place = list(wide.columns).index(column)
            wide.insert(place + 1, f"{column}_low", found["low"].to_numpy())
            wide.insert(place + 2, f"{column}_high", found["high"].to_numpy())
        return wide

    def of_title(self, figure: str) -> dict[str, tuple[float, float, float]]:
        """The numbers in a figure's title: median, low, high, by name; see :mod:`sim.metrics.title_numbers`."""
        rows = self.table[(self.table["figure"] == TITLES) & (self.table["series"] == figure)]
        rows = rows.dropna(subset=list(ENDS))
        return {
            str(name): (float(median), float(low), float(high))
            for name, median, low, high in zip(rows["column"], rows["median"], rows["low"], rows["high"], strict=True)
        }

    @property
    def part(self) -> str:
        """How much of the draws a band holds, in words."""
        return part_of(int(self.record["draws"]))

    @property
    def ends(self) -> str:
        """What the two numbers in brackets are."""
        return ends_of(int(self.record["draws"]))

    @property
    def words(self) -> str:
        """What the bands are, in one sentence."""
        one = self.record
        undefined = int(self.table["median"].isna().sum())
        left = (
            f" {undefined:,} of {len(self.table):,} numbers are undefined in a draw and have none." if undefined else ""
        )
        worlds = {True: " on a world drawn within the errors of its flows,", False: " on the same world,"}
        world = worlds.get(one["world_errors"], "") if "world_errors" in one else ""
        share = "90 %" if int(one["draws"]) >= FEWEST else "all"
        return (
            f"Numbers: medians, bands: {share} of {one['draws']} draws of posterior “{one['posterior']}” "
            f"({one['digest'][:10]}), each run"
            f"{world} in {one['mode']} mode with {one['exporters']:,} exporters; the "
            f"draws of single firms are not in them.{left}"
        )

    def save(self, folder: Path) -> Path:
        """Writes the table as CSV; the record stands in the run's."""
        path = folder / FILE
        self.table.to_csv(path, index=False, lineterminator="\n")
        return path

    @staticmethod
    def open(folder: Path, record: Mapping[str, Any] | None) -> Bands | None:
        """The bands of a run on disk; None if it was run without.

        Raises:
            SimError: the file is gone or damaged.
        """
        if record is None:
            return None
        path = folder / FILE
        rows = csv_records(path)
        if missing := [name for name in (*KEYS, *ENDS) if not rows or name not in rows[0]]:
            raise FaultList([Fault(str(path), 1, 0, "", f"column '{missing[0]}' is missing; run the scenario again")])
        try:
            table = pd.DataFrame({
                **{name: [renamed(name, row[name]) if name in _WORDS else row[name] for row in rows] for name in KEYS},
                **{name: [float(row[name] or math.nan) for row in rows] for name in ENDS},
            })  # fmt: skip
        except ValueError as error:
            raise SimError(f"{path} cannot be read: {error}; run the scenario again") from error
        return Bands(table, record)


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Series and period of each row of a figure's table; what is no number and no switch tells series apart."""
    period = next((table[name] for name in (_MONTH, _PERIOD) if name in table), pd.Series("", index=table.index))
    words = [table[name] for name in table if name not in (_MONTH, _PERIOD) and is_text(table[name])]
    series = words[0] if words else pd.Series("", index=table.index)
    for more in words[1:]:
        series = series + " / " + more
    return pd.DataFrame({"series": series, "period": period})


def is_text(column: pd.Series[Any]) -> bool:
    """Whether a column holds words."""
    return pd.api.types.is_string_dtype(column.dtype) or column.dtype == object


def tall(figure: str, table: pd.DataFrame, columns: Iterable[str]) -> pd.Series[float]:
    """The chosen columns of a figure's table as one series, by figure, series, period and column."""
    known = named(table)
    pieces = []
    for column in columns:
        keys = pd.MultiIndex.from_arrays(
            [[figure] * len(table), known["series"], known["period"], [column] * len(table)], names=KEYS
        )
        pieces.append(pd.Series(table[column].to_numpy(dtype=np.float64), index=keys))
    return pd.concat(pieces)


def side_by_side(draws: Mapping[int, pd.Series[float]]) -> pd.DataFrame:
    """Series by draw as samples. A row that a draw lacks is nil in it; what is no number in it stays none."""
    samples = pd.concat(draws, axis=1, sort=False).fillna(0.0)
    for draw, found in draws.items():
        samples.loc[found.index[~np.isfinite(found)], draw] = np.nan
    return samples
