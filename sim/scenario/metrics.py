"""The metrics of a run: one number each, with unit, meaning and the words that narrow it down.

How each is worked out from a run's arrays is told in :mod:`sim.metrics.registry`; a scenario needs to know only which
there are, since it says what to expect of some.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.common.renamed import Registry

# Kinds of words that stand in brackets, with what they are.
KINDS = {
    "good": "codes of the world's goods, or of groups of them",
    "tier": "`tier_` and a control tier of the goods, or `tier_none`",
    "route": "`direct`, `hubs`, or the code of a hub",
    "hub": "codes of hubs",
    "brand": "`coalition_brand`, `neutral_brand`: where the firm's headquarters are",
    "origin": "`from_` and a code or a group of states: `from_coalition`, `from_hubs`",
    "destination": "`to_` and a code or a group of states: `to_hubs`; the target by default",
    "state": "codes of states, or a group: `coalition`, `third`, `hubs`",
    "buyer": "codes of the other buyers",
    "banned": "`banned`: only goods that law bans",
}
_ORDERS = ("good", "tier", "route", "brand", "origin")
_FLOW = (*_ORDERS, "destination")
_GOODS = ("good", "tier")
_RECORDED = (*_GOODS, "origin", "destination")
_VOLUME = "musd a month at base-year prices"
_VALUE = "musd a month"
_SHARE = "share"
_LEVEL = "0 to 1"
_LOGS = "log points"


@dataclass(frozen=True)
class Metric:
    """One number of a run.

    Attributes:
        name: how everybody asks for it.
        unit: of the number.
        meaning: what it says, and when it is NaN.
        takes: kinds of words that may stand in brackets, of :data:`KINDS`.
        compute: how it is worked out from the run, the run it is paired with, and what the brackets say (see
            :mod:`sim.metrics.registry`, which has it for those that ship).
        paired: whether it needs the paired run.
    """

    name: str
    unit: str
    meaning: str
    takes: tuple[str, ...]
    compute: Callable[[Any, Any, Any], float] | None = None
    paired: bool = False


def _paired(name: str, unit: str, meaning: str, takes: tuple[str, ...]) -> Metric:
    return Metric(name, unit, meaning, takes, paired=True)


_DELIVERIES = (
    Metric("deliveries_volume", _VOLUME, "delivered to the target, by all routes, from abroad", (*_FLOW, "banned")),
    Metric("deliveries_value", _VALUE, "the same at the month's prices, FOB", _FLOW),
    Metric("unrecorded_value", _VALUE, "of it what the origin's office has under another good or partner", _FLOW),
    _paired(
        "shortfall", _SHARE, "missing share of the paired run's deliveries to the target; NaN where it has none",
        _ORDERS,
    ),
    _paired(
        "lost_direct", _VOLUME, "fall of coalition-brand goods sold straight from coalition states to the target",
        _GOODS,
    ),
    _paired("rerouted", _VOLUME, "of it made up by the same through hubs", _GOODS),
    _paired("foreign_subsidiary_supply", _VOLUME, "made up by coalition brands made elsewhere", _GOODS),
    _paired("third_country_supply", _VOLUME, "made up by neutral brands", _GOODS),
    _paired("net_loss", _VOLUME, "the rest of what was lost, which reaches the target no more", _GOODS),
    _paired(
        "diversion_ratio", _SHARE, "rerouted share of the lost direct trade; NaN where no direct trade was lost",
        _GOODS,
    ),
    Metric(
        "hub_share", _SHARE, "share of what reaches the target that entered these hubs first; NaN where nothing does",
        ("hub", "good", "tier", "brand", "origin"),
    ),
    Metric(
        "onward_volume", _VOLUME, "delivered through hubs that left by another hub than the one it entered",
        ("hub", *_GOODS),
    ),
)  # fmt: skip
_OUTCOMES_OF_ORDERS = (
    Metric("ordered", _VOLUME, "orders for the target", _ORDERS),
    Metric(
        "delay", "months", "wait for a licence, mean over all orders for the target (Little's law); NaN without orders",
        _ORDERS,
    ),
    Metric("licences_held", _VOLUME, "orders that begin to wait for a licence", _ORDERS),
    Metric("licences_queued", "musd at base-year prices", "orders that wait for a licence", _ORDERS),
    Metric("licences_denied", _VOLUME, "orders whose licence was denied", _ORDERS),
    Metric("refused", _VOLUME, "orders that banks or closed routes refused", _ORDERS),
    Metric("seized", _VOLUME, "seized at the origin's border", _ORDERS),
    Metric("stopped", _VOLUME, "stopped by the hubs' officers", _ORDERS),
    Metric("unsold", _VOLUME, "left in the hubs for want of room", _ORDERS),
)  # fmt: skip
_PRICES_AND_SALES = (
    Metric(
        "price_index", "base year = 1", "price at the target, goods weighted by the base year's sales; NaN without any",
        (*_GOODS, "brand"),
    ),
    Metric(
        "mean_price_index", "base year = 1", "price at the destination, plain mean over goods and brands",
        (*_GOODS, "brand", "destination"),
    ),
    _paired(
        "price_premium", _SHARE, "price at the target over that of the paired run, less 1; weights as for price_index",
        (*_GOODS, "brand"),
    ),
    _paired(
        "other_buyers_price_premium", _SHARE, "the same for the other buyers; NaN where there are none",
        ("buyer", *_GOODS, "brand"),
    ),
    _paired(
        "other_buyers_shortfall", _SHARE, "missing share of the paired run's deliveries to other buyers; NaN if none",
        ("buyer", *_GOODS, "brand"),
    ),
    _paired(
        "coalition_sales_lost", _VALUE, "exports of coalition states to all the world, paired run less this one, FOB",
        (*_GOODS, "origin"),
    ),
    _paired(
        "third_sales_lost", _VALUE, "the same for third states; negative where they gain", (*_GOODS, "origin"),
    ),
)  # fmt: skip
_RECORDS = (
    Metric("recorded_exports", _VALUE, "on record as exports at the origin's office, FOB", _RECORDED),
    Metric("recorded_imports", _VALUE, "on record as imports at the destination's office, CIF", _RECORDED),
    Metric(
        "unrecorded_share", _SHARE,
        "exports to the target that the origin's office has under other names; NaN without any", (*_GOODS, "origin"),
    ),
    Metric(
        "mirror_gap", _SHARE, "the target's import records beyond the exporters' records; NaN where they have none",
        ("state", *_GOODS),
    ),
)  # fmt: skip
_FIRMS = (
    Metric("exporters_listed", "firms", "exporters listed up to the last month, all states by default", ("state",)),
    Metric("exporters_on_list", "firms", "exporters listed so far, mean of states and months", ("state",)),
    Metric("intermediaries_active", "firms", "intermediaries open, mean of hubs; NaN without hubs", ("hub",)),
    Metric("intermediaries_listed", "firms", "intermediaries on a list in the last month", ("hub",)),
    Metric("intermediaries_on_list", "firms", "listed intermediaries, mean of hubs; NaN without hubs", ("hub",)),
    Metric("intermediary_reentries", "firms", "listed intermediaries that came back under a new name", ("hub",)),
    Metric("capacity_utilisation", _SHARE, "share of capacity in use, mean of hubs; NaN without hubs", ("hub",)),
    Metric("hub_markup", "base year = 1", "mark-up of intermediaries, mean of hubs; NaN without hubs", ("hub",)),
)  # fmt: skip
_STATES = (
    Metric("announced_policy", _LEVEL, "announced, mean of third states by default; NaN if none", ("state",)),
    Metric("enacted_law", _LEVEL, "own law, mean of third states by default; NaN if none", ("state",)),
    Metric("enforcement_effort", _LEVEL, "enforcement, mean of third states by default; NaN if none", ("state",)),
    Metric(
        "payment_intermediaries", _SHARE,
        "refused payments that payment intermediaries carry, mean of third states by default; NaN if none", ("state",),
    ),
    Metric("pressure", _LOGS, "diplomatic pressure, mean of third states by default; NaN if none", ("state",)),
    Metric("threat", _LOGS, "announced threats, mean of third states by default; NaN if none", ("state",)),
    Metric("triggered_threat", _LOGS, "threat for red lines crossed, mean of third states; NaN if none", ("state",)),
    Metric(
        "resolve", _LEVEL, "part of threats that is carried out, mean of the coalition by default; NaN if none",
        ("state",),
    ),
)  # fmt: skip
_ALL = (*_DELIVERIES, *_OUTCOMES_OF_ORDERS, *_PRICES_AND_SALES, *_RECORDS, *_FIRMS, *_STATES)
METRICS: dict[str, Metric] = Registry("metric", {metric.name: metric for metric in _ALL})
