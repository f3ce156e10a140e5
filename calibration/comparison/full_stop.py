"""The coalition stops all direct sales, and nothing else happens: what arrives, from whom, and who loses what?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from calibration.comparison.gravity import flows_of, kept_at
from calibration.comparison.hat_algebra import new_equilibrium
from calibration.comparison.network_model import Network, Solved
from calibration.targets.simulated_targets import Floats

SCENARIO = Path(__file__).with_name("full-stop.yaml")
# The second year after the stop: the first holds the way there.
FIRST, LAST = "2023-01", "2023-12"
DRAWS = 24
WHOLE = {
    "arrives": "what arrives from abroad, by all routes",
    "coalition_made": "of it made in the coalition",
    "third_made": "of it made elsewhere",
    "direct": "straight from the coalition",
    "around": "share of the coalition's lost direct sales that comes round through third states",
    "price": "what a unit costs in Russia",
}


@dataclass(frozen=True, eq=False)
class Answer:
    """One model's answer.

    Attributes:
        whole: percent, by the names of :data:`WHOLE`; a model leaves out what it does not know.
        states: by state, columns that begin with the model's name.
    """

    whole: dict[str, float]
    states: pd.DataFrame


# ------------------------------------------------------------------------------------------------------ our agents
def agents_at(case: sim.Case) -> Answer:
    """The agents' answer at one set of parameters: paired runs, means of the second year.

    Args:
        case: the full stop.
    """
    pair = sim.compare(case)
    arrived = pd.DataFrame({"with": _arrived(pair.policy), "without": _arrived(pair.baseline)}).fillna(0.0)
    origin = arrived.index.get_level_values("origin")
    straight = arrived.index.get_level_values("route") == "direct"
    ours = origin.isin(pair.policy.record["coalition"])
    lost = -_change(arrived[ours & straight])
    whole = {
        "arrives": _percent(arrived),
        "coalition_made": _percent(arrived[ours]),
        "third_made": _percent(arrived[~ours]),
        "direct": _percent(arrived[ours & straight]),
        "around": 100.0 * _change(arrived[ours & ~straight]) / lost,
        "price": 100.0 * (_unit_price(pair.policy) / _unit_price(pair.baseline) - 1.0),
    }
    made = arrived.groupby(origin).sum()
    on_record = {name: _on_record(run) for name, run in (("with", pair.policy), ("without", pair.baseline))}
    exports = {name: _exports(run) for name, run in (("with", pair.policy), ("without", pair.baseline))}
    columns = {
        # A year, billion USD at base-year prices.
        "base_busd": on_record["without"] * 12e-3,
        "agents_made_busd": (made["with"] - made["without"]) * 12e-3,
        "agents_record_busd": (on_record["with"] - on_record["without"]) * 12e-3,
        "agents_exports_percent": 100.0 * (exports["with"] / exports["without"] - 1.0),
    }
    return Answer(whole, pd.DataFrame(columns).reindex(case.world.states))


def _second_year(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["month"] >= FIRST) & (table["month"] <= LAST)]


def _arrived(run: sim.Results) -> pd.Series[float]:
    """Quantity that arrives, musd a month at base-year prices, by origin and route."""
    return _second_year(run.to_target()).groupby(["origin", "route"])["volume_musd"].sum() / 12.0


def _exports(run: sim.Results) -> pd.Series[float]:
    """Value of all that is delivered abroad, musd a month, by origin."""
    return _second_year(run.flows).groupby("origin")["value_musd"].sum() / 12.0


def _on_record(run: sim.Results) -> pd.Series[float]:
    """Exports and re-exports to the target in the offices' ledgers, musd a month, by office."""
    table = _second_year(run.recorded)
    table = table[(table["partner"] == run.target) & table["flow"].isin(["export", "re-export"])]
    return table.groupby("reporter")["value_musd"].sum() / 12.0


def _unit_price(run: sim.Results) -> float:
    """Mean price that the target pays, base year 1, weighted by what arrives."""
    arrived = _second_year(run.to_target())
    return float(np.average(arrived["price_index"], weights=arrived["volume_musd"]))


def _change(table: pd.DataFrame) -> float:
    return float((table["with"] - table["without"]).sum())


def _percent(table: pd.DataFrame) -> float:
    return 100.0 * _change(table) / float(table["without"].sum())


def agents_over(case: sim.Case, posterior: sim.Posterior, draws: int = DRAWS) -> list[Answer]:
    """The agents' answers at draws of a posterior, the representative one first."""
    return [agents_at(case.with_posterior(draw, posterior)) for draw in posterior.spread(draws)]


