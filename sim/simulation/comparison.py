"""Two runs that differ only by their law, and what the difference did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import SimError
from sim.common.labelled import extra
from sim.common.months import format_month, parse_month
from sim.common.progress import Progress, watched
from sim.common.yaml_reader import read_yaml
from sim.simulation.intervals import DELIVERIES
from sim.simulation.results import Results
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from sim.scenario.blocks import MonthSpan
    from sim.simulation.intervals import Bands


_MONTH = len("2022-03")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A run and its counterfactual, paired: same world, agents and random draws.

    Attributes:
        policy: the run with the policies.
        baseline: the run it is compared with.
        bands: where draws of a posterior lie, if any were run; figures then carry them.

    Example:
        >>> import sim
        >>> pair = sim.compare("classroom")
        >>> pair.summary().columns.tolist()
        ['policy_busd', 'baseline_busd', 'change_percent']
    """

    policy: Results
    baseline: Results
    bands: Bands | None = None

    def to_xarray(self, table: str = "flows") -> Any:
        """A table of both runs, along an axis ``run``: see :meth:`sim.Results.to_xarray`."""
        xarray = extra("xarray", "to_xarray")
        both = [run.to_xarray(table) for run in (self.policy, self.baseline)]
        joined = xarray.concat(both, pd.Index(["policy", "baseline"], name="run"), join="outer", combine_attrs="drop")
        for name in joined:
            if str(name).endswith("_musd"):
                joined[name] = joined[name].fillna(0.0)
        return joined.assign_attrs(both[0].attrs, compared_with=self.baseline.title)

    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")
    save_summary = Accessor("Writes its tables and what ran: ``save_summary('mine.xlsx')``, or ``.csv``, ``.tex``.")

    def to_target(self, by: list[str] | None = None) -> pd.DataFrame:
        """Deliveries to the target with, without, and the difference, musd of the month.

        Args:
            by: columns of ``flows`` to keep, default month, good, origin, route.
        """
        keys = by or ["month", "good", "origin", "route"]
        pair = {
            f"{name}_musd": run.to_target().groupby(keys, observed=True)["value_musd"].sum()
            for name, run in (("policy", self.policy), ("baseline", self.baseline))
        }
        table = pd.DataFrame(pair).fillna(0.0)
        table["difference_musd"] = table["policy_musd"] - table["baseline_musd"]
        return table.reset_index()

    def decomposition(self, first: str | None = None, last: str = "9999-12") -> pd.DataFrame:
        """Where the coalition's lost direct trade went, by good, musd per month at base-year prices; rows add up.

        ``lost_direct`` is the fall of coalition-brand goods sold straight from coalition states to the target. It
        equals the sum of what made up for it and what did not:

        * ``rerouted``: more coalition-brand goods from coalition states through hubs,
        * ``foreign_subsidiary_supply``: more coalition-brand goods from plants in other states, by any route,
        * ``third_country_supply``: more neutral-brand goods,
        * ``net_loss``: the rest, which reaches the target no more.

        Args:
            first: first month counted; by default the first whole month in which a clause is in force.
            last: last month counted.
        """
        first = first or _first_of_law(self.policy)
        sums = {name: _parts(run, first, last) for name, run in (("policy", self.policy), ("baseline", self.baseline))}
        change = sums["policy"].sub(sums["baseline"], fill_value=0.0)
        table = pd.DataFrame({"lost_direct": -change["direct"]})
        for part in ("rerouted", "foreign_subsidiary_supply", "third_country_supply"):
            table[part] = change[part]
        table["net_loss"] = -change.sum(axis=1)
        return table

    def summary(self) -> pd.DataFrame:
        """Deliveries to the target by year: with, without, change in percent; billion USD of the year.

        Where the pair has bands, each number is the median of the draws, and ``<column>_low`` and ``<column>_high`` are
        the ends of its band.
        """
        table = self.to_target(["month"])
        year = table["month"].str[:4]
        totals = table.groupby(year)[["policy_musd", "baseline_musd"]].sum() / 1e3
        totals.columns = pd.Index(["policy_busd", "baseline_busd"])
        totals["change_percent"] = 100.0 * (totals["policy_busd"] / totals["baseline_busd"] - 1.0)
        totals.index.name = "year"
        if self.bands is None:
            return totals
        by_period = totals.rename_axis("period").reset_index()
        return self.bands.beside(DELIVERIES, by_period, map(str, totals)).set_index("period").rename_axis("year")

    def with_bands(self, bands: Bands) -> Comparison:
        """The pair with bands, which its figures then carry.

        Args:
            bands: such as those of an :class:`Ensemble` made ``like`` this pair.
        """
        return replace(self, bands=bands)

    def __repr__(self) -> str:
        return f"<Comparison of {self.policy.title!r} with {self.baseline.title!r}>"


