"""What states do in a month: law, threats, announcements, enforcement, designations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common import random_streams
from sim.common.months import MONTHS_PER_YEAR
from sim.model.kernels.designations import (
    Listings,
    Suspects,
    list_drawn,
    list_expected,
    list_largest,
    weigh_drawn,
    weigh_expected,
)
from sim.model.kernels.governments import EnforcementSignals, Stance, observe_trade
from sim.model.kernels.sums import sum_trade
from sim.model.records import DELIVERED

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.model.interface import Model

    # States and goods in which firms are to be listed, (state, good), and how many firms in each of the states.
    Wanted = tuple[Mask, float]


def read_law(model: Model) -> None:
    """1. The regime of the month, the goods the coalition controls, how much of what an army needs it newly bans.

    Reads: schedule, month.
    Writes: regime, governments.controlled, new_controls.
    """
    model.state.new_controls = 0.0
    if model.schedule.regime(model.month) is not model.regime:
        before = _controlled_part(model)
        take_up_law(model)
        model.state.new_controls = max(0.0, _controlled_part(model) - before)


def take_up_law(model: Model) -> None:
    """The regime of the month, and which goods the coalition controls."""
    model.regime = model.schedule.regime(model.month)
    direct = model.regime.lane("banned_share")[:, 0]
    banned = direct.reshape(len(model.world.states), -1, len(model.world.goods))
    members = model.constants.states.members
    model.state.governments.controlled[:] = banned[members].max(axis=(0, 1), initial=0.0)


def _controlled_part(model: Model) -> float:
    """How much of what an army needs the coalition bans: share of lines, weighted by how military a good is."""
    weight = model.constants.goods.military_sensitivity
    return float((model.state.governments.controlled * weight).sum() / weight.sum()) if weight.sum() > 0.0 else 0.0


def assess_threats(model: Model) -> None:
    """2a. The coalition sees what third states trade, holds a crossed red line against them, counts its losses.

    Reads: regime, shipments.order_status, transit.exit_hub_shares, evasion.labels.
    Writes: governments.trade, governments.military_trade, governments.observed_military_trade,
    governments.triggered_threat, governments.resolve, governments.enforcement_effort.
    """
    state, constants, regime, governments = model.state, model.constants, model.regime, model.state.governments
    sold = state.shipments.order_status[DELIVERED] if model.elapsed else model.base.flow
    look = constants.goods.military_sensitivity[model.base.good] * (1.0 - state.evasion.labels)
    sum_trade(
        constants.routes, look, sold, state.transit.exit_hub_shares, governments.trade, governments.military_trade
    )  # fmt: skip
    key = random_streams.stream(model.plan.seed, random_streams.INTELLIGENCE, model.elapsed)
    error = 0.0 if model.expected else model.values.intelligence_noise
    observe_trade(key, error, governments.military_trade, governments.observed_military_trade)
    observed, usual = governments.observed_military_trade, constants.states.usual_military_trade
    line, threat, triggered = regime.cell("red_line"), regime.cell("red_line_threat"), governments.triggered_threat
    model.loops.trigger_red_lines(line, threat, observed, usual, model.parameters, triggered)
    retaliation, resolve, effort = regime.state("retaliation"), governments.resolve, governments.enforcement_effort
    model.loops.weigh_losses(constants.states, governments.trade, retaliation, model.parameters, resolve, effort)


def set_enforcement(model: Model) -> None:
    """2b. Third states move what they announce, enact and enforce: what is asked against what it costs.

    Reads: regime, governments.trade, governments.military_trade, governments.controlled, governments.resolve,
    governments.triggered_threat, governments.recent_listings.
    Writes: governments.announced_policy, governments.enacted_law, governments.enforcement_effort.
    """
    governments, law = model.state.governments, model.regime.state
    signals = EnforcementSignals(
        threat=law("threat") + governments.triggered_threat * coalition_resolve(model),
        pressure=law("pressure"),
        leverage=law("leverage"),
        courting=law("courting"),
        commitment=law("commitment"),
        recent_listings=governments.recent_listings,
        trade=governments.trade,
        military_trade=governments.military_trade,
        controlled=governments.controlled,
    )
    stance = Stance(
        announced_policy=governments.announced_policy,
        enacted_law=governments.enacted_law,
        enforcement_effort=governments.enforcement_effort,
    )
    model.loops.set_enforcement(model.constants.states, signals, model.parameters, stance)


def designate_exporters(model: Model) -> None:
    """2c. The coalition lists exporters of third states; listed firms lose its markets.

    Reads: regime, governments.resolve, governments.controlled, governments.observed_military_trade, evasion.labels,
    shipments.contracted, exporter_columns.
    Writes: exporter_columns, governments.listed_share, governments.state_listed_share, governments.firms_listed.
    """
    governments = model.state.governments
    governments.listed_share[:] = 0.0
    governments.state_listed_share[:] = 0.0
    suspects = clauses_that_list(model, "exporters_listed") + _budgeted(model, "exporter_budget")
    largest = clauses_that_list(model, "largest_listed")
    if not suspects and not largest:
        return
    # Trade with the target whose sellers are listed now, musd per year.
    listings = Listings(np.zeros_like(governments.listed_share), governments.firms_listed)
    if suspects:
        _list_suspects(model, suspects, listings)
    for allowed, firms in largest:
        _list_largest(model, allowed, firms, listings)
    trade, to_target = np.zeros_like(listings.value), model.constants.ends_at_target
    yearly = MONTHS_PER_YEAR * model.state.shipments.contracted[:, to_target].sum(axis=1)
    np.add.at(trade, (model.base.origin, model.base.good), yearly)
    np.divide(listings.value, trade, out=governments.listed_share, where=trade > 0.0)
    by_state = trade.sum(axis=1)
    np.divide(listings.value.sum(axis=1), by_state, out=governments.state_listed_share, where=by_state > 0.0)


def coalition_resolve(model: Model) -> float:
    """Part of its threats that the coalition as a whole carries out: its members' resolve, weighted by exports."""
    states, resolve = model.constants.states, model.state.governments.resolve
    weight = states.exports[states.members]
    if weight.sum() == 0.0:
        return 1.0
    return float((resolve[states.members] * weight).sum() / weight.sum())


