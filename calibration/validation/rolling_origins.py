"""Forecasts from rolling origins over 2023 and 2024: ``python -m calibration.validation.rolling_origins``.

At the end of every month each forecaster knows what the offices had published by then, with their lags, and forecasts
the months 1, 3, 6 and 12 months on. The model is :func:`sim.forecast`; the others are those of
:mod:`calibration.validation.rolling_benchmarks`. Its runs do not depend on the origin, so they are made once.

Two things are to be known. Parameters were fitted to figures to December 2023: of months of 2023 the draws know more
than could have been known, and the model at the prior centres, which was fitted to nothing, stands beside it; months of
2024 are out of sample for both. And whoever forecasts by law, the model and gravity, is told the law of the months to
come.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from calibration.inference.options import common, complain, one_thread, settle

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import sim  # noqa: E402
from calibration.targets.simulated_targets import Floats  # noqa: E402
from calibration.targets.targets import codes_of, load_targets, month_number, months_of  # noqa: E402
from calibration.validation import rolling_benchmarks as benchmarks  # noqa: E402
from calibration.validation.event_forecasts import Judgement, load_judgements, lowest_month  # noqa: E402
from calibration.validation.forecasts import write_tables  # noqa: E402
from calibration.validation.rolling_scores import HORIZONS, by_horizon, gains, score_origin  # noqa: E402

MODEL, AT_PRIORS, STILL = "model", "model at the prior centres", "no model, bias carried on"
GRAVITY, LAST_MONTH, LAST_YEAR = "gravity with exit and income", "last published month", "same month last year"
SMOOTHING, DUMMIES = "exponential smoothing", "hub dummies"
OTHERS = (LAST_MONTH, LAST_YEAR, SMOOTHING, GRAVITY, DUMMIES)
FIRST, LAST = "2022-01", "2024-12"
ORIGIN_OF_EVENTS = "2023-12"
TABLES = ("rolling", "rolling_gains", "rolling_troughs")
_FEW = {"exporters": 1500, "intermediaries": 330}
_SURE, _MANY = 0.9, 0.5


def origins(first: str = FIRST, last: str = LAST) -> list[str]:
    """Months at whose end a forecast is made: those of which a horizon lies in the two years."""
    return months_of((first, last))[:-1]


def at_origin(
    runs: Mapping[str, sim.Forecast], gravity: Sequence[Floats], groups: Sequence[str], origin: str
) -> dict[str, Floats]:
    """What every forecaster says at an origin.

    Args:
        runs: the model's, by name of the forecaster, over all months.
        gravity: paths of its candidates, [series, month] each.
        groups: of the series, for the regression.
        origin: the month.

    Returns:
        Forecaster -> [draw, series, month ahead] logs, NaN beyond the end of the runs.
    """
    model = runs[MODEL].at(origin)
    chosen = gravity[benchmarks.best_elasticity(gravity, model.known, model.months)]
    income = benchmarks.with_income(chosen, model.months, model.flows, origin)
    paths = {name: one.at(origin) for name, one in runs.items()}
    paths[GRAVITY] = replace(model, simulated=income[None, None])
    found = {name: _ahead(one, origin) for name, one in paths.items()}
    known = model.known
    return found | {
        LAST_MONTH: benchmarks.by_points(benchmarks.last_month, known, origin),
        LAST_YEAR: benchmarks.by_points(benchmarks.same_month_last_year, known, origin),
        SMOOTHING: benchmarks.automatic(known, origin),
        DUMMIES: benchmarks.hub_dummies(known, groups, origin),
    }


def _ahead(made: sim.Forecast, origin: str) -> Floats:
    """The months after the origin of a forecast's paths, logs."""
    first = made.months.index(origin) + 1
    shown = np.log(made.paths[0, :, : len(made.series), first : first + benchmarks.AHEAD])
    return np.pad(shown, ((0, 0), (0, 0), (0, benchmarks.AHEAD - shown.shape[2])), constant_values=np.nan)


def facts_at(model: sim.Forecast, origin: str, first: str = "2023-01") -> dict[tuple[int, int], float]:
    """What came of the months after an origin that count, log musd, by (series, months ahead)."""
    start = month_number(origin)
    found = {}
    for place, one in enumerate(model.series):
        for month, value in one.musd.items():
            ahead = month_number(str(month)) - start
            if ahead in HORIZONS and str(month) >= first:
                found[place, ahead] = float(np.log(value))
    return found


def group_of(flow: Sequence[str], case: sim.Case) -> str:
    """What kind of flow it is: who sells to whom."""
    world = case.world
    seller, buyer = (flow[2], flow[0]) if flow[1] == "import" else (flow[0], flow[2])

    def kind(code: str) -> str:
        if code not in world.states:
            return "all"
        at = world.states.index(code)
        hub = "hub" if at in world.hubs else str(world.role[at])
        return "target" if at == world.target else hub

    return f"{kind(seller)} to {kind(buyer)}"