def _parts(run: Results, first: str, last: str) -> pd.DataFrame:
    """Deliveries to the target by good and part, musd per month at base-year prices."""
    flows = run.to_target()
    flows = flows[(flows["month"] >= first) & (flows["month"] <= last)]
    coalition_state = flows["origin"].isin(run.record["coalition"])
    coalition_brand = flows["brand_origin"] == "coalition"
    part = pd.Series("third_country_supply", index=flows.index)
    part[coalition_brand] = "foreign_subsidiary_supply"
    part[coalition_brand & coalition_state] = "rerouted"
    part[coalition_brand & coalition_state & (flows["route"] == "direct")] = "direct"
    months = max(1, flows["month"].nunique())
    table = flows.groupby(["good", part], observed=True)["volume_musd"].sum().unstack(fill_value=0) / months
    return table.reindex(
        columns=["direct", "rerouted", "foreign_subsidiary_supply", "third_country_supply"], fill_value=0.0
    )


def _first_of_law(run: Results) -> str:
    """The first whole month in which a clause of a run is in force; the first of the run where it has none."""
    clauses = read_yaml(run.scenario_yaml, "scenario.yaml of the run")[0].plain().get("policies") or ()
    days = [str(clause["effective"]) for clause in clauses]
    if not days:
        return run.months[0]
    month, day = min(days)[:_MONTH], min(days)[_MONTH:]
    return month if day == "-01" else format_month(parse_month(month) + 1)


def compare(
    policy: Case | str, baseline: Case | str | None = None, progress: Progress | bool | None = None
) -> Comparison:
    """Runs a case and its counterfactual.

    Args:
        policy: a case, a scenario file, or the name of a shipped scenario.
        baseline: what to compare with; the same case without its policies by default.
        progress: called after each month with (months done, months in all), over both runs; False for no bar in a
            notebook (see :func:`sim.show_progress`).

    Raises:
        SimError: the two cases differ in world, months, seed or agents, so that they cannot be paired.

    """
    from_name = _case(policy)
    against = from_name.without_policies() if baseline is None else _case(baseline)
    a, b = from_name.scenario, against.scenario
    unpaired = [name for name in ("world", "months", "seed", "agents") if getattr(a, name) != getattr(b, name)]
    if unpaired:
        raise SimError(
            f"flows not compared: '{a.title}' and '{b.title}' cannot be paired: they differ in {', '.join(unpaired)}"
            + (_months_apart(a.months, b.months) if "months" in unpaired else "")
        )
    half = from_name.months_run
    with watched(progress, a.title, "months") as step:
        first = from_name.run(lambda done, _: step(done, 2 * half))
        return Comparison(first, against.run(lambda done, _: step(half + done, 2 * half)))


def _months_apart(first: MonthSpan, second: MonthSpan) -> str:
    """How two scenarios over different months can be compared, as the end of a message."""
    spans = [f"{format_month(one.first)}:{format_month(one.last)}" for one in (first, second)]
    both = max(first.first, second.first), min(first.last, second.last)
    way = f"{format_month(both[0])}:{format_month(both[1])}"
    if both[0] > both[1]:
        return f" ({spans[0]} against {spans[1]}, which have no month in common)"
    return (
        f" ({spans[0]} against {spans[1]}); give both the same, with --months {way} or in Python "
        "with_changes(months=...)"
    )


def _case(given: Case | str) -> Case:
    return given if isinstance(given, Case) else load(given)
