"""Named records that the compiled loops take: who and what there is, and what law says, in arrays read by name.

Those of this file are constants of a run, or the law of one month; what a run itself writes stands in
:mod:`sim.model.state`. Dimensions: T types of firms (origin, headquarters, good), K routes, S states, B brands
(headquarters), G goods, H hubs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Integers, Mask

# Single precision in sampled mode, double in expected mode.
Numbers = NDArray[np.floating[Any]]

# What a route promises a firm of one type this month, in the order of the rows of ``prospects``.
PROSPECTS = (
    "market_weight",  # weight that prices, costs and room leave, against the base year
    "banned_share",  # share of lines whose sale is forbidden, as shipped
    "legal_hazard",  # how surely that law is applied, 0 or more
    "secondary_hazard",  # believed hazard of being listed or cut off, log points at exposure 1
    "reputation_cost",  # log points at mean sensitivity
    "base_weight",  # participants' weight in the base year
)
MARKET_WEIGHT, BANNED_SHARE, LEGAL_HAZARD, SECONDARY_HAZARD, REPUTATION_COST, BASE_WEIGHT = range(len(PROSPECTS))

# Status of orders, along the first axis of ``order_status``. Ordered equals the sum of all the others.
ORDERED, DELIVERED, SEIZED, STOPPED, REFUSED, DENIED, HELD, UNSOLD = range(8)
ORDER_STATUS = ("ordered", "delivered", "seized", "stopped", "refused", "denied", "held", "unsold")

# What a firm is to the target's market, along the middle axis of ``spread``: it considers the market, it does and the
# coalition has listed it, it does not consider the market.
PARTICIPANT, LISTED_PARTICIPANT, OUTSIDER = range(3)


# ------------------------------------------------------------------------------------------------ constants of a run
class Routes(NamedTuple):
    """Who sells what, and by which routes.

    Attributes:
        origin: position of the type's state, (T,).
        headquarters: 0 coalition, 1 neutral, (T,).
        good: position of the type's good, (T,).
        destination: position of the route's final destination, (K,).
        hub: position of the route's hub among the hubs, -1 for direct routes, (K,).
        hub_states: position of each hub among the states, (H,).
        target: position of the target among the states.
        target_routes: how many routes end at the target; they are the first ones.
    """

    origin: Integers
    headquarters: Integers
    good: Integers
    destination: Integers
    hub: Integers
    hub_states: Integers
    target: int
    target_routes: int


class FirmTypes(NamedTuple):
    """What firms of one type have in common.

    Attributes:
        base_weight: participants' weight of each route, (T, K); see :class:`sim.model.baseline.Baseline`.
        background: base-year trade of firms outside the pool, and through hubs, musd per month, (T, K).
        price_elasticity: of route choice, before the ``price_response`` multiple, (T,).
        closeness: how far the type's sellers earn the price of what the coalition sold to the target, 0..1, (T,).
        aversion: mean fear of a law that binds, log points, (T,).
        exposure: mean share of the firm's business that needs the coalition, (T,).
        reputation: mean sensitivity to reputation, (T,).
    """

    base_weight: Floats
    background: Floats
    price_elasticity: Floats
    closeness: Floats
    aversion: Floats
    exposure: Floats
    reputation: Floats


class StateTraits(NamedTuple):
    """What states are and did in the base year.

    Attributes:
        decides: whether a state decides its enforcement (third states do), (S,).
        members: whether a state belongs to the coalition, (S,).
        usual_effort: enforcement effort of the base year, (S,).
        law_capacity: share of its firms that obey a state's law without further effort, 0..1, (S,).
        alignment: with the target, -1..1, (S,).
        exposure: how far its firms depend on the coalition, 0..1, (S,).
        exports: of the base year, all destinations, musd per month, (S,).
        border_checks: part of the border checks left towards the target: less inside its customs union, (S,).
        usual_trade: with the target in the base year, musd per month, (S,).
        usual_military_trade: the same, weighted by how military a good is, (S, G).
    """

    decides: Mask
    members: Mask
    usual_effort: Floats
    law_capacity: Floats
    alignment: Floats
    exposure: Floats
    exports: Floats
    border_checks: Floats
    usual_trade: Floats
    usual_military_trade: Floats


class GoodTraits(NamedTuple):
    """What goods are.

    Attributes:
        military_sensitivity: share of a good's use that is military, (G,).
        ambiguity: how hard civil and military use are told apart, 0..1, (G,).
        coalition_share: share of the world's supply of a good that carries a coalition brand, (G,).
        components: the good as whose components a good can be shipped, -1 for none, (G,).
    """

    military_sensitivity: Floats
    ambiguity: Floats
    coalition_share: Floats
    components: Integers


class ComponentTypes(NamedTuple):
    """Which types of firms can ship their good as another one's.

    Attributes:
        good: position of the type's good, (T,).
        components: the good as whose components a good can be shipped, -1 for none, (G,).
        target_routes: how many routes end at the target; they are the first ones.
    """

    good: Integers
    components: Integers
    target_routes: int


class HubTraits(NamedTuple):
    """What hubs did in the base year, and what they could do.

    Attributes:
        exit_hub_shares: exit hubs of what enters a hub in the base year, shares by (entry hub, good, exit hub),
            (H, G, H).
        passed_on: goods of others that enter each hub in the base year, musd per month, (H, B, G).
        tilt: what new intermediaries would pass on if all paid alike, shares that sum to 1 or 0 by hub, (H, B, G).
        pool: what all the intermediaries that a hub could hold would pass on, musd per month, (H,).
        usual_use: share of them that is open in the base year, (H,).
        makers_known: how well makers are known both to a route's hub and to the target: the geometric mean of what they
            sold to either, musd per month, on routes through hubs, (T, R).
        makers_beside: the same over what they sold to the hub, (T, R).
    """

    exit_hub_shares: Floats
    passed_on: Floats
    tilt: Floats
    pool: Floats
    usual_use: Floats
    makers_known: Floats
    makers_beside: Floats


class MarketTraits(NamedTuple):
    """Markets in the base year.

    Attributes:
        imports: by (destination, headquarters, good), musd per month, without sales at home, (S, B, G).
        price_adjusting: whether the price of a state's market moves: the target's and the other buyers', (S,).
        home_output: what plants of coalition brands in the target add to their parts, musd per month; elsewhere 0,
            (S, G).
    """

    imports: Floats
    price_adjusting: Mask
    home_output: Floats


class CustomsOffices(NamedTuple):
    """How customs offices record.

    Attributes:
        by_consignment: whether a state records its imports by consignment, (S,).
        reexports_shown: part of the re-exports that evade which a hub's office records, (H,).
        catch_all: the good under which misdeclared goods go: the least military one.
    """

    by_consignment: Mask
    reexports_shown: Floats
    catch_all: int


# ------------------------------------------------------------------------------------------------ the law of a month
class ExportLaw(NamedTuple):
    """Law on exports as written, each (T, K); fields of the regime."""

    banned_share: Floats
    licence_share: Floats
    licence_odds_military: Floats


class RouteLaw(NamedTuple):
    """What law does to a route beside bans and licences, each (T, K); fields of the regime."""

    domestic_hazard: Floats
    declared_hazard: Floats
    pledge_hazard: Floats
    foreign_hazard: Floats
    shield: Floats
    reputation: Floats
    payment_fee: Floats
    payment_refusal: Floats
    closure: Floats
    tariff: Floats
    promotion: Floats
    licence_delay_months: Floats


class BorderLaw(NamedTuple):
    """What law does at the border, each (T, K); fields of the regime."""

    licence_odds_civil: Floats
    licence_odds_military: Floats
    licence_delay_months: Floats
    payment_refusal: Floats
    closure: Floats
    coming: Floats
