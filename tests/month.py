"""The phases of the month in their order, for tests that stop between two of them."""

from __future__ import annotations

from sim.model.phases import firms, states, trade

BEFORE_CHOICES = (
    states.read_law, states.assess_threats, states.set_enforcement, states.designate_exporters, trade.post_demand,
    trade.price_transit, firms.evaluate_routes, trade.pass_on,
)  # fmt: skip
AFTER_CHOICES = (
    trade.clear_borders, trade.trade_through_hubs, trade.settle, trade.clear_markets, trade.record_customs,
    firms.update_beliefs,
)  # fmt: skip
PHASES = (*BEFORE_CHOICES, firms.choose_routes, *AFTER_CHOICES)


def begin_month(model):
    """All phases up to the choices of exporters."""
    model.month += 1
    model.elapsed += 1
    for phase in BEFORE_CHOICES:
        phase(model)


def end_month(model):
    """All phases after the choices of exporters."""
    for phase in AFTER_CHOICES:
        phase(model)
