"""The PyPI package ``sanction-simulator``, asked by way of its public functions; nothing of it is in this box.

It is the model of "Political Power in International Trade" (Bhattathiripad and Veetil, arXiv 2607.09990) on the OECD's
input-output tables of 2022: 80 countries with 50 sectors each. A restriction takes the sales of a country's sectors to
another country out of the matrix of inputs; what is left is balanced anew against the sellers' and the buyers' totals,
less a share that nobody makes up for (``tau``) and with a share that leaks through (``delta``); then output falls as
far as lacking inputs, bundled with a constant elasticity, and the sellers' capacity say.

It needs streamlit and plotly, which nothing else here does, so it is not in our lock: where it is missing, or of
another version than the one that was read, its columns are left out and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import sim
from calibration.targets.simulated_targets import Floats

PACKAGE, KNOWN = "sanction-simulator", ("0.1.4",)
STATES, SECTORS = Path(__file__).with_name("states.csv"), Path(__file__).with_name("sectors.csv")
# Agriculture, mining, manufactures: what passes a customs office.
_GOODS = ("A", "B", "C")
_REST, _OTHER = "*", "other"


def version_of() -> str | None:
    """The version that is installed, None if none is."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


def missing() -> str | None:
    """Why the package cannot be asked; None if it can."""
    found = version_of()
    if found is None:
        return f"{PACKAGE} is not installed (pip install {PACKAGE}=={KNOWN[-1]})"
    if found not in KNOWN:
        return f"{PACKAGE} {found} is installed; this page was written for {', '.join(KNOWN)}"
    return None


