"""The compiled loops of a run, with the rules that its scenario replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.common.rule_replacement import with_rules
from sim.model.kernels import (
    component_trade,
    customs_records,
    designations,
    governments,
    hub_network,
    intermediaries,
    markets,
    road_prospects,
    route_choice,
    settlement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Loops:
    """One attribute per loop; see the module each comes from."""

    def __init__(self, rules: Mapping[str, Callable[..., float]]) -> None:
        self.look_ahead = with_rules(road_prospects.look_ahead, rules)
        self.learn = with_rules(road_prospects.learn, rules)
        self.block_pulls = with_rules(route_choice.block_pulls, rules)
        self.choose = with_rules(route_choice.choose, rules)
        self.choose_parallel = with_rules(route_choice.choose_parallel, rules)
        self.spread_out = with_rules(route_choice.spread_out, rules)
        self.spread_out_parallel = with_rules(route_choice.spread_out_parallel, rules)
        self.clear_borders = with_rules(settlement.clear_borders, rules)
        self.mark_up = with_rules(intermediaries.mark_up, rules)
        self.trade_month = with_rules(intermediaries.trade_month, rules)
        self.settle = settlement.settle
        self.move_prices = with_rules(markets.move_prices, rules)
        self.record = customs_records.record
        self.take_offence = with_rules(governments.take_offence, rules)
        self.weigh_losses = with_rules(governments.weigh_losses, rules)
        self.set_efforts = with_rules(governments.set_efforts, rules)
        self.weigh_hubs = hub_network.weigh_hubs
        self.choose_legs = with_rules(hub_network.choose_legs, rules)
        self.grow_agents = with_rules(hub_network.grow_agents, rules)
        self.switch_to_parts = with_rules(component_trade.switch_to_parts, rules)
        self.add_odds = with_rules(designations.add_odds, rules)
