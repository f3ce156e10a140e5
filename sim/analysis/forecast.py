"""Forecasts: published months are assimilated, and the model carries them on under a scenario.

The model runs at draws of the posterior. What the offices have published by a date tells how far each series lies
from each run (:mod:`.local_level`); that bias is carried on beside the run, with what is not known of it. So a forecast
starts where the last published month left off, and moves as the scenario's law and drivers move the model. A second
scenario is run at the same draws and keeps the same bias, so that the two differ by what the scenarios differ in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.forecast_paths import Forecast, refuse
from sim.common.errors import SimError, nearest
from sim.common.months import format_month, month_of, parse_month
from sim.common.progress import Progress, watched
from sim.experiments.ensemble import few_rows, record_of_draws
from sim.experiments.runner import make_runs
from sim.metrics.newer_months import with_newer_months
from sim.metrics.published_months import FLOWS, Flow, PublishedSeries, published_series, recorded
from sim.rules.user_rules import refuse_unshared
from sim.simulation.posterior import Posterior, load_posterior
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from pathlib import Path

    from sim.common.arrays import Floats
    from sim.world import World

DRAWS, AHEAD = 60, 12


def forecast(  # noqa: PLR0913 (each is asked for by its name)
    case: Case | str,
    other: Case | str | None = None,
    *,
    published_by: str | None = None,
    to: str | None = None,
    figures: str | Path | None = None,
    flows: Sequence[tuple[str, str, str, str]] = (),
    draws: int = DRAWS,
    posterior: Posterior | str | Path | None = None,
    today: str | None = None,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | bool | None = None,
) -> Forecast:
    """Forecasts published series under a scenario, and under another one beside it.

    Args:
        case: a case without a draw, a scenario file, or the name of a shipped scenario.
        other: another, run at the same draws with the same errors; in the same world.
        published_by: assimilate what the offices had published by the end of this month, ``YYYY-MM``; all that is
            known by default.
        to: last month that is forecast; a year after the last one that is published by default.
        figures: a file of newer months, see ``docs/forecasts.md``.
        flows: further flows (reporter, flow, partner, good) that no office need publish; ``all`` for all goods.
        draws: how many draws of the posterior, the representative one among them.
        posterior: one that was read, or its folder; the one that ships with the world by default.
        today: the month that it is, ``YYYY-MM``; by the computer's clock by default. A newer month is refused.
        seed: of the errors.
        workers: processes; the numbers do not depend on it.
        progress: called after each draw with (runs done, runs in all); False for no bar in a notebook.

    Raises:
        FaultList: everything that is wrong with the newer months.
        SimError: no such posterior or months, or the two cases have different worlds.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(agents={"exporters": 1000, "intermediaries": 200})
        >>> sim.forecast(few, published_by="2023-06", to="2023-09", draws=2, progress=False)
        <Forecast of 12 flows under 'Russia and its suppliers, 2021-2024', 2023-09>
    """
    cases = [load(one) if isinstance(one, str) else one for one in (case, other) if one is not None]
    world = cases[0].world
    if any(one.world.digest != world.digest for one in cases):
        raise SimError("the two scenarios have different worlds, so that their forecasts cannot be set side by side")
    series, today = published_series(world), today or format_month(month_of(dt.date.today()))
    if figures is not None:
        series = with_newer_months(series, figures, world, today)
    further = (_checked(Flow(*flow), world) for flow in flows)
    wanted = tuple(dict.fromkeys((*(one.flow for one in series), *further)))
    refuse(series, published_by, to, today)
    last = parse_month(_a_year_on(series, published_by) if to is None else to)
    cases = [few_rows(one.with_changes(months={"last": format_month(last)})) for one in cases]
    if not isinstance(posterior, Posterior):
        posterior = load_posterior(posterior, cases[0].scenario.world)
    numbers = posterior.spread(draws)
    if workers > 1:
        for one in cases:
            refuse_unshared(one.rules)
    asked = [(which, number) for number in numbers for which in range(len(cases))]
    simulated = np.empty((len(cases), len(numbers), len(wanted), cases[0].scenario.months.count))
    with watched(progress, f"{cases[0].scenario.title}: draws of the posterior", "runs") as step:
        made = make_runs(partial(_records_at, cases, posterior, wanted), asked, workers=workers)
        for done, (place, records) in enumerate(made, start=1):
            simulated[place % len(cases), place // len(cases)] = records
            step(done, len(asked))
    names = dict(zip(world.states, (name.split(" (")[0] for name in world.state_names), strict=True))
    return Forecast(
        cases[0].scenario.title, cases[1].scenario.title if len(cases) > 1 else None,
        names | dict(zip(world.goods, world.good_names, strict=True)), series, wanted,
        tuple(format_month(month) for month in cases[0].scenario.months.range()), simulated, published_by,
        today, seed,
        record_of_draws(posterior, numbers, cases[0].scenario.agents, world_errors=False),
    )  # fmt: skip


def _records_at(cases: Sequence[Case], posterior: Posterior, flows: Sequence[Flow], asked: tuple[int, int]) -> Floats:
    which, number = asked
    return recorded(posterior.case_at(cases[which], number).run(progress=False).source, flows)


def _a_year_on(series: Sequence[PublishedSeries], published_by: str | None) -> str:
    """A year after the last month that is known, and no earlier than what is known was published by."""
    known = [month for one in series for month in one.known(published_by).index]
    last = format_month(parse_month(max(known, default=series[0].musd.index[0])) + AHEAD)
    return max(last, published_by or last)


def _checked(flow: Flow, world: World) -> Flow:
    """A flow whose offices, states and good the world has.

    Raises:
        SimError: it has not.
    """
    flow = flow._replace(reporter=world.state_code(flow.reporter), partner=world.state_code(flow.partner))
    for name in flow.flow.split("+"):
        if name not in FLOWS:
            raise SimError(f"unknown flow '{name}'; {nearest(name, FLOWS)}")
    world.good_positions([flow.good])
    return flow
