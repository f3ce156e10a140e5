"""What a scenario is about, shown: it runs with its mechanism and without, and each of its looks is read off both runs.

A look's figure is the mean per month over the months that it names. Its change is the run with the mechanism against
the run without, as a share of the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import SimError, nearest
from sim.common.months import format_month
from sim.policies.schedule import lane_index
from sim.scenario import MEASURES
from sim.simulation.comparison import Comparison, compare
from sim.simulation.simulation import Case, world_of
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.common.progress import Progress
    from sim.scenario import Look, Scenario
    from sim.simulation.results import Results
    from sim.world import World

COLUMNS = ("what", "measure", "with", "without", "change_percent", "expected", "holds")
# Two figures closer than this are one: the unit of flows is a million USD, and sums of them end in rounding.
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Shown:
    """A scenario run with its mechanism and without.

    Attributes:
        scenario: the scenario, with its mechanism and its looks.
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
        """One row per look, see :func:`shown`."""
        return shown(self.comparison, self.scenario)

    @property
    def holds(self) -> bool:
        """Whether every look shows what the scenario expects of it."""
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
        without=mechanism.clauses, parameters=mechanism.without, mechanism=None, look_at=[],
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
    """What every look of a scenario sees with the mechanism and without.

    Args:
        pair: the run with the mechanism and the run without.
        scenario: the scenario that names the looks.

    Returns:
        One row per look: what, measure, with, without (in the unit of the measure), change_percent, expected, holds.

    Raises:
        SimError: a run lacks the table or the column that a look reads.
    """
    both = (pair.policy, pair.baseline) if isinstance(pair, Comparison) else pair
    rows = []
    for look in scenario.look_at:
        present, absent = (mean_of(run, look, world_behind(run, scenario)) for run in both)
        change = relative_change(present, absent)
        rows.append(
            (look.what, look.measure, present, absent, 100.0 * change, expectation(look), is_as_expected(look, change))
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def series(run: Results, look: Look, world: World) -> pd.Series[float]:
    """What a look sees in every month of a run, indexed by month (``YYYY-MM``); nothing that flows counts as zero.

    Args:
        run: the run.
        look: what to count; its months do not matter here.
        world: the world behind the run, which knows the groups of states.

    Raises:
        SimError: the run lacks the table or the column.
    """
    measure = MEASURES[look.measure]
    table = _table(run, look.measure)
    rows = table[_chosen(table, look, world)]
    months = list(dict.fromkeys(run.states["month"]))
    by_month = rows.groupby("month")[measure.column]
    sums: pd.Series[float] = (by_month.mean() if measure.mean else by_month.sum()).reindex(months, fill_value=0.0)
    return sums.astype(np.float64)


def mean_of(run: Results, look: Look, world: World) -> float:
    """What a look sees in a run: the mean per month over its months."""
    months = [format_month(month) for month in look.months.range()]
    return float(series(run, look, world).reindex(months, fill_value=0.0).mean())


def relative_change(present: float, absent: float) -> float:
    """The change from a figure without the mechanism to that with it, share of the former; infinite from nothing."""
    if abs(present - absent) <= _NOTHING:
        return 0.0
    return (present - absent) / abs(absent) if abs(absent) > _NOTHING else float(np.copysign(np.inf, present - absent))


def is_as_expected(look: Look, change: float) -> bool:
    """Whether a relative change is what a look expects."""
    if look.expect == "stays":
        return abs(change) <= look.by
    return change >= look.by if look.expect == "rises" else change <= -look.by


def expectation(look: Look) -> str:
    """What a look expects, in words."""
    return f"{look.expect} {'within' if look.expect == 'stays' else 'by at least'} {100.0 * look.by:g} %"


def world_behind(run: Results, scenario: Scenario) -> World:
    """The world of a run just made, or of the scenario where the run was read from disk."""
    return run.source.world if isinstance(run.source, RunArrays) else world_of(scenario)


def _table(run: Results, name: str) -> pd.DataFrame:
    """The table that a measure stands in, with its column."""
    measure = MEASURES[name]
    table: pd.DataFrame | None = getattr(run, measure.table, None)
    if table is None:
        raise SimError(f"the measure '{name}' needs the table `{measure.table}`, which this run does not have")
    if name == "hidden":
        return table.assign(**{measure.column: table["value_musd"] - table["recorded_musd"]})
    if name == "markup":
        return table.assign(**{measure.column: np.exp(table["log_markup_change"])})
    if measure.column not in table:
        hint = nearest(measure.column, [str(column) for column in table.columns])
        raise SimError(f"the measure '{name}' needs the column '{measure.column}' of `{measure.table}`; {hint}")
    return table


def _chosen(table: pd.DataFrame, look: Look, world: World) -> pd.Series[bool]:
    """Which rows of its table a look counts."""
    measure = MEASURES[look.measure]
    keep = pd.Series(data=True, index=table.index)
    places = {"goods": "good", "origins": "origin", "destinations": "destination", "roads": "route"}
    if measure.table == "recorded":
        sends = look.measure == "recorded_exports"
        keep &= table["flow"] == ("export" if sends else "import")
        places |= dict(zip(("origins", "destinations"), ("reporter", "partner")[:: 1 if sends else -1], strict=True))
    if measure.table in ("states", "hubs"):
        places["states"] = "state" if measure.table == "states" else "hub"
    if measure.table == "network":
        keep &= table["entry"] != table["exit"]
        places["roads"] = "entry"
    names = _names(look, world, through="" if measure.table == "network" else "via ")
    for pick in measure.picks:
        if names[pick] is not None:
            keep &= table[places[pick]].isin(names[pick])
    return keep


def _names(look: Look, world: World, through: str) -> dict[str, Any]:
    """Labels that each key of a look stands for, groups of states resolved; None where it leaves nothing out."""
    index = lane_index(world)

    def codes(names: tuple[str, ...]) -> list[str] | None:
        return None if "all" in names else [world.states[state] for state in index.states(names)]

    hubs = [world.states[hub] for hub in world.hubs]
    routes = {code: [f"{through}{code}"] for code in hubs} | {
        "direct": ["direct"], "hubs": [f"{through}{code}" for code in hubs],
    }  # fmt: skip
    return {
        "goods": None if "all" in look.goods else list(look.goods),
        "origins": codes(look.origins),
        "destinations": codes(look.destinations),
        "states": codes(look.states),
        "roads": None if "all" in look.roads else [label for name in look.roads for label in routes.get(name, [])],
    }
