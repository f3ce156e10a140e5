"""Intermediaries as columns: those of every hub, and how they open, close, are listed and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.common.months import MONTHS_PER_YEAR
from sim.model.population import normal_quantile
from sim.rules.entry_exit import closing_odds, opening_odds
from sim.rules.pricing import hub_markup

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.rules.parameters import LoopParameters

DORMANT, OPEN, LISTED = 0, 1, 2
STATUS = ("dormant", "open", "listed")
# Log sd of intermediaries' capacity: from one-room firms to hundreds of millions (D7).
_CAPACITY_SPREAD = 1.0
_DETECTION_SPREAD = 0.5  # log sd of how readily they are found: an assumption


class IntermediaryColumns(NamedTuple):
    """Columns over intermediaries, sorted by hub.

    Attributes:
        hub: position among the world's hubs, (intermediary,).
        first: first row of each hub, (hub + 1,).
        capacity: musd per month when open, (intermediary,).
        detection_odds: odds of being listed against the hub's mean, mean 1, (intermediary,).
        status_shares: share that is dormant, open, listed, (intermediary, 3); one-hot in sampled mode.
        reentries: how often it came back under a new name, expected number in expected mode, (intermediary,).
        since: month in which it last opened, counted from the run's first, (intermediary,); sampled mode.
        listed_now: share of each hub's open intermediaries listed this month, (hub,).
        lost_ties: share of each hub's open capacity that closed or was listed this month, (hub,).
        exited: whether each closed or was listed this month, after one entry for none, (1 + intermediary,); sampled
            mode.
        represents: firms that one row of each hub stands for, (hub,).
    """

    hub: Integers
    first: Integers
    capacity: Floats
    detection_odds: Floats
    status_shares: Floats
    reentries: Floats
    since: Integers
    listed_now: Floats
    lost_ties: Floats
    exited: Mask
    represents: Floats

    @property
    def rows(self) -> int:
        """How many rows of intermediaries there are."""
        return len(self.hub)

    def reach(self) -> Floats:
        """Open capacity cumulated over the rows of each hub, musd per month, (intermediary,)."""
        reach = np.empty(len(self.hub))
        cumulate_capacity(self.first, self.capacity, self.status_shares, reach)
        return reach

    def open_capacity(self) -> Floats:
        """Capacity of the intermediaries that are open, musd per month, (hub,)."""
        capacity = np.empty(len(self.listed_now))
        sum_open_capacity(self.hub, self.capacity, self.status_shares, capacity)
        return capacity


@dataclass(frozen=True)
class CapacityPlan:
    """What sizes the intermediaries of a world: goods consigned in the base year and the parameters that matter.

    Attributes:
        consigned: goods consigned to each hub in the base year, musd per month, (hub,).
        utilisation: of open capacity in the base year.
        headroom: capacity that could open over capacity that is open.
        firm_size: musd per year that an open intermediary passes on.
    """

    consigned: Floats
    utilisation: float
    headroom: float
    firm_size: float


def open_intermediaries(plan: CapacityPlan, rows: int, seed: int, *, expected: bool) -> IntermediaryColumns:
    """Sets up the intermediaries so that each hub is as full as in the base year.

    Args:
        plan: base-year consignments by hub and sizing.
        rows: wanted, shared evenly among hubs, at least one per hub.
        seed: of the run.
        expected: shares of firms instead of firms.

    Raises:
        ValueError: fewer rows than hubs.
    """
    n_hubs = len(plan.consigned)
    if rows < n_hubs:
        raise ValueError(f"agents.intermediaries: {rows} intermediaries cannot serve {n_hubs} hubs; one each is needed")
    per_hub = rows // max(1, n_hubs)
    hub = np.repeat(np.arange(n_hubs), per_hub)
    status = np.zeros((len(hub), 3))
    if expected:
        capacity = np.ones(len(hub))
        detection_odds = np.ones(len(hub))
        status[:, OPEN] = 1.0 / plan.headroom
    else:
        streams = random_streams.TRADER_CAPACITY, random_streams.TRADER_HIDING
        capacity_key, detection_key = (random_streams.stream(seed, decision, 0) for decision in streams)
        capacity = _lognormal(capacity_key, len(hub), _CAPACITY_SPREAD)
        detection_odds = _lognormal(detection_key, len(hub), _DETECTION_SPREAD)
        open_rows = max(1, round(per_hub / plan.headroom))
        status[np.tile(np.arange(per_hub) < open_rows, n_hubs), OPEN] = 1.0
    status[:, DORMANT] = 1.0 - status[:, OPEN]
    is_open, needed = status[:, OPEN] > 0.0, plan.consigned / plan.utilisation
    capacity *= _scale(hub, capacity * status[:, OPEN], needed)
    # Those that are shut are scaled apart: what could open is then the same multiple of what is open, however the few
    # that are open happen to be drawn.
    shut = np.where(is_open, 0.0, capacity)
    if shut.any():
        capacity = np.where(is_open, capacity, shut * _scale(hub, shut, (plan.headroom - 1.0) * needed))
    firms_open = MONTHS_PER_YEAR * plan.consigned / plan.firm_size
    return IntermediaryColumns(
        hub=hub, first=per_hub * np.arange(n_hubs + 1), capacity=capacity,
        detection_odds=detection_odds, status_shares=status, reentries=np.zeros(len(hub)),
        since=np.zeros(len(hub), dtype=np.int64), listed_now=np.zeros(n_hubs), lost_ties=np.zeros(n_hubs),
        exited=np.zeros(1 + len(hub), dtype=bool),
        represents=firms_open / np.bincount(hub, weights=status[:, OPEN], minlength=n_hubs),
    )  # fmt: skip


def _scale(hub: Integers, drawn: Floats, wanted: Floats) -> Floats:
    """By what each row's capacity is multiplied so that what was drawn adds up to what each hub wants, (row,)."""
    total = np.bincount(hub, weights=drawn, minlength=len(wanted))
    return np.divide(wanted, total, out=np.ones(len(wanted)), where=total > 0.0)[hub]


