"""Runs at draws of a posterior: how far apart the figures of a run may lie, given what the customs figures say.

Every draw is a pair of runs, with the policies and without, in expected mode and with few rows: there is no luck to
average out, so what is left is what is not known of the parameters. Of each pair only the series behind the figures are
kept.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.common.errors import SimError
from sim.common.progress import Progress, watched
from sim.metrics.mirror_gap import mirror_gap
from sim.report.plots import FIGURES
from sim.report.plots.run_view import View, look
from sim.rules.user_rules import refuse_unshared
from sim.scenario import parse_scenario
from sim.simulation.comparison import Comparison, compare
from sim.simulation.intervals import DELIVERIES, KEYS, MIRROR, Bands, tall
from sim.simulation.posterior import Posterior, load_posterior
from sim.simulation.results import summary
from sim.simulation.simulation import Case, case_of, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sim.metrics.mirror_gap import Pair
    from sim.scenario import Agents
    from sim.simulation.results import Results

# Draws that are run unless the user says otherwise; the ends of a 90 % band then rest on the second and the third
# lowest and highest. Rows as in the calibration.
DRAWS, EXPORTERS, INTERMEDIARIES = 24, 1500, 330
_MONTH = len("2022-01")


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What draws of a posterior do to the series behind the figures.

    Attributes:
        samples: rows by figure, series, period and column (see :mod:`sim.simulation.intervals`), one column per draw,
            by its number.
        record: which posterior and draws, and how they were run.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 400})
        >>> spread = sim.ensemble(few, draws=2, progress=False)
        >>> spread.samples.shape[1]
        2
    """

    samples: pd.DataFrame
    record: dict[str, Any]

    @property
    def bands(self) -> Bands:
        """Medians and 90 % bands over the draws."""
        return Bands.over(self.samples, self.record)

    def __repr__(self) -> str:
        return f"<Ensemble of {self.samples.shape[1]} draws of posterior {self.record['posterior']!r}>"


def ensemble(  # noqa: PLR0913 (each is asked for by its name)
    case: Case | str,
    draws: int = DRAWS,
    posterior: Posterior | str | Path | None = None,
    like: Comparison | Results | None = None,
    progress: Progress | bool | None = None,
    *,
    workers: int = 1,
) -> Ensemble:
    """Runs a case, and its counterfactual, at draws of a posterior.

    Args:
        case: a case without a draw, a scenario file, or the name of a shipped scenario.
        draws: how many, the representative one among them.
        posterior: one that was read, or its folder; the one that ships with the world by default.
        like: whose figures get the bands; states are grouped as there, and one run alone needs no counterfactual. The
            pair of the first draw by default.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.
        workers: processes; 1 for none beside this one. The numbers do not depend on it.

    Raises:
        SimError: there is no such posterior, it has fewer draws or does not fit the scenario; or workers could not
            import a rule of the case.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 400})
        >>> sim.ensemble(few, draws=2, progress=False)
        <Ensemble of 2 draws of posterior 'reference'>
    """
    for said, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise SimError(f"{number} {said} asked for; an ensemble needs one at least")
    case = load(case) if isinstance(case, str) else case
    if not isinstance(posterior, Posterior):
        posterior = load_posterior(posterior, case.scenario.world)
    small = few_rows(case)
    guide, kept, numbers = None if like is None else look(like), {}, posterior.spread(draws)
    if workers > 1:
        refuse_unshared(small.rules)
    with watched(progress, f"{case.scenario.title}: draws of the posterior", "draws") as step:
        if guide is None:
            guide = _light(small.with_posterior(numbers[0], posterior), None)
            kept[numbers[0]] = series_of(guide)
            step(1, draws)
        left = numbers[len(kept) :]
        for done, (draw, found) in enumerate(
            zip(left, _all(partial(_series_at, small, posterior, guide), left, workers), strict=True), len(kept) + 1
        ):
            kept[draw] = found
            step(done, draws)
    record = record_of_draws(posterior, numbers, small.scenario.agents)
    # A ribbon that a draw lacks is nil in it.
    return Ensemble(pd.concat(kept, axis=1, sort=False).fillna(0.0), record)


def _series_at(small: Case, posterior: Posterior, guide: View, draw: int) -> pd.Series[float]:
    """The series behind the figures at one draw."""
    return series_of(_light(small.with_posterior(draw, posterior), guide))


_at_hand: list[partial[pd.Series[float]]] = []  # what a worker does with a draw; it travels to each worker once


def _settle(work: partial[pd.Series[float]]) -> None:
    _at_hand[:] = [work]


def _do(draw: int) -> pd.Series[float]:
    return _at_hand[0](draw)


def _all(work: partial[pd.Series[float]], draws: Sequence[int], workers: int) -> Iterator[pd.Series[float]]:
    """The work at each draw, in their order."""
    if workers == 1 or len(draws) < 2:
        yield from map(work, draws)
        return
    workers = min(workers, len(draws))
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_settle, initargs=(work,)) as pool:
        jobs = [pool.submit(_do, draw) for draw in draws]
        try:
            yield from (job.result() for job in jobs)
        finally:
            for job in jobs:
                job.cancel()


