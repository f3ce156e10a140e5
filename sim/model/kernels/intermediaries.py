"""Intermediaries as columns: the trading houses of every hub, and how they open, close, are listed and come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.common.months import MONTHS_PER_YEAR
from sim.model.population import normal_quantile
from sim.rules.entry_exit import closing_odds, opening_odds
from sim.rules.pricing import hub_markup

DORMANT, OPEN, LISTED = 0, 1, 2
STATUS = ("dormant", "open", "listed")
_CAPACITY_SPREAD = (
    1.0  # log sd of trading houses' capacity: from one-room shells to houses of hundreds of millions (D7)
)
_HIDING_SPREAD = 0.5  # log sd of how well they hide: an assumption


@dataclass(eq=False)
class TradingHouses:
    """Columns over trading houses, sorted by hub.

    Attributes:
        hub: position among the world's hubs, (house,).
        capacity: musd per month when open, (house,).
        hiding: odds of being listed against the hub's mean, mean 1, (house,).
        mass: share of the house that is dormant, open, listed, (house, 3); one-hot in sampled mode.
        generation: how often the house came back under a new name, expected number in expected mode, (house,).
        since: month in which it last opened, counted from the run's first, (house,); sampled mode.
        listed_now: share of each hub's open houses listed this month, (hub,).
        lost_ties: share of each hub's open capacity that closed or was listed this month, (hub,).
        gone: whether each house closed or was listed this month, after one entry for no house, (1 + house,); sampled
            mode.
        represents: firms that one row of each hub stands for, (hub,).
    """

    hub: NDArray[np.int64]
    capacity: NDArray[np.float64]
    hiding: NDArray[np.float64]
    mass: NDArray[np.float64]
    generation: NDArray[np.float64]
    since: NDArray[np.int64]
    listed_now: NDArray[np.float64]
    lost_ties: NDArray[np.float64]
    gone: NDArray[np.bool_]
    represents: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hub)

    def reach(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """First house of each hub, (hub + 1,), and open capacity cumulated over the houses of each hub, (house,)."""
        first = np.searchsorted(self.hub, np.arange(len(self.listed_now) + 1)).astype(np.int64)
        reach = np.empty(len(self.hub))
        cumulate_capacity(first, self.capacity, self.mass, reach)
        return first, reach

    def open_capacity(self) -> NDArray[np.float64]:
        """Capacity of the houses that are open, musd per month, (hub,)."""
        capacity = np.empty(len(self.listed_now))
        sum_open_capacity(self.hub, self.capacity, self.mass, capacity)
        return capacity


@dataclass(frozen=True)
class HouseMarket:
    """What sizes the trading houses of a world: goods consigned in the base year and the parameters that matter."""

    consigned: NDArray[np.float64]
    fullness: float
    headroom: float
    house_size: float


def open_houses(market: HouseMarket, houses: int, seed: int, *, expected: bool) -> TradingHouses:
    """Sets up the trading houses so that each hub is as full as in the base year.

    Args:
        market: base-year consignments by hub (musd per month) and sizing.
        houses: rows wanted, shared evenly among hubs, at least one per hub.
        seed: of the run.
        expected: shares of houses instead of houses.

    Raises:
        ValueError: fewer rows than hubs.
    """
    n_hubs = len(market.consigned)
    if houses < n_hubs:
        raise ValueError(
            f"agents.intermediaries: {houses} intermediaries cannot serve {n_hubs} hubs; one each is needed"
        )
    per_hub = houses // max(1, n_hubs)
    hub = np.repeat(np.arange(n_hubs), per_hub)
    mass = np.zeros((len(hub), 3))
    if expected:
        capacity = np.ones(len(hub))
        hiding = np.ones(len(hub))
        mass[:, OPEN] = 1.0 / market.headroom
    else:
        capacity = _lognormal(
            random_streams.stream(seed, random_streams.TRADER_CAPACITY, 0), len(hub), _CAPACITY_SPREAD
        )
        hiding = _lognormal(random_streams.stream(seed, random_streams.TRADER_HIDING, 0), len(hub), _HIDING_SPREAD)
        open_rows = max(1, round(per_hub / market.headroom))
        mass[np.tile(np.arange(per_hub) < open_rows, n_hubs), OPEN] = 1.0
    mass[:, DORMANT] = 1.0 - mass[:, OPEN]
    is_open, needed = mass[:, OPEN] > 0.0, market.consigned / market.fullness
    capacity *= _scale(hub, capacity * mass[:, OPEN], needed)
    # Houses that are shut are scaled apart: what could open is then the same multiple of what is open, however the few
    # that are open happen to be drawn.
    shut = np.where(is_open, 0.0, capacity)
    if shut.any():
        capacity = np.where(is_open, capacity, shut * _scale(hub, shut, (market.headroom - 1.0) * needed))
    firms_open = MONTHS_PER_YEAR * market.consigned / market.house_size
    represents = firms_open / np.bincount(hub, weights=mass[:, OPEN], minlength=n_hubs)
    generation, since, gone = np.zeros(len(hub)), np.zeros(len(hub), dtype=np.int64), np.zeros(1 + len(hub), dtype=bool)
    return TradingHouses(
        hub, capacity, hiding, mass, generation, since, np.zeros(n_hubs), np.zeros(n_hubs), gone,
        represents=represents,
    )  # fmt: skip


def _scale(hub: NDArray[np.int64], drawn: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """By what each house's capacity is multiplied so that what was drawn adds up to what each hub wants, (house,)."""
    found = np.bincount(hub, weights=drawn, minlength=len(wanted))
    return np.divide(wanted, found, out=np.ones(len(wanted)), where=found > 0.0)[hub]


