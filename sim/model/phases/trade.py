"""What happens to goods in a month: demand, borders, hubs, deliveries, prices, records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common import random_streams
from sim.common.numerics import power
from sim.model.kernels.borders import BorderConditions
from sim.model.kernels.customs_records import Passage
from sim.model.kernels.hub_network import TransitConditions, refusals_by_state
from sim.model.kernels.intermediaries import Moment, Prospects
from sim.model.kernels.passing_on import PassingConditions
from sim.model.kernels.settlement import Deliveries
from sim.model.kernels.sums import sum_by_hub
from sim.model.phases.states import intermediaries_to_list
from sim.model.records import BorderLaw, ExportLaw
from sim.policies.regime import NEUTRAL_BRAND

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.interface import Model


def post_demand(model: Model) -> None:
    """3. Orders follow season and macro path, and the target's income; war demand moves demand, and so the price.

    Reads: regime, drivers.
    Writes: markets.demand_multiplier, markets.war_demand.
    """
    markets, drivers = model.state.markets, model.drivers
    markets.demand_multiplier[:] = drivers.demand_multiplier[model.elapsed]
    markets.war_demand[:] = drivers.war_demand[model.elapsed]
    lost = model.regime.state("revenue_loss")
    for state in np.flatnonzero(lost > 0.0):
        markets.demand_multiplier[state] *= power(1.0 - float(lost[state]), model.values.import_propensity)


def price_transit(model: Model) -> None:
    """4a. Intermediaries choose exit hubs; what each hub asks and stops; who pays where banks refuse.

    Reads: regime, governments.enacted_law, governments.enforcement_effort, governments.controlled, hubs.log_markup,
    hubs.capacity_share.
    Writes: transit, governments.payment_refusals, governments.payment_intermediaries.
    """
    constants, parameters = model.constants, model.parameters
    governments, hubs, transit = model.state.governments, model.state.hubs, model.state.transit
    usual, shares = constants.hubs.exit_hub_shares, transit.exit_hub_shares
    model.loops.choose_exit_hubs(usual, hubs.log_markup, transit.transit_cost, parameters, shares)
    conditions = TransitConditions(
        hub_states=constants.routes.hub_states,
        law_capacity=constants.states.law_capacity,
        usual_effort=constants.states.usual_effort,
        border_checks=constants.states.border_checks,
        transit_ban=model.regime.cell("transit_ban"),
        export_ban=_export_bans(model),
        enacted_law=governments.enacted_law,
        enforcement_effort=governments.enforcement_effort,
        controlled=governments.controlled,
        log_markup=hubs.log_markup,
        capacity_share=hubs.capacity_share,
    )
    model.loops.price_transit(conditions, parameters, transit)
    refusals = governments.payment_refusals
    refusals_by_state(constants.routes, model.regime.lane("payment_refusal"), refusals)
    model.loops.enter_payment_intermediaries(refusals, parameters, governments.payment_intermediaries)


def _export_bans(model: Model) -> Floats:
    """What each state forbids its own firms to sell to the target, times how surely, (state, good).

    What a state does not let its own firms sell it does not let others pass on either.
    """
    shape = len(model.world.states), 2, len(model.world.goods)
    banned, hazard = (model.regime.lane(name)[:, 0] for name in ("banned_share", "domestic_hazard"))
    forbidden: Floats = (banned * np.minimum(hazard, 1.0)).reshape(shape)[:, NEUTRAL_BRAND]
    return forbidden


def pass_on(model: Model) -> None:
    """4c. Intermediaries buy what they pass on: as much as those that are open can, of what pays.

    Reads: regime, markets.expected_price, hubs.log_markup, intermediary_columns, outlook.released,
    outlook.passing_cost.
    Writes: outlook.background_activity, outlook.diverted_share, passed_on.
    """
    state, constants = model.state, model.constants
    room = model.regime.state("hub_room")[constants.routes.hub_states]
    conditions = PassingConditions(
        expected_price=state.markets.expected_price,
        capacity=model.values.hub_utilisation * model.intermediary_columns.open_capacity() * (1.0 + room),
        log_markup=state.hubs.log_markup,
    )
    model.loops.pass_on(
        constants.routes, constants.hubs, conditions, model.parameters, state.outlook, state.passed_on
    )  # fmt: skip


def clear_borders(model: Model) -> None:
    """5. Licences, payments, inspections.

    Reads: regime, drivers, shipments.contracted, markets.demand_multiplier, governments.enforcement_effort,
    governments.payment_intermediaries, transit.stopped_share, evasion.banned_as_shipped, evasion.licence_as_shipped,
    outlook.legal_deterrence, outlook.diverted_share.
    Writes: shipments.order_status, shipments.licence_queue, shipments.banned_shipped,
    shipments.banned_elsewhere, shipments.evading, shipments.cleared, shipments.stirred.
    """
    state, constants, governments = model.state, model.constants, model.state.governments
    conditions = BorderConditions(
        touched=model.regime.touched,
        touched_elsewhere=model.regime.touched_elsewhere,
        military_sensitivity=constants.goods.military_sensitivity,
        ambiguity=constants.goods.ambiguity,
        demand_multiplier=state.markets.demand_multiplier,
        supply_multiplier=model.drivers.supply_multiplier[model.elapsed],
        enforcement_effort=governments.enforcement_effort,
        border_checks=constants.states.border_checks,
        inspection=model.regime.state("inspection"),
        payment_intermediaries=governments.payment_intermediaries,
        tracking=model.regime.cell("tracking"),
        stopped_share=state.transit.stopped_share,
        banned_share=state.evasion.banned_as_shipped,
        licence_share=state.evasion.licence_as_shipped,
        legal_deterrence=state.outlook.legal_deterrence,
        diverted_share=state.outlook.diverted_share,
    )
    routes, parameters, written = constants.routes, model.parameters, model.regime.lanes(ExportLaw)
    law_at_target, law = model.regime.lanes_at_target(BorderLaw), model.regime.lanes(BorderLaw)
    model.loops.clear_borders(routes, law_at_target, conditions, parameters, state.shipments)
    elsewhere = conditions._replace(banned_share=written.banned_share, licence_share=written.licence_share)
    model.loops.send_elsewhere(routes, law, elsewhere, parameters, state.shipments)


def trade_through_hubs(model: Model) -> None:
    """6. Intermediaries carry what they can, mark up as they fill, open, close, are listed and return.

    Reads: regime, shipments.contracted, transit.exit_hub_shares, passed_on.margin, governments.resolve,
    governments.controlled, governments.observed_military_trade.
    Writes: hubs.capacity_utilisation, hubs.capacity_share, hubs.use, hubs.log_markup, intermediary_columns.
    """
    hubs = model.state.hubs
    routes, intermediaries = model.constants.routes, model.intermediary_columns
    capacity = intermediaries.open_capacity() * (1.0 + model.regime.state("hub_room")[routes.hub_states])
    entered = np.empty_like(model.state.transit.transit_cost)
    sum_by_hub(routes, model.state.shipments.contracted, entered)
    consigned = entered.sum(axis=1)
    hubs.capacity_utilisation[:] = np.where(consigned > 0, 1e3, 0.0)  # of a hub with no open intermediary
    np.divide(consigned, capacity, out=hubs.capacity_utilisation, where=capacity > 0)
    np.minimum(1.0, 1.0 / np.maximum(hubs.capacity_utilisation, 1e-12), out=hubs.capacity_share)
    usual_use = model.constants.hubs.usual_use
    model.loops.mark_up(hubs.use, usual_use, model.parameters, hubs.log_markup)
    key = random_streams.stream(model.plan.seed, random_streams.TRADER_STATUS, model.elapsed)
    prospects = Prospects(model.state.passed_on.margin, hubs.use, usual_use, intermediaries_to_list(model))
    model.loops.turn_over(
        prospects, Moment(key, model.elapsed, model.expected), model.parameters, intermediaries
    )  # fmt: skip
    could = intermediaries.possible_capacity
    np.divide(intermediaries.open_capacity(), could, out=hubs.use, where=could > 0)


def settle(model: Model) -> None:
    """7. Deliveries, what every order came to, and stocks.

    Reads: regime, shipments.cleared, shipments.stirred, transit.exit_hub_shares, hubs.capacity_share.
    Writes: shipments.order_status, markets.arrivals, markets.stocks.
    """
    state, coming = model.state, model.regime.lane("coming")
    deliveries = Deliveries(
        cleared=state.shipments.cleared,
        stirred=state.shipments.stirred,
        order_status=state.shipments.order_status,
        arrivals=state.markets.arrivals,
        stocks=state.markets.stocks,
    )
    shares, capacity_share = state.transit.exit_hub_shares, state.hubs.capacity_share
    model.loops.settle(model.constants.routes, shares, capacity_share, coming, model.parameters, deliveries)


def clear_markets(model: Model) -> None:
    """8. Prices clear the price-adjusting markets; what sellers expect follows.

    Reads: markets.arrivals, markets.demand_multiplier, markets.war_demand.
    Writes: markets.log_price, markets.expected_price, markets.import_substitution.
    """
    sensitivity = model.constants.goods.military_sensitivity
    model.loops.clear_markets(model.constants.markets, sensitivity, model.parameters, model.state.markets)


def record_customs(model: Model) -> None:
    """9. What each customs office records of the month.

    Reads: regime, shipments, markets.log_price, transit.exit_hub_shares, hubs.capacity_share,
    evasion.shipped_as_components.
    Writes: customs.
    """
    state, constants = model.state, model.constants
    passage = Passage(
        log_price=state.markets.log_price,
        exit_hub_shares=state.transit.exit_hub_shares,
        capacity_share=state.hubs.capacity_share,
        tracking=model.regime.cell("tracking"),
        shipped_as_components=state.evasion.shipped_as_components,
        components=constants.goods.components,
    )
    model.loops.record_customs(
        constants.routes, constants.offices, state.shipments, passage, model.parameters, model.customs
    )  # fmt: skip
