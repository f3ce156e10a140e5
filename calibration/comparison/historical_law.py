"""The law as it was in 2022 and 2023: what each model says customs offices should have published, and what they did.

Growth of a whole year on 2021, in logs. The agents' answers come from the shipped posterior, which was fitted to these
figures or to their quarters and halves; so the same model at its prior centres, which has seen none, stands beside it.
Gravity and the network model get the law of each month as our clauses state it, and nothing is fitted in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import brentq

import sim
from calibration.comparison.full_stop import DRAWS
from calibration.comparison.gravity import closed_by_month, flows_of, kept_at, predicted_flows
from calibration.comparison.hat_algebra import new_equilibrium
from calibration.comparison.network_model import Network, Solved
from calibration.targets.simulated_targets import Floats, ledgers_of, simulated_of
from calibration.targets.targets import TARGETS, Target, codes_of, load_targets, months_of

YEARS, BASE = ("2022", "2023"), ("2021-01", "2021-12")
LAW = ("banned_share", "payment_refusal")
LAST = f"{YEARS[-1]}-12"
# Columns of the table that answer, with their headings.
MODELS = {
    "agents": "agents, fitted",
    "agents_prior": "agents before any fit",
    "drivers": "no law, only the agents' drivers",
    "gravity": "gravity",
    "gravity_drivers": "gravity times the agents' drivers",
    "gravity_told": "gravity, told the fall of the coalition's sales",
    "network": "network",
}
FROM_COALITION, FROM_THIRD, TO_HUBS, FROM_ALL = (
    "coalition to the target",
    "third states to the target",
    "coalition to the hubs",
    "everybody to the target",
)
GROUPS = (FROM_COALITION, FROM_THIRD, TO_HUBS, FROM_ALL)


def rows(case: sim.Case) -> tuple[Target, ...]:
    """The published figures that all models could speak of: one office's sales of a year to the target, or to a hub.

    Where two sources speak of one flow, the one that comes first in the table of targets counts: that of the office.
    """
    codes = codes_of(case.world)
    target = case.world.states[case.world.target]
    found: dict[tuple[str, ...], Target] = {}
    for row in load_targets(TARGETS, codes):
        whole_year = row.base == BASE and row.period in [(f"{year}-01", f"{year}-12") for year in YEARS]
        sold = row.measure == "growth" and row.ledger == "recorded" and row.flow.startswith("export")
        asked = row.partner == target or (row.reporter in codes.coalition and row.partner in codes.hubs)
        if whole_year and sold and asked and row.reporter in (*codes.states, "all") and row.low == row.high:
            found.setdefault((row.reporter, row.partner, row.good, *row.period), row)
    return tuple(found.values())


def group_of(row: Target, case: sim.Case) -> str:
    """Which group of flows a figure is of."""
    world = case.world
    if row.partner != world.states[world.target]:
        return TO_HUBS
    if row.reporter == "all":
        return FROM_ALL
    return FROM_COALITION if row.reporter in codes_of(world).coalition else FROM_THIRD


# ------------------------------------------------------------------------------------------------------ the models
def agents(asked: Sequence[Target], case: sim.Case, draws: int = DRAWS) -> pd.DataFrame:
    """What the model says at draws of the shipped posterior, and at its prior centres; log growth by row.

    Args:
        asked: the figures.
        case: the reference scenario.
        draws: how many, the representative one first.
    """
    posterior = sim.load_posterior(None, case.scenario.world)
    found = np.stack([_read(case.with_posterior(draw, posterior), asked) for draw in posterior.spread(draws)])
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95], axis=0)
    return pd.DataFrame(
        {
            "agents": middle, "agents_low": low, "agents_high": high, "agents_representative": found[0],
            "agents_prior": _read(case, asked),
        },
        index=[row.id for row in asked],
    )  # fmt: skip


def drivers(asked: Sequence[Target], case: sim.Case) -> Floats:
    """What the fitted drivers do alone: the world without law at the representative draw, log growth by row."""
    return _read(case.with_posterior().without_policies(), asked)


def _read(case: sim.Case, asked: Sequence[Target]) -> Floats:
    return simulated_of(ledgers_of(case.run(), with_true=False), asked)


def gravity(asked: Sequence[Target], case: sim.Case) -> Floats:
    """Structural gravity's answers to the law of each month, log growth by row; bans and banks' refusals count."""
    sales = predicted_flows(case, LAW)

    def mean(months: Sequence[str]) -> Floats:
        return np.asarray(np.mean([sales[month] for month in months], axis=0))

    before = mean(months_of(BASE))
    return np.array([_growth(row, case.world, mean(months_of(row.period)), before) for row in asked])


def gravity_told(asked: Sequence[Target], case: sim.Case) -> Floats:
    """Gravity's answers when it need not read law: the coalition's barrier makes its sales fall as published.

    One factor on all that the coalition sells to the target, a year, meets the published fall of its largest member's
    sales; gravity then says what everybody else does.

    Raises:
        SimError: no such fall is published.
    """
    world, base = case.world, flows_of(case)
    largest = world.states[int(np.argmax(world.recorded_musd[:, world.target].sum(axis=1) * world.is_coalition))]
    published = {row.period: row for row in asked if row.reporter == largest and row.good == "all"
                 and row.partner == world.states[world.target]}  # fmt: skip
    after = {}
    for period in {row.period for row in asked}:
        row = published.get(period)
        if row is None or row.value >= 0.0:
            raise sim.SimError(f"no fall of {largest}'s sales to the target is published for {period[0][:4]}")
        after[period] = _told(base, world, row)
    return np.array([_growth(row, world, after[row.period], base) for row in asked])


def _told(base: Floats, world: sim.World, row: Target) -> Floats:
    """All sales when one barrier around the coalition's makes one figure what was published."""

    def behind(closed: float) -> Floats:
        barrier = closed * np.repeat(world.is_coalition[:, None], len(world.goods), axis=1)
        return new_equilibrium(base, world.price_elasticity, kept_at(world, barrier))[0]

    def missed(closed: float) -> float:
        return _growth(row, world, behind(closed), base) - row.value

    return behind(float(brentq(missed, 0.0, 0.999, xtol=1e-6)))


