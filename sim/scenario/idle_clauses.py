"""Clauses that are sound and do not do what they seem to: nothing at all, or nothing to some of whom they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.months import month_of
from sim.policies.regime import free_trade
from sim.policies.regime_fields import CELL_FIELDS, LANE_FIELDS
from sim.policies.schedule import lane_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.common.arrays import Floats
    from sim.policies import Policy
    from sim.policies.lane_index import LaneIndex
    from sim.policies.regime import Act
    from sim.scenario.schema import Scenario
    from sim.world import World

# What only a hub can do, and what is only done to states that are neither of the coalition nor the target.
_OF_HUBS = frozenset({"traders_listed", "hub_room", "transit_ban", "tracking"})
_OF_THIRD_STATES = frozenset(
    {"pressure", "threat", "leverage", "courting", "commitment", "red_line", "red_line_threat"}
)
_NOTHING_MEANT = "null_policy"  # the clause of the scenario that shows that nothing comes of nothing
_FEW = 4  # states that are named


def idle_clauses(scenario: Scenario, world: World) -> Iterator[str]:
    """A sentence on each clause that touches no lane or no trade, or names states that it does nothing to."""
    index = lane_index(world)
    trade = _traded(index, world)
    for clause in scenario.policies:
        if clause.kind == _NOTHING_MEANT or not clause.enabled or clause.strength == 0.0:
            continue
        acts = _acts_of(clause, index, scenario)
        if not any(where.size for _, where, _ in acts):
            yield f"clause '{clause.id}' does nothing: {_why(clause, index)}"
            continue
        lanes = [where for field, where, _ in acts if field in LANE_FIELDS]
        if len(lanes) == len(acts) and not any(trade[where].any() for where in lanes):
            yield f"clause '{clause.id}' touches no trade: what it covers was not sold on its lanes in the base year"
            continue
        yield from _missed(clause, acts, index)


def _acts_of(clause: Policy, index: LaneIndex, scenario: Scenario) -> list[Act]:
    """What the clause imposes in the run's months; the first month in which it imposes anything is enough."""
    first = max(scenario.months.begins(index.world.base_year), month_of(clause.announced or clause.effective))
    last = scenario.months.last if clause.ends is None else min(scenario.months.last, month_of(clause.ends))
    for month in range(first, last + 1):
        regime = free_trade(index)
        clause.shape(regime, month)
        acts = [act for act in regime.acts() if act[2] != 0.0 or act[0] not in LANE_FIELDS]
        if month >= month_of(clause.effective) and any(where.size for _, where, _ in acts):
            return acts
    return []


def _why(clause: Policy, index: LaneIndex) -> str:
    if not clause.aims_at_target(index):
        target = index.world.states[index.world.target]
        hint = ", and names the hubs under `against`" if "against" in type(clause).model_fields else ""
        return (
            f"it is aimed at {_named(clause.towards)}, and acts only where `towards` holds the target, {target}{hint}"
        )
    world, against = index.world, getattr(clause, "against", ())
    if against and not set(index.states(against)) & set(world.hubs):
        hubs = _named(tuple(world.states[at] for at in world.hubs))
        return f"of `against` ({_named(against)}) none is a hub of this world; hubs are {hubs}"
    return "no lane of this world is its to act on"


def _missed(clause: Policy, acts: list[Act], index: LaneIndex) -> Iterator[str]:
    """What is said of states that a clause names and does nothing to."""
    world = index.world
    third = {at for at, role in enumerate(world.role) if role not in ("coalition", "target")}
    for fields, able, who in ((_OF_HUBS, set(world.hubs), "no hub"), (_OF_THIRD_STATES, third, "no third state")):
        named: set[int] = set()
        for field, where, _ in acts:
            if field in fields:
                named |= set((where // (len(world.goods) if field in CELL_FIELDS else 1)).tolist())
        if not (missed := sorted(named - able)):
            continue
        codes = _named(tuple(world.states[at] for at in missed))
        only = (
            f"there; it acts in {_named(tuple(world.states[at] for at in sorted(named & able)))}"
            if named & able
            else ""
        )
        yield f"clause '{clause.id}' names {codes}, which is {who}: it does nothing of its kind {only}".rstrip()


def _named(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:_FEW]) + (f" and {len(codes) - _FEW} more" if len(codes) > _FEW else "")


def _traded(index: LaneIndex, world: World) -> Floats:
    """What was sold on each lane in the base year, flat; through a hub, what was sold to it or to the target."""
    roads = [
        world.direct_musd[:, road.destination]
        if road.hub is None
        else world.direct_musd[:, road.hub] + world.direct_musd[:, world.target]
        for road in index.roads
    ]
    by_lane = np.stack(roads, axis=-1)[:, None]  # origin, headquarters, good, road
    return np.broadcast_to(by_lane, index.shape).ravel()
