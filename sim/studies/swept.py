"""The runs of a study once they are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.doors import HasFigures, HasPage
from sim.studies.folder import StudyRuns
from sim.studies.plan import Plan
from sim.studies.tasks import DONE


@dataclass(frozen=True, eq=False)
class Swept(HasPage, HasFigures):
    """A study's runs.

    Attributes:
        plan: all runs.
        folder: where they are kept; None where they are not.
        runs: the finished ones, one per row (see :meth:`Plan.table`).
        comparisons: what each package does, see :func:`sim.studies.paired.comparisons`.
        made: runs made now, beside those made before.

    Example:
        >>> import sim
        >>> study = {"base": "classroom", "levers": {"aversion": [3, 6]}, "metrics": ["reaching"]}
        >>> sim.sweep(study).inputs
        ['aversion']
    """

    plan: Plan
    folder: Path | None
    runs: pd.DataFrame
    comparisons: pd.DataFrame
    made: int

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

    def as_kept(self) -> StudyRuns:
        """The runs as :func:`sim.studies.read_runs` gives them."""
        study = self.plan.study
        return StudyRuns(
            study.file.title, study.file.question, tuple(lever.name for lever in study.levers),
            tuple(one.name for one in study.uncertainties), study.file.metrics, len(self.plan), self.runs,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<Swept {self.plan.study.file.title!r}: {len(self.runs):,} of {len(self.plan):,} runs>"
