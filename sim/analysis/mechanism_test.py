"""What a scenario is about, shown: it runs with its mechanism and without, and what it expects is measured.

The change of an outcome is the run with the mechanism against the run without, as a share of the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import SimError
from sim.metrics import by_month, measure
from sim.simulation.comparison import Comparison, compare
from sim.simulation.simulation import Case
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.common.progress import Progress
    from sim.scenario import ExpectedOutcome, Scenario
    from sim.simulation.results import Results

COLUMNS = ("what", "metric", "with", "without", "change_percent", "expected", "holds")
# Two figures closer than this are one: the unit of flows is a million USD, and sums of them end in rounding.
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Shown:
    """A scenario run with its mechanism and without.

    Attributes:
        scenario: the scenario, with its mechanism and what it expects.
        comparison: the run with the mechanism, and the run without as its baseline.

    Example:
        >>> import sim
        >>> seen = sim.show_mechanism(sim.load("red-line"), progress=False)
        >>> seen.holds
        True
    """

    scenario: Scenario
    comparison: Comparison
    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")

    @property
    def table(self) -> pd.DataFrame:
        """One row per expected outcome, see :func:`shown`."""
        return shown(self.comparison, self.scenario)

    @property
    def holds(self) -> bool:
        """Whether every outcome is as the scenario expects."""
        return bool(self.table["holds"].all())


def without_mechanism(case: Case) -> Case:
    """The case with its mechanism switched off: its clauses and drivers gone, its parameters at their off values.

    Raises:
        SimError: the scenario names no mechanism.
    """
    mechanism = case.scenario.mechanism
    if mechanism is None:
        raise SimError(
            f"'{case.scenario.title}' names no mechanism to switch off; add a `mechanism` block, or run it with "
            "`sim run`, which sets it against no policy"
        )
    return case.with_changes(
        without=mechanism.clauses, parameters=mechanism.without, mechanism=None, expected_outcomes=[],
        title=f"{case.scenario.title} (without its mechanism)",
    )  # fmt: skip


def show_mechanism(case: Case, progress: Progress | bool | None = None) -> Shown:
    """Runs a case with its mechanism and without, paired.

    Args:
        case: a case whose scenario names its mechanism.
        progress: called after each month with (months done, months in all), over both runs; False for no bar in a
            notebook.

    Raises:
        SimError: the scenario names no mechanism.

    Example:
        >>> import sim
        >>> sim.show_mechanism(sim.load("red-line"), progress=False).table["holds"].all()
        np.True_
    """
    return Shown(case.scenario, compare(case, without_mechanism(case), progress))


def shown(pair: Comparison | tuple[Results, Results], scenario: Scenario) -> pd.DataFrame:
    """What a scenario expects, with the mechanism and without.

    Args:
        pair: the run with the mechanism and the run without, both just made.
        scenario: the scenario that expects it.

    Returns:
        One row per expected outcome: what, metric (its address), with, without (in the unit of the metric),
        change_percent, expected, holds.

    Raises:
        SimError: a run that was read from disk, which has no arrays to measure.
    """
    both = (pair.policy, pair.baseline) if isinstance(pair, Comparison) else pair
    addresses = [one.metric for one in scenario.expected_outcomes]
    present, absent = (measure(arrays_of(run), addresses) for run in both)
    rows = []
    for one in scenario.expected_outcomes:
        change = relative_change(present[one.metric], absent[one.metric])
        numbers = present[one.metric], absent[one.metric], 100.0 * change
        rows.append((one.what, one.metric, *numbers, expectation(one), is_as_expected(one, change)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def series(run: Results, outcome: ExpectedOutcome) -> pd.Series[float]:
    """The number of an expected outcome in every month of a run just made, indexed by month (``YYYY-MM``)."""
    arrays = arrays_of(run)
    return pd.Series(by_month(arrays, outcome.metric), index=arrays.months, dtype=np.float64)


def arrays_of(run: Results) -> RunArrays:
    """The arrays of a run just made.

    Raises:
        SimError: it was read from disk.
    """
    if not isinstance(run.source, RunArrays):
        raise SimError(f"'{run.title}' was read from disk, which has no arrays to measure; run it again")
    return run.source


def relative_change(present: float, absent: float) -> float:
    """The change from a figure without the mechanism to that with it, share of the former; infinite from nothing."""
    if abs(present - absent) <= _NOTHING:
        return 0.0
    return (present - absent) / abs(absent) if abs(absent) > _NOTHING else float(np.copysign(np.inf, present - absent))


def is_as_expected(outcome: ExpectedOutcome, change: float) -> bool:
    """Whether a relative change is what is expected."""
    if outcome.expect == "stays":
        return abs(change) <= outcome.by
    return change >= outcome.by if outcome.expect == "rises" else change <= -outcome.by


def expectation(outcome: ExpectedOutcome) -> str:
    """What is expected, in words."""
    return f"{outcome.expect} {'within' if outcome.expect == 'stays' else 'by at least'} {100.0 * outcome.by:g} %"
