"""How each metric of :data:`sim.scenario.metrics.METRICS` is worked out from the arrays of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.metrics.aggregates import Period, Where

# Less direct trade lost than this share of the paired run's counts as none: a ratio to it would be rounding.
_LEAST_LOST = 1e-9

_Compute = Callable[[Period, Period, Where], float]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else nan


def _deliveries_volume(run: Period, usual: Period, where: Where) -> float:
    if where.destinations is not None and not where.banned:
        return run.value(where)[0]
    return run.total(run.reaching_banned if where.banned else run.reaching, where)


def _deliveries_value(run: Period, usual: Period, where: Where) -> float:
    return run.total(run.paid, where) if where.destinations is None else run.value(where)[1]


def _unrecorded_value(run: Period, usual: Period, where: Where) -> float:
    _, value, recorded = run.value(where)
    return value - recorded


def _shortfall(run: Period, usual: Period, where: Where) -> float:
    before = usual.total(usual.reaching, where)
    return _ratio(before - run.total(run.reaching, where), before)


def _change(run: Period, usual: Period, where: Where) -> Floats:
    return np.subtract(run.parts(where.goods), usual.parts(where.goods))


def _lost_direct(run: Period, usual: Period, where: Where) -> float:
    return -float(_change(run, usual, where)[0])


def _part(position: int) -> _Compute:
    def part(run: Period, usual: Period, where: Where) -> float:
        return float(_change(run, usual, where)[position])

    return part


def _net_loss(run: Period, usual: Period, where: Where) -> float:
    return -float(_change(run, usual, where).sum())


def _diversion_ratio(run: Period, usual: Period, where: Where) -> float:
    change = _change(run, usual, where)
    lost = -float(change[0])
    return float(change[1]) / lost if lost > _LEAST_LOST * usual.parts(where.goods)[0] else nan


def _hub_share(run: Period, usual: Period, where: Where) -> float:
    base, goods = run.run.base, where.goods[run.run.base.good]
    arriving = run.reaching[goods & where.brands[base.headquarters] & where.origins[base.origin]]
    return _ratio(float(arriving[:, 1:][:, where.hubs].sum()), float(arriving.sum()))


def _of_fate(name: str) -> _Compute:
    def fate(run: Period, usual: Period, where: Where) -> float:
        return run.total(run.fate(name), where)

    return fate


def _queued(run: Period, usual: Period, where: Where) -> float:
    return run.total(run.waiting, where)


def _delay(run: Period, usual: Period, where: Where) -> float:
    return _ratio(run.total(run.waiting, where), run.total(run.fate("ordered"), where))


def _premium(run: Period, usual: Period, where: Where, places: Mask) -> float:
    """Price at the places over the paired run's, goods weighted as they were sold there in the base year."""
    weights = run.usual * places[:, None, None] * where.brands[:, None] * where.goods
    return _ratio(float((weights * run.price).sum()), float((weights * usual.price).sum())) - 1.0


def _target(run: Period) -> Mask:
    places = np.zeros(len(run.world.states), dtype=bool)
    places[run.world.target] = True
    return places


def _buyers(run: Period, where: Where) -> Mask:
    return np.array([role == "buyer" for role in run.world.role]) if where.states is None else where.states


def _price_index(run: Period, usual: Period, where: Where) -> float:
    weights = run.usual[run.world.target] * where.brands[:, None] * where.goods
    return _ratio(float((weights * run.price[run.world.target]).sum()), float(weights.sum()))


def _target_premium(run: Period, usual: Period, where: Where) -> float:
    return _premium(run, usual, where, _target(run))


def _other_buyers_premium(run: Period, usual: Period, where: Where) -> float:
    return _premium(run, usual, where, _buyers(run, where))


def _other_buyers_shortfall(run: Period, usual: Period, where: Where) -> float:
    chosen = np.ix_(_buyers(run, where), where.brands, where.goods)
    before = float(usual.arriving[chosen].sum())
    return _ratio(before - float(run.arriving[chosen].sum()), before)


def _sales_lost(role: str) -> _Compute:
    def lost(run: Period, usual: Period, where: Where) -> float:
        sellers = np.array([r == role for r in run.world.role]) & where.origins
        chosen = np.ix_(sellers, where.goods)
        return float((usual.monthly("exported")[chosen] - run.monthly("exported")[chosen]).sum())

    return lost


def _unrecorded_share(run: Period, usual: Period, where: Where) -> float:
    chosen = np.ix_(where.origins, where.goods)
    hidden = float(run.monthly("hidden")[chosen].sum())
    recorded = run.monthly("exports")[:, run.world.target] - run.monthly("borrowed")
    return _ratio(hidden, hidden + float(recorded[chosen].sum()))


def _mirror_gap(run: Period, usual: Period, where: Where) -> float:
    states = np.ones(len(run.world.states), dtype=bool) if where.states is None else where.states
    target, hubs = run.world.target, list(run.world.hubs)
    recorded = run.monthly("exports")[:, target].copy()
    recorded[hubs] += run.monthly("reexports")
    chosen = np.ix_(states, where.goods)
    sent = float(recorded[chosen].sum())
    return _ratio(float(run.monthly("imports")[:, target][chosen].sum()) - sent, sent)


