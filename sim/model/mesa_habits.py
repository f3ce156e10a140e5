"""What a user of Mesa expects of a model: every kind under ``agents``, a data collector, a seed."""

from __future__ import annotations

from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.common.errors import SimError
from sim.common.months import format_month
from sim.model.agents import Exporter, HeldAgentSet, Intermediary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.model.interface import Model


class Everyone(mesa.agent.AgentSet):  # type: ignore[misc]
    """All agents that are registered with Mesa (states, and the user's own), which also selects from the columns.

    Exporters and intermediaries are rows of columns, a million of them perhaps: they are no members, and ``select``
    makes those that are asked for: of one kind by ``agent_type``, of all kinds where only a test is given.
    """

    def __init__(self, model: Any, registered: Any) -> None:
        super().__init__(registered, random=model.random)
        self._views = {Exporter: model.exporters, Intermediary: model.intermediaries}

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = inf,
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> Any:
        """As Mesa's, over members and columns alike.

        Args:
            filter_func: called with every agent of the kind asked for; without a kind, with agents of all kinds.
            at_most: stop after so many; of a float up to 1, that share of all that were asked.
            inplace: for members alone: rows of columns cannot become some.
            agent_type: ``sim.State``, ``sim.Exporter``, ``sim.Intermediary``, or a kind of the user's.

        Raises:
            SimError: rows of columns are to be selected in place.
        """
        asked = [view for kind, view in self._views.items() if agent_type is None or issubclass(kind, agent_type)]
        if not asked or (filter_func is None and agent_type is None):
            return super().select(filter_func, at_most, inplace, agent_type)
        if inplace:
            raise SimError(
                "select(inplace=True): exporters and intermediaries are no members; take what select returns"
            )
        everyone = [agent for agent in self if agent_type is None or isinstance(agent, agent_type)]
        limit = at_most
        if isinstance(at_most, float) and at_most <= 1.0:
            limit = int(at_most * (len(everyone) + sum(map(len, asked))))
        passed = (agent for agent in chain(everyone, *asked) if filter_func is None or _passes(filter_func, agent))
        return HeldAgentSet(list(passed if limit == inf else islice(passed, int(limit))), self.random)


def _passes(test: Callable[[Any], bool], agent: Any) -> bool:
    """Whether an agent passes a test; one whose kind the test is not made for is told with a way out."""
    try:
        return test(agent)
    except AttributeError as error:
        kind = type(agent).__name__
        error.add_note(
            f"The test met a {kind}, for it is asked of agents of all kinds: name one, agent_type=sim.State."
        )
        raise


def collector() -> mesa.DataCollector:
    """What is collected of each month unless the user sets another collector."""
    return mesa.DataCollector(
        model_reporters={
            "month": lambda model: format_month(model.month),
            "deliveries_volume_musd": lambda model: _delivered(model, hubs=None),
            "via_hubs_volume_musd": lambda model: _delivered(model, hubs=True),
        }
    )


def _delivered(model: Model, *, hubs: bool | None) -> float:
    """What arrived at the target this month at base-year prices, by every route or through hubs only, musd."""
    routes = np.asarray(model.constants.ends_at_target)
    if hubs:
        routes = routes & (np.asarray(model.base.hub)[: len(routes)] >= 0)
    foreign = model.base.origin != model.world.target
    return float(model.state.shipments.delivered[foreign][:, routes].sum())


def seed_of(plan_seed: int, seed: int | None, rng: Any) -> int:
    """The seed of a run: the scenario's, unless Mesa's ``seed`` or ``rng`` gives another.

    Raises:
        SimError: both are given.
    """
    if seed is not None and rng is not None:
        raise SimError("seed and rng are both given; give one")
    given = seed if seed is not None else rng
    if hasattr(given, "integers"):  # a generator
        return int(given.integers(np.iinfo(np.int32).max))
    return plan_seed if given is None else int(given)
