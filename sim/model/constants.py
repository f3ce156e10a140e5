"""What stays the same all through a run, in the records that the loops take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.baseline import price_adjusting_markets
from sim.model.kernels.sums import sum_trade
from sim.model.records import (
    ComponentTypes,
    CustomsOffices,
    FirmTypes,
    GoodTraits,
    HubTraits,
    MarketTraits,
    Routes,
    StateTraits,
)
from sim.model.state import usual_effort
from sim.policies.regime import COALITION_BRAND, NEUTRAL_BRAND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.common.arrays import Floats, Integers, Mask
    from sim.model.baseline import Baseline
    from sim.model.records import Numbers
    from sim.rules.parameters import Values
    from sim.world import World

# A hub can hold at least this multiple of the intermediaries that it has.
_LEAST_POOL = 1.2


@dataclass(frozen=True, eq=False)
class Constants:
    """Constants of a run, by what they are about.

    Attributes:
        loss_if_listed: log points that a listed firm loses on each route, in the precision of the choice, (K,).
        home: route to the type's own state, (T,).
        ends_at_target: whether a route ends at the target, (K,).
        coalition_direct: direct trade of the coalition's firms with the target in the base year, musd per month, by
            the state they sell from, (S,).
    """

    routes: Routes
    types: FirmTypes
    states: StateTraits
    goods: GoodTraits
    components: ComponentTypes
    hubs: HubTraits
    markets: MarketTraits
    offices: CustomsOffices
    loss_if_listed: Numbers
    home: Integers
    ends_at_target: Mask
    coalition_direct: Floats


def constants_of(
    world: World, base: Baseline, values: Values, hub_effects: Mapping[str, float], precision: type[np.floating[Any]]
) -> Constants:
    """The constants of a run.

    Args:
        world: the world.
        base: its base year.
        values: parameters.
        hub_effects: what a hub's pool has over that of its traits, log points, by code.
        precision: of route choice.
    """
    goods = GoodTraits(
        military_sensitivity=np.asarray(world.military_sensitivity, dtype=float),
        ambiguity=np.asarray(world.ambiguity, dtype=float),
        coalition_share=np.asarray(world.coalition_brand_share, dtype=float),
        components=np.asarray(world.parts, dtype=np.int64),
    )
    imports = _imports(base, len(world.states), len(world.goods))
    hubs = _hub_traits(world, base, imports, values, hub_effects)
    at_target = base.destination == world.target
    routes = Routes(
        origin=base.origin, headquarters=base.headquarters, good=base.good, destination=base.destination, hub=base.hub,
        hub_states=np.array(world.hubs, dtype=np.int64), target=world.target, target_routes=int(at_target.sum()),
    )  # fmt: skip
    return Constants(
        routes=routes,
        types=_firm_types(world, base, values),
        states=_state_traits(world, base, values, _usual_trade(world, routes, base, goods, hubs)),
        goods=goods,
        components=ComponentTypes(base.good, goods.components, routes.target_routes),
        hubs=hubs,
        markets=MarketTraits(
            imports=imports, price_adjusting=price_adjusting_markets(world), home_output=_home_output(world)
        ),
        offices=CustomsOffices(
            by_consignment=np.array([how == "consignment" for how in world.records]),
            reexports_shown=_reexports_shown(world, values),
            catch_all=world.catch_all,
        ),
        loss_if_listed=np.where(
            np.asarray(world.is_coalition, dtype=bool)[base.destination], values.listing_loss, 0.0
        ).astype(precision),
        home=_home_routes(base),
        ends_at_target=at_target,
        coalition_direct=_coalition_direct(base, len(world.states)),
    )


def _home_routes(base: Baseline) -> Integers:
    """Route to the type's own state, (type,)."""
    direct = np.flatnonzero(base.hub < 0)
    found: Integers = direct[np.argmax(base.destination[direct][None, :] == base.origin[:, None], axis=1)]
    return found


