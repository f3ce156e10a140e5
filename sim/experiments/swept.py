"""A study's runs, whole or as far as they have come, and what its packages do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import SimError
from sim.experiments.finished import Undefined
from sim.experiments.folder import StudyRuns
from sim.experiments.paired_differences import Compared, comparisons
from sim.experiments.plan import Plan
from sim.experiments.runs_table import read_table
from sim.experiments.tasks import DONE


@dataclass(frozen=True, eq=False)
class Swept:
    """A study's runs. Tables of all of them are read when they are first asked for, and then take memory.

    Attributes:
        plan: all runs.
        folder: where they are; None where they are no longer kept.
        finished: how many are there.
        failures: how many of these failed, by reason.
        undefined: metrics that are no number in some of those that are done, and in which.
        told: what packages do, in short.
        made: runs made now, beside those made before.

    Example:
        >>> import sim
        >>> study = {"base": "classroom", "levers": {"parameters.aversion": [3, 6]}, "metrics": ["deliveries_volume"]}
        >>> sim.sweep(study).inputs
        ['parameters.aversion']
    """

    plan: Plan
    folder: Path | None
    finished: int
    failures: Mapping[str, int]
    undefined: tuple[Undefined, ...]
    told: Compared
    made: int = 0
    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The finished runs, one per row (see :meth:`Plan.table`)."""
        if self.folder is None:
            raise SimError("the runs are no longer kept; take `detached()` before their folder goes")
        return read_table(self.folder, self.inputs, self.plan.study.file.metrics)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """What each package does, see :func:`sim.experiments.paired_differences.comparisons`."""
        return comparisons(self.runs, [lever.name for lever in self.plan.study.levers], self.plan.study.file.metrics)

    @property
    def inputs(self) -> list[str]:
        """Columns of the runs that are levers or uncertainties."""
        return [factor.name for factor in self.plan.study.factors]

    @property
    def points(self) -> pd.DataFrame:
        """The finished runs without those that they are compared with and those that failed."""
        found: pd.DataFrame = self.runs[(self.runs["point"] >= 0) & (self.runs["status"] == DONE)]
        return found.reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """What each package does: its levers as index, a column per metric, mean difference run by paired run."""
        levers = [lever.name for lever in self.plan.study.levers]
        table = self.comparisons.pivot(index=["package", *levers], columns="metric", values="difference")
        chosen = table[list(self.plan.study.file.metrics)].rename_axis(columns=None)
        return chosen.droplevel("package") if levers else chosen

    def detached(self) -> Swept:
        """The same with its tables in memory and no folder, which may then go."""
        found = replace(self, folder=None)
        found.__dict__.update(runs=self.runs, comparisons=self.comparisons)
        return found

    def as_kept(self) -> StudyRuns:
        """The runs as :func:`sim.experiments.read_runs` gives them."""
        study = self.plan.study
        return StudyRuns(
            study.file.title, study.file.question, tuple(lever.name for lever in study.levers),
            tuple(one.name for one in study.uncertainties), study.file.metrics, len(self.plan), self.runs,
        )  # fmt: skip

    def to_xarray(self) -> Any:
        """The points as an ``xarray.Dataset``: see :meth:`sim.StudyRuns.to_xarray`."""
        return self.as_kept().to_xarray()

    def __repr__(self) -> str:
        wanting = "".join(f"; {one.metric} not a number in {one.runs:,}" for one in self.undefined)
        return f"<Swept {self.plan.study.file.title!r}: {self.finished:,} of {len(self.plan):,} runs{wanting}>"

    @property
    def empty(self) -> tuple[str, ...]:
        """Metrics that are a number in none of the runs that are done."""
        return tuple(one.metric for one in self.undefined if one.runs == one.of)