# -------------------------------------------------------------------------------------------------------- gravity
def gravity(case: sim.Case) -> Answer:
    """Structural gravity's answer: exact hat algebra on the same world.

    Args:
        case: the full stop; its world and its states count, its months do not.
    """
    world = case.world
    base = flows_of(case)
    closed = np.repeat(world.is_coalition[:, None], len(world.goods), axis=1).astype(float)
    kept = kept_at(world, closed)
    new, price = new_equilibrium(base, world.price_elasticity, kept)
    before, after = base[:, world.target], new[:, world.target]
    abroad = np.arange(len(world.states)) != world.target
    # Quantities: what is sold, less what its maker's price rose by.
    arrived = pd.DataFrame({"with": (after / price)[abroad].sum(axis=1), "without": before[abroad].sum(axis=1)})
    ours, living = world.is_coalition[abroad], _cost_of_living(base, world.price_elasticity, kept, price)
    whole = {
        "arrives": _percent(arrived),
        "coalition_made": _percent(arrived[ours]),
        "third_made": _percent(arrived[~ours]),
        "direct": _percent(arrived[ours]),
        "price": 100.0 * (living[world.target] - 1.0),
    }
    exports = [_abroad(base), _abroad(new)]
    income = new.sum(axis=(0, 2)) / base.sum(axis=(0, 2))
    columns = {
        "gravity_busd": np.where(abroad, (after - before).sum(axis=1) * 12e-3, np.nan),
        "gravity_exports_percent": 100.0 * (exports[1] / exports[0] - 1.0),
        "gravity_real_percent": 100.0 * (income / living - 1.0),
    }
    return Answer(whole, pd.DataFrame(columns, index=pd.Index(world.states)))


def _abroad(flows: Floats) -> Floats:
    total: Floats = flows.sum(axis=(1, 2)) - np.einsum("iig->i", flows)
    return total


def _cost_of_living(flows: Floats, elasticity: Floats, kept: Floats, price: Floats) -> Floats:
    """Change of each state's ideal price index over all traded goods, home and abroad, as a factor: [state]."""
    spent = flows.sum(axis=0)
    shares = np.divide(flows, spent, out=np.zeros_like(flows), where=spent > 0.0)
    pull = (shares * kept * price[:, None, :] ** -elasticity).sum(axis=0)
    logs = np.zeros_like(pull)
    np.log(pull, out=logs, where=pull > 0.0)
    weights = spent / spent.sum(axis=1, keepdims=True)
    factor: Floats = np.exp(-(weights * logs / elasticity).sum(axis=1))
    return factor


# -------------------------------------------------------------------------------------------------------- network
def network(model: Network, case: sim.Case, friction: float | None = None, leakage: float | None = None) -> Answer:
    """The network model's answer, in its own base year and for inputs of industries alone.

    Args:
        model: the package.
        case: the full stop.
        friction: share of severed trade that nobody makes up for; the package's own value by default.
        leakage: share of severed trade that goes on; the package's own value by default.
    """
    world = case.world
    target = world.states[world.target]
    closed = {(code, sector): 1.0 for code in _coalition(world) for sector in model.goods_sectors}
    found = model.solve(closed, target, friction, leakage)
    arrived = _by_state(model, found, world.states, target)
    ours = arrived.index.isin(_coalition(world))
    whole = {
        "arrives": _percent(arrived),
        "coalition_made": _percent(arrived[ours]),
        "third_made": _percent(arrived[~ours]),
        "direct": _percent(arrived[ours]),
    }
    columns = {
        "network_base_busd": arrived["without"],
        "network_busd": arrived["with"] - arrived["without"],
        "network_output_percent": pd.Series(100.0 * model.output_change(found, world.states), index=world.states),
    }
    return Answer(whole, pd.DataFrame(columns).reindex(world.states))


def _by_state(model: Network, found: Solved, states: Sequence[str], target: str) -> pd.DataFrame:
    sellers = [code for code in states if code != target and model.members(code)]
    with_, without = model.sales(found, sellers, target), model.sales(None, sellers, target)
    return pd.DataFrame({"with": with_, "without": without}, index=sellers) / 1e3


def _coalition(world: sim.World) -> list[str]:
    return [code for code, member in zip(world.states, world.is_coalition, strict=True) if member]


# --------------------------------------------------------------------------------------------------------- tables
def over_draws(answers: Sequence[Answer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the agents say at draws, as medians with the ends of the middle 90 % and the representative draw.

    Returns:
        The whole by name with columns agents, agents_low, agents_high, agents_representative; the states likewise.
    """
    whole = pd.DataFrame([one.whole for one in answers])
    table = pd.DataFrame(
        {
            "agents": whole.median(),
            "agents_low": whole.quantile(0.05),
            "agents_high": whole.quantile(0.95),
            "agents_representative": whole.iloc[0],
        }
    )
    stacked = np.stack([one.states.to_numpy() for one in answers])
    states = answers[0].states.copy()
    for place, name in enumerate(answers[0].states):
        if name.startswith("agents_"):
            states[name] = np.median(stacked[:, :, place], axis=0)
            states[f"{name}_low"], states[f"{name}_high"] = np.quantile(stacked[:, :, place], [0.05, 0.95], axis=0)
            states[f"{name}_representative"] = answers[0].states[name]
    return table, states
