"""The arrays that one run works in, set up once; the month's phases only write into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.population import Means

if TYPE_CHECKING:
    from sim.engine.baseline import Baseline
    from sim.parameters import Values
    from sim.world import World

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Workspace:
    """Arrays of one run. Shapes: T types, K roads, S states, B brands (headquarters), G goods, H hubs.

    Attributes:
        prospects: (T, 7, K), single precision in sampled mode; see :func:`sim.engine.choice.block_pulls`.
        ending, fear, worse, believed: (T, K); see :func:`sim.engine.outlook.look_ahead`.
        flow: contracted trade, musd per month, (T, K).
        queue: waiting for licences, (T, K).
        fate: (8, T, K); see :mod:`sim.engine.settlement`.
        banned, passing: (T, K).
        arrivals, log_price: (S, B, G).
        replaced: share of demand replaced by home production, (S, G).
        activity, need: drivers of orders and of demand, (S, G).
        effort: (S,).
        carried, fullness, log_markup: (H,).
        watched: share of a good's lines that the coalition bans to the target, (G,).
        exporters_listed: share of a state's trade with the target whose sellers were listed this month, (S,).
        firms_listed: exporters listed since the run began, (S,).
    """

    prospects: NDArray[np.floating]
    ending: Floats
    fear: Floats
    worse: Floats
    believed: Floats
    flow: Floats
    queue: Floats
    fate: Floats
    banned: Floats
    passing: Floats
    arrivals: Floats
    log_price: Floats
    replaced: Floats
    activity: Floats
    need: Floats
    effort: Floats
    carried: Floats
    fullness: Floats
    log_markup: Floats
    watched: Floats
    exporters_listed: Floats
    firms_listed: Floats


def workspace(world: World, base: Baseline, *, fullness: float, single: bool) -> Workspace:
    """A workspace at rest in the base year."""
    (n_types, n_roads), n_states = base.flow.shape, len(world.states)
    n_goods, n_hubs = len(world.goods), len(world.hubs)

    def table() -> Floats:
        return np.zeros((n_types, n_roads))

    return Workspace(
        prospects=np.zeros((n_types, 7, n_roads), dtype=np.float32 if single else np.float64),
        ending=table(), fear=table(), worse=table(), believed=table(), flow=base.flow.copy(), queue=table(),
        fate=np.zeros((8, n_types, n_roads)), banned=table(), passing=table(),
        arrivals=np.zeros((n_states, 2, n_goods)), log_price=np.zeros((n_states, 2, n_goods)),
        replaced=np.zeros((n_states, n_goods)), activity=np.ones((n_states, n_goods)), need=np.ones((n_states,
        n_goods)), effort=usual_effort(world), carried=np.ones(n_hubs), fullness=np.full(n_hubs,
        fullness), log_markup=np.zeros(n_hubs), watched=np.zeros(n_goods), exporters_listed=np.zeros(n_states),
        firms_listed=np.zeros(n_states),
    )  # fmt: skip


def usual_effort(world: World) -> Floats:
    """Enforcement effort of the base year, strictly inside 0..1, (state,)."""
    effort: Floats = np.clip(np.asarray(world.effort_2021, dtype=float), 0.01, 0.99)
    return effort


def state_exposure(world: World) -> Floats:
    """How far a state's firms depend on the coalition: mean of its technology and its finance, 0..1, (state,)."""
    exposure: Floats = 0.5 * (np.asarray(world.technology_exposure) + np.asarray(world.finance_exposure))
    return exposure


def mean_traits(world: World, base: Baseline, values: Values) -> Means:
    """Mean traits by type.

    Firms of coalition states, and coalition firms anywhere, live by the coalition (exposure 1); others as far as their
    state depends on its technology and finance. Only coalition firms answer for their name at home.
    """
    coalition_firm = base.headquarters == 0
    at_home = np.asarray(world.is_coalition)[base.origin]
    exposure = np.where(coalition_firm | at_home, 1.0, state_exposure(world)[base.origin])
    return Means(np.full(len(base.volume), values.aversion), exposure, coalition_firm.astype(float))


def market_baseline(base: Baseline, n_states: int, n_goods: int) -> Floats:
    """Base-year imports (destination, headquarters, good), musd per month, without sales at home."""
    imports = np.zeros((n_states, 2, n_goods))
    for k, d in enumerate(base.destination):
        abroad = base.origin != d
        np.add.at(imports, (d, base.headquarters[abroad], base.good[abroad]), base.flow[abroad, k])
    return imports
