"""What exporters do in a month: they evaluate their routes, choose, and learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common import random_streams
from sim.model.kernels.beliefs import BeliefSignals
from sim.model.kernels.component_trade import add_enacted_law, law_as_shipped
from sim.model.kernels.route_choice import Choices, Draws, RowGroups
from sim.model.kernels.route_prospects import RouteConditions
from sim.model.kernels.sums import move_rows, sum_by_hub, sum_drawn, sum_exits, sum_spread
from sim.model.phases.states import coalition_effort, coalition_resolve
from sim.model.records import DELIVERED, ExportLaw, RouteLaw

if TYPE_CHECKING:
    from sim.model.interface import Model


def evaluate_routes(model: Model) -> None:
    """4b. What every route promises this month, who enters and leaves, how many contracts end; bad news ends more.

    Reads: regime, markets.expected_price, governments.enforcement_effort, governments.enacted_law,
    governments.controlled, governments.payment_intermediaries, transit.entry_cost, transit.passed_share,
    shipments.contracted, participation.share.
    Writes: prospects, outlook.contract_end_odds, outlook.legal_deterrence, outlook.last_disutility,
    outlook.background_activity, outlook.released, outlook.passing_cost, outlook.resting, outlook.restless,
    participation.entering, participation.leaving, evasion.shipped_as_components, evasion.banned_as_shipped,
    evasion.licence_as_shipped, governments.peer_exit_share.
    """
    state, constants, governments, transit = model.state, model.constants, model.state.governments, model.state.transit
    _ship_as_components(model)
    contracted, exit_share = state.shipments.contracted, governments.peer_exit_share
    written = model.regime.lanes(ExportLaw)
    sum_exits(constants.routes, constants.coalition_direct, contracted, exit_share)
    conditions = RouteConditions(
        touched=model.regime.touched,
        touched_elsewhere=model.regime.touched_elsewhere,
        price_adjusting=constants.markets.price_adjusting,
        banned_as_shipped=state.evasion.banned_as_shipped,
        licence_as_shipped=state.evasion.licence_as_shipped,
        banned_share=written.banned_share,
        licence_share=written.licence_share,
        expected_price=state.markets.expected_price,
        enforcement_effort=governments.enforcement_effort,
        coalition_effort=coalition_effort(model),
        law_capacity=constants.states.law_capacity,
        border_checks=constants.states.border_checks,
        enacted_law=governments.enacted_law,
        controlled=governments.controlled,
        payment_intermediaries=governments.payment_intermediaries,
        peer_exit_share=governments.peer_exit_share,
        entry_cost=transit.entry_cost,
        passed_share=transit.passed_share,
    )
    who, parameters, outlook = (constants.routes, constants.types), model.parameters, state.outlook
    to_target = model.regime.lanes_at_target(RouteLaw)
    model.loops.evaluate_hub_routes(*who, to_target, conditions, parameters, outlook)
    law = model.regime.lanes(RouteLaw)
    model.loops.evaluate_routes(*who, law, conditions, parameters, state.prospects, outlook, state.participation)


def choose_routes(model: Model) -> None:
    """4d. Firms enter the target's market and leave it; those whose contract ends choose a route.

    Reads: prospects, participation, outlook.contract_end_odds, outlook.background_activity.
    Writes: exporter_columns, rows_on_route, participation.share, shipments.contracted.
    """
    if model.expected:
        spread_out = model.loops.spread_out_parallel if model.threads_pay else model.loops.spread_out
        spread_out(choices(model), model.exporter_columns)
    else:
        choose_rows(model, model.rows, parallel=model.threads_pay)
    sum_rows(model)


def choices(model: Model) -> Choices:
    """What exporters choose by this month."""
    state, participation = model.state, model.state.participation
    return Choices(
        prospects=state.prospects,
        contract_end_odds=state.outlook.contract_end_odds,
        entering=participation.entering,
        leaving=participation.leaving,
        loss_if_listed=model.constants.loss_if_listed,
        home=model.constants.home,
    )


def choose_rows(model: Model, rows: RowGroups, *, parallel: bool = False) -> None:
    """Lets some rows choose (sampled mode); see :func:`sim.model.kernels.route_choice.groups_of`."""
    decisions = random_streams.CONTRACT_ENDS, random_streams.ROAD
    contract_end, route = (random_streams.stream(model.plan.seed, one, model.elapsed) for one in decisions)
    moves = model.moves[: len(rows.chunks)]
    choose = model.loops.choose_parallel if parallel else model.loops.choose
    choose(rows, Draws(contract_end, route, model.elapsed), choices(model), model.exporter_columns, moves)
    move_rows(rows.chunks, moves, model.rows_on_route)


def sum_rows(model: Model) -> None:
    """Contracted trade: that of the rows, of the firms outside the pool, and through hubs; who participates."""
    background, activity = model.base.background, model.state.outlook.background_activity
    contracted, share = model.state.shipments.contracted, model.state.participation.share
    if model.expected:
        sum_spread(model.exporter_columns, model.row_value, background, activity, contracted, share)
    else:
        sum_drawn(model.rows_on_route, model.row_value, background, activity, contracted)
        rows = np.diff(model.exporter_columns.start)
        np.divide(model.rows_on_route[:, -1], rows, out=share, where=rows > 0)


def update_beliefs(model: Model) -> None:
    """10. Firms update the hazards they believe in, and how plainly they label what they sell.

    Reads: regime, governments.listed_share, governments.state_listed_share, governments.triggered_threat,
    governments.resolve, governments.trade, new_controls, intermediary_columns, shipments.order_status.
    Writes: outlook.believed_hazard, evasion.labels, governments.state_protection, governments.recent_listings.
    """
    state, constants, governments = model.state, model.constants, model.state.governments
    listed, states = model.intermediary_columns.listed_now, constants.states
    near = np.maximum(states.alignment, 0.0) + model.regime.state("commitment")
    signals = BeliefSignals(
        secondary_threat=model.regime.at_target("secondary_threat"),
        secondary_announced=model.regime.at_target("secondary_announced"),
        listed_share=governments.listed_share,
        state_listed_share=governments.state_listed_share,
        intermediaries_listed=listed,
        near_target=np.where(states.decides, near, 0.0),
        triggered_threat=governments.triggered_threat * coalition_resolve(model),
        new_controls=state.new_controls,
        exposure=constants.types.exposure,
        ambiguity=constants.goods.ambiguity,
        coalition_share=constants.goods.coalition_share,
    )
    believed, labels, protection = state.outlook.believed_hazard, state.evasion.labels, governments.state_protection
    model.loops.update_beliefs(constants.routes, signals, model.parameters, believed, labels, protection)
    # What a state has seen of listings of its own firms and intermediaries fades as firms forget.
    recent = governments.recent_listings
    recent *= 1.0 - model.values.forgetting
    recent += governments.state_listed_share
    through = np.zeros_like(state.transit.transit_cost)
    sum_by_hub(constants.routes, state.shipments.order_status[DELIVERED], through)
    hub_states, passed = constants.routes.hub_states, through.sum(axis=1)
    trade = np.maximum(governments.trade[hub_states], passed)
    np.add.at(recent, hub_states, listed * np.divide(passed, trade, out=np.zeros_like(passed), where=trade > 0.0))


def _ship_as_components(model: Model) -> None:
    """Law as it falls on what is shipped: a controlled good may go as components, and a state has a law of its own."""
    constants, evasion, governments = model.constants, model.state.evasion, model.state.governments
    types, law = constants.components, model.regime.lanes_at_target(ExportLaw)
    deterrence, shares = model.state.outlook.legal_deterrence, evasion.shipped_as_components
    model.loops.switch_to_components(types, law, deterrence, model.parameters, shares)
    law_as_shipped(types, law, shares, evasion.banned_as_shipped, evasion.licence_as_shipped)
    add_enacted_law(constants.routes, governments.enacted_law, governments.controlled, evasion.banned_as_shipped)
