"""Intermediaries as columns: those of every hub, and how they open, close, are listed and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.common.months import MONTHS_PER_YEAR
from sim.common.numerics import normal_quantile
from sim.model.agent_counts import too_few_intermediaries
from sim.rules.intermediation import hub_markup, intermediary_margin
from sim.rules.participation import entry_odds, exit_odds, wanted_participation

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
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
        represents: firms that one row of each hub stands for, (hub,).
        possible_capacity: of all the intermediaries that each hub could hold, musd per month, (hub,).
    """

    hub: Integers
    first: Integers
    capacity: Floats
    detection_odds: Floats
    status_shares: Floats
    reentries: Floats
    since: Integers
    listed_now: Floats
    represents: Floats
    possible_capacity: Floats

    @property
    def rows(self) -> int:
        """How many rows of intermediaries there are."""
        return len(self.hub)

    def open_capacity(self) -> Floats:
        """Capacity of the intermediaries that are open, musd per month, (hub,)."""
        capacity = np.empty(len(self.listed_now))
        sum_open_capacity(self.first, self.capacity, self.status_shares, capacity)
        return capacity


@dataclass(frozen=True)
class CapacityPlan:
    """What sizes the intermediaries of a world: goods consigned in the base year and the parameters that matter.

    Attributes:
        consigned: goods consigned to each hub in the base year, musd per month, (hub,).
        utilisation: of open capacity.
        use: share of the intermediaries that each hub could hold that is open in the base year, by capacity, (hub,).
        firm_size: musd per year that an open intermediary passes on.
    """

    consigned: Floats
    utilisation: float
    use: Floats
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
    if message := too_few_intermediaries(rows, n_hubs):
        raise ValueError(message)
    per_hub = rows // max(1, n_hubs)
    hub = np.repeat(np.arange(n_hubs), per_hub)
    status = np.zeros((len(hub), 3))
    if expected:
        capacity = np.ones(len(hub))
        detection_odds = np.ones(len(hub))
        status[:, OPEN] = plan.use[hub]
    else:
        streams = random_streams.TRADER_CAPACITY, random_streams.TRADER_HIDING
        capacity_key, detection_key = (random_streams.stream(seed, decision, 0) for decision in streams)
        capacity = _lognormal(capacity_key, len(hub), _CAPACITY_SPREAD)
        detection_odds = _lognormal(detection_key, len(hub), _DETECTION_SPREAD)
        open_rows = np.maximum(1, np.round(per_hub * plan.use))
        status[np.tile(np.arange(per_hub), n_hubs) < open_rows[hub], OPEN] = 1.0
    status[:, DORMANT] = 1.0 - status[:, OPEN]
    is_open, needed = status[:, OPEN] > 0.0, plan.consigned / plan.utilisation
    capacity *= _scale(hub, capacity * status[:, OPEN], needed)
    # Those that are shut are scaled apart: what could open is then the same multiple of what is open, however the few
    # that are open happen to be drawn.
    shut = np.where(is_open, 0.0, capacity)
    could_open = needed * np.divide(1.0 - plan.use, plan.use, out=np.zeros(n_hubs), where=plan.use > 0.0)
    if shut.any():
        capacity = np.where(is_open, capacity, shut * _scale(hub, shut, could_open))
    firms_open = MONTHS_PER_YEAR * plan.consigned / plan.firm_size
    return IntermediaryColumns(
        hub=hub, first=per_hub * np.arange(n_hubs + 1), capacity=capacity,
        detection_odds=detection_odds, status_shares=status, reentries=np.zeros(len(hub)),
        since=np.zeros(len(hub), dtype=np.int64), listed_now=np.zeros(n_hubs),
        represents=firms_open / np.bincount(hub, weights=status[:, OPEN], minlength=n_hubs),
        possible_capacity=np.bincount(hub, weights=capacity, minlength=n_hubs).astype(float),
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
def mark_up(use: Floats, usual_use: Floats, parameters: LoopParameters, log_markup: Floats) -> None:
    """Log of what each hub's intermediaries add to the cost, against the base year; ``log_markup`` (hub,) filled.

    Args:
        use: share of the intermediaries that the hub could hold that is open, (hub,).
        usual_use: the same in the base year.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        log_markup: filled.
    """
    values = parameters[0]
    for h in range(len(log_markup)):
        now = hub_markup(values.markup, use[h], usual_use[h], values.hub_crowding)
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


class Prospects(NamedTuple):
    """What decides who opens and who closes, each (hub,).

    Attributes:
        margin: log of what passing on earns over what it costs.
        use: share of the intermediaries that the hub could hold that is open.
        usual_use: the same in the base year.
        to_list: firms to be listed.
    """

    margin: Floats
    use: Floats
    usual_use: Floats
    to_list: Floats


@compiled
def turn_over(
    prospects: Prospects, moment: Moment, parameters: LoopParameters, intermediaries: IntermediaryColumns
) -> None:
    """One month of opening, closing, listing and return: under a new name where the trade pays, else for good.

    Args:
        prospects: what decides who opens and who closes.
        moment: when, and by what chance.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        intermediaries: ``status_shares``, ``reentries``, ``since`` updated; ``listed_now`` filled.
    """
    values = parameters[0]
    status = intermediaries.status_shares
    detection_odds, since, reentries = intermediaries.detection_odds, intermediaries.since, intermediaries.reentries
    listed_now = intermediaries.listed_now
    represents, key, expected = intermediaries.represents, moment.key, moment.expected
    n_hubs = len(prospects.margin)
    attention, opened, listed = np.zeros(n_hubs), np.zeros(n_hubs), np.zeros(n_hubs)
    openings, closings, giving_up = np.zeros(n_hubs), np.zeros(n_hubs), np.zeros(n_hubs)
    first = intermediaries.first
    for h in range(n_hubs):
        for i in range(first[h], first[h + 1]):
            attention[h] += detection_odds[i] * status[i, OPEN] * represents[h]
            opened[h] += status[i, OPEN]
            listed[h] += status[i, LISTED]
        margin, use, usual = prospects.margin[h], prospects.use[h], prospects.usual_use[h]
        margin = intermediary_margin(margin, values.passing_cost)
        wanted = wanted_participation(usual, margin, values.intermediary_spread)
        stay = wanted_participation(usual, margin + values.sunk_cost, values.intermediary_spread)
        openings[h] = entry_odds(use, wanted, values.intermediary_entry, values.first_contact)
        closings[h] = exit_odds(use, wanted, stay, values.intermediary_exit, values.contract_end)
        # Of all in the trade, open or listed, those for whom it does not pay give no new name to it.
        rows = first[h + 1] - first[h]
        giving_up[h] = exit_odds(use + listed[h] / rows, wanted, stay, 1.0, 0.0)
    back = 1.0 - np.exp(-1.0 / values.return_delay)
    for h in range(n_hubs):
        opening, to_list, all_attention = openings[h], prospects.to_list[h], attention[h]
        stays, caught_here = back * (1.0 - giving_up[h]), 0.0
        for i in range(first[h], first[h + 1]):
            listing = 0.0
            if to_list > 0.0 and all_attention > 0.0:
                listing = min(1.0, to_list * detection_odds[i] / all_attention)
            closing = closings[h] * (1.0 - listing)
            if expected:
                enter, close, caught = (
                    status[i, DORMANT] * opening,
                    status[i, OPEN] * closing,
                    status[i, OPEN] * listing,
                )
                return_ = status[i, LISTED] * back * (1.0 - giving_up[h])
                dropped = status[i, LISTED] * back * giving_up[h]
            else:
                draw = random_streams.uniform(key, i)
                if draw >= max(opening, listing + closing, back):
                    continue  # nothing happens to it, whatever it is
                enter = status[i, DORMANT] if draw < opening else 0.0
                caught = status[i, OPEN] if draw < listing else 0.0
                close = status[i, OPEN] if listing <= draw < listing + closing else 0.0
                return_ = status[i, LISTED] if draw < stays else 0.0
                dropped = status[i, LISTED] if stays <= draw < back else 0.0
                if enter + return_ > 0.0:
                    since[i] = moment.month
            status[i, DORMANT] += close + dropped - enter
            status[i, OPEN] += enter + return_ - close - caught
            status[i, LISTED] += caught - return_ - dropped
            reentries[i] += return_
            caught_here += caught
        listed_now[h] = caught_here / opened[h] if opened[h] > 0.0 else 0.0


@compiled
def count_firms(intermediaries: IntermediaryColumns, counts: Floats) -> None:
    """Firms open, firms listed and returns so far by hub; ``counts`` (3, hub) filled."""
    status, reentries, first = intermediaries.status_shares, intermediaries.reentries, intermediaries.first
    for h in range(counts.shape[1]):
        represents = intermediaries.represents[h]
        opened, listed, returns = 0.0, 0.0, 0.0
        for i in range(first[h], first[h + 1]):
            opened += status[i, OPEN] * represents
            listed += status[i, LISTED] * represents
            returns += reentries[i] * represents
        counts[0, h], counts[1, h], counts[2, h] = opened, listed, returns


@compiled
def sum_open_capacity(first: Integers, capacity: Floats, status: Floats, out: Floats) -> None:
    """Capacity of the intermediaries that are open by hub, musd per month; ``out`` (hub,) filled."""
    for h in range(len(out)):
        total = 0.0
        for i in range(first[h], first[h + 1]):
            total += capacity[i] * status[i, OPEN]
        out[h] = total