@compiled
def _lognormal(key: np.uint64, n: int, spread: float) -> Floats:
    out = np.empty(n)
    for i in range(n):
        out[i] = np.exp(spread * normal_quantile(random_streams.uniform(key, i)) - 0.5 * spread * spread)
    return out


@compiled
def mark_up(capacity_utilisation: Floats, parameters: LoopParameters, log_markup: Floats) -> None:
    """Log of what each hub's intermediaries add to the cost, against the base year; ``log_markup`` (hub,) filled."""
    values = parameters[0]
    for h in range(len(log_markup)):
        now = hub_markup(values.markup, capacity_utilisation[h], values.hub_fullness, values.markup_slope)
        log_markup[h] = np.log((1.0 + now) / (1.0 + values.markup))


class Moment(NamedTuple):
    """When, and by what chance.

    Attributes:
        key: random stream of the month.
        month: months since the run began.
        expected: whether shares move by their odds instead of by draws.
    """

    key: np.uint64
    month: int
    expected: bool


@compiled
def turn_over(
    capacity_utilisation: Floats,
    to_list: Floats,
    moment: Moment,
    parameters: LoopParameters,
    intermediaries: IntermediaryColumns,
) -> None:
    """One month of opening, closing, listing and return.

    Args:
        capacity_utilisation: goods consigned over open capacity, (hub,).
        to_list: firms to be listed, (hub,).
        moment: when, and by what chance.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        intermediaries: ``status_shares``, ``reentries``, ``since`` updated; ``exited``, ``listed_now``, ``lost_ties``
            filled.
    """
    values = parameters[0]
    hub, capacity, status = intermediaries.hub, intermediaries.capacity, intermediaries.status_shares
    detection_odds, since, reentries = intermediaries.detection_odds, intermediaries.since, intermediaries.reentries
    listed_now, lost_ties, exited = intermediaries.listed_now, intermediaries.lost_ties, intermediaries.exited
    represents, key, expected = intermediaries.represents, moment.key, moment.expected
    n_hubs = len(capacity_utilisation)
    attention = np.zeros(n_hubs)
    opened = np.zeros(n_hubs)
    tied = np.zeros(n_hubs)
    for i in range(len(hub)):
        attention[hub[i]] += detection_odds[i] * status[i, OPEN] * represents[hub[i]]
        opened[hub[i]] += status[i, OPEN]
        tied[hub[i]] += capacity[i] * status[i, OPEN]
    listed_now[:] = 0.0
    lost_ties[:] = 0.0
    back = 1.0 - np.exp(-1.0 / values.return_delay)
    for i in range(len(hub)):
        h = hub[i]
        relative = capacity_utilisation[h] / values.hub_fullness
        opening = opening_odds(max(0.0, relative - 1.0), values.entry)
        closing = closing_odds(max(0.0, 1.0 - relative), values.leaving)
        listing = min(1.0, to_list[h] * detection_odds[i] / attention[h]) if attention[h] > 0.0 else 0.0
        closing *= 1.0 - listing
        if expected:
            enter, close, caught = status[i, DORMANT] * opening, status[i, OPEN] * closing, status[i, OPEN] * listing
            return_ = status[i, LISTED] * back
        else:
            draw = random_streams.uniform(key, i)
            enter = status[i, DORMANT] if draw < opening else 0.0
            caught = status[i, OPEN] if draw < listing else 0.0
            close = status[i, OPEN] if listing <= draw < listing + closing else 0.0
            return_ = status[i, LISTED] if draw < back else 0.0
            if enter + return_ > 0.0:
                since[i] = moment.month
        status[i, DORMANT] += close - enter
        status[i, OPEN] += enter + return_ - close - caught
        status[i, LISTED] += caught - return_
        reentries[i] += return_
        listed_now[h] += caught
        lost_ties[h] += capacity[i] * (close + caught)
        exited[i + 1] = not expected and close + caught > 0.0
    for h in range(n_hubs):
        lost_ties[h] = lost_ties[h] / tied[h] if tied[h] > 0.0 else 0.0
        listed_now[h] = listed_now[h] / opened[h] if opened[h] > 0.0 else 0.0


@compiled
def count_firms(hub: Integers, status: Floats, reentries: Floats, represents: Floats, counts: Floats) -> None:
    """Firms open, firms listed and returns so far by hub; ``counts`` (3, hub) filled."""
    counts[:] = 0.0
    for i in range(len(hub)):
        counts[0, hub[i]] += status[i, OPEN] * represents[hub[i]]
        counts[1, hub[i]] += status[i, LISTED] * represents[hub[i]]
        counts[2, hub[i]] += reentries[i] * represents[hub[i]]


@compiled
def cumulate_capacity(first: Integers, capacity: Floats, status: Floats, reach: Floats) -> None:
    """Open capacity cumulated over the intermediaries of each hub; ``reach`` (intermediary,) filled."""
    for h in range(len(first) - 1):
        total = 0.0
        for i in range(first[h], first[h + 1]):
            total += capacity[i] * status[i, OPEN]
            reach[i] = total


@compiled
def sum_open_capacity(hub: Integers, capacity: Floats, status: Floats, out: Floats) -> None:
    """Capacity of the intermediaries that are open by hub, musd per month; ``out`` (hub,) filled."""
    out[:] = 0.0
    for i in range(len(hub)):
        out[hub[i]] += capacity[i] * status[i, OPEN]
