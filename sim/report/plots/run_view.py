"""How every figure sees a run: plain names, one colour per state, the law with its dates, what bands say."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sim.common.months import parse_month
from sim.metrics.run_pair import OTHER_COALITION, OTHER_STATES, RunPair
from sim.metrics.series import SERIES
from sim.metrics.title_numbers import TITLE_NUMBERS
from sim.report.names import clause_name
from sim.report.plots.labels import scale
from sim.report.plots.style import COALITION_COLOURS, OTHER_COLOURS, REST_COLOUR, SPARE_COLOUR
from sim.simulation.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sim.simulation.intervals import Bands
    from sim.simulation.results import Results


# Instruments that bind lines and are told of before they do: orders are brought forward.
FORETOLD = frozenset({"export_ban", "licensing_rule"})
_AHEAD_DAYS = 28


class Told(NamedTuple):
    """A number that is told, with the ends of its band if it has one.

    Attributes:
        value: the number, or the median of the draws.
        low: lower end of the band.
        high: upper end.
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    def percent(self, digits: int = 0, *, signed: bool = False) -> str:
        """A share as per cent."""
        value, *ends = (f"{100.0 * one:{'+' if signed else ''}.{digits}f}" for one in self)
        return f"{self._with(value, ends)}\u00a0%"

    def money(self) -> str:
        """An amount of million USD, with the unit that it reads well in."""
        unit, size = scale(self.value)
        value, *ends = (
            f"{one / size:.{0 if one / size >= 100.0 else 1 if self.value >= size else 2}f}" for one in self
        )
        return f"{self._with(value, ends)} {unit}".replace(" ", "\u00a0")

    def _with(self, value: str, ends: Sequence[str]) -> str:
        return (
            value
            if math.isnan(self.low) or ends[0] == ends[1]
            else f"{value} [{', '.join(ends)}]".replace(" ", "\u00a0")
        )