def mirror_bands(
    results: Results,
    pair: Pair,
    posterior: Posterior,
    draws: int = DRAWS,
    progress: Progress | bool | None = None,
) -> Bands:
    """Bands for the mirror gap of two states in a saved run, which is run again at draws of its posterior.

    Args:
        results: a run with a draw of the posterior.
        pair: the two states, and a good if not all.
        posterior: the one that the run's draw is of.
        draws: how many.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.

    Raises:
        SimError: the run has no draw of this posterior, or rules that its scenario does not name.
    """
    drawn = results.record.get("posterior")
    if drawn is None:
        raise SimError(f"'{results.title}' was run without a posterior; there is nothing to draw from")
    scenario = parse_scenario(results.scenario_yaml, "scenario.yaml of the run")
    if missing := sorted(set(results.record["rules_replaced"]) - set(scenario.rules)):
        raise SimError(f"cannot run '{results.title}' again: rules replaced in Python ({', '.join(missing)})")
    case, kept, numbers = case_of(scenario), {}, posterior.spread(draws)
    with watched(progress, f"{results.title}: draws of the posterior", "draws") as step:
        for done, draw in enumerate(numbers, start=1):
            run = few_rows(replace(case, scenario=posterior.instead(scenario, drawn, draw))).run()
            table = mirror_gap(run, pair)
            kept[draw] = tall(MIRROR, table, [str(name) for name in table if str(name).endswith("_musd")])
            step(done, draws)
    agents = few_rows(case).scenario.agents
    return Bands.over(pd.concat(kept, axis=1).fillna(0.0), record_of_draws(posterior, numbers, agents))


def record_of_draws(posterior: Posterior, numbers: Sequence[int], agents: Agents) -> dict[str, Any]:
    """Which draws were run, and how."""
    return {
        "posterior": posterior.name, "digest": posterior.digest, "draws": len(numbers), "numbers": list(numbers),
        "mode": agents.mode, "exporters": agents.exporters, "intermediaries": agents.intermediaries,
    }  # fmt: skip


def _light(case: Case, like: View | None) -> View:
    """What the figures need of a run; of a pair where the other view has one."""
    if like is not None and like.baseline is None:
        return View(case.run().condensed(), like=like)
    pair = compare(case)
    return View(pair.policy.condensed(), pair.baseline.condensed(), like=like)


def few_rows(case: Case) -> Case:
    """The case in expected mode with no more rows than the calibration has."""
    agents = case.scenario.agents
    few = {
        "exporters": min(agents.exporters, EXPORTERS),
        "intermediaries": min(agents.intermediaries, INTERMEDIARIES),
    }
    return case.with_changes(agents={"mode": "expected", **few})


def series_of(view: View) -> pd.Series[float]:
    """All series of a run that can have a band, by figure, series, period and column; months, then their years.

    Amounts of a year are sums, prices means. ``deliveries`` has the sums that a run prints.
    """
    sums = deliveries(view)
    return pd.concat([*figure_series(view, FIGURES), tall(DELIVERIES, sums, sums.columns[1:])])


def figure_series(view: View, names: Iterable[str]) -> Iterator[pd.Series[float]]:
    """The series of some figures that can have a band: of each figure its months, then their years."""
    for name in names:
        kind = FIGURES[name]
        if kind.series is not None:
            table = kind.series(view)
            monthly = tall(name, table, [column for column in kind.banded if column in table])
            yield monthly
            yield _years(monthly)


def _years(monthly: pd.Series[float]) -> pd.Series[float]:
    """Sums by year, of prices means; nothing where periods are years already."""
    monthly = monthly[monthly.index.get_level_values("period").str.len() == _MONTH]
    levels = [monthly.index.get_level_values(name) for name in KEYS]
    levels[2] = levels[2].str[:4]
    by_year = monthly.groupby(levels, sort=False)
    return by_year.mean() if levels[3].str.endswith("index").any() else by_year.sum()


def deliveries(view: View) -> pd.DataFrame:
    """Deliveries to the target by year, billion USD: with and without the policies, change, by kind of road, price."""
    with_policies = summary(view.policy)
    table = with_policies.assign(policy_busd=with_policies[["direct_busd", "via_hubs_busd"]].sum(axis=1))
    if view.baseline is not None:
        pair = Comparison(view.policy, view.baseline).summary()
        table = table.assign(baseline_busd=pair["baseline_busd"], change_percent=pair["change_percent"])
    table["unrecorded_busd"] = _unrecorded(view)
    return table.fillna(0.0).rename_axis("period").reset_index()


def _unrecorded(view: View) -> pd.Series[float]:
    """What origins' offices do not have on record under the target and the true good, billion USD by year."""
    flows = view.to_target
    return (flows["value_musd"] - flows["recorded_musd"]).groupby(flows["month"].str[:4]).sum() / 1e3
