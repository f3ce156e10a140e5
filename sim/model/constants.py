"""What stays the same all through a run: who trades where, in the form that the loops take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.baseline import watched_markets
from sim.model.state import state_exposure, usual_effort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.model.baseline import Baseline
    from sim.rules.parameters import Values
    from sim.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """Constants of a run. T types, K roads, S states, H hubs, G goods.

    Attributes:
        target: position of the target among the states.
        hub_states: position of each hub among the states, (H,).
        ends_at_target: whether a road ends at the target, (K,).
        target_roads: how many roads end at the target; they are the first ones.
        watched: whether the price of a state's market moves, (S,).
        deciding: whether a state decides its effort, its usual effort, alignment, exposure; each (S,).
        members: whether a state belongs to the coalition, (S,).
        exports: exports of the base year, musd per month, (S,).
        checks: part of the border checks left towards the target: less inside its customs union, (S,).
        closed_to_listed: log points a listed firm loses on each road, (K,).
        sensitivity: how military each good is, (G,); ambiguity: how deniable its use, (G,).
        branded: share of the world's supply of a good that carries a coalition brand, (G,).
        parts: the good as whose parts it can be shipped, -1 for none, (G,).
        catch_all: the good under which misdeclared goods go: the least military one.
        by_consignment: whether a state records its imports by consignment, (S,).
        onward: last leg of what enters a hub, base year: shares by (entry hub, good, exit hub), (H, G, H).
        opening: part of what a shut direct road loses that finds each hub's road, (H,).
        reexports_shown: whether a hub's office records banned re-exports at all, (H,).
    """

    target: int
    hub_states: NDArray[np.int64]
    ends_at_target: NDArray[np.bool_]
    target_roads: int
    watched: NDArray[np.bool_]
    deciding: tuple[NDArray[np.bool_], Floats, Floats, Floats]
    members: NDArray[np.bool_]
    exports: Floats
    checks: Floats
    closed_to_listed: Floats
    sensitivity: Floats
    ambiguity: Floats
    branded: Floats
    parts: NDArray[np.int64]
    catch_all: int
    by_consignment: NDArray[np.bool_]
    onward: Floats
    opening: Floats
    reexports_shown: NDArray[np.bool_]


def layout_of(world: World, base: Baseline, values: Values, openings: Mapping[str, float]) -> Layout:
    """The constants of a run."""
    member = np.asarray(world.is_coalition, dtype=bool)
    at_target = base.destination == world.target
    habits = [world.reexport_habit[hub] for hub in world.hubs]
    return Layout(
        target=world.target,
        hub_states=np.array(world.hubs, dtype=np.int64),
        ends_at_target=at_target,
        target_roads=int(at_target.sum()),
        watched=watched_markets(world),
        deciding=(
            np.array([role == "third" for role in world.role]), usual_effort(world),
            np.asarray(world.alignment, dtype=float), state_exposure(world),
        ),
        members=member,
        exports=_exports(base, len(world.states)),
        checks=_border_checks(world, values.union_checks),
        closed_to_listed=np.where(member[base.destination], values.listing_loss, 0.0),
        sensitivity=np.asarray(world.military_sensitivity, dtype=float),
        ambiguity=np.asarray(world.ambiguity, dtype=float),
        branded=np.asarray(world.coalition_brand_share, dtype=float),
        parts=np.asarray(world.parts, dtype=np.int64),
        catch_all=world.catch_all,
        by_consignment=np.array([how == "consignment" for how in world.records]),
        onward=_last_legs(world),
        opening=np.array([openings.get(world.states[hub], values.opening) for hub in world.hubs]),
        reexports_shown=np.array([habit != "unrecorded" for habit in habits], dtype=bool),
    )  # fmt: skip


def _exports(base: Baseline, n_states: int) -> Floats:
    abroad = base.origin[:, None] != base.destination[None, :]
    sold: Floats = np.bincount(base.origin, weights=(base.flow * abroad).sum(axis=1), minlength=n_states).astype(float)
    return sold


def _border_checks(world: World, left: float) -> Floats:
    """A border inside the target's customs union has no customs post, so only a part of the checks is left."""
    union = world.customs_union[world.target]
    inside = [bool(union) and name == union for name in world.customs_union]
    return np.where(inside, left, 1.0)


def _last_legs(world: World) -> Floats:
    """Shares of the last legs of what enters a hub, by (entry, good, exit); what goes no further exits where it is."""
    legs = np.transpose(world.onward, (0, 2, 1)).copy()
    for hub in range(len(world.hubs)):
        legs[hub, :, hub] = 1.0 - legs[hub].sum(axis=1)
    return legs
