"""The runs of a study once they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from sim.errors import SimError
from sim.studies.folder import read_table
from sim.studies.paired import Compared, comparisons
from sim.studies.plan import Plan


@dataclass(frozen=True, eq=False)
class Swept:
    """A study's runs. Tables of all of them are read when they are first asked for, and then take memory.

    Attributes:
        plan: all runs.
        folder: where they are; None where they are no longer kept.
        finished: how many are there.
        failures: how many of these failed, by reason.
        empty: metrics that are a number in none of them.
        told: what packages do, in short.
        made: runs made now, beside those made before.
    """

    plan: Plan
    folder: Path | None
    finished: int
    failures: Mapping[str, int]
    empty: tuple[str, ...]
    told: Compared
    made: int = 0

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The finished runs, one per row (see :meth:`Plan.table`)."""
        if self.folder is None:
            raise SimError("the runs are no longer kept; take `detached()` before their folder goes")
        return read_table(self.folder)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """What each package does, see :func:`sim.studies.paired.comparisons`."""
        return comparisons(self.runs, [lever.name for lever in self.plan.study.levers], self.plan.study.file.metrics)

    def detached(self) -> Swept:
        """The same with its tables in memory and no folder, which may then go."""
        found = replace(self, folder=None)
        found.__dict__.update(runs=self.runs, comparisons=self.comparisons)
        return found
