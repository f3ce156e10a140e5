"""The compiled loops of a run, with the rules that its scenario replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.common.rule_replacement import with_rules
from sim.model.kernels import (
    beliefs,
    block_weights,
    borders,
    component_trade,
    customs_records,
    designations,
    governments,
    hub_network,
    hub_prospects,
    intermediaries,
    markets,
    passing_on,
    route_choice,
    route_prospects,
    route_spread,
    settlement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Loops:
    """One attribute per loop that may call a rule; see the module each comes from."""

    def __init__(self, rules: Mapping[str, Callable[..., float]]) -> None:
        self.trigger_red_lines = with_rules(governments.trigger_red_lines, rules)
        self.weigh_losses = with_rules(governments.weigh_losses, rules)
        self.set_enforcement = with_rules(governments.set_enforcement, rules)
        self.add_odds = with_rules(designations.add_odds, rules)
        self.choose_exit_hubs = with_rules(hub_network.choose_exit_hubs, rules)
        self.price_transit = with_rules(hub_network.price_transit, rules)
        self.enter_payment_intermediaries = with_rules(hub_network.enter_payment_intermediaries, rules)
        self.switch_to_components = with_rules(component_trade.switch_to_components, rules)
        self.evaluate_hub_routes = with_rules(hub_prospects.evaluate_hub_routes, rules)
        self.evaluate_routes = with_rules(route_prospects.evaluate_routes, rules)
        self.block_weights = with_rules(block_weights.block_weights, rules)
        self.choose = with_rules(route_choice.choose, rules)
        self.choose_parallel = with_rules(route_choice.choose_parallel, rules)
        self.spread_out = with_rules(route_spread.spread_out, rules)
        self.spread_out_parallel = with_rules(route_spread.spread_out_parallel, rules)
        self.clear_borders = with_rules(borders.clear_borders, rules)
        self.send_elsewhere = with_rules(borders.send_elsewhere, rules)
        self.mark_up = with_rules(intermediaries.mark_up, rules)
        self.turn_over = with_rules(intermediaries.turn_over, rules)
        self.settle = with_rules(settlement.settle, rules)
        self.pass_on = with_rules(passing_on.pass_on, rules)
        self.clear_markets = with_rules(markets.clear_markets, rules)
        self.record_customs = with_rules(customs_records.record_customs, rules)
        self.update_beliefs = with_rules(beliefs.update_beliefs, rules)
