"""The finished runs of a plan, written and compared batch by batch, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.experiments.folder import write_beside
from sim.experiments.kept import Kept
from sim.experiments.paired_differences import comparisons
from sim.experiments.plan import BATCH, COMPARED, Plan, in_batches
from sim.experiments.points import Keys
from sim.experiments.queue import Runs
from sim.experiments.runs_table import TABLE
from sim.experiments.store import write_tables

COMPARISONS = "comparisons.csv"
_NAMED = 5  # runs without a number that are named
_TOGETHER = BATCH // 4  # runs whose packages are compared at once: every metric of every package becomes a row


class Undefined(NamedTuple):
    """Runs that are done and in which a metric is no number (NaN or infinite); no mean is taken over them.

    Attributes:
        metric: its name.
        runs: how many there are.
        of: so many runs that are done.
        named: the first of them, in words.
    """

    metric: str
    runs: int
    of: int
    named: tuple[str, ...]

    def __str__(self) -> str:
        """All of it in one sentence."""
        if self.runs == self.of:
            return f"{self.metric}: not a number in any run"
        more = f"; and {self.runs - len(self.named):,} more" if self.runs > len(self.named) else ""
        return f"{self.metric}: not a number in {self.runs:,} of {self.of:,} runs: {'; '.join(self.named)}{more}"


@dataclass(frozen=True, eq=False)
class Finished:
    """The runs of a plan that are finished, of which a frame is made in batches only.

    Attributes:
        plan: all runs.
        kept: what is kept of the finished ones.
    """

    plan: Plan
    kept: Kept

    @cached_property
    def place(self) -> Runs:
        """Where each run of the plan stands in what is kept; -1 for one that is not finished."""
        return self.kept.find(self.plan.keys.digests)

    @cached_property
    def runs(self) -> Runs:
        """The finished runs, in the plan's order."""
        return np.flatnonzero(self.place >= 0)

    def frame(self, runs: Runs) -> pd.DataFrame:
        """What tells runs apart (see :meth:`Plan.table`), then status, reason, metrics and key."""
        keys = pd.DataFrame({"key": list(Keys(self.plan.keys.digests[runs]))})
        return pd.concat([self.plan.table(runs), self.kept.frame(self.place[runs]), keys], axis=1)

    def undefined(self) -> tuple[Undefined, ...]:
        """Metrics that are no number in some of the runs that are done."""
        rows = self.place[self.runs]
        done = int(np.count_nonzero(self.kept.done[rows]))
        inputs = [factor.name for factor in self.plan.study.factors]
        return tuple(
            Undefined(name, len(places), done, tuple(
                _in_words(row, inputs) for row in self.plan.table(self.runs[places[:_NAMED]]).to_dict("records")
            ))
            for name, places in self.kept.undefined(rows).items()
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Writes the table of runs, whole or not at all.

        Raises:
            SimError: it cannot be written.
        """
        first, *others = in_batches(self.runs)
        head = pa.Table.from_pandas(self.frame(first), preserve_index=False)
        rest = (pa.Table.from_pandas(self.frame(some), schema=head.schema, preserve_index=False) for some in others)
        write_beside(folder, TABLE, lambda file: write_tables(file, chain([head], rest)))

    def compared(self) -> Iterator[pd.DataFrame]:
        """What packages do, some packages at a time: see :func:`sim.experiments.paired_differences.comparisons`."""
        levers, metrics = [lever.name for lever in self.plan.study.levers], self.plan.study.file.metrics
        packages = self.plan.once[:, 1]
        by_package = np.argsort(packages, kind="stable")
        starts = np.searchsorted(packages[by_package], np.arange(len(self.plan.packages) + 1))
        first, count = 0, len(self.plan.packages)
        while first < count:
            enough = starts[first] + _TOGETHER // self.plan.replicates
            end = max(first + 1, int(np.searchsorted(starts, enough, side="right")) - 1)
            # Two packages at least: where rows of a group stand together, pandas rounds their sum in another way.
            low, high = max(0, min(first, end - 2)), min(max(end, 2), count)
            table = comparisons(
                self.frame(self._with_compared(by_package[starts[low] : starts[high]])), levers, metrics
            )
            yield table[table["package"].between(first, end - 1)]
            first = end

    def _with_compared(self, own: Runs) -> Runs:
        """Runs of some packages, and those that they are compared with, in the plan's order: finished ones alone."""
        once = self.plan.once
        there = (once[:, 1] == COMPARED) & np.isin(once[:, 2], once[own, 2])
        met = np.union1d(own, np.flatnonzero(there))
        runs = (np.arange(self.plan.replicates)[:, np.newaxis] * len(once) + met).ravel()
        found: Runs = runs[self.place[runs] >= 0]
        return found


def _in_words(row: Mapping[Any, Any], inputs: Sequence[str]) -> str:
    """Which run a row of the table is, from what tells it from others."""
    told = {name: row[name] for name in (*inputs, "world", "replicate") if row[name] == row[name] and row[name] != ""}
    where = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in told.items()
    )
    which = "the run compared with" if row["point"] == COMPARED else f"point {row['point']}"
    return f"{which} ({where})"


def write_comparisons(folder: Path, compared: Iterable[pd.DataFrame]) -> None:
    """Writes what packages do as CSV beside the table, whole or not at all.

    Raises:
        SimError: it cannot be written.
    """

    def write(file: BinaryIO) -> None:
        for number, some in enumerate(compared):
            file.write(some.to_csv(index=False, header=not number).encode())

    write_beside(folder, COMPARISONS, write)
