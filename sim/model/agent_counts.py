"""How many agents a world needs at least: known from its base year alone, so that files are checked before any run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.model.baseline import baseline_of
from sim.rules.parameters import values

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World


def too_few_exporters(exporters: int, types: int) -> str:
    """What is wrong with a number of exporters; empty if it is enough.

    Args:
        exporters: rows.
        types: firm types that trade, of which each needs one.
    """
    if not types:
        return "no exporter of this world sells to a market whose prices move; its baseline has no such trade"
    if exporters < types:
        return f"agents.exporters: {exporters} exporters cannot cover {types} firm types; one each is needed"
    return ""


def too_few_intermediaries(intermediaries: int, hubs: int) -> str:
    """What is wrong with a number of intermediaries; empty if it is enough.

    Args:
        intermediaries: rows.
        hubs: hubs of the world, of which each needs one.
    """
    if intermediaries < hubs:
        many = f"{hubs} hubs" if hubs > 1 else "1 hub"
        return f"agents.intermediaries: {intermediaries} intermediaries cannot serve {many}; one each is needed"
    return ""


def too_few_agents(scenario: Scenario, world: World) -> Mapping[str, str]:
    """What ends a run before its first month, by the field of `agents` concerned; empty if nothing does."""
    parameters, agents = values(scenario.parameters), scenario.agents
    base = baseline_of(
        world, parameters.home_share, exponent=parameters.participation_exponent,
        participant_share=parameters.participant_share,
    )  # fmt: skip
    found = {
        "exporters": too_few_exporters(agents.exporters, len(base.active)),
        "intermediaries": too_few_intermediaries(agents.intermediaries, len(world.hubs)),
    }
    return {name: message for name, message in found.items() if message}
