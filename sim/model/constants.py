"""What stays the same all through a run, in the records that the loops take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

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
    NestedLogit,
    Routes,
    StateTraits,
)
from sim.model.state import usual_effort
from sim.policies.regime import COALITION_BRAND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.common.arrays import Floats, Mask
    from sim.model.baseline import Baseline
    from sim.rules.parameters import Values
    from sim.world import World


@dataclass(frozen=True, eq=False)
class Constants:
    """Constants of a run, by what they are about.

    Attributes:
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
    logit: NestedLogit
    ends_at_target: Mask
    coalition_direct: Floats


def constants_of(
    world: World, base: Baseline, values: Values, openings: Mapping[str, float], precision: type[np.floating[Any]]
) -> Constants:
    """The constants of a run.

    Args:
        world: the world.
        base: its base year.
        values: parameters.
        openings: of hubs by code, where a scenario says them.
        precision: of route choice.
    """
    goods = GoodTraits(
        military_sensitivity=np.asarray(world.military_sensitivity, dtype=float),
        ambiguity=np.asarray(world.ambiguity, dtype=float),
        coalition_share=np.asarray(world.coalition_brand_share, dtype=float),
        components=np.asarray(world.parts, dtype=np.int64),
    )
    hubs = HubTraits(
        exit_hub_shares=_exit_hub_shares(world),
        opening=np.array([openings.get(world.states[hub], values.opening) for hub in world.hubs]),
    )
    at_target = base.destination == world.target
    routes = Routes(
        origin=base.origin, headquarters=base.headquarters, good=base.good, destination=base.destination, hub=base.hub,
        hub_states=np.array(world.hubs, dtype=np.int64), target=world.target, target_routes=int(at_target.sum()),
    )  # fmt: skip
    return Constants(
        routes=routes,
        types=_firm_types(world, base, values),
        states=_state_traits(world, base, values.union_checks, _usual_trade(world, routes, base, goods, hubs)),
        goods=goods,
        components=ComponentTypes(base.good, goods.components, routes.target_routes),
        hubs=hubs,
        markets=MarketTraits(_imports(base, len(world.states), len(world.goods)), price_adjusting_markets(world)),
        offices=CustomsOffices(
            by_consignment=np.array([how == "consignment" for how in world.records]),
            reexports_shown=np.array([world.reexport_habit[hub] != "unrecorded" for hub in world.hubs], dtype=bool),
            catch_all=world.catch_all,
        ),
        logit=_nested_logit(world, base, values, precision),
        ends_at_target=at_target,
        coalition_direct=_coalition_direct(base, len(world.states)),
    )


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
        aversion=np.full(len(base.volume), values.aversion),
        exposure=np.where(coalition_firm | at_home, 1.0, _state_exposure(world)[base.origin]),
        reputation=coalition_firm.astype(float),
    )


def _nested_logit(world: World, base: Baseline, values: Values, precision: type[np.floating[Any]]) -> NestedLogit:
    member = np.asarray(world.is_coalition, dtype=bool)
    at_target = base.destination == world.target
    return NestedLogit(
        loss_if_listed=np.where(member[base.destination], values.listing_loss, 0.0).astype(precision),
        dissimilarity=cast(float, precision(values.similarity)),
        target_routes=int(at_target.sum()),
    )


def _state_traits(world: World, base: Baseline, union_checks: float, usual: tuple[Floats, Floats]) -> StateTraits:
    return StateTraits(
        decides=np.array([role == "third" for role in world.role]),
        members=np.asarray(world.is_coalition, dtype=bool),
        usual_effort=usual_effort(world),
        alignment=np.asarray(world.alignment, dtype=float),
        exposure=_state_exposure(world),
        exports=_exports(base, len(world.states)),
        border_checks=_border_checks(world, union_checks),
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
    imports = np.zeros((n_states, 2, n_goods))
    for k, d in enumerate(base.destination):
        abroad = base.origin != d
        np.add.at(imports, (d, base.headquarters[abroad], base.good[abroad]), base.flow[abroad, k])
    return imports


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
