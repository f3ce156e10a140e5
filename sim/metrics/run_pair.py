"""A run and the run it is compared with, as their series need them: months, groups of origins, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.common.errors import SimError
from sim.common.months import MONTHS_PER_YEAR, span_name
from sim.common.yaml_reader import read_yaml
from sim.simulation.comparison import Comparison
from sim.simulation.tables import RunArrays
from sim.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.simulation.results import Results

DIRECT = "direct"
OTHER_COALITION, OTHER_STATES = "other coalition", "other states"
_NAMED = 7  # origins that keep their own name


@dataclass(frozen=True)
class Contrast:
    """Two stretches of months, equally long where the run allows it, to set against each other.

    Attributes:
        before: what the first is called, such as ``2021`` or ``without the policies``.
        after: what the second is called.
        first: deliveries to the target of the first, rows of ``flows``.
        second: deliveries to the target of the second.
        same_months: whether both are the same months, in two runs.
        months: months in each stretch.
    """

    before: str
    after: str
    first: pd.DataFrame
    second: pd.DataFrame
    same_months: bool
    months: int


@dataclass(frozen=True, eq=False)
class RunPair:
    """A run, and its counterfactual if there is one.

    Attributes:
        policy: the run that is shown.
        baseline: the run it is compared with, or None.
        like: the pair whose grouping of states this one follows, so that the two can be laid over each other.
    """

    policy: Results
    baseline: Results | None = None
    like: RunPair | None = None

    @cached_property
    def world(self) -> World | None:
        """The run's world; None where its folder is gone since."""
        if self.like is not None:  # no need to read the scenario of each draw again
            return self.like.world
        source = self.policy.source
        return source.world if isinstance(source, RunArrays) else _shipped_world(str(self.scenario.get("world", "")))

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """The resolved scenario as plain data, every value a text, a list or a mapping."""
        said: dict[str, Any] = read_yaml(self.policy.scenario_yaml, "scenario.yaml of the run")[0].plain()
        return said

    @cached_property
    def months(self) -> list[str]:
        """All months of the run as text, in order."""
        return self.policy.months

    @cached_property
    def states(self) -> list[str]:
        """Codes of all states, in the order of the world."""
        return list(dict.fromkeys(self.policy.states["state"]))

    @cached_property
    def hubs(self) -> list[str]:
        """Codes of the hubs, in the order of the world."""
        return list(dict.fromkeys(self.policy.hubs["hub"]))

    @cached_property
    def goods(self) -> list[str]:
        """Codes of the goods, in the order of the world."""
        return list(dict.fromkeys(self.policy.prices["good"]))

    @cached_property
    def coalition(self) -> frozenset[str]:
        """Codes of the coalition's states."""
        return frozenset(self.policy.record["coalition"])

    @cached_property
    def two_packages(self) -> bool:
        """Whether the run is compared with another package of law, not with a world without any."""
        return self.baseline is not None and bool(self.baseline.record["clauses"])

    @property
    def names(self) -> tuple[str, str]:
        """What the run and the one it is compared with are called beside each other."""
        if not self.two_packages or self.baseline is None:
            return "with the policies", "without the policies"
        first, second = self.policy.title, self.baseline.title
        return (f"“{first}”", f"“{second}”") if first != second else ("the first package", "the second package")

    @cached_property
    def to_target(self) -> pd.DataFrame:
        """Deliveries to the target in the run that is shown."""
        return self.policy.to_target()

    @cached_property
    def to_target_without(self) -> pd.DataFrame | None:
        """Deliveries to the target in the run it is compared with."""
        return None if self.baseline is None else self.baseline.to_target()

    def grouped_origins(self) -> dict[str, str]:
        """Each origin, or the group it is counted in where it is not among the largest; in the order of a stack."""
        if self.like is not None:
            return self.like.grouped_origins()
        total = self.to_target.groupby("origin")["value_musd"].sum()
        if self.to_target_without is not None:
            total = total.add(self.to_target_without.groupby("origin")["value_musd"].sum(), fill_value=0.0)
        own = set(total.nlargest(_NAMED).index)
        ordered = [str(state) for state in total.sort_values(ascending=False, kind="stable").index]
        inside = [state for state in ordered if state in self.coalition]
        outside = [state for state in ordered if state not in self.coalition]
        return {s: s if s in own else OTHER_COALITION for s in sorted(inside, key=lambda s: s not in own)} | {
            s: s if s in own else OTHER_STATES for s in sorted(outside, key=lambda s: s not in own)
        }

    def grouped_routes(self, most: int) -> list[str]:
        """The direct route and the hubs of the largest flows of both stretches of the contrast, the largest first."""
        if self.like is not None:
            return self.like.grouped_routes(most)
        if self.contrast is None:
            return [DIRECT]
        both = pd.concat([self.contrast.first, self.contrast.second])
        size = both.groupby(both["route"].str.removeprefix("via "))["value_musd"].sum().drop(DIRECT, errors="ignore")
        return [DIRECT, *map(str, size.nlargest(most).index)]

    def leading(self, column: str, most: int) -> list[str]:
        """The labels of a column of deliveries that carry most in the last twelve months, the largest first."""
        if self.like is not None:
            return self.like.leading(column, most)
        late = self.to_target[self.to_target["month"].isin(self.last_months)]
        return [str(label) for label in late.groupby(column)["value_musd"].sum().nlargest(most).index]

    @cached_property
    def last_months(self) -> list[str]:
        """The last twelve months of the run, or all that it has."""
        return self.months[-MONTHS_PER_YEAR:]

    @cached_property
    def last_stretch(self) -> tuple[str, list[str]]:
        """The last full calendar year of the run, or its last months (up to twelve) if it has none; and its name."""
        for year in sorted({month[:4] for month in self.months}, reverse=True):
            inside = [month for month in self.months if month.startswith(year)]
            if len(inside) == MONTHS_PER_YEAR:
                return year, inside
        last = self.months[-MONTHS_PER_YEAR:]
        return span_name(last), last

    @cached_property
    def contrast(self) -> Contrast | None:
        """The base year against the last stretch, else that stretch without and with policies, else None.

        Two packages are set against each other in the last stretch.
        """
        name, months = self.last_stretch
        after = self.to_target[self.to_target["month"].isin(months)]
        base_year = str(self.world.base_year if self.world else self.months[0][:4])
        base = [month for month in self.months if month.startswith(base_year)]
        if len(base) == len(months) == MONTHS_PER_YEAR and base_year < name and not self.two_packages:
            before = self.to_target[self.to_target["month"].isin(base)]
            return Contrast(base_year, name, before, after, same_months=False, months=MONTHS_PER_YEAR)
        if self.to_target_without is None:
            return None
        before = self.to_target_without[self.to_target_without["month"].isin(months)]
        return Contrast(name, name, before, after, same_months=True, months=len(months))

    def monthly(self, table: pd.DataFrame, by: pd.Series[str] | str) -> pd.DataFrame:
        """Sums by month (rows, all months of the run) and by a label (columns); no flow counts as zero."""
        sums = table.groupby(["month", by])["value_musd"].sum().unstack()
        return sums.reindex(self.months).fillna(0.0)

    @staticmethod
    def long(table: pd.DataFrame, value: str = "value_musd") -> pd.DataFrame:
        """A table of months by label as one row per month and label."""
        return table.reset_index().melt(id_vars="month", value_name=value)

    def both_runs(self, summed: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
        """Deliveries to the target in both runs, or in the one there is: run (policy, baseline), month, label, value.

        Args:
            summed: makes sums by month, as :meth:`monthly` does, of one run's deliveries.
        """
        runs = ("policy", self.to_target), ("baseline", self.to_target_without)
        pieces = {run: self.long(summed(table)) for run, table in runs if table is not None}
        return pd.concat(pieces, names=["run", None]).reset_index("run").reset_index(drop=True)


def run_pair(source: Comparison | Results | RunPair) -> RunPair:
    """A comparison, or one run without a counterfactual, as its series need it."""
    if isinstance(source, RunPair):
        return source
    return RunPair(source.policy, source.baseline) if isinstance(source, Comparison) else RunPair(source)


def totals(table: pd.DataFrame, months: Sequence[str], value: str = "value_musd") -> pd.Series[float]:
    """Sum by month over all months of a run, zero where nothing flows."""
    sums: pd.Series[float] = table.groupby("month")[value].sum().reindex(list(months), fill_value=0.0)
    return sums.astype(np.float64)


@lru_cache(maxsize=8)
def _shipped_world(name: str) -> World | None:
    """The world that a run on disk names, for its names only; None where it cannot be read any more."""
    try:
        return load_world(name)
    except SimError:
        return None
