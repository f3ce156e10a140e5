"""The metrics that a study can ask for, each with its unit and meaning."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.metrics.aggregates import Metric, Period, Where

_FLOW = ("good", "tier", "road", "brand", "origin", "banned")
_GOODS = ("good", "tier")
_MUSD = "musd a month at base-year prices"
_VALUE = "musd a month"
_SHARE = "share"
# Less direct trade lost than this share of the paired run's counts as none: a ratio to it would be rounding.
_LEAST_LOST = 1e-9

_Compute = Callable[[Period, Period, Where], float]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else nan


def _reaching(run: Period, usual: Period, where: Where) -> float:
    return run.total(run.reaching_banned if where.banned else run.reaching, where)


def _paid(run: Period, usual: Period, where: Where) -> float:
    return run.total(run.paid, where)


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


def _gone(run: Period, usual: Period, where: Where) -> float:
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


def _dearer(run: Period, usual: Period, where: Where, places: Mask) -> float:
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


def _price_premium(run: Period, usual: Period, where: Where) -> float:
    return _dearer(run, usual, where, _target(run))


def _buyer_premium(run: Period, usual: Period, where: Where) -> float:
    return _dearer(run, usual, where, _buyers(run, where))


def _buyer_shortfall(run: Period, usual: Period, where: Where) -> float:
    chosen = np.ix_(_buyers(run, where), where.brands, where.goods)
    before = float(usual.arriving[chosen].sum())
    return _ratio(before - float(run.arriving[chosen].sum()), before)


def _sales_lost(role: str) -> _Compute:
    def lost(run: Period, usual: Period, where: Where) -> float:
        sellers = np.array([r == role for r in run.world.role]) & where.origins
        chosen = np.ix_(sellers, where.goods)
        return float((usual.monthly("exported")[chosen] - run.monthly("exported")[chosen]).sum())

    return lost


def _hidden_share(run: Period, usual: Period, where: Where) -> float:
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


def _exporters_listed(run: Period, usual: Period, where: Where) -> float:
    states = slice(None) if where.states is None else where.states
    return float(run.last("firms_listed")[states].sum())


_LISTED, _RETURNS = 4, 5  # rows of Record.hubs


def _houses_listed(run: Period, usual: Period, where: Where) -> float:
    return float(run.last("hubs")[_LISTED, where.hubs].sum())


def _shells_born(run: Period, usual: Period, where: Where) -> float:
    returns = run.run.record.hubs[:, _RETURNS][:, where.hubs].sum(axis=1)
    before = returns[run.first - 1] if run.first else 0.0
    return float(returns[run.end - 1] - before)


_ALL = (
    Metric("reaching", _MUSD, "delivered to the target, by all routes, abroad to it only", _FLOW, _reaching),
    Metric("paid", _VALUE, "the same at the month's prices, FOB", _FLOW[:-1], _paid),
    Metric(
        "shortfall", _SHARE, "missing share of the paired run's deliveries to the target; NaN where it has none",
        _FLOW[:-1], _shortfall, paired=True,
    ),
    Metric(
        "lost_direct", _MUSD, "fall of coalition-brand goods sold straight from coalition states to the target",
        _GOODS, _lost_direct, paired=True,
    ),
    Metric("rerouted", _MUSD, "of it made up by the same through hubs", _GOODS, _part(1), paired=True),
    Metric("made_elsewhere", _MUSD, "made up by coalition brands made elsewhere", _GOODS, _part(2), paired=True),
    Metric("other_brands", _MUSD, "made up by neutral brands", _GOODS, _part(3), paired=True),
    Metric("gone", _MUSD, "the rest of what was lost, which reaches the target no more", _GOODS, _gone, paired=True),
    Metric(
        "diversion_ratio", _SHARE, "rerouted share of the lost direct trade; NaN where no direct trade was lost",
        _GOODS, _diversion_ratio, paired=True,
    ),
    Metric(
        "hub_share", _SHARE, "share of what reaches the target that entered these hubs first; NaN where nothing does",
        ("hub", "good", "tier", "brand", "origin"), _hub_share,
    ),
    Metric(
        "delay", "months", "wait for a licence, mean over all orders for the target (Little's law); NaN without orders",
        _FLOW[:-1], _delay,
    ),
    Metric("licences_queued", "musd at base-year prices", "orders that wait for a licence", _FLOW[:-1], _queued),
    Metric("licences_denied", _MUSD, "orders whose licence was denied", _FLOW[:-1], _of_fate("denied")),
    Metric("refused", _MUSD, "orders that banks or closed routes refused", _FLOW[:-1], _of_fate("refused")),
    Metric("seized", _MUSD, "seized at the origin's border", _FLOW[:-1], _of_fate("seized")),
    Metric("stopped", _MUSD, "stopped by the hubs' officers", _FLOW[:-1], _of_fate("stopped")),
    Metric("unsold", _MUSD, "left in the hubs for want of room", _FLOW[:-1], _of_fate("unsold")),
    Metric(
        "price_index", "base year = 1", "price at the target, goods weighted by the base year's sales; NaN without any",
        (*_GOODS, "brand"), _price_index,
    ),
    Metric(
        "price_premium", _SHARE, "price at the target over that of the paired run, less 1; weights as for price_index",
        (*_GOODS, "brand"), _price_premium, paired=True,
    ),
    Metric(
        "buyer_premium", _SHARE, "the same for the other buyers; NaN where there are none",
        ("buyer", *_GOODS, "brand"), _buyer_premium, paired=True,
    ),
    Metric(
        "buyer_shortfall", _SHARE, "missing share of the paired run's deliveries to the other buyers; NaN where none",
        ("buyer", *_GOODS, "brand"), _buyer_shortfall, paired=True,
    ),
    Metric(
        "coalition_sales_lost", _VALUE, "exports of coalition states to all the world, paired run less this one, FOB",
        (*_GOODS, "origin"), _sales_lost("coalition"), paired=True,
    ),
    Metric(
        "third_sales_lost", _VALUE, "the same for third states; negative where they gain",
        (*_GOODS, "origin"), _sales_lost("third"), paired=True,
    ),
    Metric(
        "hidden_share", _SHARE, "exports to the target that the origin's office has under other names; NaN without any",
        (*_GOODS, "origin"), _hidden_share,
    ),
    Metric(
        "mirror_gap", _SHARE, "the target's import records beyond the exporters' records; NaN where they have none",
        ("state", *_GOODS), _mirror_gap,
    ),
    Metric(
        "exporters_listed", "firms", "exporters listed up to the last month, all states by default",
        ("state",), _exporters_listed,
    ),
    Metric("houses_listed", "firms", "intermediaries on a list in the last month", ("hub",), _houses_listed),
    Metric("shells_born", "firms", "listed houses that came back under a new name", ("hub",), _shells_born),
    Metric(
        "effort", "0 to 1", "enforcement, mean of third states by default; NaN if none",
        ("state",), _mean_of("effort", "third"),
    ),
    Metric(
        "law", "0 to 1", "own law, mean of third states by default; NaN if none",
        ("state",), _mean_of("law", "third"),
    ),
    Metric(
        "payment_agents", _SHARE, "refused payments that agents carry, mean of third states by default; NaN if none",
        ("state",), _mean_of("agents", "third"),
    ),
    Metric(
        "resolve", "0 to 1", "part of threats that is carried out, mean of the coalition by default; NaN if none",
        ("state",), _mean_of("resolve", "coalition"),
    ),
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