def coalition_effort(model: Model) -> float:
    """Mean enforcement effort of the coalition's members; 0 where there is no coalition."""
    members = model.constants.states.members
    return float(model.state.governments.enforcement_effort[members].mean()) if members.any() else 0.0


def intermediaries_to_list(model: Model) -> Floats:
    """Intermediaries to be listed in each hub this month, by clause and out of budgets, firms, (hub,)."""
    to_list = model.regime.state("traders_listed").copy()
    for allowed, firms in _budgeted(model, "trader_budget"):
        to_list[allowed.any(axis=1)] += firms
    chosen: Floats = to_list[model.constants.routes.hub_states]
    return chosen


def clauses_that_list(model: Model, field: str) -> list[Wanted]:
    """What clauses impose on a field of firms to be listed, clause by clause."""
    return [_firms_named(model, where, firms) for _, where, firms in model.regime.acts(field)]


def _firms_named(model: Model, where: Integers, firms: float) -> Wanted:
    """Cells that a clause covers, and how many firms it lists in each of its states."""
    shape = model.state.governments.listed_share.shape
    allowed = np.zeros(shape[0] * shape[1], dtype=bool)
    allowed[where] = True
    return allowed.reshape(shape), firms


def _budgeted(model: Model, field: str) -> list[Wanted]:
    """What designation budgets list: firms by state in reach, shared by the military trade seen there."""
    governments = model.state.governments
    budget = float((model.regime.state(field) * governments.resolve).sum())
    if budget == 0.0:
        return []
    reached = model.regime.state("in_reach") > 0.0
    if field == "trader_budget":
        reached = reached & np.isin(np.arange(len(reached)), model.constants.routes.hub_states)
    observed = (governments.observed_military_trade * governments.controlled).sum(axis=1)
    weight = np.where(reached, observed, 0.0)
    wanted = []
    for state in np.flatnonzero(weight > 0.0):
        allowed = np.zeros(governments.listed_share.shape, dtype=bool)
        allowed[state] = True
        wanted.append((allowed, budget * float(weight[state] / weight.sum())))
    return wanted


def _list_suspects(model: Model, wanted: list[Wanted], listings: Listings) -> None:
    """Lists so many firms in each state, the most suspect first."""
    routes, exporters, at_target = model.constants.routes, model.exporter_columns, model.constants.ends_at_target
    suspicion = model.constants.goods.military_sensitivity[routes.good] * (1.0 - model.state.evasion.labels)
    suspects = Suspects(
        suspicion, MONTHS_PER_YEAR * model.row_value, weight=np.zeros(len(suspicion)), odds=np.zeros(len(suspicion))
    )
    (weigh_expected if model.expected else weigh_drawn)(exporters, at_target, suspects)
    for allowed, firms in wanted:
        model.loops.add_odds(routes, firms, allowed, suspects)
    if model.expected:
        list_expected(routes, at_target, suspects, exporters, listings)
    else:
        key = random_streams.stream(model.plan.seed, random_streams.EXPORTER_LISTED, model.elapsed)
        list_drawn(key, routes, at_target, suspects, exporters, listings)


def _list_largest(model: Model, allowed: Mask, firms: float, listings: Listings) -> None:
    """Lists so many firms in each state, the largest first."""
    base, exporters = model.base, model.exporter_columns
    kind = np.repeat(np.arange(len(base.volume)), np.diff(exporters.start))
    origin, good = base.origin[kind], base.good[kind]
    for state in np.flatnonzero(allowed.any(axis=1)):
        rows = np.flatnonzero((origin == state) & allowed[state, good])
        value = MONTHS_PER_YEAR * model.row_value[kind[rows]]
        listed = list_largest(exporters, rows, firms, value, model.constants.ends_at_target.astype(float))
        np.add.at(listings.value[state], good[rows], listed * value)
        listings.firms[state] += float((listed * value / exporters.size[rows]).sum())