@dataclass(frozen=True, eq=False)
class View(RunPair):
    """A pair of runs, how its states and goods are called and coloured, and its bands.

    Attributes:
        bands: where draws of a posterior lie, if any were run.
    """

    bands: Bands | None = None

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

    def parts_of_good(self, good: str) -> tuple[str, str]:
        """Name of a good and, where several share what stands before the last comma, what tells it from them."""
        start, _, detail = self.name(good).rpartition(", ")
        alike = [other for other in self.goods if self.name(other).rpartition(", ")[0] == start]
        return (start, detail) if start and len(alike) > 1 else (self.name(good), "")

    @cached_property
    def _size(self) -> pd.Series[float]:
        """What each state sends to the target in the base year, own goods and goods of others that pass it."""
        world = self.world
        if world is None:  # the next best: what it sends in the run
            flows = self.to_target
            passing = flows.groupby(flows["route"].str.removeprefix("via "))["value_musd"].sum()
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
        # Hubs are shown as origins and as routes, so they choose first.
        ranked = sorted(self.states, key=lambda state: (state not in self.hubs, -size[state]))
        inside = [state for state in ranked if state in self.coalition]
        outside = [
            state for state in ranked if state not in self.coalition and role.get(state) not in ("rest", "target")
        ]
        found = {OTHER_COALITION: COALITION_COLOURS[-1], OTHER_STATES: SPARE_COLOUR}
        found |= dict.fromkeys(self.states, REST_COLOUR)
        found |= dict(zip(inside, cycle(COALITION_COLOURS[:-1]), strict=False))
        return found | dict(zip(outside, cycle(OTHER_COLOURS), strict=False))

    def beside(self, figure: str, table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
        """A figure's table with medians and the ends of their bands; as it is where there are none."""
        return table if self.bands is None else self.bands.beside(figure, table, [c for c in columns if c in table])

    def banded(self, figure: str) -> pd.DataFrame:
        """The table of a figure's series; with bands, medians and ends in the columns that a draw moves."""
        series = SERIES[figure]
        return self.beside(figure, series.table(self), series.columns)

    def behind(self, figure: str, banded: pd.DataFrame) -> pd.DataFrame:
        """What is written as the table behind a figure: with bands all of it, without them no sums of its rows."""
        alone = SERIES[figure].alone
        return banded if self.bands is not None or alone is None else alone(self)

    def title_numbers(self, figure: str) -> dict[str, Told]:
        """The numbers of a figure's title, see :meth:`told`."""
        found = {} if self.bands is None else self.bands.of_title(figure)
        return self.told(figure, {} if found else TITLE_NUMBERS[figure](self))

    def told(self, figure: str, of_the_run: Mapping[str, float]) -> dict[str, Told]:
        """Numbers of a title: medians of the draws with the ends of their bands, or the run's where there are none."""
        found = {} if self.bands is None else self.bands.of_title(figure)
        return {name: Told(*ends) for name, ends in found.items()} or {n: Told(v) for n, v in of_the_run.items()}

    def shaded(self, how: str = "shaded") -> str:
        """What a subtitle says about numbers and bands; nothing where there are no bands."""
        return "" if self.bands is None else f"; medians of the draws; {how}: {self.bands.part}"

    @property
    def bands_note(self) -> str:
        """What a footer says about the bands; nothing where there are none."""
        return "" if self.bands is None else f" {self.bands.words}"

    @cached_property
    def dated_law(self) -> list[tuple[int, str]]:
        """The first clause in force of each kind of instrument: month and what the clause is called, by date."""
        first: dict[str, dict[str, Any]] = {}
        for clause in sorted(self._clauses, key=lambda one: str(one["effective"])):
            first.setdefault(str(clause["kind"]), clause)
        return [
            (parse_month(str(clause["effective"])[:7]), clause_name(clause, self.name)) for clause in first.values()
        ]

    def brought_forward(self, states: Collection[str]) -> list[tuple[int, str]]:
        """Laws of some states before which orders are brought forward: month in force and what the clause is called.

        Args:
            states: codes; clauses of others are left out, and so are those announced less than four weeks ahead.
        """
        found = []
        for clause in self._clauses:
            days = [str(clause.get(key) or clause["effective"]) for key in ("announced", "effective")]
            ahead = (dt.date.fromisoformat(days[1]) - dt.date.fromisoformat(days[0])).days
            if clause["kind"] in FORETOLD and ahead >= _AHEAD_DAYS and set(clause["by"]) & set(states):
                found.append((parse_month(days[1][:7]), clause_name(clause, self.name)))
        return sorted(found)

    @property
    def _clauses(self) -> list[dict[str, Any]]:
        """The clauses that are in the package, as they stand in its file."""
        return [clause for clause in self.scenario.get("policies") or [] if clause.get("enabled", True)]


if TYPE_CHECKING:
    Source = Comparison | Results | View


def look(source: Source, bands: Bands | None = None) -> View:
    """What the figures need of a comparison, or of one run without a counterfactual; with other bands, if given."""
    if isinstance(source, View):
        return source if bands is None else replace(source, bands=bands)
    if isinstance(source, Comparison):
        return View(source.policy, source.baseline, bands=source.bands if bands is None else bands)
    return View(source, bands=bands)


def sentence(view: View, subject: str, before: str, after: str) -> str:
    """A finding: the subject, its figure before and its figure after."""
    contrast = view.contrast
    assert contrast is not None
    if contrast.same_months:
        own, other = view.names if view.two_packages else ("with them", view.names[1])
        return f"{subject}: {before} {under(other)}, {after} {under(own)}"
    return f"{subject}: {before} in {contrast.before}, {after} in {contrast.after}"


def through_hubs(view: View) -> str:
    """What the share through hubs is a share of: one sentence for every figure that says it."""
    return f"Share of the value delivered to {view.target_name} that goes through hubs"


def under(name: str) -> str:
    """A package with the word that stands before it; a world without policies needs none."""
    return name if name.startswith("with") else f"under {name}"


def headings(view: View) -> tuple[str, str]:
    """Headings of the two stretches."""
    contrast = view.contrast
    assert contrast is not None
    own, other = (name[:1].upper() + name[1:] for name in view.names)
    return (other, own) if contrast.same_months else (contrast.before, contrast.after)
