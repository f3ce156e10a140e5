"""Pairs of runs for the page, small and without noise; what packages are compared with is run once for all of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.common.errors import SimError
from sim.common.months import format_month
from sim.experiments.ensemble import few_rows, record_of_draws
from sim.metrics.run_pair import RunPair
from sim.metrics.series import figure_series
from sim.report.plots.run_view import View
from sim.simulation.intervals import Bands, side_by_side
from sim.simulation.parameter_source import Beliefs, beliefs
from sim.simulation.posterior import NONE
from sim.ui.web.figures import BANDED
from sim.ui.web.headline import YEARLY, yearly, yearly_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.simulation.results import Results
    from sim.simulation.simulation import Case
    from sim.ui.web.worker import Turn

# Bands are shown after so many draws, and when all are in: fewer say little of where 90 % lie.
FIRST_BANDS = 8
_KEPT, _KEPT_SMALL = 2, 24  # pairs of runs; worlds without policies of draws
_WITHOUT = "The same world without policies"
# What of a scenario leaves the world without its policies as it is.
_NO_MATTER = ("title", "question", "sources", "policies", "mechanism", "expected_outcomes")


@dataclass(eq=False)
class DrawnPair:
    """A pair at one draw of the posterior: the series of its figures, and both runs until all series are there.

    Attributes:
        pair: both runs, see :meth:`sim.simulation.results.Results.condensed`; None once it is complete, for a pair of
            the reference world takes 100 MB.
        series: by name of the figure; :data:`sim.ui.web.headline.YEARLY` for the sums by year.
    """

    pair: RunPair | None
    series: dict[str, pd.Series[float]] = field(default_factory=dict)

    def of(self, name: str) -> pd.Series[float]:
        """The series of a figure, worked out when first asked for."""
        if name not in self.series:
            assert self.pair is not None
            bare = replace(self.pair)  # what a pair works out is kept with it, and would outgrow it
            found = yearly_series(bare) if name == YEARLY else pd.concat(list(figure_series(bare, [name])))
            self.series[name] = found
        return self.series[name]

    def complete(self, turn: Turn) -> None:
        """Works out the series of all figures and lets the runs go.

        Raises:
            OvertakenError: the turn is over; what has been worked out is kept.
        """
        for name in (YEARLY, *BANDED):
            turn.go_on()
            self.of(name)
        self.pair = None


@dataclass(frozen=True, eq=False)
class Shown:
    """A pair of runs, and pairs at draws of the posterior as far as they have been run.

    Attributes:
        view: both runs, without bands.
        believed: where the parameters come from.
        table: deliveries by year with the policies and without, see :func:`sim.ui.web.headline.yearly`.
        draws: pairs at draws of the posterior, by number of the draw.
        key: what tells it from other pairs.
        other: the package that it is compared with, before a draw; None for the world without policies.
    """

    view: View
    believed: Beliefs
    table: pd.DataFrame
    draws: Mapping[int, DrawnPair] = field(default_factory=dict)
    key: str = ""
    other: Case | None = None

    @property
    def wanted(self) -> tuple[int, ...]:
        """Numbers of the draws that bands take."""
        posterior = self.believed.posterior
        return () if posterior is None else posterior.spread(self.believed.draws)

    @property
    def missing(self) -> tuple[int, ...]:
        """Draws that have not been run yet."""
        return tuple(draw for draw in self.wanted if draw not in self.draws)

    @property
    def running(self) -> dict[str, float]:
        """What the run takes for each thing that a draw can set, by column, see :mod:`sim.simulation.posterior`."""
        return self.believed.case.settings()

    def banded(self, *names: str) -> View:
        """The pair with bands over the draws that have been run, for the sums by year and for some figures."""
        posterior = self.believed.posterior
        if posterior is None or not self.draws:
            return self.view
        samples = {draw: pd.concat([made.of(name) for name in (YEARLY, *names)]) for draw, made in self.draws.items()}
        agents = self.believed.case.scenario.agents
        record = record_of_draws(posterior, tuple(self.draws), agents, world_errors=True)
        return replace(self.view, bands=Bands.over(side_by_side(samples), record))


class Runs:
    """Makes pairs; used by one thread."""

    def __init__(self) -> None:
        self._whole: OrderedDict[str, Results] = OrderedDict()
        self._small: OrderedDict[str, Results] = OrderedDict()
        self._pairs: OrderedDict[str, Shown] = OrderedDict()
        self.worlds_run = 0

    def pair(self, case: Case, turn: Turn, *, fitted: bool = True, other: Case | None = None) -> Shown:
        """A case and what it is compared with, run in small; one of the last few is not run again, nor are its draws.

        Args:
            case: as the draft says.
            turn: for which it is run.
            fitted: whether parameters come from the posterior that ships with the world.
            other: another package of the same world, run over the same months; None for the world without policies.

        Raises:
            OvertakenError: the turn is over.
            SimError: the two packages are not of one world.
        """
        if other is not None:
            other = _beside(other, case)
        digests = [one.scenario.digest for one in (case, other) if one is not None]
        key = "-".join([str(fitted), case.world.digest, *digests])
        if key not in self._pairs:
            self._let_go()
            asked = None if fitted else NONE
            believed = beliefs(few_rows(case), asked, None)
            against = None if other is None else beliefs(few_rows(other), asked, None)
            policy = believed.case.run(turn.go_on)
            drawn, undrawn = (None, None) if against is None else (against.case, against.undrawn)
            baseline = self._kept_run(_other(believed.case, drawn), turn, self._whole)
            view = View(policy, baseline)
            turn.go_on()
            self._pairs[key] = Shown(view, believed, yearly(view), key=key, other=undrawn)
            if len(self._pairs) > _KEPT:
                self._pairs.popitem(last=False)
        self._pairs.move_to_end(key)
        return self._pairs[key]

    def draw(self, shown: Shown, number: int, turn: Turn, first: Iterable[str] | None = None) -> Shown:
        """The same with one draw more.

        Args:
            shown: the pair, with the draws so far.
            number: of the draw.
            turn: for which it is run.
            first: figures whose series are worked out now, for somebody waits; those of others are when they are asked
                for, or when the draw is completed. All by default.

        Raises:
            OvertakenError: the turn is over.
        """
        believed = shown.believed
        assert believed.posterior is not None
        drawn = believed.case.drawn
        if drawn is not None and number == drawn.draw:
            pair = RunPair(shown.view.policy.condensed(), _condensed(shown.view.baseline), shown.view)
        else:
            case, other = (
                one and one.with_posterior(number, believed.posterior, world_errors=True)
                for one in (believed.undrawn, shown.other)
            )
            assert case is not None
            policy = case.run(turn.go_on).condensed()
            pair = RunPair(policy, self._kept_run(_other(case, other), turn, self._small), shown.view)
        made = DrawnPair(pair)
        if first is None:
            made.complete(turn)
        for name in (YEARLY, *(first or ())):
            turn.go_on()
            made.of(name)
        more = replace(shown, draws={**shown.draws, number: made})
        if more.key in self._pairs:
            self._pairs[more.key] = more
        return more

    def _let_go(self) -> None:
        """Forgets draws of earlier pairs that were left half way, with their runs."""
        for key, shown in self._pairs.items():
            kept = {number: made for number, made in shown.draws.items() if made.pair is None}
            self._pairs[key] = replace(shown, draws=kept)

    def _kept_run(self, case: Case, turn: Turn, kept: OrderedDict[str, Results]) -> Results:
        """What a package is compared with, run where it is not known yet."""
        key = _key(case)
        if key not in kept:
            made = case.run(turn.go_on)
            self.worlds_run += 1
            kept[key] = made.condensed() if kept is self._small else made
            while len(kept) > (_KEPT_SMALL if kept is self._small else _KEPT):
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]


def _other(case: Case, other: Case | None) -> Case:
    """What a case is compared with: another package, or its own world without policies under one name for all."""
    return case.without_policies().with_changes(title=_WITHOUT) if other is None else other


def _beside(other: Case, case: Case) -> Case:
    """Another package over the months and with the seed of a case."""
    if other.world.digest != case.world.digest:
        raise SimError(
            f"'{other.scenario.title}' is of world '{Path(other.scenario.world).name}' and cannot stand beside a "
            f"scenario of world '{Path(case.scenario.world).name}'"
        )
    months = {end: format_month(getattr(case.scenario.months, end)) for end in ("first", "last")}
    return other.with_changes(months=months, seed=case.scenario.seed)


def _key(case: Case) -> str:
    """What a run that packages are compared with depends on."""
    data: dict[str, Any] = case.scenario.as_data()
    no_matter = _NO_MATTER if not data.get("policies") else ()
    matters = {name: block for name, block in data.items() if name not in no_matter}
    return json.dumps([case.world.digest, list(case.rules_replaced), matters], sort_keys=True)


def _condensed(results: Results | None) -> Results | None:
    return None if results is None else results.condensed()
