"""How the trade of each pair splits into goods in the base year.

A pair starts from the mix of its exporter's exports times the mix of its importer's imports over the mix of the world,
scaled to the pair's total. Cells that were seen or derived elsewhere are held. The target's imports are fitted by RAS
to its published totals by chapter as well. Where the machinery and transport section of a pair is published, its goods
are scaled to it.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sim.common.arrays import Floats
from sim.common.months import MONTHS_PER_YEAR
from sim.world.build.facts import Facts
from sim.world.build.pair_totals import Figure, PairTotals
from sim.world.build.ras import fit_margins

_LARGEST_HELD = 0.95
_SANCTIONED, _BASKET, _SECTION, _CHAPTER = "sanctioned_lines_", "priority_list_29_codes", "sitc_7", "chapter_"
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Flows:
    """The baseline: [S, S, G] million US dollars a year, and what stands behind each cell."""

    musd: Floats
    figures: dict[Cell, Figure]


def split_goods(facts: Facts, pairs: PairTotals) -> Flows:
    """Split every pair into goods.

    Raises:
        ValueError: If the held cells of a pair exceed its total, or the target's margins cannot be met.
    """
    held = held_cells(facts)
    seed = mix_seed(facts, pairs.musd)
    sections = _sections(facts)
    target = facts.state(facts.settings.texts["target"])
    flows = np.zeros(seed.shape)
    for column, destination in enumerate(facts.states):
        fixed = np.full((len(facts.states), len(facts.goods)), np.nan)
        for (origin, place, good), figure in held.items():
            if place == destination:
                fixed[facts.state(origin), facts.good(good)] = figure.musd
        if column == target:
            margin = target_margin(facts, float(pairs.musd[:, target].sum()))
            start = np.where(np.isnan(fixed), seed[:, column], fixed)
            flows[:, column] = fit_margins(start, pairs.musd[:, column], margin, ~np.isnan(fixed))
            continue
        for row, origin in enumerate(facts.states):
            section = sections.get((origin, destination))
            flows[row, column] = _fill(facts, seed[row, column], fixed[row], pairs.musd[row, column], section)
    return Flows(_with_floor(facts, flows, pairs.musd), _standing(facts, pairs, held, sections))


def mix_seed(facts: Facts, totals: Floats) -> Floats:
    """Return the first guess [S, S, G]: the pair's total times a mix of both sides' mixes.

    Args:
        facts: The facts.
        totals: [S, S] million US dollars a year.
    """
    exports, imports = _mix(facts, "export_share"), _mix(facts, "import_share")
    sums = totals.sum(axis=1)
    world = (exports * sums[:, None]).sum(axis=0) / sums.sum()
    mix = exports[:, None, :] * imports[None, :, :] / world[None, None, :]
    return np.asarray(totals[:, :, None] * mix / mix.sum(axis=2, keepdims=True), dtype=np.float64)


def target_margin(facts: Facts, total: float) -> Floats:
    """Return the target's imports by good [G], FOB, from its customs totals by chapter.

    Args:
        facts: The facts; `chapter_split` says which share of a chapter belongs to which good.
        total: What the goods must sum to, million US dollars a year; the last good takes what is left.

    Raises:
        ValueError: If the chapters exceed the total.
    """
    year, freight = facts.settings.texts["base_year"], facts.settings.numbers["cif_over_fob"]
    chapters = {
        row.text("good").removeprefix(_CHAPTER): facts.musd(row)
        for row in facts.tables["customs_by_chapter"]
        if row.text("period") == year and row.text("importer") == facts.settings.texts["target"]
    }
    if "all" not in chapters:
        raise ValueError(f"customs_by_chapter.csv has no row {_CHAPTER}all of the target in {year}")
    # What the office publishes only in the total: chapters it keeps secret.
    chapters["all"] = 2 * chapters["all"] - sum(chapters.values())
    margin = np.zeros(len(facts.goods))
    for row in facts.tables["chapter_split"]:
        if row.text("chapter") not in chapters:
            raise ValueError(f"customs_by_chapter.csv has no chapter {row.text('chapter')} of the target in {year}")
        margin[facts.good(row.text("good"))] += row.number("share") * chapters[row.text("chapter")] / freight
    margin[-1] = total - margin.sum()
    if margin[-1] <= 0:
        raise ValueError("the chapters of the target exceed its import total")
    return margin


def held_cells(facts: Facts) -> dict[Cell, Figure]:
    """Return the cells known good by good: control-list records of customs offices, then good_cells_2021."""
    year = facts.settings.texts["base_year"]
    listed = next((row.text("code") for row in facts.tables["good_facts"] if row.text("control_tier")), None)
    if listed is None:
        raise ValueError("no good of good_facts.csv has a control_tier")
    months: dict[Cell, list[float]] = defaultdict(list)
    credit: dict[Cell, str] = {}
    for row in facts.tables["customs_sanctioned_lines"]:
        # Only the listed good is wholly made of controlled lines; for the others the record is a lower bound.
        if row.text("period")[:4] == year and row.text("good") == _SANCTIONED + listed:
            key = row.text("exporter"), row.text("importer"), listed
            months[key].append(facts.musd(row))
            credit[key] = row.text("source")
    held = {
        key: Figure(sum(values), "observed", f"{credit[key]}; origin's record, FOB")
        for key, values in months.items()
        if len(values) == MONTHS_PER_YEAR
    }
    for row in facts.tables["customs_annual"]:
        if row.text("period") == year and row.text("good") == _BASKET:
            key = row.text("exporter"), row.text("importer"), listed
            held.setdefault(key, Figure(facts.musd(row), "observed", f"{row.text('source')}; 29 of the 50 codes"))
    for row in facts.tables["good_cells_2021"]:
        rate = facts.usd_per_eur(year) if row.text("unit") == "beur" else 1.0
        source = f"{row.text('source')}; {row.text('quality')}"
        key = row.text("exporter"), row.text("importer"), row.text("good")
        held.setdefault(key, Figure(1000.0 * row.number("value") * rate, row.text("status"), source))
    return held


def _mix(facts: Facts, column: str) -> Floats:
    """Return shares [S, G]; the last good is what the table leaves over."""
    mix = np.zeros((len(facts.states), len(facts.goods)))
    for row in facts.tables["trade_mix_2021"]:
        mix[facts.state(row.text("state")), facts.good(row.text("good"))] = row.number(column)
    mix[:, -1] = 1.0 - mix[:, :-1].sum(axis=1)
    if np.any(mix[:, -1] < 0):
        raise ValueError(f"{column}: the shares of {facts.states[int(np.argmin(mix[:, -1]))]} exceed 1")
    return mix


def _sections(facts: Facts) -> dict[tuple[str, str], float]:
    """Return the published machinery and transport section by pair, musd a year."""
    year = facts.settings.texts["base_year"]
    return {
        (row.text("exporter"), row.text("importer")): facts.musd(row)
        for row in facts.tables["customs_annual"]
        if row.text("period") == year and row.text("good") == _SECTION
    }


def _fill(facts: Facts, seed: Floats, fixed: Floats, total: float, section: float | None) -> Floats:
    """Scale the free goods of one pair so that the section and the total are met, held goods kept."""
    known = ~np.isnan(fixed)
    goods = np.where(known, fixed, seed)
    # A held cell from another office may exceed the total of this pair; the total is the better figure.
    if goods[known].sum() > _LARGEST_HELD * total:
        goods[known] *= _LARGEST_HELD * total / goods[known].sum()
    if section is not None:
        members = np.isin(facts.goods, facts.settings.lists["sitc_7_goods"])
        room = facts.settings.numbers["sitc_7_share"] * section - goods[members & known].sum()
        free = members & ~known
        goods[free] *= room / goods[free].sum()
        known |= members
    free = ~known
    if goods[free].sum() > 0:
        goods[free] *= (total - goods[known].sum()) / goods[free].sum()
    return goods


def _with_floor(facts: Facts, flows: Floats, totals: Floats) -> Floats:
    """Lift cells of a trading pair to the floor, taken from the last good, so that totals stay."""
    lifted = np.maximum(flows, np.where(totals[:, :, None] > 0, facts.settings.numbers["floor_musd_per_year"], 0.0))
    lifted[:, :, -1] -= (lifted - flows).sum(axis=2)
    if np.any(lifted < 0):
        raise ValueError("a pair is too small for the floor")
    return lifted


def _standing(
    facts: Facts, pairs: PairTotals, held: dict[Cell, Figure], sections: dict[tuple[str, str], float]
) -> dict[Cell, Figure]:
    """Return what stands behind every cell: its own record, or its pair's total and how that was split."""
    target = facts.settings.texts["target"]
    standing: dict[Cell, Figure] = {}
    for (origin, destination), figure in pairs.figures.items():
        for good in facts.goods:
            key = origin, destination, good
            seen = figure.status != "imputed"
            by_section = (origin, destination) in sections and good in facts.settings.lists["sitc_7_goods"]
            if key in held:
                standing[key] = held[key]
            elif seen and (destination == target or by_section):
                how = "SITC section 7" if by_section and destination != target else "the target's chapters (RAS)"
                standing[key] = Figure(0.0, "derived", f"pair total [{figure.source}] split over goods by {how}")
            else:
                how = f"{figure.status} pair total [{figure.source}] split over goods by trade_mix_2021"
                standing[key] = Figure(0.0, "imputed", how)
    return standing
