"""What a run's arrays hold in the cells that targets add up, read straight from the arrays.

The ledgers that these are cells of have five million cells, the targets name some eighty thousand of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim
from calibration.targets.targets import BRANDS, FLOWS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Arrays of a run's record that are read here.
ARRAYS = ("delivered", "log_price", "exports", "imports", "reexports", "passed_on")


@dataclass(frozen=True)
class Layout:
    """How a run's arrays are laid out.

    Attributes:
        months, states, goods: how many.
        target: position of the target. hubs: positions of the hubs among the states.
        destination, hub: of each route; -1 for no hub.
    """

    months: int
    states: int
    goods: int
    target: int
    hubs: tuple[int, ...]
    destination: tuple[int, ...]
    hub: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class RunCells:
    """The cells of a run that was just made.

    Attributes:
        months, states, goods, coalition, groups: as in :class:`calibration.targets.simulated_targets.Ledgers`.
        source: arrays of the run.
    """

    months: list[str]
    states: list[str]
    goods: list[str]
    coalition: list[str]
    groups: Mapping[str, Sequence[str]]
    source: Any

    def recorded(self, cells: Integers) -> Floats:
        """Cells of the ledgers of customs offices, (flow, month, office, partner, good) flattened."""
        found = np.zeros(len(cells))
        for name, which, places in _recorded_at(_Known(cells), self._layout()):
            found[which] += getattr(self.source.record, name).reshape(-1)[places]
        return found

    def true(self, cells: Integers) -> Floats:
        """Cells of what was really sold, (straight or through a hub, month, origin, destination, brand, good)."""
        source, record = self.source, self.source.record
        which, places, prices = _true_at(_Known(cells), self._layout())
        sold = record.delivered.reshape(-1)[places] * np.exp(source.fob_share * record.log_price.reshape(-1)[prices])
        found: Floats = np.bincount(which, weights=sold, minlength=len(cells)).astype(float)
        return found

    def bought(self, cells: Integers) -> Floats:
        """Cells of what was bought, (prices of the buyer or of the base year, month, destination, brand, good)."""
        layout, record = self._layout(), self.source.record
        shape = 2, layout.months, layout.states, len(BRANDS), layout.goods
        based, month, destination, brand, good = np.unravel_index(cells, shape)
        found = np.empty(len(cells))
        for state in np.unique(destination):
            here = destination == state
            volume = bought_by(self.source, int(state))[month[here], brand[here], good[here]]
            price = np.exp(record.log_price[month[here], state, brand[here], good[here]])
            found[here] = volume * np.where(based[here] == 1, 1.0, price)
        return found

    def _layout(self) -> Layout:
        world, base = self.source.world, self.source.base
        sizes = len(self.months), len(self.states), len(self.goods)
        ends = tuple(base.destination.tolist()), tuple(base.hub.tolist())
        return Layout(*sizes, world.target, tuple(world.hubs), *ends)


def cells_of(run: sim.Results) -> RunCells:
    """The cells of a run whose arrays are at hand."""
    source: Any = run.source
    world = source.world
    coalition = [code for code, member in zip(world.states, world.is_coalition, strict=True) if member]
    return RunCells(
        source.months, list(world.states), list(world.goods), coalition, world.codes_by_group, source
    )  # fmt: skip


def bought_by(source: Any, state: int) -> Floats:
    """What a state buys from abroad at base-year prices, musd a month, (month, brand, good)."""
    world, base, delivered = source.world, source.base, source.record.delivered
    shape = len(delivered), len(world.states), len(BRANDS), len(world.goods)
    volume = np.zeros((shape[0], *shape[2:]))
    for route in np.flatnonzero(base.destination == state):
        sent = delivered[:, :, route].reshape(shape)
        volume += sent[:, :state].sum(axis=1) + sent[:, state + 1 :].sum(axis=1)  # without sales at home
    return volume


class _Known:
    """Cells that are told apart by being the same array: those of a set of targets are worked out once."""

    def __init__(self, cells: Integers) -> None:
        self.cells = cells

    def __hash__(self) -> int:
        return id(self.cells)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.cells is self.cells


@lru_cache(maxsize=16)
def _recorded_at(known: _Known, layout: Layout) -> list[tuple[str, Integers, Integers]]:
    """Array of the record, which of the cells it is part of, and the places in it."""
    states, goods, hubs = layout.states, layout.goods, len(layout.hubs)
    flow, month, office, partner, good = np.unravel_index(
        known.cells, (len(FLOWS), layout.months, states, states, goods)
    )
    hub = np.full(states, -1)
    hub[list(layout.hubs)] = np.arange(hubs)
    passed, square = flow == FLOWS.index("re-export"), (layout.months, states, states, goods)
    parts = (
        ("exports", flow == FLOWS.index("export"), (month, office, partner, good), square),
        ("imports", flow == FLOWS.index("import"), (month, partner, office, good), square),
        ("reexports", passed & (hub[office] >= 0) & (partner == layout.target),
         (month, hub[office], good), (layout.months, hubs, goods)),
        ("passed_on", passed & (hub[office] >= 0) & (hub[partner] >= 0),
         (month, hub[office], hub[partner], good), (layout.months, hubs, hubs, goods)),
    )  # fmt: skip
    found = []
    for name, here, place, shape in parts:
        which = np.flatnonzero(here)
        found.append((name, which, np.ravel_multi_index(tuple(axis[which] for axis in place), shape)))
    return [part for part in found if len(part[1])]


@lru_cache(maxsize=16)
def _true_at(known: _Known, layout: Layout) -> tuple[Integers, Integers, Integers]:
    """Which of the cells, place in what is delivered and place among prices, one row for each route of a cell."""
    states, goods, brands = layout.states, layout.goods, len(BRANDS)
    axes = np.unravel_index(known.cells, (2, layout.months, states, states, brands, goods))
    through, month, origin, destination, brand, good = axes
    types = np.ravel_multi_index((origin, brand, good), (states, brands, goods))
    prices = np.ravel_multi_index((month, destination, brand, good), (layout.months, states, brands, goods))
    found = []
    for route, (end, hub) in enumerate(zip(layout.destination, layout.hub, strict=True)):
        here = np.flatnonzero((destination == end) & (through == (hub >= 0)) & (origin != end))
        places = (month[here] * states * brands * goods + types[here]) * len(layout.hub) + route
        found.append((here, places, prices[here]))
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]
