"""The arrays that one run works in, set up once; the month's phases only write into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.population import Means

if TYPE_CHECKING:
    from sim.model.baseline import Baseline
    from sim.rules.parameters import Values
    from sim.world import World

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Workspace:
    """Arrays of one run. Shapes: T types, K roads, S states, B brands (headquarters), G goods, H hubs.

    Attributes:
        prospects: (T, 7, K), single precision in sampled mode; see :func:`sim.model.kernels.route_choice.block_pulls`.
        ending, fear, worse, believed: (T, K); see :func:`sim.model.kernels.road_prospects.look_ahead`.
        appetite: part of the base year's trade that firms which consider no watched market still do, (T, K).
        as_parts: share shipped as parts, (T, K); shipped: law on what is shipped, banned and licence share, (2, T, K).
        labels: share of military use that labels hide, (T,).
        flow: contracted trade, musd per month, (T, K).
        queue: waiting for licences, (T, K).
        fate: (8, T, K); see :mod:`sim.model.kernels.settlement`.
        banned, evading, passing, diverted: (T, K); see :mod:`.kernels.settlement` and :mod:`.kernels.road_prospects`.
        arrivals, log_price, stocks: (S, B, G); stocks are goods bought ahead of law that was announced.
        replaced: share of demand replaced by home production, (S, G).
        activity, need: drivers of orders and of demand, (S, G).
        word, law, effort: what a state announces, writes into its own law, and does; 0..1, (S,).
        cover: part of foreign threats that a state keeps off its firms, (S,).
        provoked: threat against states that crossed a red line, log points, (S,).
        resolve: part of its threats that a coalition member carries out, (S,); 1 for the others.
        trade: with the target last month, (S,); military: the same as it looks, weighted by how military, (S, G).
        seen: military trade as the coalition sees it, (S, G).
        agents: share of refused payments that agents carry, (S,); refused: largest share that banks refuse, (S,).
        left: share of the coalition firms' direct trade with the target that has gone, by the firm's place, (S,).
        carried, fullness, log_markup: (H,).
        legs: last legs of what enters a hub, (H, G, H); hub_cost, hub_kept, hub_stopped, obstacle: (H, G), see
            :func:`sim.model.kernels.hub_network.weigh_hubs`.
        watched: share of a good's lines that the coalition bans to the target, (G,).
        alarm: share of what an army needs that the coalition newly bans this month.
        listed_here, listed_near: share of the trade with the target whose sellers were listed this month, (S, G), (S,).
        own_listed: share of a state's trade whose sellers were lately listed, fading, (S,).
        firms_listed: exporters listed since the run began, (S,).
    """

    prospects: NDArray[np.floating]
    ending: Floats
    fear: Floats
    worse: Floats
    believed: Floats
    appetite: Floats
    as_parts: Floats
    shipped: Floats
    labels: Floats
    flow: Floats
    queue: Floats
    fate: Floats
    banned: Floats
    evading: Floats
    diverted: Floats
    passing: Floats
    arrivals: Floats
    log_price: Floats
    stocks: Floats
    replaced: Floats
    activity: Floats
    need: Floats
    word: Floats
    law: Floats
    effort: Floats
    cover: Floats
    provoked: Floats
    resolve: Floats
    trade: Floats
    military: Floats
    seen: Floats
    agents: Floats
    refused: Floats
    left: Floats
    carried: Floats
    fullness: Floats
    log_markup: Floats
    legs: Floats
    hub_cost: Floats
    hub_kept: Floats
    hub_stopped: Floats
    obstacle: Floats
    watched: Floats
    listed_here: Floats
    listed_near: Floats
    own_listed: Floats
    firms_listed: Floats
    alarm: float = 0.0


def workspace(world: World, base: Baseline, legs: Floats, *, fullness: float, single: bool) -> Workspace:
    """A workspace at rest in the base year; ``legs`` are the base year's last legs."""
    (n_types, n_roads), n_states = base.flow.shape, len(world.states)
    n_goods, n_hubs = len(world.goods), len(world.hubs)

    def table() -> Floats:
        return np.zeros((n_types, n_roads))

    def by_state() -> Floats:
        return np.zeros(n_states)

    def by_good() -> Floats:
        return np.zeros((n_states, n_goods))

    def by_hub() -> Floats:
        return np.zeros((n_hubs, n_goods))

    return Workspace(
        prospects=np.zeros((n_types, 7, n_roads), dtype=np.float32 if single else np.float64),
        ending=table(), fear=table(), worse=table(), believed=table(), appetite=np.ones((n_types, n_roads)),
        as_parts=table(), shipped=np.zeros((2, n_types, n_roads)), labels=np.zeros(n_types), flow=base.flow.copy(),
        queue=table(),
        fate=np.zeros((8, n_types, n_roads)), banned=table(), evading=table(), diverted=table(), passing=table(),
        arrivals=np.zeros((n_states, 2, n_goods)), log_price=np.zeros((n_states, 2, n_goods)),
        stocks=np.zeros((n_states, 2, n_goods)), replaced=by_good(),
        activity=np.ones((n_states, n_goods)), need=np.ones((n_states, n_goods)), word=by_state(), law=by_state(),
        effort=usual_effort(world), cover=by_state(), provoked=by_state(), resolve=np.ones(n_states), trade=by_state(),
        military=by_good(), seen=by_good(), agents=by_state(), refused=by_state(), left=by_state(),
        carried=np.ones(n_hubs), fullness=np.full(n_hubs, fullness), log_markup=np.zeros(n_hubs), legs=legs.copy(),
        hub_cost=by_hub(), hub_kept=by_hub(), hub_stopped=by_hub(), obstacle=by_hub(), watched=np.zeros(n_goods),
        listed_here=by_good(), listed_near=by_state(), own_listed=by_state(), firms_listed=by_state(),
    )  # fmt: skip


def usual_effort(world: World) -> Floats:
    """Enforcement effort of the base year, strictly inside 0..1, (state,)."""
    effort: Floats = np.clip(np.asarray(world.enforcement_effort, dtype=float), 0.01, 0.99)
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