@dataclass(frozen=True, eq=False)
class Solved:
    """An equilibrium under a restriction: the package's own batch of one scenario, and what it solved to."""

    batch: Any
    result: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Network:
    """The package with its tables read.

    Attributes:
        functions: its module.
        bench: its benchmark economy.
    """

    functions: Any
    bench: Any

    @staticmethod
    def open() -> Network:
        """Loads the package.

        Raises:
            SimError: it is missing, or of a version that this was not written for.
        """
        if (why := missing()) is not None:
            raise sim.SimError(why)
        package = import_module("sanction_simulator")
        functions = import_module("sanction_simulator.power_trade_estimation")
        return Network(functions, functions.Benchmark(package.data_dir(), cache=package.bench_cache()))

    @cached_property
    def goods_sectors(self) -> tuple[str, ...]:
        """Its sectors that make goods."""
        return tuple(sector for sector in self.bench.sectors if sector[0] in _GOODS)

    @cached_property
    def _countries(self) -> dict[str, list[str]]:
        said = {row["state"]: row["icio"].split() for row in sim.csv_records(STATES)}
        named = {code for codes in said.values() for code in codes}
        rest = [code for code in self.bench.countries if code not in named]
        return {state: rest if codes == [_REST] else codes for state, codes in said.items()}

    def members(self, state: str) -> list[str]:
        """Its countries that make up one of our states; none where it has none."""
        return self._countries.get(state, [])

    @cached_property
    def goods_of(self) -> dict[str, tuple[str, ...]]:
        """Which of our goods each of its goods sectors makes, by group where all of a group are meant."""
        said = {row["sector"]: tuple(row["goods"].split()) for row in sim.csv_records(SECTORS)}
        return {sector: said.get(sector, (_OTHER,)) for sector in self.goods_sectors}

    def sectors_of(self, world: sim.World, names: Sequence[str]) -> tuple[str, ...]:
        """Its sectors most of whose goods are among ours, which may be named one by one or by group.

        Args:
            world: ours.
            names: codes of goods, groups of them, or ``all``.
        """
        asked = set(world.good_positions(names))
        return tuple(
            sector
            for sector, goods in self.goods_of.items()
            if 2 * sum(asked.issuperset(world.good_positions([good])) for good in goods) > len(goods)
        )

    def closed_sectors(self, world: sim.World, closed: Floats) -> dict[tuple[str, str], float]:
        """What law closes, in its sectors.

        A sector of several of our goods is closed by the mean share, weighted by what the state sold of each to the
        target in our base year.

        Args:
            world: ours.
            closed: [origin, good] share closed on the way to the target.

        Returns:
            By (our state, its sector), where anything is closed.
        """
        sales = world.recorded_musd[:, world.target]
        found = {}
        for row, state in enumerate(world.states):
            for sector, goods in self.goods_of.items():
                places = world.good_positions(goods)
                weights = sales[row, places]
                if self.members(state) and weights.sum() > 0.0:
                    share = float(np.average(closed[row, places], weights=weights))
                    if share > 0.0:
                        found[state, sector] = share
        return found

    def solve(
        self,
        closed: Mapping[tuple[str, str], float],
        target: str,
        friction: float | None = None,
        leakage: float | None = None,
    ) -> Solved:
        """The equilibrium when shares of sectors' sales to the target are severed.

        Args:
            closed: share by (our state, its sector).
            target: our code.
            friction: ``tau``, the package's own by default.
            leakage: ``delta``, likewise.

        Raises:
            SimError: the package found no equilibrium.
        """
        (buyer,) = self.members(target)
        by_state: dict[str, Floats] = {}
        for (state, sector), share in closed.items():
            mask = by_state.setdefault(state, np.zeros(self.bench.S))
            mask[self.bench.sectors.index(sector)] = share
        place = self.bench.cidx
        legs = [
            (place[code], place[buyer], mask) for state, mask in by_state.items() for code in self.members(state)
            if code != buyer
        ]  # fmt: skip
        tau = self.functions.TAU_BASE if friction is None else friction
        delta = self.functions.DELTA_BASE if leakage is None else leakage
        batch = self.functions.ScenarioBatch(self.bench, [legs], tau=tau, delta=delta)
        batch.balance()
        result = batch.solve(rho=self.functions.RHO_BASE)
        if not result["err"].max() < 1e-8:
            raise sim.SimError(f"{PACKAGE} found no equilibrium at tau {tau}, delta {delta}")
        return Solved(batch, result)

    def corners(self) -> list[tuple[float, float]]:
        """The ends of the ranges of ``tau`` and ``delta`` that the package itself looks at."""
        taus, deltas = self.functions.TAU_GRID, self.functions.DELTA_GRID
        return [(tau, delta) for tau in (min(taus), max(taus)) for delta in (min(deltas), max(deltas))]

    def sales(
        self, found: Solved | None, sellers: Sequence[str], buyer: str, sectors: Sequence[str] | None = None
    ) -> Floats:
        """Inputs that sellers' goods sectors deliver to the industries of a buyer, musd a year.

        Args:
            found: an equilibrium; None for the base year.
            sellers: our states.
            buyer: our state.
            sectors: of those that make goods; all by default.

        Returns:
            [seller]; NaN where there are no sectors.
        """
        delivered = self._delivered(found, buyer)
        chosen = self.goods_sectors if sectors is None else sectors
        if not chosen:
            return np.full(len(sellers), np.nan)
        rows = [self.bench.sectors.index(sector) for sector in chosen]
        places = [[self.bench.cidx[code] for code in self.members(seller)] for seller in sellers]
        return np.array([delivered[np.ix_(rows, place)].sum() for place in places])

    def _delivered(self, found: Solved | None, buyer: str) -> Floats:
        """Deliveries to a buyer's industries by the seller's sector and country: [sector, country], musd."""
        bench = self.bench
        columns = np.zeros(bench.C)
        columns[[bench.cidx[code] for code in self.members(buyer)]] = 1.0
        bought = np.tile(columns, bench.S) * bench.omb
        if found is None:
            flows: Floats = (bench.A @ (bought * bench.s)).reshape(bench.S, bench.C)
            return flows
        batch = found.batch
        inputs = batch.v * (bought * found.result["s_omega"])[:, None, :]
        ordered = batch.u * batch.rs(inputs, batch.lvec, batch.kvec, batch.Q)
        delivered: Floats = ordered[0] * found.result["h_omega"][0].reshape(bench.S, bench.C)
        return delivered

    def output_change(self, found: Solved, states: Sequence[str]) -> Floats:
        """Change of gross output as a share of the base year's, by our state; NaN where it has none of it."""
        bench = self.bench
        after = found.result["s_omega"][0].reshape(bench.S, bench.C).sum(axis=0)
        places = [[bench.cidx[code] for code in self.members(state)] for state in states]
        return np.array(
            [after[place].sum() / bench.s_country[place].sum() - 1.0 if place else np.nan for place in places]
        )