def _firm_types(world: World, base: Baseline, values: Values) -> FirmTypes:
    """Types of firms with their mean traits.

    Firms of coalition states, and coalition firms anywhere, live by the coalition (exposure 1); others as far as their
    state depends on its technology and finance. Only coalition firms answer for their name at home.
    """
    coalition_firm = base.headquarters == COALITION_BRAND
    at_home = np.asarray(world.is_coalition)[base.origin]
    return FirmTypes(
        base_weight=base.weight,
        background=base.background,
        price_elasticity=base.price_elasticity,
        closeness=(_closeness(world) ** values.overlap_response)[base.origin],
        aversion=np.full(len(base.volume), values.aversion),
        exposure=np.where(coalition_firm | at_home, 1.0, _state_exposure(world)[base.origin]),
        reputation=coalition_firm.astype(float),
    )


def _state_traits(world: World, base: Baseline, values: Values, usual: tuple[Floats, Floats]) -> StateTraits:
    return StateTraits(
        decides=np.array([role == "third" for role in world.role]),
        members=np.asarray(world.is_coalition, dtype=bool),
        usual_effort=usual_effort(world),
        law_capacity=_law_capacity(world, values),
        alignment=np.asarray(world.alignment, dtype=float),
        exposure=_state_exposure(world),
        exports=_exports(base, len(world.states)),
        border_checks=_border_checks(world, values.union_checks),
        usual_trade=usual[0],
        usual_military_trade=usual[1],
    )


def _usual_trade(
    world: World, routes: Routes, base: Baseline, goods: GoodTraits, hubs: HubTraits
) -> tuple[Floats, Floats]:
    """Trade with the target in the base year, (state,), and its military part, (state, good), labels plain."""
    trade, military = np.zeros(len(world.states)), np.zeros((len(world.states), len(world.goods)))
    sum_trade(routes, goods.military_sensitivity[base.good], base.flow, hubs.exit_hub_shares, trade, military)
    return trade, military


def _state_exposure(world: World) -> Floats:
    """How far a state's firms depend on the coalition: mean of its technology and its finance, 0..1, (state,)."""
    exposure: Floats = 0.5 * (np.asarray(world.technology_exposure) + np.asarray(world.finance_exposure))
    return exposure


def _exports(base: Baseline, n_states: int) -> Floats:
    abroad = base.origin[:, None] != base.destination[None, :]
    sold: Floats = np.bincount(base.origin, weights=(base.flow * abroad).sum(axis=1), minlength=n_states).astype(float)
    return sold


def _coalition_direct(base: Baseline, n_states: int) -> Floats:
    mine = base.headquarters == COALITION_BRAND
    sold: Floats = np.bincount(base.origin[mine], weights=base.flow[mine, 0], minlength=n_states).astype(float)
    return sold


def _imports(base: Baseline, n_states: int, n_goods: int) -> Floats:
    """Base-year imports (destination, headquarters, good), musd per month, without sales at home."""
    abroad = np.where(base.destination[:, None] == base.origin, 0.0, base.flow.T)
    place = (base.destination[:, None] * 2 + base.headquarters) * n_goods + base.good
    imports: Floats = np.bincount(place.ravel(), abroad.ravel(), n_states * 2 * n_goods).astype(float)
    return imports.reshape(n_states, 2, n_goods)


def _home_output(world: World) -> Floats:
    """Output of the coalition's plants by (destination, good), musd per month: what the target makes of its parts."""
    output = np.zeros((len(world.states), len(world.goods)))
    output[world.target] = world.home_output_musd
    return output


def _border_checks(world: World, left: float) -> Floats:
    """A border inside the target's customs union has no customs post, so only a part of the checks is left."""
    union = world.customs_union[world.target]
    inside = [bool(union) and name == union for name in world.customs_union]
    return np.where(inside, left, 1.0)


def _exit_hub_shares(world: World) -> Floats:
    """Shares of the exit hubs of what enters a hub, (entry, good, exit); what goes no further exits where it is."""
    shares: Floats = np.transpose(world.onward, (0, 2, 1)).copy()
    for hub in range(len(world.hubs)):
        shares[hub, :, hub] = 1.0 - shares[hub].sum(axis=1)
    return shares


def _closeness(world: World) -> Floats:
    """How near a state's goods come to what the coalition sold to the target, 0..1, (state,).

    Its overlap of export baskets over that of a mean coalition member with the others, at most 1.
    """
    overlap, member = np.asarray(world.basket_overlap, dtype=float), np.asarray(world.is_coalition, dtype=bool)
    sold = np.where(member, world.direct_musd[:, world.target].sum(axis=1), 0.0)
    among = float((overlap * sold).sum() / sold.sum()) if sold.sum() > 0.0 else 1.0
    closeness: Floats = np.minimum(overlap / among, 1.0) if among > 0.0 else np.ones(len(overlap))
    return closeness


