"""What every figure asks of a run: plain names, one colour per state, the months, the periods before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.common.errors import SimError
from sim.common.months import MONTHS_PER_YEAR, parse_month
from sim.common.yaml_reader import read_yaml
from sim.report.plots.style import COALITION_COLOURS, OTHER_COLOURS, REST_COLOUR, SPARE_COLOUR
from sim.simulation.comparison import Comparison
from sim.simulation.tables import RunArrays
from sim.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.simulation.intervals import Bands
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

    def sentence(self, subject: str, before: str, after: str) -> str:
        """A finding: the subject, its figure before and its figure after."""
        if self.same_months:
            return f"{subject}: {before} without the policies, {after} with them"
        return f"{subject}: {before} in {self.before}, {after} in {self.after}"

    @property
    def headings(self) -> tuple[str, str]:
        """Headings of the two stretches."""
        return ("Without the policies", "With the policies") if self.same_months else (self.before, self.after)


@dataclass(frozen=True, eq=False)
class View:
    """A run, its counterfactual if there is one, and how its states and goods are called and coloured.

    Attributes:
        policy: the run that is shown.
        baseline: the run it is compared with, or None.
        bands: where draws of a posterior lie, if any were run.
        like: the view whose grouping of states this one follows, so that the two can be laid over each other.
    """

    policy: Results
    baseline: Results | None = None
    bands: Bands | None = None
    like: View | None = None

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
        return sorted(self.policy.states["month"].unique())

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

    @property
    def target_name(self) -> str:
        """Plain name of the target."""
        return self.name(self.policy.target)

    @cached_property
    def _names(self) -> dict[str, str]:
        world = self.world
        if world is None:  # its folder is gone since the run was made: the codes have to do
            return {}
        states = {code: name.split(" (")[0] for code, name in zip(world.states, world.state_names, strict=True)}
        return states | dict(zip(world.goods, world.good_names, strict=True))

    def name(self, code: str) -> str:
        """Plain name of a state or good without what stands in brackets; of a pseudo-code, the text itself."""
        given = self._names.get(code, code)
        return given.split(" (")[0][:1].upper() + given.split(" (")[0][1:]

    @cached_property
    def to_target(self) -> pd.DataFrame:
        """Deliveries to the target in the run that is shown."""
        return self.policy.to_target()

    @cached_property
    def to_target_without(self) -> pd.DataFrame | None:
        """Deliveries to the target in the run it is compared with."""
        return None if self.baseline is None else self.baseline.to_target()

    @cached_property
    def _size(self) -> pd.Series[float]:
        """What each state sends to the target in the base year, own goods and goods of others that pass it."""
        world = self.world
        if world is None:  # the next best: what it sends in the run
            flows = self.to_target
            passing = flows.groupby(flows["road"].str.removeprefix("via "))["value_musd"].sum()
            return flows.groupby("origin")["value_musd"].sum().add(passing, fill_value=0.0)
        through = world.through_musd.sum(axis=2)
        own = world.direct_musd[:, world.target].sum(axis=1) + through.sum(axis=1)
        passing = pd.Series(through.sum(axis=0), index=[world.states[hub] for hub in world.hubs], dtype=float)
        return pd.Series(own, index=list(world.states)).add(passing, fill_value=0.0)

    @cached_property
    def colours(self) -> dict[str, str]:
        """One colour per state, the same in all runs of a world: blues for the coalition, others for the rest."""
        world = self.world
        role = {} if world is None else dict(zip(world.states, world.role, strict=True))
        size = self._size.reindex(self.states, fill_value=0.0)
        # Hubs are shown as origins and as roads, so they choose first.
        ranked = sorted(self.states, key=lambda state: (state not in self.hubs, -size[state]))
        inside = [state for state in ranked if state in self.coalition]
        outside = [
            state for state in ranked if state not in self.coalition and role.get(state) not in ("rest", "target")
        ]
        found = {OTHER_COALITION: COALITION_COLOURS[-1], OTHER_STATES: SPARE_COLOUR}
        found |= dict.fromkeys(self.states, REST_COLOUR)
        found |= dict(zip(inside, cycle(COALITION_COLOURS[:-1]), strict=False))
        return found | dict(zip(outside, cycle(OTHER_COLOURS), strict=False))

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

    @cached_property
    def last_stretch(self) -> tuple[str, list[str]]:
        """The last full calendar year of the run, or its last months (up to twelve) if it has none; and its name."""
        for year in sorted({month[:4] for month in self.months}, reverse=True):
            inside = [month for month in self.months if month.startswith(year)]
            if len(inside) == MONTHS_PER_YEAR:
                return year, inside
        last = self.months[-MONTHS_PER_YEAR:]
        return (last[0] if len(last) == 1 else f"{last[0]} to {last[-1]}"), last

    @cached_property
    def contrast(self) -> Contrast | None:
        """The base year against the last stretch, else that stretch without and with policies, else None."""
        name, months = self.last_stretch
        after = self.to_target[self.to_target["month"].isin(months)]
        base_year = str(self.world.base_year if self.world else self.months[0][:4])
        base = [month for month in self.months if month.startswith(base_year)]
        if len(base) == len(months) == MONTHS_PER_YEAR and base_year < name:
            before = self.to_target[self.to_target["month"].isin(base)]
            return Contrast(base_year, name, before, after, same_months=False, months=MONTHS_PER_YEAR)
        if self.to_target_without is None:
            return None
        before = self.to_target_without[self.to_target_without["month"].isin(months)]
        return Contrast(name, name, before, after, same_months=True, months=len(months))

    def beside(self, figure: str, table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
        """A figure's table with the ends of the bands after their columns; as it is where there are none."""
        return table if self.bands is None else self.bands.beside(figure, table, [c for c in columns if c in table])

    @property
    def shaded(self) -> str:
        """What a subtitle says about the bands; nothing where there are none."""
        return "" if self.bands is None else "; shaded: 90 % of the draws"

    @property
    def bands_note(self) -> str:
        """What a footer says about the bands; nothing where there are none."""
        return "" if self.bands is None else f" {self.bands.words}"

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

    @cached_property
    def dated_law(self) -> list[tuple[int, str]]:
        """First date in force of each kind of instrument: month index (with the part of the month gone) and kind."""
        first: dict[str, str] = {}
        for clause in self.scenario.get("policies") or []:
            kind, day = str(clause["kind"]), str(clause["effective"])
            first[kind] = min(day, first.get(kind, day))
        return [
            (parse_month(day[:7]), kind.replace("_", " ")) for kind, day in sorted(first.items(), key=lambda i: i[1])
        ]


if TYPE_CHECKING:
    Source = Comparison | Results | View


def look(source: Source) -> View:
    """What the figures need of a comparison, or of one run without a counterfactual."""
    if isinstance(source, View):
        return source
    if isinstance(source, Comparison):
        return View(source.policy, source.baseline, source.bands)
    return View(source)


@lru_cache(maxsize=8)
def _shipped_world(name: str) -> World | None:
    """The world that a run on disk names, for its names only; None where it cannot be read any more."""
    try:
        return load_world(name)
    except SimError:
        return None
