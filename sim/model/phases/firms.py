"""What exporters do in a month: they evaluate their routes, choose, and learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common import random_streams
from sim.model.kernels.component_trade import add_enacted_law, law_as_shipped
from sim.model.kernels.route_choice import Draws, RowGroups
from sim.model.kernels.route_prospects import BeliefSignals, RouteConditions
from sim.model.kernels.sums import move_rows, sum_drawn, sum_exits, sum_spread
from sim.model.kernels.ties import Ties
from sim.model.phases.states import coalition_effort, coalition_resolve
from sim.model.records import ExportLaw, RouteLaw

if TYPE_CHECKING:
    from sim.model.interface import Model


def evaluate_routes(model: Model) -> None:
    """4b. What every route promises this month, and how many contracts end; bad news ends more.

    Reads: regime, markets.log_price, governments.enforcement_effort, governments.enacted_law, governments.controlled,
    governments.state_protection, governments.payment_intermediaries, transit.entry_cost, transit.passed_share,
    shipments.contracted, intermediary_columns.
    Writes: prospects, outlook.contract_end_odds, outlook.legal_deterrence, outlook.last_disutility,
    outlook.background_activity, outlook.diverted_share, evasion.shipped_as_components, evasion.banned_as_shipped,
    evasion.licence_as_shipped, governments.peer_exit_share.
    """
    state, constants, governments, transit = model.state, model.constants, model.state.governments, model.state.transit
    _ship_as_components(model)
    contracted, exit_share = state.shipments.contracted, governments.peer_exit_share
    sum_exits(constants.routes, constants.coalition_direct, contracted, exit_share)
    # In sampled mode a contract ends when its own intermediary is gone, not by the hub's mean.
    lost_ties = model.intermediary_columns.lost_ties
    conditions = RouteConditions(
        banned_as_shipped=state.evasion.banned_as_shipped,
        licence_as_shipped=state.evasion.licence_as_shipped,
        log_price=state.markets.log_price,
        enforcement_effort=governments.enforcement_effort,
        coalition_effort=coalition_effort(model),
        border_checks=constants.states.border_checks,
        enacted_law=governments.enacted_law,
        controlled=governments.controlled,
        state_protection=governments.state_protection,
        payment_intermediaries=governments.payment_intermediaries,
        peer_exit_share=governments.peer_exit_share,
        entry_cost=transit.entry_cost,
        passed_share=transit.passed_share,
        lost_ties=lost_ties if model.expected else np.zeros_like(lost_ties),
        opening=constants.hubs.opening,
    )
    law = model.regime.lanes(RouteLaw)
    model.loops.evaluate_routes(
        constants.routes, constants.types, law, conditions, model.parameters, state.prospects, state.outlook
    )  # fmt: skip


def choose_routes(model: Model) -> None:
    """4c. Exporters whose contract ends choose a route, and on a route through a hub an intermediary.

    Reads: prospects, outlook.contract_end_odds, outlook.background_activity, intermediary_columns.
    Writes: exporter_columns, rows_on_route, shipments.contracted.
    """
    state, logit = model.state, model.constants.logit
    if model.expected:
        spread_out = model.loops.spread_out_parallel if model.threads_pay else model.loops.spread_out
        spread_out(state.prospects, state.outlook.contract_end_odds, logit, model.exporter_columns)
    else:
        choose_rows(model, model.rows, parallel=model.threads_pay)
    sum_rows(model)


def choose_rows(model: Model, rows: RowGroups, *, parallel: bool = False) -> None:
    """Lets some rows choose (sampled mode); see :func:`sim.model.kernels.route_choice.groups_of`."""
    state, logit, seed = model.state, model.constants.logit, model.plan.seed
    decisions = random_streams.CONTRACT_ENDS, random_streams.ROAD, random_streams.TIE
    contract_end, route, tie = (random_streams.stream(seed, decision, model.elapsed) for decision in decisions)
    draws = Draws(contract_end, route, tie, model.elapsed)
    moves = np.zeros((len(rows.chunks), len(model.base.routes)), dtype=np.int64)
    choose = model.loops.choose_parallel if parallel else model.loops.choose
    choose(
        rows, draws, state.prospects, state.outlook.contract_end_odds, logit, ties(model), model.exporter_columns, moves
    )  # fmt: skip
    move_rows(rows.chunks, moves, model.rows_on_route)


def ties(model: Model) -> Ties:
    """What exporters need to know of intermediaries."""
    intermediaries, values = model.intermediary_columns, model.values
    return Ties(
        exited=intermediaries.exited,
        some_exited=values.tie_break > 0.0 and bool(intermediaries.exited.any()),
        break_share=values.tie_break,
        turnover=values.tie_turnover,
        hub=model.base.hub,
        first=intermediaries.first,
        reach=intermediaries.reach(),
    )


def sum_rows(model: Model) -> None:
    """Contracted trade: that of the rows, and of the firms that consider no price-adjusting market."""
    background, activity = model.base.background, model.state.outlook.background_activity
    contracted = model.state.shipments.contracted
    if model.expected:
        sum_spread(model.exporter_columns, model.row_value, background, activity, contracted)
    else:
        sum_drawn(model.rows_on_route, model.row_value, background, activity, contracted)


def update_beliefs(model: Model) -> None:
    """10. Firms update the hazards they believe in, and how plainly they label what they sell.

    Reads: regime, governments.listed_share, governments.state_listed_share, governments.triggered_threat,
    governments.resolve, new_controls, intermediary_columns.
    Writes: outlook.believed_hazard, evasion.labels, governments.recent_listings.
    """
    state, constants, governments = model.state, model.constants, model.state.governments
    listed = model.intermediary_columns.listed_now
    signals = BeliefSignals(
        secondary_threat=model.regime.lane("secondary_threat"),
        secondary_announced=model.regime.lane("secondary_announced"),
        listed_share=governments.listed_share,
        state_listed_share=governments.state_listed_share,
        intermediaries_listed=listed,
        triggered_threat=governments.triggered_threat * coalition_resolve(model),
        new_controls=state.new_controls,
        exposure=constants.types.exposure,
        ambiguity=constants.goods.ambiguity,
        coalition_share=constants.goods.coalition_share,
    )
    believed, labels = state.outlook.believed_hazard, state.evasion.labels
    model.loops.update_beliefs(constants.routes, signals, model.parameters, believed, labels)
    # What a state has seen of listings of its own firms and intermediaries fades as firms forget.
    recent = governments.recent_listings
    recent *= 1.0 - model.values.forgetting
    recent += governments.state_listed_share
    np.add.at(recent, constants.routes.hub_states, listed)


def _ship_as_components(model: Model) -> None:
    """Law as it falls on what is shipped: a controlled good may go as components, and a state has a law of its own."""
    constants, evasion, governments = model.constants, model.state.evasion, model.state.governments
    types, law = constants.components, model.regime.lanes(ExportLaw)
    deterrence, shares = model.state.outlook.legal_deterrence, evasion.shipped_as_components
    model.loops.switch_to_components(types, law, deterrence, model.parameters, shares)
    law_as_shipped(types, law, shares, evasion.banned_as_shipped, evasion.licence_as_shipped)
    add_enacted_law(constants.routes, governments.enacted_law, governments.controlled, evasion.banned_as_shipped)
