"""What law, and pressure that is no law, can do: every field of a regime, with its neutral value and its combiner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.common.arrays import Floats


def _union(a: Floats, b: float) -> Floats:
    """Share hit by either of two independent measures."""
    return a + b - a * b


def _add(a: Floats, b: float) -> Floats:
    return a + b


def _larger(a: Floats, b: float) -> Floats:
    return np.maximum(a, b)


def _times(a: Floats, b: float) -> Floats:
    return a * b


def _smaller(a: Floats, b: float) -> Floats:
    return np.minimum(a, b)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a clause can do: its neutral value, how clauses combine, and what it means."""

    neutral: float
    combine: Callable[[Floats, float], Floats]
    meaning: str


# By lane.
LANE_FIELDS = {
    "banned_share": Field(0.0, _union, "share of the good's lines whose sale is forbidden"),
    "domestic_hazard": Field(0.0, _larger, "hazard under the origin's own law, before enforcement effort"),
    "foreign_hazard": Field(0.0, _larger, "hazard under another state's law that reaches the firm's headquarters"),
    "declared_hazard": Field(0.0, _larger, "hazard under the origin's law of selling to the hub itself, before effort"),
    "licence_share": Field(0.0, _union, "share of lines that need a licence"),
    "licence_odds_civil": Field(1.0, _times, "odds of a licence for civil use"),
    "licence_odds_military": Field(1.0, _times, "odds of a licence for military use"),
    "licence_delay_months": Field(0.0, _larger, "mean time to process an application"),
    "pledge_hazard": Field(0.0, _larger, "hazard of breaking a pledge not to re-export, felt in full through hubs"),
    "shield": Field(0.0, _union, "share of other states' law and threats that the firm's own state keeps off it"),
    "secondary_threat": Field(0.0, _add, "announced hazard of being listed or cut off, log points at exposure 1"),
    "secondary_announced": Field(0.0, _add, "the same, announced but not yet in force"),
    "reputation": Field(0.0, _add, "reputational cost, log points at mean sensitivity"),
    "payment_refusal": Field(0.0, _union, "share of payments that banks refuse"),
    "payment_fee": Field(0.0, _add, "cost of payment, log points"),
    "coming": Field(0.0, _union, "share of lines that law announced but not yet in force will bind"),
    "closure": Field(0.0, _union, "share of the lane that is physically or legally closed"),
    "tariff": Field(0.0, _add, "duty on the lane, log points"),
    "promotion": Field(0.0, _add, "cost of the lane that promotion takes off, log points"),
}
# By state.
STATE_FIELDS = {
    "pressure": Field(0.0, _add, "diplomatic pressure on the state's government"),
    "threat": Field(0.0, _add, "threat announced to the state's firms and banks"),
    "leverage": Field(0.0, _add, "pressure on the government through another market, in envoys' visits"),
    "courting": Field(0.0, _add, "favours of the target to the state's government, in envoys' visits"),
    "commitment": Field(0.0, _union, "alignment with the target that long-term supply adds, 0..1"),
    "retaliation": Field(0.0, _add, "loss that counter-measures do to a coalition member, share of its exports"),
    "revenue_loss": Field(0.0, _union, "share of the state's export revenue that it loses"),
    "inspection": Field(0.0, _union, "shipments inspected beyond the usual share"),
    "traders_listed": Field(0.0, _add, "intermediaries of the hub to be listed this month"),
    "exporter_budget": Field(0.0, _add, "exporters that a coalition member can list each month where it sees fit"),
    "trader_budget": Field(0.0, _add, "intermediaries that a coalition member can list each month where it sees fit"),
    "in_reach": Field(0.0, _larger, "whether designation budgets reach firms of the state"),
    "hub_room": Field(0.0, _add, "capacity added to the hub's intermediaries, share of that of the base year"),
}
# By state and good.
CELL_FIELDS = {
    "transit_ban": Field(0.0, _union, "share of the good that the hub's law forbids to pass on"),
    "tracking": Field(0.0, _union, "share of the good's passage that the hub's tracking shows"),
    "red_line": Field(np.inf, _smaller, "military trade with the target, in multiples of the base year, that provokes"),
    "red_line_threat": Field(0.0, _larger, "threat to the state's firms once it has provoked, log points"),
    # Firms by clause: a clause's number is shared out among all its cells of a state, so clauses are read one by one.
    "exporters_listed": Field(0.0, _add, "exporters listed this month, those in military goods first"),
    "largest_listed": Field(0.0, _add, "exporters listed this month, the largest first"),
}
FIELDS = LANE_FIELDS | STATE_FIELDS | CELL_FIELDS