def _mean_of(name: str, role: str) -> _Compute:
    def mean(run: Period, usual: Period, where: Where) -> float:
        of_role = np.array([r == role for r in run.world.role])
        states = of_role if where.states is None else where.states
        return float(run.monthly(name)[states].mean()) if states.any() else nan

    return mean


def _onward(run: Period, usual: Period, where: Where) -> float:
    passed = run.monthly("onward")[where.hubs][:, where.goods]  # by the hub that it entered, good, the hub that it left
    others = ~np.eye(len(where.hubs), dtype=bool)[where.hubs]
    return float((passed * others[:, None, :]).sum())


def _mean_price_index(run: Period, usual: Period, where: Where) -> float:
    there = _target(run) if where.destinations is None else where.destinations
    return float(run.price[np.ix_(there, where.brands, where.goods)].mean())


def _recorded(name: str) -> _Compute:
    def recorded(run: Period, usual: Period, where: Where) -> float:
        there = _target(run) if where.destinations is None else where.destinations
        return float(run.monthly(name)[np.ix_(where.origins, there, where.goods)].sum())

    return recorded


def _exporters_listed(run: Period, usual: Period, where: Where) -> float:
    states = slice(None) if where.states is None else where.states
    return float(run.last("firms_listed")[states].sum())


def _exporters_on_list(run: Period, usual: Period, where: Where) -> float:
    states = slice(None) if where.states is None else where.states
    return float(run.monthly("firms_listed")[states].mean())


_UTILISATION, _LOG_MARKUP, _OPEN, _LISTED, _RETURNS = 0, 1, 3, 4, 5  # rows of History.hubs


def _of_hubs(row: int) -> _Compute:
    def mean(run: Period, usual: Period, where: Where) -> float:
        return float(run.monthly("hubs")[row, where.hubs].mean()) if where.hubs.any() else nan

    return mean


def _hub_markup(run: Period, usual: Period, where: Where) -> float:
    log_markup = run.run.record.hubs[run.span, _LOG_MARKUP][:, where.hubs]
    return float(np.exp(log_markup).mean()) if where.hubs.any() else nan


def _intermediaries_listed(run: Period, usual: Period, where: Where) -> float:
    return float(run.last("hubs")[_LISTED, where.hubs].sum())


def _intermediary_reentries(run: Period, usual: Period, where: Where) -> float:
    returns = run.run.record.hubs[:, _RETURNS][:, where.hubs].sum(axis=1)
    before = returns[run.first - 1] if run.first else 0.0
    return float(returns[run.end - 1] - before)


COMPUTE: Mapping[str, _Compute] = {
    "deliveries_volume": _deliveries_volume,
    "deliveries_value": _deliveries_value,
    "unrecorded_value": _unrecorded_value,
    "shortfall": _shortfall,
    "lost_direct": _lost_direct,
    "rerouted": _part(1),
    "foreign_subsidiary_supply": _part(2),
    "third_country_supply": _part(3),
    "net_loss": _net_loss,
    "diversion_ratio": _diversion_ratio,
    "hub_share": _hub_share,
    "onward_volume": _onward,
    "ordered": _of_fate("ordered"),
    "delay": _delay,
    "licences_held": _of_fate("held"),
    "licences_queued": _queued,
    "licences_denied": _of_fate("denied"),
    "refused": _of_fate("refused"),
    "seized": _of_fate("seized"),
    "stopped": _of_fate("stopped"),
    "unsold": _of_fate("unsold"),
    "price_index": _price_index,
    "mean_price_index": _mean_price_index,
    "price_premium": _target_premium,
    "other_buyers_price_premium": _other_buyers_premium,
    "other_buyers_shortfall": _other_buyers_shortfall,
    "coalition_sales_lost": _sales_lost("coalition"),
    "third_sales_lost": _sales_lost("third"),
    "recorded_exports": _recorded("exports"),
    "recorded_imports": _recorded("imports"),
    "unrecorded_share": _unrecorded_share,
    "mirror_gap": _mirror_gap,
    "exporters_listed": _exporters_listed,
    "exporters_on_list": _exporters_on_list,
    "intermediaries_active": _of_hubs(_OPEN),
    "intermediaries_listed": _intermediaries_listed,
    "intermediaries_on_list": _of_hubs(_LISTED),
    "intermediary_reentries": _intermediary_reentries,
    "capacity_utilisation": _of_hubs(_UTILISATION),
    "hub_markup": _hub_markup,
    "announced_policy": _mean_of("word", "third"),
    "enacted_law": _mean_of("law", "third"),
    "enforcement_effort": _mean_of("effort", "third"),
    "payment_intermediaries": _mean_of("agents", "third"),
    "pressure": _mean_of("pressure", "third"),
    "threat": _mean_of("threat", "third"),
    "triggered_threat": _mean_of("provoked", "third"),
    "resolve": _mean_of("resolve", "coalition"),
}
