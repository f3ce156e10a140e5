"""What every phase finds: the world, the law of the month, the agents' columns and the arrays of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from sim.model.baseline import Baseline, Floats, Integers
    from sim.model.constants import Layout
    from sim.model.kernels import Loops
    from sim.model.kernels.customs_records import Ledgers
    from sim.model.kernels.intermediaries import TradingHouses
    from sim.model.population import Exporters, Means
    from sim.model.state import Workspace
    from sim.policies.regime import Regime
    from sim.policies.schedule import Lawbook
    from sim.rules.parameters import Values
    from sim.scenario import Scenario
    from sim.world import World


class Phases:
    """Attributes of a model that its phases share; see :class:`sim.model.model.SanctionsModel`, which sets them."""

    plan: Scenario
    world: World
    values: Values
    expected: bool
    month: int
    elapsed: int
    lawbook: Lawbook
    regime: Regime
    base: Baseline
    layout: Layout
    work: Workspace
    ledgers: Ledgers
    loops: Loops
    columns: Exporters
    means: Means
    houses: TradingHouses
    chunks: Integers
    groups: Integers
    nest: tuple[int, Any]
    # Musd per month that one row of a type stands for, (type,); rows on each road, (type, road).
    row_value: Floats
    rows_on_road: Integers
    _numbers: NDArray[np.void]
    _threads_pay: bool
    # Mesa's own.
    random: Any
    rng: Any
    register_agent: Callable[[Any], None]

    @property
    def coalition_resolve(self) -> float:
        """Part of its threats that the coalition as a whole carries out: its members' resolve, weighted by exports."""
        weight = self.layout.exports[self.layout.members]
        if weight.sum() == 0.0:
            return 1.0
        return float((self.work.resolve[self.layout.members] * weight).sum() / weight.sum())