def _law_capacity(world: World, values: Values) -> Floats:
    """Share of its firms that obey a state's law without further effort: logit in its rule of law, (state,)."""
    mean, rule_of_law = values.law_capacity, np.asarray(world.rule_of_law, dtype=float)
    odds = mean / (1.0 - mean) * np.exp(values.law_capacity_slope * rule_of_law)
    capacity: Floats = odds / (1.0 + odds)
    return capacity


def _reexports_shown(world: World, values: Values) -> Floats:
    """Part of the re-exports that evade which a hub's office records, (hub,): little of what passes by land inside."""
    usual, overland = values.reexport_recorded, values.overland_recorded
    return np.array([reexports_shown(world.reexport_habit[hub], usual, overland) for hub in world.hubs])


def reexports_shown(habit: str, usual: float, overland: float) -> float:
    """Part of the re-exports that evade which an office of this habit records.

    Args:
        habit: how it records re-exports, see :data:`sim.world.schema.HABITS`.
        usual: that part of an office that records them, ``reexport_recorded``.
        overland: the same where they pass by land inside the target's customs union, ``overland_recorded``.
    """
    return {"unrecorded": 0.0, "overland": overland}.get(habit, usual)


def _hub_traits(
    world: World, base: Baseline, imports: Floats, values: Values, hub_effects: Mapping[str, float]
) -> HubTraits:
    """What hubs passed on in the base year, and the pool of intermediaries that their traits let them hold.

    One law for all hubs: the pool rises with what the hub buys of coalition brands (of all brands, where there are
    none) and is larger inside the target's customs union; a hub's own effect comes on top (partial pooling: Gelman and
    Hill 2007).
    """
    n_hubs, n_goods = len(world.hubs), len(world.goods)
    passed_on, bought, sold = (np.zeros((n_hubs, 2, n_goods)) for _ in range(3))
    for k, hub in enumerate(base.hub):
        if hub >= 0:
            np.add.at(passed_on, (hub, base.headquarters, base.good), base.flow[:, k])
    for hub, state in enumerate(world.hubs):
        bought[hub] = imports[state] + passed_on[hub]
    sold[:] = imports[world.target] - passed_on.sum(axis=0)
    tilt = np.where(passed_on > 0.0, np.sqrt(np.maximum(bought * sold, 0.0)), 0.0)
    total = tilt.sum(axis=(1, 2), keepdims=True)
    tilt = np.divide(tilt, total, out=np.zeros_like(tilt), where=total > 0.0)
    # A world without coalition brands has no others to lose.
    counted = [COALITION_BRAND] if sold[:, COALITION_BRAND].any() else [COALITION_BRAND, NEUTRAL_BRAND]
    lost, brands = sold[0, counted].sum() if n_hubs else 0.0, bought[:, counted].sum(axis=(1, 2))
    mean = brands.mean() if n_hubs and brands.sum() > 0.0 else 1.0
    union = world.customs_union[world.target]
    inside = np.array([bool(union) and world.customs_union[hub] == union for hub in world.hubs], dtype=float)
    effect = np.array([hub_effects.get(world.states[hub], 0.0) for hub in world.hubs])
    pool = values.hub_pool * lost / max(n_hubs, 1) * np.maximum(brands / mean, 1e-9) ** values.hub_pool_size
    pool = pool * np.exp(values.hub_pool_union * inside + effect)
    usual = passed_on.sum(axis=(1, 2))
    pool = np.maximum(pool, _LEAST_POOL * usual)
    through = np.where(base.hub[: 1 + n_hubs] >= 0, base.flow[:, : 1 + n_hubs], 0.0)
    direct = base.flow[:, :1]
    return HubTraits(
        exit_hub_shares=_exit_hub_shares(world), passed_on=passed_on, tilt=tilt, pool=pool,
        usual_use=np.divide(usual, pool, out=np.zeros(n_hubs), where=pool > 0.0),
        makers_known=np.sqrt(through * direct),
        makers_beside=np.sqrt(np.divide(direct, through, out=np.zeros_like(through), where=through > 0.0)),
    )  # fmt: skip
