"""How much each state sold to each other state in the base year, over all goods: seen, derived or filled in.

What is wanted is the origin's export record by declared destination, FOB. For every pair the first of these wins:
the origin's annual record; the sum of its twelve monthly records; a published total of the origin; the importer's
annual record, then the sum of its months, divided by the freight margin. What no office shows is filled in by gravity
(exports x imports x distance, with the elasticity of Disdier and Head 2008, Review of Economics and Statistics 90(1))
and scaled by RAS to the exports and imports that every state published, the seen pairs held.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats
from sim.common.csv_tables import Row
from sim.common.months import MONTHS_PER_YEAR
from sim.world.build.facts import Facts
from sim.world.build.ras import fit_margins

EARTH_RADIUS_KM = 6371.0
_ALL_GOODS = "all"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """One value with its standing: musd a year, `observed`, `derived` or `imputed`, and where it comes from."""

    musd: float
    status: str
    source: str


@dataclass(frozen=True)
class PairTotals:
    """All goods together, by pair.

    Attributes:
        musd: [S, S] million US dollars a year, zero diagonal.
        figures: What stands behind each pair.
        raised: Import totals that had to be raised so that the seen partners fit, published -> used, by state.
    """

    musd: Floats
    figures: dict[Pair, Figure]
    raised: dict[str, tuple[float, float]]


def pair_totals(facts: Facts) -> PairTotals:
    """Return the total of every pair of states in the base year.

    Raises:
        ValueError: If the seen pairs contradict the published totals of the states beyond repair.
    """
    seen = _seen(facts)
    count = len(facts.states)
    held: NDArray[np.bool_] = np.eye(count, dtype=np.bool_)
    seed = gravity(facts)
    for (origin, destination), figure in seen.items():
        cell = facts.state(origin), facts.state(destination)
        seed[cell], held[cell] = figure.musd, True
    exports, imports, raised = _margins(facts, np.where(held, seed, 0.0))
    # The smallest pairs are a billionth of the whole: the tolerance has to be finer than they are.
    musd = fit_margins(seed, exports, imports, held, tolerance=1e-13)
    figures = {
        (o, d): seen.get((o, d)) or _unseen(held, (row, column), float(musd[row, column]))
        for row, o in enumerate(facts.states)
        for column, d in enumerate(facts.states)
        if row != column
    }
    return PairTotals(musd, figures, raised)


def _unseen(held: NDArray[np.bool_], cell: tuple[int, int], musd: float) -> Figure:
    """Return the standing of a pair that no office shows: a plain difference where it is the only one left."""
    row, column = cell
    if held[:, column].sum() == len(held) - 1:
        return Figure(musd, "derived", "import total of state_totals_2021 less freight, less all other partners")
    if held[row].sum() == len(held) - 1:
        return Figure(musd, "derived", "export total of state_totals_2021 less all other partners")
    return Figure(musd, "imputed", "gravity seed scaled by RAS to state_totals_2021, seen pairs held")


def gravity(facts: Facts) -> Floats:
    """Return the gravity seed [S, S]: exports x imports x distance to the elasticity, zero on the diagonal."""
    totals = {row.text("state"): row for row in facts.tables["state_totals_2021"]}
    exports = np.array([totals[code].number("exports_musd") for code in facts.states])
    imports = np.array([_imports(totals[code]) or totals[code].number("exports_musd") for code in facts.states])
    distance = great_circle_km(
        np.array([row.number("latitude") for row in facts.tables["state_facts"]]),
        np.array([row.number("longitude") for row in facts.tables["state_facts"]]),
    )
    np.fill_diagonal(distance, 1.0)
    seed = np.outer(exports, imports) * distance ** facts.settings.numbers["distance_elasticity"] / imports.sum()
    np.fill_diagonal(seed, 0.0)
    return np.asarray(seed, dtype=np.float64)


def great_circle_km(latitude: Floats, longitude: Floats) -> Floats:
    """Return the distances [S, S] between points on the sphere in kilometres (haversine formula); degrees in."""
    north, east = np.radians(latitude), np.radians(longitude)
    half = np.sin((north[:, None] - north[None, :]) / 2) ** 2
    half += np.cos(north)[:, None] * np.cos(north)[None, :] * np.sin((east[:, None] - east[None, :]) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)


def _imports(row: Row) -> float:
    return 0.0 if row.values["imports_musd"] == "" else row.number("imports_musd")


def _margins(facts: Facts, held: Floats) -> tuple[Floats, Floats, dict[str, tuple[float, float]]]:
    """Return export and import totals FOB that the held pairs fit into; the rest of the world closes the sum."""
    numbers, rest = facts.settings.numbers, facts.state(facts.settings.texts["rest"])
    totals = {row.text("state"): row for row in facts.tables["state_totals_2021"]}
    exports = np.array([totals[code].number("exports_musd") for code in facts.states])
    imports = np.array([_imports(totals[code]) for code in facts.states]) / numbers["cif_over_fob"]
    raised: dict[str, tuple[float, float]] = {}
    unseen = 1.0 - numbers["least_unseen_share"]
    for margin, sums, what in ((exports, held.sum(axis=1), "exports"), (imports, held.sum(axis=0), "imports")):
        for index, code in enumerate(facts.states):
            if index != rest and sums[index] > unseen * margin[index]:
                raised[f"{code} {what}"] = (float(margin[index]), float(sums[index] / unseen))
                margin[index] = sums[index] / unseen
    imports[rest] = 0.0
    imports[rest] = exports.sum() - imports.sum()
    if imports[rest] <= held[:, rest].sum():
        raise ValueError("the published totals leave no imports for the rest of the world")
    return exports, imports, raised


def _seen(facts: Facts) -> dict[Pair, Figure]:
    """Return the figure that wins for every pair that some office shows."""
    year, freight = facts.settings.texts["base_year"], facts.settings.numbers["cif_over_fob"]
    annual, monthly = _records(facts, "customs_annual", 1), _records(facts, "customs_monthly", MONTHS_PER_YEAR)
    published = {
        (row.text("exporter"), row.text("importer")): Figure(
            row.number("value_musd"), row.text("status"), f"{row.text('source')}; {row.text('quality')}"
        )
        for row in facts.tables["pair_totals_2021"]
        if row.text("period") == year
    }
    seen: dict[Pair, Figure] = {}
    for pair in ((o, d) for o in facts.states for d in facts.states if o != d):
        origin, destination = (*pair, "export"), (*pair, "import")
        for table in (annual, monthly):
            if origin in table and pair not in seen:
                seen[pair] = Figure(table[origin][0], "observed", f"{table[origin][1]}; origin's record, FOB")
        if pair in published and pair not in seen:
            seen[pair] = published[pair]
        for table in (annual, monthly):
            if destination in table and pair not in seen:
                value, source = table[destination]
                seen[pair] = Figure(value / freight, "derived", f"{source}; importer's record, CIF / {freight:g}")
    return seen


def _records(facts: Facts, table: str, wanted: int) -> dict[tuple[str, str, str], tuple[float, str]]:
    """Return musd of the base year and source by (exporter, importer, flow), for records that cover the whole year."""
    year = facts.settings.texts["base_year"]
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    sources: dict[tuple[str, str, str], str] = {}
    for row in facts.tables[table]:
        if row.text("period")[:4] == year and row.text("good") == _ALL_GOODS:
            key = row.text("exporter"), row.text("importer"), row.text("flow")
            values[key].append(facts.musd(row))
            sources[key] = f"{row.text('source')} ({row.text('quality')})"
    return {key: (sum(found), sources[key]) for key, found in values.items() if len(found) == wanted}