@compiled
def _lognormal(key, n, spread):  # type: ignore[no-untyped-def]
    out = np.empty(n)
    for i in range(n):
        out[i] = np.exp(spread * normal_quantile(random_streams.uniform(key, i)) - 0.5 * spread * spread)
    return out


@compiled
def mark_up(fullness, numbers, log_markup):  # type: ignore[no-untyped-def]
    """Log of what each hub's trading houses add to the cost, against the base year; ``log_markup`` (hub,) filled."""
    values = numbers[0]
    for h in range(len(fullness)):
        now = hub_markup(values.markup, fullness[h], values.hub_fullness, values.markup_slope)
        log_markup[h] = np.log((1.0 + now) / (1.0 + values.markup))


@compiled
def trade_month(key, month, expected, columns, hubs, numbers):  # type: ignore[no-untyped-def]
    """One month of opening, closing, listing and return.

    Args:
        key: noise stream of the month.
        month: months since the run began.
        expected: whether masses move by their odds instead of by draws.
        columns: hub, capacity, hiding, mass, generation, since by house (updated); gone (1 + house,) filled.
        hubs: fullness (hub,), usual fullness, firms to be listed (hub,), firms per row (hub,); listed_now and lost_ties
            (hub,) filled.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
    """
    values = numbers[0]
    hub, capacity, hiding, mass, generation, since, gone = columns
    fullness, usual, to_list, represents, listed_now, lost_ties = hubs
    n_hubs = len(fullness)
    attention = np.zeros(n_hubs)
    opened = np.zeros(n_hubs)
    tied = np.zeros(n_hubs)
    for i in range(len(hub)):
        attention[hub[i]] += hiding[i] * mass[i, OPEN] * represents[hub[i]]
        opened[hub[i]] += mass[i, OPEN]
        tied[hub[i]] += capacity[i] * mass[i, OPEN]
    listed_now[:] = 0.0
    lost_ties[:] = 0.0
    back = 1.0 - np.exp(-1.0 / values.return_delay)
    for i in range(len(hub)):
        h = hub[i]
        relative = fullness[h] / usual
        opening = opening_odds(max(0.0, relative - 1.0), values.entry)
        closing = closing_odds(max(0.0, 1.0 - relative), values.leaving)
        listing = min(1.0, to_list[h] * hiding[i] / attention[h]) if attention[h] > 0.0 else 0.0
        closing *= 1.0 - listing
        if expected:
            enter, close, caught = mass[i, DORMANT] * opening, mass[i, OPEN] * closing, mass[i, OPEN] * listing
            return_ = mass[i, LISTED] * back
        else:
            draw = random_streams.uniform(key, i)
            enter = mass[i, DORMANT] if draw < opening else 0.0
            caught = mass[i, OPEN] if draw < listing else 0.0
            close = mass[i, OPEN] if listing <= draw < listing + closing else 0.0
            return_ = mass[i, LISTED] if draw < back else 0.0
            if enter + return_ > 0.0:
                since[i] = month
        mass[i, DORMANT] += close - enter
        mass[i, OPEN] += enter + return_ - close - caught
        mass[i, LISTED] += caught - return_
        generation[i] += return_
        listed_now[h] += caught
        lost_ties[h] += capacity[i] * (close + caught)
        gone[i + 1] = not expected and close + caught > 0.0
    for h in range(n_hubs):
        lost_ties[h] = lost_ties[h] / tied[h] if tied[h] > 0.0 else 0.0
        listed_now[h] = listed_now[h] / opened[h] if opened[h] > 0.0 else 0.0


@compiled
def count_houses(hub, mass, generation, represents, counts):  # type: ignore[no-untyped-def]
    """Firms open, firms listed and returns so far by hub; ``counts`` (3, hub) filled."""
    counts[:] = 0.0
    for i in range(len(hub)):
        counts[0, hub[i]] += mass[i, OPEN] * represents[hub[i]]
        counts[1, hub[i]] += mass[i, LISTED] * represents[hub[i]]
        counts[2, hub[i]] += generation[i] * represents[hub[i]]


@compiled
def cumulate_capacity(first, capacity, mass, reach):  # type: ignore[no-untyped-def]
    """Open capacity cumulated over the houses of each hub; ``reach`` (house,) filled."""
    for h in range(len(first) - 1):
        total = 0.0
        for i in range(first[h], first[h + 1]):
            total += capacity[i] * mass[i, OPEN]
            reach[i] = total


@compiled
def sum_open_capacity(hub, capacity, mass, out):  # type: ignore[no-untyped-def]
    """Capacity of the houses that are open by hub, musd per month; ``out`` (hub,) filled."""
    out[:] = 0.0
    for i in range(len(hub)):
        out[hub[i]] += capacity[i] * mass[i, OPEN]