def _growth(row: Target, world: sim.World, after: Floats, before: Floats) -> float:
    cells = _cells(row, world)
    abroad = (1.0 - np.eye(len(world.states)))[:, :, None]
    return float(np.log((after * abroad)[cells].sum() / (before * abroad)[cells].sum()))


def _cells(row: Target, world: sim.World) -> tuple[Floats, ...]:
    offices = range(len(world.states)) if row.reporter == "all" else [world.states.index(row.reporter)]
    return np.ix_(offices, [world.states.index(row.partner)], world.good_positions(row.good.split("+")))


def network(asked: Sequence[Target], case: sim.Case, model: Network) -> Floats:
    """The network model's answers, log growth by row on its own base year; NaN where it has not got the states."""
    target = case.world.states[case.world.target]
    closed = closed_by_month(case, LAW)
    found: dict[str, Solved] = {}
    for year in YEARS:
        mean = np.mean([closed[month] for month in months_of((f"{year}-01", f"{year}-12"))], axis=0)
        found[year] = model.solve(model.closed_sectors(case.world, mean), target)
    return np.array([_inputs(row, case.world, model, found[row.period[0][:4]]) for row in asked])


def _inputs(row: Target, world: sim.World, model: Network, found: Solved) -> float:
    sellers = [code for code in world.states if code != row.partner] if row.reporter == "all" else [row.reporter]
    sellers = [code for code in sellers if model.members(code)]
    if not sellers or not model.members(row.partner):
        return float("nan")
    sectors = None if row.good == "all" else model.sectors_of(world, row.good.split("+"))
    after, before = (float(model.sales(state, sellers, row.partner, sectors).sum()) for state in (found, None))
    return float(np.log(after / before))


# ---------------------------------------------------------------------------------------------------------- tables
def answers(case: sim.Case, model: Network | None, draws: int = DRAWS) -> pd.DataFrame:
    """Every figure with what was published and what each model says; log growth.

    Args:
        case: the reference scenario, in expected mode.
        model: the network model, where it is installed.
        draws: of the posterior.
    """
    case = case.with_changes(months={"last": LAST})
    asked = rows(case)
    table = pd.DataFrame(
        {
            "group": [group_of(row, case) for row in asked],
            "reporter": [row.reporter for row in asked],
            "partner": [row.partner for row in asked],
            "good": [row.good for row in asked],
            "year": [row.period[0][:4] for row in asked],
            "published": [row.value for row in asked],
        },
        index=pd.Index([row.id for row in asked], name="id"),
    )
    table = table.join(agents(asked, case, draws))
    table["drivers"] = drivers(asked, case)
    table["gravity"] = gravity(asked, case)
    table["gravity_drivers"] = table["gravity"] + table["drivers"]
    table["gravity_told"] = gravity_told(asked, case)
    table["network"] = np.nan if model is None else network(asked, case, model)
    return table


def misses(table: pd.DataFrame) -> pd.DataFrame:
    """Mean absolute miss in log points (hundredths of a log) by group of flows, of those that say nothing changes, too.

    The network model has not got all states: the second part of the rows counts only what it answers.

    Returns:
        Columns group, rows, no_change and the models'.
    """
    return pd.DataFrame(_misses(table))


def _misses(table: pd.DataFrame) -> Iterator[dict[str, object]]:
    models = [name for name in MODELS if table[name].notna().any()]
    parts = [(name, table[table["group"] == name]) for name in GROUPS] + [("all figures", table)]
    if "network" in models:
        parts.append(("all that the network model answers", table[table["network"].notna()]))
    for name, part in parts:
        found = {model: 100.0 * float((part[model] - part["published"]).abs().mean())
                 for model in models if part[model].notna().all()}  # fmt: skip
        yield {"group": name, "rows": len(part), "no_change": 100.0 * float(part["published"].abs().mean()), **found}