def troughs(asked: Sequence[Judgement], draws: Mapping[str, Floats], model: sim.Forecast) -> pd.DataFrame:
    """In which month growth on the year before was lowest, as each forecaster said at the end of 2023.

    Args:
        asked: named judgements; those of a trough count.
        draws: forecaster -> [draw, series, month ahead] logs, from January 2024 on.
        model: says which series is which.

    Returns:
        Columns judgement, forecaster, published (month), likely, p_published, set (fewest months with 90 %), told
        (whether the set is no more than half of the months), held (whether the set has the month).
    """
    rows = []
    place = {one.flow[:3]: number for number, one in enumerate(model.series)}
    for one in asked:
        if one.measure != "trough":
            continue
        first = one.rows[0]
        series = model.series[place[first.reporter, first.flow, first.partner]]
        months = [row.period[0] for row in one.rows]
        before = np.log([series.musd[f"{int(month[:4]) - 1}{month[4:]}"] for month in months])
        happened = int(np.argmin([row.value for row in one.rows]))
        at = [month_number(month) - month_number(ORIGIN_OF_EVENTS) - 1 for month in months]
        for name, found in draws.items():
            chance = lowest_month(found[:, place[first.reporter, first.flow, first.partner]][:, at] - before)
            order = np.argsort(-chance, kind="stable")
            needed = order[: int(np.searchsorted(np.cumsum(chance[order]), _SURE - 1e-9)) + 1]
            rows.append({
                "judgement": one.id, "forecaster": name, "published": months[happened], "likely": months[order[0]],
                "p_published": float(chance[happened]), "set": " ".join(months[n] for n in sorted(needed)),
                "told": len(needed) <= _MANY * len(months), "held": happened in needed,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _runs(case: sim.Case, chosen: argparse.Namespace) -> dict[str, sim.Forecast]:
    """The model at draws of the posterior, at the prior centres, and a world that stands still."""
    model = sim.forecast(
        case, to=LAST, draws=chosen.draws, posterior=chosen.posterior, seed=chosen.seed, workers=chosen.processes
    )
    centre = sim.forecast(case, to=LAST, draws=1, posterior=_at_centres(case), seed=chosen.seed)
    still = np.tile(model.simulated[:, :1, :, :12], (1, 1, 1, len(model.months) // 12))
    return {MODEL: model, AT_PRIORS: centre, STILL: replace(model, simulated=still)}


def _at_centres(case: sim.Case) -> sim.Posterior:
    """One draw that changes nothing: every value is the scenario's."""
    name = "aversion"
    value = case.scenario.parameters.get(name, sim.PARAMETERS[name].default)
    return sim.Posterior("prior centres", Path(), "", (f"parameters.{name}",), np.array([[value]]), {})


def tables_of(chosen: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """``rolling`` (scores by horizon), ``rolling_gains`` and ``rolling_troughs``."""
    case = sim.load(chosen.scenario, allow_code=chosen.allow_code, posterior="none")
    runs = _runs(case, chosen)
    model = runs[MODEL]
    few = case.with_changes(months={"last": LAST}, agents={"mode": "expected", **_FEW})
    gravity = [benchmarks.gravity_paths(few, model.flows, factor) for factor in benchmarks.ELASTICITIES]
    groups, names = [group_of(one.flow, case) for one in model.series], [one.name for one in model.series]
    asked = load_judgements(load_targets(chosen.targets, codes_of(case.world)))
    detail, events = [], pd.DataFrame()
    for origin in origins():
        draws = at_origin(runs, gravity, groups, origin)
        detail.append(score_origin(draws, facts_at(model, origin), MODEL, names, origin))
        if origin == ORIGIN_OF_EVENTS:
            events = troughs(asked, draws, model)
    whole = pd.concat(detail, ignore_index=True)
    return {
        "rolling": by_horizon(whole), "rolling_gains": gains(whole, MODEL, OTHERS, chosen.seed),
        "rolling_troughs": events, "rolling_by_row": whole,
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables beside the posterior; 1 if the input is at fault."""
    parser = common("python -m calibration.validation.rolling_origins", __doc__)
    parser.add_argument("--draws", type=int, default=100, help="draws of the posterior at which the model runs")
    parser.add_argument("--seed", type=int, default=7, help="of the errors, and of the blocks of months")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.figures is not None:
            raise sim.SimError("--figures: origins roll over the shipped series; sim forecast takes newer months")
        settle(chosen)
        tables = tables_of(chosen)
        write_tables(chosen.posterior, {name: tables[name] for name in TABLES}, force=chosen.force)
    except sim.SimError as error:
        return complain(error)
    with pd.option_context("display.width", 180, "display.max_rows", None, "display.max_columns", None):
        sys.stdout.write(f"{tables['rolling'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{tables['rolling_gains'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{tables['rolling_troughs'].round(3).to_string(index=False)}\n")
    sys.stdout.write("".join(f"{chosen.posterior / name}.csv\n" for name in TABLES))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
