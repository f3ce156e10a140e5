"""How the trade of each pair splits into goods in the base year.

A pair starts from its own mix of goods where one was seen (by industry or by tariff line), else from the mix of its
exporter's exports times the mix of its importer's imports over the mix of the world, scaled to the pair's total. The
target's imports start from its office's mix by partner and chapter of an earlier year, brought by RAS to the partners'
totals and to the chapters of the base year, each chapter split over goods. Cells that were seen or derived elsewhere
are held. The target's goods are fitted by RAS to what its chapters make of each good, where it publishes them. Where
the machinery and transport section of a pair is published, its goods are scaled to it. Of a group of goods that was
seen together, each good has the share that it starts with.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sim.common.arrays import Floats
from sim.common.good_groups import codes_named
from sim.common.months import MONTHS_PER_YEAR
from sim.world.build.fact_tables import CELLS
from sim.world.build.facts import Facts
from sim.world.build.pair_totals import Figure, PairTotals
from sim.world.build.ras import fit_margins
from sim.world.build.target_goods import by_chapter, chapter_rows, error_in, target_margin

_LARGEST_HELD = 0.95
# Beside a mix that was seen, what was not in it is this small a part.
_TRACE = 1e-9
_SANCTIONED, _BASKET, _SECTION = "sanctioned_lines_", "priority_list_29_codes", "sitc_7"
Cell = tuple[str, str, str]
Pair = tuple[str, str]


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
    seed, mixed = mix_seed(facts, pairs.musd), _pair_mixes(facts)
    for (origin, destination), (shares, _) in mixed.items():
        cell = facts.state(origin), facts.state(destination)
        seed[cell] = pairs.musd[cell] * shares
    target = facts.state(facts.settings.texts["target"])
    found_by_chapter = by_chapter(facts, pairs.musd[:, target])
    for row, (goods, _) in found_by_chapter.items():
        if (facts.states[row], facts.states[target]) not in mixed:
            seed[row, target] = goods
    held = held_cells(facts, seed)
    sections = _sections(facts)
    flows = np.zeros(seed.shape)
    for column, destination in enumerate(facts.states):
        fixed = np.full((len(facts.states), len(facts.goods)), np.nan)
        for (origin, place, good), figure in held.items():
            if place == destination:
                fixed[facts.state(origin), facts.good(good)] = figure.musd
        if column == target and chapter_rows(facts):
            flows[:, column] = _to_target(facts, pairs.musd[:, target], seed[:, column], fixed)
            continue
        for row, origin in enumerate(facts.states):
            section = sections.get((origin, destination))
            flows[row, column] = _fill(facts, seed[row, column], fixed[row], pairs.musd[row, column], section)
    chapters = {facts.states[row]: errors for row, (_, errors) in found_by_chapter.items()}
    return Flows(_with_floor(facts, flows, pairs.musd), _standing(facts, pairs, held, (sections, mixed, chapters)))


def _to_target(facts: Facts, totals: Floats, seed: Floats, fixed: Floats) -> Floats:
    """Fit the target's imports [S, G] to the partners' totals and to what its chapters make of each good."""
    margin = target_margin(facts, float(totals.sum()))
    for row, total in enumerate(totals):
        known = ~np.isnan(fixed[row])
        # A held cell from another office may exceed the total of this pair; the total is the better figure.
        if fixed[row, known].sum() > _LARGEST_HELD * total:
            fixed[row, known] *= _LARGEST_HELD * total / fixed[row, known].sum()
    start = np.where(np.isnan(fixed), np.maximum(seed, _TRACE * totals[:, None]), fixed)
    return fit_margins(start, totals, margin, ~np.isnan(fixed))


def mix_seed(facts: Facts, totals: Floats) -> Floats:
    """Return the first guess [S, S, G]: the pair's total times a mix of both sides' mixes.

    Args:
        facts: The facts.
        totals: [S, S] million US dollars a year.
    """
    if facts.tables["trade_mix_2021"]:
        exports, imports = _mix(facts, "export_share"), _mix(facts, "import_share")
    else:
        exports, imports = _mixes_of_cells(facts, totals)
    sums = totals.sum(axis=1)
    world = (exports * sums[:, None]).sum(axis=0) / sums.sum()
    both = exports[:, None, :] * imports[None, :, :]
    mix = np.divide(both, world, out=np.zeros(both.shape), where=world > 0)
    # Where nothing that one sells is bought by the other, the exporter's mix stands alone.
    mix = np.where(mix.sum(axis=2, keepdims=True) > 0, mix, exports[:, None, :])
    return np.asarray(totals[:, :, None] * mix / mix.sum(axis=2, keepdims=True), dtype=np.float64)


def _mixes_of_cells(facts: Facts, totals: Floats) -> tuple[Floats, Floats]:
    """Return shares of goods in exports and imports [S, G] of the pairs of which goods were seen, else of the world."""
    cells = np.zeros((*totals.shape, len(facts.goods)))
    for row in (row for table in CELLS for row in facts.tables[table] if row.text("good") in facts.goods):
        place = facts.state(row.text("exporter")), facts.state(row.text("importer")), facts.good(row.text("good"))
        cells[place] = cells[place] or facts.cell_musd(row)
    shown = cells.sum(axis=2) > 0
    cells[:, :, -1] = np.where(shown, np.maximum(totals - cells[:, :, :-1].sum(axis=2), 0.0), 0.0)
    whole = cells.sum(axis=(0, 1))
    found = []
    for side in (1, 0):
        sums = cells.sum(axis=side)
        sums[sums.sum(axis=1) == 0] = whole if whole.any() else 1.0
        found.append(sums / sums.sum(axis=1, keepdims=True))
    return found[0], found[1]


def _pair_mixes(facts: Facts) -> dict[Pair, tuple[Floats, dict[str, Figure]]]:
    """Return mixes by pair that were seen, shares [G] of sum 1, and what stands behind them by good."""
    shares: dict[Pair, Floats] = defaultdict(lambda: np.zeros(len(facts.goods)))
    standing: dict[Pair, dict[str, Figure]] = defaultdict(dict)
    for row in facts.tables["pair_mix_2021"]:
        pair, good = (row.text("exporter"), row.text("importer")), row.text("good")
        facts.state(pair[0]), facts.state(pair[1])
        shares[pair][facts.good(good)] += row.number("share")
        source = f"{row.text('source')}; {row.text('quality')}"
        standing[pair][good] = Figure(0.0, row.text("status"), source, error_in(row))
    return {pair: (mix / mix.sum(), standing[pair]) for pair, mix in shares.items()}


def held_cells(facts: Facts, seed: Floats) -> dict[Cell, Figure]:
    """Return the cells known good by good: records of control lists, good_cells_2021, then tariff lines.

    Args:
        facts: The facts.
        seed: [S, S, G] by which a value of several goods together is split.
    """
    year = facts.settings.texts["base_year"]
    listed = next((row.text("code") for row in facts.tables["good_facts"] if row.text("control_tier")), "")
    months: dict[Cell, list[float]] = defaultdict(list)
    credit: dict[Cell, str] = {}
    for row in facts.tables["customs_sanctioned_lines"]:
        # Only the listed good is wholly made of controlled lines; for the others the record is a lower bound.
        if listed and row.text("period")[:4] == year and row.text("good") == _SANCTIONED + listed:
            key = row.text("exporter"), row.text("importer"), listed
            months[key].append(facts.musd(row))
            credit[key] = row.text("source")
    held = {
        key: Figure(sum(values), "observed", f"{credit[key]}; origin's record, FOB")
        for key, values in months.items()
        if len(values) == MONTHS_PER_YEAR
    }
    for row in facts.tables["customs_annual"]:
        if listed and row.text("period") == year and row.text("good") == _BASKET:
            key = row.text("exporter"), row.text("importer"), listed
            held.setdefault(key, Figure(facts.musd(row), "observed", f"{row.text('source')}; 29 of the 50 codes"))
    for row in (row for table in CELLS for row in facts.tables[table]):
        source = f"{row.text('source')}; {row.text('quality')}"
        value, status = facts.cell_musd(row), row.text("status")
        pair, places = (row.text("exporter"), row.text("importer")), facts.goods_named(row.text("good"))
        start = seed[facts.state(pair[0]), facts.state(pair[1])][places]
        for place, share in zip(places, start / start.sum() if len(places) > 1 else [1.0], strict=True):
            own = source if len(places) == 1 else f"{source}; {row.text('good')} split by the pair's mix"
            standing = status if len(places) == 1 or status == "imputed" else "derived"
            held.setdefault((*pair, facts.goods[place]), Figure(value * float(share), standing, own, error_in(row)))
    return held


def _mix(facts: Facts, column: str) -> Floats:
    """Return shares [S, G]; the last good is what the table leaves over."""
    mix = np.zeros((len(facts.states), len(facts.goods)))
    for row in facts.tables["trade_mix_2021"]:
        mix[facts.state(row.text("state")), facts.good(row.text("good"))] = row.number(column)
    mix[:, -1] = np.maximum(1.0 - mix[:, :-1].sum(axis=1), 0.0)
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
        members = np.isin(facts.goods, _section_goods(facts))
        room = facts.settings.numbers["sitc_7_share"] * section - goods[members & known].sum()
        free = members & ~known
        goods[free] *= room / goods[free].sum()
        known |= members
    free = ~known
    if goods[free].sum() > 0:
        goods[free] *= (total - goods[known].sum()) / goods[free].sum()
    return goods


def _with_floor(facts: Facts, flows: Floats, totals: Floats) -> Floats:
    """Lift cells of a trading pair to the floor, in small pairs less, taken from its largest good: totals stay."""
    least = np.minimum(facts.settings.numbers["floor_musd_per_year"], totals / (2 * len(facts.goods)))
    lifted = np.maximum(flows, least[:, :, None])
    largest = flows.argmax(axis=2)[:, :, None]
    taken = np.take_along_axis(lifted, largest, axis=2) - (lifted - flows).sum(axis=2, keepdims=True)
    np.put_along_axis(lifted, largest, taken, axis=2)
    if np.any(lifted < 0):
        raise ValueError("a pair is too small for the floor")
    return lifted


def _section_goods(facts: Facts) -> list[str]:
    return codes_named(facts.settings.lists["sitc_7_goods"], facts.goods, facts.groups)


def _standing(
    facts: Facts,
    pairs: PairTotals,
    held: dict[Cell, Figure],
    seen_by: tuple[dict[Pair, float], dict[Pair, tuple[Floats, dict[str, Figure]]], dict[str, Floats]],
) -> dict[Cell, Figure]:
    """Return what stands behind every cell: its own record, or its pair's total and how that was split.

    Args:
        facts: The facts.
        pairs: Totals by pair.
        held: Cells with a record of their own.
        seen_by: Pairs of which the section is published; pairs with a mix of their own; errors of goods by origin of
            which the target's office published chapters.
    """
    sections, mixed, chapters = seen_by
    target, members = facts.settings.texts["target"], _section_goods(facts)
    published = bool(chapter_rows(facts))
    standing: dict[Cell, Figure] = {}
    for (origin, destination), figure in pairs.figures.items():
        for place, good in enumerate(facts.goods):
            key = origin, destination, good
            seen, how = figure.status != "imputed", ""
            error: float | None = None
            if key in held:
                standing[key] = held[key]
                continue
            if (origin, destination) in mixed:
                mix = mixed[origin, destination][1].get(good)
                seen, how = seen and (mix is None or mix.status != "imputed"), mix.source if mix else "its own mix"
                error = mix.sd_log if mix else None
            elif destination == target and published and (origin in chapters or not facts.tables["target_chapters"]):
                how = "the target's chapters (RAS)"
                error = float(chapters[origin][place]) if origin in chapters else None
            elif (origin, destination) in sections and good in members:
                how = "SITC section 7"
            seen = seen and bool(how)
            source = f"{figure.status} pair total [{figure.source}] split over goods by {how or 'trade_mix_2021'}"
            standing[key] = Figure(0.0, "derived" if seen else "imputed", source, error if seen else None)
    return standing
