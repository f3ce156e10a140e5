"""The world before any policy: who the states are, what is traded, and the customs baseline as arrays.

Dimension order is (origin, destination, good), (origin, hub, good) and (first hub, second hub, good). Values are
million US dollars a month.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Integers
from sim.common.countries import StateNames
from sim.common.errors import SimError, nearest
from sim.common.good_groups import codes_named
from sim.common.parsing import shown
from sim.world.hub_flows import leaving
from sim.world.schema import STATUSES

Codes = NDArray[np.int8]


class PublishedFigure(NamedTuple):
    """What a customs office published of a month or a year, beside which the simulated record is laid.

    Attributes:
        series: Id of the series.
        title: What it shows.
        reporter: Code of the state whose office it is; `all` for all offices.
        flow: `export`, `re-export`, `import`, or `export;re-export` for the sum of the two.
        partner: Code of the other state.
        good: Code of a good or a group, or `all`.
        period: YYYY or YYYY-MM.
        musd: Million US dollars of the period, FOB for exports and CIF for imports.
        used_for_fitting: Whether parameters were fitted to it.
        source: Who published it.
    """

    series: str
    title: str
    reporter: str
    flow: str
    partner: str
    good: str
    period: str
    musd: float
    used_for_fitting: bool
    source: str


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
        rule_of_law: [S] Worldwide Governance Indicators, about -2.5 to 2.5; 0 where it is not known.
        startup_days: [S] days that founding a firm takes; 10 where it is not known.
        target_distance_km: [S] from the state to the target; where the table gives none, between the two places.
        common_language: [S] 1 where the state shares an official or widely spoken language with the target, else 0;
            shares for states that stand for several; 0 where it is not known.
        basket_overlap: [S] overlap of the state's exports to the target with those of the coalition, 0 to 1: sum over
            products of the lesser of both shares (Finger and Kreinin, Economic Journal 89, 1979); 1 where it is not
            known.
        published_exports_musd: Exports of the base year that the state's office published, FOB, musd a year, by state;
            None where it published none or the world has no such table.
        published_imports_musd: The same of its imports, CIF.
        published_figures: What offices published, to lay runs beside; none where the world has no published.csv.
        customs_union: Name of the customs union by state, or an empty text.
        publishes_until: Last month YYYY-MM that the customs office publishes, by state; None where it goes on.
        records: How the import office records partners, `origin` or `consignment`.
        publication_lag: [S] months between the end of a month and its publication.
        reexport_habit: How the export office shows what it passes on: `flagged` apart from own exports, `merged` with
            them, `overland` likewise but for what passes by land inside the target's customs union, or `unrecorded`.
        other_buyers: Codes of destinations that are modelled beside the target.
        goods: Codes of the goods, in the order of the alphabet; that of every G dimension.
        good_groups: Group of goods -> indices into `goods`; a group stands for all its goods wherever goods are named.
        good_names: Plain names.
        hs_codes: What each good covers, as text.
        control_tier: Highest tier of the common high-priority list, or an empty text.
        military_sensitivity: [G] 0 to 1.
        ambiguity: [G] how hard it is to tell civil from military use, 0 to 1.
        coalition_brand_share: [G] share of the world's supply that carries a coalition brand.
        price_elasticity: [G] trade elasticity, as a positive number.
        parts: [G] position of the good that each can be shipped as in parts, -1 where none.
        home_output_musd: [G] what plants of coalition brands in the target add to their parts, without the parts.
        recorded_musd: [S, S, G] each origin's export record by declared destination, musd.
        direct_musd: [S, S, G] own goods for the destination's own use: the record less what is consigned onward
            through the destination and less the hub's sales of others' goods to the target and to other hubs for it.
            Zero diagonal, musd.
        through_musd: [S, H, G] goods of an origin that enter a hub on their way to the target, musd.
        onward: [H, H, G] share of what enters the first hub that goes on to the second before the target.
        coalition_hq_share: [S, G] share of the exports made by firms with coalition headquarters.
        season: [S, 12] factor on demand by calendar month, mean 1.
        flow_status: [S, S, G] index into `STATUSES` of each recorded flow; 0 on the diagonal.
        flow_sd_log: [S, S, G] standard error in logs of each recorded flow; 0 on the diagonal.
        pair_sd_log: [S, S] that part of it which all goods of a pair share: the error of the pair's total; 0 where the
            world has no totals by pair.
        pair_status: [S, S] index into `STATUSES` of the pair's total; -1 on the diagonal and where there is none.
        reexport_status: [H, G] index into `STATUSES`.
        reexport_sd_log: [H, G] standard error in logs of the odds of a hub's re-export share.
        members: State that stands for several -> their codes of ISO 3166-1, three letters; none where it is not told.
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
    rule_of_law: Floats
    startup_days: Floats
    target_distance_km: Floats
    common_language: Floats
    basket_overlap: Floats
    published_exports_musd: tuple[float | None, ...]
    published_imports_musd: tuple[float | None, ...]
    published_figures: tuple[PublishedFigure, ...]
    customs_union: tuple[str, ...]
    publishes_until: tuple[str | None, ...]
    records: tuple[str, ...]
    publication_lag: Integers
    reexport_habit: tuple[str, ...]
    other_buyers: tuple[str, ...]
    goods: tuple[str, ...]
    good_groups: Mapping[str, tuple[int, ...]]
    good_names: tuple[str, ...]
    hs_codes: tuple[str, ...]
    control_tier: tuple[str, ...]
    military_sensitivity: Floats
    ambiguity: Floats
    coalition_brand_share: Floats
    price_elasticity: Floats
    parts: Integers
    home_output_musd: Floats
    recorded_musd: Floats
    direct_musd: Floats
    through_musd: Floats
    onward: Floats
    coalition_hq_share: Floats
    season: Floats
    flow_status: Codes
    flow_sd_log: Floats
    pair_sd_log: Floats
    pair_status: Codes
    reexport_status: Codes
    reexport_sd_log: Floats
    members: Mapping[str, tuple[str, ...]]
    digest: str

    @property
    def codes_by_group(self) -> dict[str, tuple[str, ...]]:
        """Codes of each group's goods."""
        return {name: tuple(self.goods[place] for place in places) for name, places in self.good_groups.items()}

    def good_positions(self, names: Iterable[str]) -> list[int]:
        """Return the positions of goods named by code, by group or as `all`; sorted, each once.

        Raises:
            SimError: If a name is neither a good nor a group.
        """
        at = {code: place for place, code in enumerate(self.goods)}
        return [at[code] for code in codes_named(names, self.goods, self.codes_by_group)]

    @cached_property
    def names(self) -> StateNames:
        """Return the codes of the states, which know what people call them."""
        rest = next((code for code, role in zip(self.states, self.role, strict=True) if role == "rest"), "")
        return StateNames(self.states, dict(zip(self.states, self.state_names, strict=True)), self.members, rest)

    def state_code(self, name: str) -> str:
        """Return the code of a state: of a code, a plain name, or a country's name or code of ISO 3166.

        Raises:
            SimError: If no state of the world is called so; the text says which one a country is part of.

        Example:
            >>> import sim
            >>> sim.load_world("reference").state_code("Switzerland")
            Traceback (most recent call last):
            ...
            sim.common.errors.SimError: unknown state 'Switzerland'; Switzerland is part of 'ALLY' (...
        """
        if (code := self.names.code(name)) is None:
            raise SimError(f"unknown state {shown(name)}; {nearest(name, self.names)}")
        return code

    @property
    def covers_all_trade(self) -> bool:
        """Whether its goods are all there are, as the published totals of its states are: a world of wheat does not.

        Only then figures of all goods can be laid beside its records.
        """
        return any(total is not None for total in (*self.published_exports_musd, *self.published_imports_musd))

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
