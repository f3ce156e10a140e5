"""The state of a run: all arrays that its months write, set up once. What stays the same is in :mod:`.constants`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from sim.model.records import DELIVERED, PROSPECTS

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Marks
    from sim.model.baseline import Baseline
    from sim.model.records import HubTraits, Numbers
    from sim.world import World


class RouteOutlook(NamedTuple):
    """What the mean firm of a type makes of each route, each (T, K), or (T, R) for the R routes to the target.

    Attributes:
        contract_end_odds: odds that a contract ends this month.
        legal_deterrence: aversion times hazard, log points.
        last_disutility: how bad the route looked last month, log points.
        believed_hazard: believed hazard of being listed or cut off, log points at exposure 1, (T, R).
        background_activity: part of the base year's background trade that is still done (see
            :class:`sim.model.baseline.Baseline`); on a route through a hub, what intermediaries pass on.
        diverted_share: part of a hub route's trade that comes on top of the base year's, (T, R).
        released: part of what intermediaries would pass on that makers and their law let go; hub routes, (T, R).
        passing_cost: what passing on meets beside the hub's own cost, log points; hub routes, (T, R).
        resting: whether the route has to be evaluated, see :mod:`sim.model.kernels.route_prospects`.
        restless: whether routes to states whose prices do not move have to be, (T,).
    """

    contract_end_odds: Floats
    legal_deterrence: Floats
    last_disutility: Floats
    believed_hazard: Floats
    background_activity: Floats
    diverted_share: Floats
    released: Floats
    passing_cost: Floats
    resting: Marks
    restless: Marks


class Evasion(NamedTuple):
    """In which form goods are shipped, and the law that falls on that form.

    Attributes:
        shipped_as_components: share shipped as components to the target, (T, R).
        labels: share of military use that labels hide, (T,).
        banned_as_shipped: share of lines forbidden in what is shipped to the target, (T, R).
        licence_as_shipped: share of lines that need a licence in what is shipped to the target, (T, R).
    """

    shipped_as_components: Floats
    labels: Floats
    banned_as_shipped: Floats
    licence_as_shipped: Floats


class Shipments(NamedTuple):
    """Trade of the month by type and route, musd at base-year prices.

    Attributes:
        contracted: trade under contract, at base-year activity, (T, K).
        licence_queue: orders that wait for a licence, (T, K).
        order_status: what became of every order for the target, (8, T, R); see :data:`sim.model.records.ORDER_STATUS`.
        banned_shipped: share of what is shipped to the target that is banned goods, (T, R).
        banned_elsewhere: the same on routes to other states, of types that are stirred, (T, K).
        evading: share of what goes through a hub that is banned or would else go direct, (T, R).
        cleared: what reaches its destination or its hub's intermediaries, (T, K).
        stirred: whether on the type's routes to other states law acts or orders wait, (T,); else all is delivered.
    """

    contracted: Floats
    licence_queue: Floats
    order_status: Floats
    banned_shipped: Floats
    banned_elsewhere: Floats
    evading: Floats
    cleared: Floats
    stirred: Marks

    @property
    def delivered(self) -> Floats:
        """What reaches its destination, (T, K): elsewhere than at the target all that is cleared."""
        at_target = self.order_status[DELIVERED]
        return np.concatenate([at_target, self.cleared[:, at_target.shape[1] :]], axis=1)


class Markets(NamedTuple):
    """Markets of every destination.

    Attributes:
        demand_multiplier: orders against contracts: season, macro path, income, (S, G).
        war_demand: demand beyond orders, against the base year, (S, G).
        arrivals: for use, out of deliveries and stocks, musd at base-year prices, (S, B, G).
        stocks: bought ahead of law that was announced, musd at base-year prices, (S, B, G).
        log_price: against the base year, (S, B, G).
        expected_price: log price that sellers expect, (S, B, G).
        import_substitution: share of demand replaced by home production, (S, G).
    """

    demand_multiplier: Floats
    war_demand: Floats
    arrivals: Floats
    stocks: Floats
    log_price: Floats
    expected_price: Floats
    import_substitution: Floats


class Governments(NamedTuple):
    """What governments say, write and do, what they see, and what their banks and firms do.

    Attributes:
        announced_policy: what a state announces that it will not let pass, 0..1, (S,).
        enacted_law: share of the controlled goods that its own law keeps from the target, 0..1, (S,).
        enforcement_effort: enforcement effort, 0..1, (S,).
        state_protection: part of the fear of this month's listings all over a state kept off its firms, 0..1, (S,).
        triggered_threat: threat against states that crossed a red line, log points, (S,).
        resolve: part of its threats that a coalition member carries out, (S,); 1 for the others.
        trade: with the target last month, musd, (S,).
        military_trade: the same as it looks, weighted by how military it is, (S, G).
        observed_military_trade: military trade as the coalition sees it, (S, G).
        controlled: share of a good's lines that the coalition bans to the target, (G,).
        payment_refusals: largest share of payments that banks refuse, (S,).
        payment_intermediaries: share of refused payments that payment intermediaries carry, (S,).
        peer_exit_share: share of the coalition firms' direct trade with the target that has gone, by the firm's place,
            (S,).
        listed_share: share of the trade with the target whose sellers were listed this month, (S, G).
        state_listed_share: the same over goods, (S,).
        recent_listings: share of a state's trade whose sellers were lately listed, fading, (S,).
        firms_listed: exporters listed since the run began, (S,).
    """

    announced_policy: Floats
    enacted_law: Floats
    enforcement_effort: Floats
    state_protection: Floats
    triggered_threat: Floats
    resolve: Floats
    trade: Floats
    military_trade: Floats
    observed_military_trade: Floats
    controlled: Floats
    payment_refusals: Floats
    payment_intermediaries: Floats
    peer_exit_share: Floats
    listed_share: Floats
    state_listed_share: Floats
    recent_listings: Floats
    firms_listed: Floats


class Hubs(NamedTuple):
    """Hubs and what their intermediaries can carry, each (H,).

    Attributes:
        capacity_utilisation: goods consigned over open capacity.
        use: share of the intermediaries that the hub could hold that are open, by capacity.
        capacity_share: share of its consignments that a hub's intermediaries can carry.
        log_markup: log of what they add to the cost, against the base year.
    """

    capacity_utilisation: Floats
    use: Floats
    capacity_share: Floats
    log_markup: Floats


class Participation(NamedTuple):
    """Who sells to the target, each (T,).

    Attributes:
        usual: share of the pool that participates at rest.
        share: share of the pool that participates.
        entering: odds that one of the others enters this month.
        leaving: odds that a participant leaves this month.
    """

    usual: Floats
    share: Floats
    entering: Floats
    leaving: Floats


class PassedOn(NamedTuple):
    """What intermediaries turn to.

    Attributes:
        mix: of what they pass on beyond the base year, shares by (hub, headquarters, good), (H, B, G).
        margin: log of what passing on earns over what it costs, over all that they could turn to, (H,).
    """

    mix: Floats
    margin: Floats


class Transit(NamedTuple):
    """The passage through hubs, from the one that goods enter to the one that they leave for the target.

    Attributes:
        exit_hub_shares: exit hubs of what enters a hub, shares by (entry hub, good, exit hub), (H, G, H).
        transit_cost: log points that checks and want of room at the exit hub take off, (H, G).
        entry_cost: log cost of a sale through the entry hub, over its exit hubs, (H, G).
        passed_share: share of it that gets through, (H, G).
        stopped_share: share of it that is stopped, (H, G).
    """

    exit_hub_shares: Floats
    transit_cost: Floats
    entry_cost: Floats
    passed_share: Floats
    stopped_share: Floats


@dataclass(eq=False)
class ModelState:
    """All arrays of a run, by what they are about; the months write into them and never replace one.

    Attributes:
        prospects: what every route promises a firm this month, (T, 6, K), single precision in sampled mode; the rows of
            the middle axis are named in :data:`sim.model.records.PROSPECTS`.
        new_controls: share of what an army needs that the coalition newly bans this month.
    """

    prospects: Numbers
    outlook: RouteOutlook
    evasion: Evasion
    shipments: Shipments
    markets: Markets
    governments: Governments
    hubs: Hubs
    transit: Transit
    participation: Participation
    passed_on: PassedOn
    new_controls: float = 0.0


def state_at_rest(
    world: World, base: Baseline, hub_traits: HubTraits, *, utilisation: float, precision: type[np.floating[Any]]
) -> ModelState:
    """The state of the base year.

    Args:
        world: the world.
        base: its base year.
        hub_traits: what hubs did in the base year.
        utilisation: of hubs' capacity in the base year.
        precision: of route choice.
    """
    n_states, n_goods, n_hubs = len(world.states), len(world.goods), len(world.hubs)
    lanes, to_target = base.flow.shape, (len(base.flow), 1 + n_hubs)
    market, cell = (n_states, 2, n_goods), (n_states, n_goods)
    return ModelState(
        prospects=np.zeros((lanes[0], len(PROSPECTS), lanes[1]), dtype=precision),
        outlook=_blank(RouteOutlook, lanes)._replace(
            background_activity=np.ones(lanes), resting=np.zeros(lanes, dtype=np.uint8),
            restless=np.ones(lanes[0], dtype=np.uint8), believed_hazard=np.zeros(to_target),
            diverted_share=np.zeros(to_target), released=np.zeros(to_target), passing_cost=np.zeros(to_target),
        ),
        evasion=_blank(Evasion, to_target)._replace(labels=np.zeros(lanes[0])),
        shipments=_blank(Shipments, lanes)._replace(
            contracted=base.flow.copy(), order_status=np.zeros((8, *to_target)), evading=np.zeros(to_target),
            banned_shipped=np.zeros(to_target), stirred=np.zeros(lanes[0], dtype=np.uint8),
        ),
        markets=_blank(Markets, market)._replace(
            demand_multiplier=np.ones(cell), war_demand=np.ones(cell), import_substitution=np.zeros(cell)
        ),
        governments=_blank(Governments, (n_states,))._replace(
            enforcement_effort=usual_effort(world), resolve=np.ones(n_states), controlled=np.zeros(n_goods),
            military_trade=np.zeros(cell), observed_military_trade=np.zeros(cell), listed_share=np.zeros(cell),
        ),
        hubs=Hubs(
            np.full(n_hubs, utilisation), use=hub_traits.usual_use.copy(), capacity_share=np.ones(n_hubs),
            log_markup=np.zeros(n_hubs),
        ),
        transit=_blank(Transit, (n_hubs, n_goods))._replace(exit_hub_shares=hub_traits.exit_hub_shares.copy()),
        participation=Participation(*(base.participation * part for part in (1.0, 1.0, 0.0, 0.0))),
        passed_on=PassedOn(mix=hub_traits.tilt.copy(), margin=np.zeros(n_hubs)),
    )  # fmt: skip


def usual_effort(world: World) -> Floats:
    """Enforcement effort of the base year, strictly inside 0..1, (state,)."""
    effort: Floats = np.clip(np.asarray(world.enforcement_effort, dtype=float), 0.01, 0.99)
    return effort


Record = TypeVar("Record", RouteOutlook, Evasion, Shipments, Markets, Governments, Transit)


def _blank(kind: type[Record], shape: tuple[int, ...]) -> Record:
    """A record of zeros, each array of the shape given."""
    return kind._make(np.zeros(shape) for _ in kind._fields)
