"""The world before any policy: who the states are, what is traded, and the customs baseline as arrays.

Dimension order is (origin, destination, good), (origin, hub, good) and (first hub, second hub, good). Values are
million US dollars a month.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Integers
from sim.world.schema import STATUSES

Codes = NDArray[np.int8]

# A hub keeps at least this share of what it buys of a good from an origin, and of what it sells to the target.
LARGEST_THROUGH_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class World:
    """States, goods and the flows of the base year. S states, G goods, H hubs; all arrays are read-only.

    Attributes:
        title: What the world is called.
        base_year: Calendar year of the baseline.
        states: Codes of the states, in the order of the alphabet; that of every S dimension.
        state_names: Plain names.
        role: `coalition`, `target`, `third`, `buyer` or `rest`, by state.
        hubs: Indices into `states` of the states that may pass goods to the target; order of every H dimension.
        target: Index into `states`.
        latitude: Degrees, [S], capital or centre of trade.
        longitude: Degrees, [S].
        alignment: [S] from -1 (against the target) to 1 (with it).
        technology_exposure: [S] share of technology imports that comes from the coalition.
        finance_exposure: [S] share of exports that goes to the coalition.
        enforcement_effort: [S] enforcement effort towards the target at the baseline, 0 to 1.
        is_coalition: [S] whether the state belongs to the coalition.
        customs_union: Name of the customs union by state, or an empty text.
        publishes_until: Last month YYYY-MM that the customs office publishes, by state; None where it goes on.
        records: How the import office records partners, `origin` or `consignment`.
        publication_lag: [S] months between the end of a month and its publication.
        reexport_habit: How the export office shows what it passes on: `flagged` apart from own exports, `merged` with
            them, or `unrecorded`.
        other_buyers: Codes of destinations that are modelled beside the target.
        goods: Codes of the goods, in the order of the alphabet; that of every G dimension.
        good_names: Plain names.
        hs_codes: What each good covers, as text.
        control_tier: Highest tier of the common high-priority list, or an empty text.
        military_sensitivity: [G] 0 to 1.
        ambiguity: [G] how hard it is to tell civil from military use, 0 to 1.
        coalition_brand_share: [G] share of the world's supply that carries a coalition brand.
        price_elasticity: [G] trade elasticity, as a positive number.
        parts: [G] position of the good that each can be shipped as in parts, -1 where none.
        recorded_musd: [S, S, G] each origin's export record by declared destination, musd.
        direct_musd: [S, S, G] own goods for the destination's own use: the record less what is consigned onward
            through the destination and less the hub's sales of others' goods to the target and to other hubs for it.
            Zero diagonal, musd.
        through_musd: [S, H, G] goods of an origin that enter a hub on their way to the target, musd.
        onward: [H, H, G] share of what enters the first hub that goes on to the second before the target.
        coalition_hq_share: [S, G] share of the exports made by firms with coalition headquarters.
        season: [S, 12] factor on demand by calendar month, mean 1.
        flow_status: [S, S, G] index into `STATUSES` of each recorded flow; 0 on the diagonal.
        reexport_status: [H, G] index into `STATUSES`.
        digest: sha256 over the files the world was read from.

    Example:
        >>> import sim
        >>> world = sim.load_world("classroom")
        >>> world.states
        ('ALPHA', 'BETA', 'GAMMA')
    """

    title: str
    base_year: int
    states: tuple[str, ...]
    state_names: tuple[str, ...]
    role: tuple[str, ...]
    hubs: tuple[int, ...]
    target: int
    latitude: Floats
    longitude: Floats
    alignment: Floats
    technology_exposure: Floats
    finance_exposure: Floats
    enforcement_effort: Floats
    is_coalition: NDArray[np.bool_]
    customs_union: tuple[str, ...]
    publishes_until: tuple[str | None, ...]
    records: tuple[str, ...]
    publication_lag: Integers
    reexport_habit: tuple[str, ...]
    other_buyers: tuple[str, ...]
    goods: tuple[str, ...]
    good_names: tuple[str, ...]
    hs_codes: tuple[str, ...]
    control_tier: tuple[str, ...]
    military_sensitivity: Floats
    ambiguity: Floats
    coalition_brand_share: Floats
    price_elasticity: Floats
    parts: Integers
    recorded_musd: Floats
    direct_musd: Floats
    through_musd: Floats
    onward: Floats
    coalition_hq_share: Floats
    season: Floats
    flow_status: Codes
    reexport_status: Codes
    digest: str

    @property
    def catch_all(self) -> int:
        """Index of the good under which misdeclared goods go: the least military one."""
        return int(np.argmin(self.military_sensitivity))

    @property
    def leaving_musd(self) -> Floats:
        """Goods of others that each hub sells to the target, [H, G] musd; what entered, less and plus the hops."""
        return leaving(self.through_musd.sum(axis=0), self.onward)

    def observed_share(self, destination: int | None = None) -> dict[str, float]:
        """Return how much of the recorded value was seen.

        Args:
            destination: Index of one destination; all by default.

        Returns:
            Share of value by status (`observed`, `derived`, `imputed`), summing to 1.
        """
        places = slice(None) if destination is None else slice(destination, destination + 1)
        value, status = self.recorded_musd[:, places], self.flow_status[:, places]
        return {name: float(value[status == code].sum() / value.sum()) for code, name in enumerate(STATUSES)}


def onward_chains(recorded: Floats, reexports: Floats, shares: Floats, hubs: tuple[int, ...]) -> Floats:
    """Return what goes from one hub to another on its way to the target.

    It is never above `LARGEST_THROUGH_SHARE` of the first hub's record towards the second.

    Args:
        recorded: [S, S, G] export records.
        reexports: [H, G] goods of other origins that the hub sells to the target, same unit.
        shares: [H, H] share of what the second hub re-exports that came through the first.
        hubs: Indices of the hubs.

    Returns:
        [H, H, G], first hub, second hub.
    """
    between_hubs = recorded[np.ix_(hubs, hubs)]
    return np.minimum(shares[:, :, None] * reexports[None, :, :], LARGEST_THROUGH_SHARE * between_hubs)


def entering(reexports: Floats, chains: Floats) -> Floats:
    """Return what enters each hub from where it is made.

    That is what the hub sells to the target, less what came through other hubs, plus what it sends on to other hubs.
    Goods that came from another hub go straight to the target: two hubs at most.

    Args:
        reexports: [H, G] goods of other origins that the hub sells to the target.
        chains: [H, H, G] from hub to hub, same unit.

    Returns:
        [H, G], not negative as long as no hub has more than all its re-exports from other hubs.
    """
    entry: Floats = np.maximum(reexports - chains.sum(axis=0), 0.0) + chains.sum(axis=1)
    return entry


def split_through(
    recorded: Floats, entry: Floats, hubs: tuple[int, ...], target: int, chains: Floats | None = None
) -> Floats:
    """Split what enters each hub over the origins that supply it.

    Each origin's share is its share of the hub's imports of the good. Goods that came from the target do not go back.
    An origin's part is never above `LARGEST_THROUGH_SHARE` of its record towards the hub; what would be above that
    bound is left out, and so stays in the hub's own exports.

    Args:
        recorded: [S, S, G] export records.
        entry: [H, G] goods of other origins that enter the hub on their way to the target, same unit.
        hubs: Indices of the hubs.
        target: Index of the target.
        chains: [H, H, G] from hub to hub, same unit: they are in the first hub's record but not its own goods.

    Returns:
        [S, H, G] goods of each origin that enter each hub; their sum over origins is what really passes.
    """
    supplied = recorded[:, list(hubs), :].copy()
    if chains is not None:
        supplied[list(hubs)] -= chains
    supplied[target] = 0.0
    total = supplied.sum(axis=0)
    # Every origin supplies in proportion, so one bound on the common ratio bounds every cell.
    ratio = np.divide(entry, total, out=np.zeros_like(entry), where=total > 0)
    through: Floats = supplied * np.minimum(ratio, LARGEST_THROUGH_SHARE)
    return through


def leaving(entry: Floats, onward: Floats) -> Floats:
    """Return what leaves each hub for the target.

    Args:
        entry: [H, G] goods of other origins that enter each hub.
        onward: [H, H, G] share of what enters the first hub that goes on to the second.

    Returns:
        [H, G], same unit as `entry`.
    """
    chains = onward * entry[:, None, :]
    left: Floats = entry - chains.sum(axis=1) + chains.sum(axis=0)
    return left


def own_use(
    recorded: Floats, through: Floats, hubs: tuple[int, ...], target: int, onward: Floats | None = None
) -> Floats:
    """Return the flows for the destination's own use, of the exporter's own goods.

    What passes a hub stands in two records: the origin's towards the hub, and the hub's towards the target. What passes
    two stands in three. It is taken out of all of them, so that `direct` towards the target plus `through` equals what
    all offices record towards the target.

    Args:
        recorded: [S, S, G] export records.
        through: [S, H, G] goods that enter the hubs, same unit.
        hubs: Indices of the hubs.
        target: Index of the target.
        onward: [H, H, G] share of what enters the first hub that goes on to the second.

    Returns:
        [S, S, G], not negative.
    """
    places, entry = list(hubs), through.sum(axis=0)
    direct = recorded.copy()
    direct[:, places, :] -= through
    if onward is not None:
        direct[np.ix_(places, places)] -= onward * entry[:, None, :]
        entry = leaving(entry, onward)
    direct[places, target, :] -= entry
    return np.maximum(direct, 0.0)


def headquarters_share(state_share: Floats, brand_share: Floats, exports: Floats) -> Floats:
    """Tilt each state's share of coalition-headquartered exports by the brand share of the good.

    Args:
        state_share: [S] share over all goods.
        brand_share: [G] coalition brand share of the good.
        exports: [S, G] exports that weigh the goods.

    Returns:
        [S, G] shares from 0 to 1; their export-weighted mean is the state's share unless a good reaches the bound 1.
        A state whose share is 1 keeps 1 for every good.
    """
    total = exports.sum(axis=1)
    mean = np.divide(exports @ brand_share, total, out=np.full(len(total), brand_share.mean()), where=total > 0)
    tilted = state_share[:, None] * np.divide(
        brand_share[None, :], mean[:, None], out=np.ones_like(exports), where=mean[:, None] > 0
    )
    return np.where(state_share[:, None] >= 1.0, 1.0, np.minimum(tilted, 1.0))
