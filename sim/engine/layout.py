"""What stays the same all through a run: who trades where, in the form that the loops take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.baseline import watched_markets
from sim.engine.sums import sum_trade
from sim.engine.workspace import state_exposure, usual_effort

if TYPE_CHECKING:
    from sim.engine.baseline import Baseline
    from sim.parameters import Values
    from sim.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """Constants of a run. T types, K roads, S states, H hubs, G goods.

    Attributes:
        hub_states: position of each hub among the states, (H,).
        ends_at_target: whether a road ends at the target, (K,).
        hub_at: state of the hub on each road to the target, -1 for the direct one; these roads come first.
        watched: whether the price of a state's market moves, (S,).
        deciding: whether a state decides its effort, its usual effort, alignment, exposure; each (S,).
        coalition_effort: mean usual effort of the coalition's members; 0 where there is no coalition.
        closed_to_listed: log points a listed firm loses on each road, (K,).
        sensitivity: how military each good is, (G,); ambiguity: how deniable its use, (G,).
        catch_all: the good under which misdeclared goods go: the least military one.
        by_consignment: whether the target records its imports by consignment.
    """

    hub_states: NDArray[np.int64]
    ends_at_target: NDArray[np.bool_]
    hub_at: NDArray[np.int64]
    watched: NDArray[np.bool_]
    deciding: tuple[NDArray[np.bool_], Floats, Floats, Floats]
    coalition_effort: float
    closed_to_listed: Floats
    sensitivity: Floats
    ambiguity: Floats
    catch_all: int
    by_consignment: bool

    @property
    def target_roads(self) -> int:
        """How many roads end at the target; they are the first ones."""
        return int(self.ends_at_target.sum())


def layout_of(world: World, base: Baseline, values: Values) -> Layout:
    """The constants of a run."""
    usual = usual_effort(world)
    member = np.asarray(world.is_coalition, dtype=bool)
    decides = np.array([role == "third" for role in world.role])
    to_target = np.flatnonzero(base.destination == world.target)
    return Layout(
        hub_states=np.array(world.hubs, dtype=np.int64),
        ends_at_target=base.destination == world.target,
        hub_at=np.array([-1 if base.hub[k] < 0 else world.hubs[base.hub[k]] for k in to_target], dtype=np.int64),
        watched=watched_markets(world),
        deciding=(decides, usual, np.asarray(world.alignment, dtype=float), state_exposure(world)),
        coalition_effort=float(usual[member].mean()) if member.any() else 0.0,
        closed_to_listed=np.where(member[base.destination], values.listing_loss, 0.0),
        sensitivity=np.asarray(world.military_sensitivity, dtype=float),
        ambiguity=np.asarray(world.ambiguity, dtype=float),
        catch_all=world.catch_all,
        by_consignment=world.records[world.target] == "consignment",
    )


def trade_with_target(layout: Layout, base: Baseline, flow: Floats, watched: Floats) -> tuple[Any, Any]:
    """Trade of each state with the target, its own goods and those passed on, musd, (S,).

    Args:
        layout: constants of the run.
        base: the base year.
        flow: (T, K), musd.
        watched: share of each good's lines that the coalition bans, (G,).

    Returns:
        All goods; and watched goods weighted by how military they are.
    """
    weight = (watched * layout.sensitivity)[base.good]
    sums = np.empty((2, len(layout.watched)))
    sum_trade(base.origin, layout.hub_at, weight, flow, sums)
    return sums[0], sums[1]
