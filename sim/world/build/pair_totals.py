"""How much each state sold to each other state in the base year, over all goods: seen, derived or filled in.

What is wanted is the origin's export record by declared destination, FOB (`sim.world.build.records` says which record
stands for a pair). What no office shows is filled in by gravity (exports x imports x distance, with the elasticity of
Disdier and Head 2008, Review of Economics and Statistics 90(1)) and scaled by RAS to the exports and imports that the
states published, the seen pairs held. A state without a published total keeps its level by gravity.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Mask
from sim.common.errors import Fault, FaultList
from sim.world.build.fact_tables import EXPORT
from sim.world.build.facts import Facts
from sim.world.build.gravity import gravity, start
from sim.world.build.ras import fit_margins
from sim.world.build.records import Believed, Pair, believed_records

# Smaller pairs are not left out to measure how far filling in misses.
LEAST_MUSD = 1.0


@dataclass(frozen=True)
class Figure:
    """One value with its standing: musd a year, `observed`, `derived` or `imputed`, and where it comes from.

    `sd_log` is its standard error in logs; of a good in a pair, that of its share in the pair; None: by status.
    """

    musd: float
    status: str
    source: str
    sd_log: float | None = None


@dataclass(frozen=True)
class PairTotals:
    """All goods together, by pair.

    Attributes:
        musd: [S, S] million US dollars a year, zero diagonal.
        figures: What stands behind each pair.
        raised: Totals that had to be raised so that the seen partners fit, published -> used, by state.
    """

    musd: Floats
    figures: dict[Pair, Figure]
    raised: dict[str, tuple[float, float]]


def pair_totals(facts: Facts) -> PairTotals:
    """Return the total of every pair of states in the base year.

    Raises:
        FaultList: If records contradict each other, or a state's total, and nothing says which is believed.
        ValueError: If the seen pairs cannot be met together with the totals of the states.
    """
    faults: list[Fault] = []
    check_pairs(facts, faults)
    if faults:
        raise FaultList(faults)
    seen = {pair: _figure(facts, one) for pair, one in believed_records(facts, faults).items()}
    musd, held, raised = fill(facts, {pair: figure.musd for pair, figure in seen.items()})
    figures = {
        (o, d): seen.get((o, d)) or _unseen(facts, musd, held, (row, column), seen)
        for row, o in enumerate(facts.states)
        for column, d in enumerate(facts.states)
        if row != column
    }
    return PairTotals(musd, figures, raised)


def check_pairs(facts: Facts, faults: list[Fault]) -> dict[Pair, float]:
    """Note records that contradict each other, or a state's total, where nothing says which is believed.

    Returns:
        What is believed of each pair that is seen, million US dollars a year.
    """
    seen = {pair: one.record.musd for pair, one in believed_records(facts, faults).items()}
    _margins(facts, *_seen(facts, seen), faults)
    return seen


def fill(facts: Facts, seen: Mapping[Pair, float]) -> tuple[Floats, Mask, dict[str, tuple[float, float]]]:
    """Fill in the pairs that nobody shows.

    Args:
        facts: The facts.
        seen: Million US dollars a year by pair; they are held.

    Returns:
        All pairs [S, S], which of them are held, and the totals that had to be raised.
    """
    known, held = _seen(facts, seen)
    exports, imports, raised = _margins(facts, known, held, [])
    seed = np.where(held, known, start(facts, known, held, gravity(facts, known, held, exports, imports)))
    bounds, kept = _bounds(facts), held.copy()
    while True:
        # The smallest pairs are a billionth of the whole: the tolerance has to be finer than they are.
        filled = np.asarray(fit_margins(seed, exports, imports, kept, tolerance=1e-13))
        above = np.asarray(~held & (filled > bounds))
        if not above.any():
            return filled, held, raised
        # Of what is known to lie below the bound the middle is taken.
        seed, kept = np.where(above, bounds / 2, seed), np.asarray(kept | above)


def _seen(facts: Facts, seen: Mapping[Pair, float]) -> tuple[Floats, Mask]:
    """Return pairs that are seen [S, S], musd a year, and which they are; the diagonal counts as seen."""
    held: NDArray[np.bool_] = np.eye(len(facts.states), dtype=np.bool_)
    known = np.zeros(held.shape)
    for (origin, destination), musd in seen.items():
        cell = facts.state(origin), facts.state(destination)
        known[cell], held[cell] = musd, True
    return known, held


def left_out(facts: Facts, count: int) -> dict[Pair, float]:
    """Return how far a filled-in pair misses: log of the filled-in over the seen value, of pairs left out one by one.

    Args:
        facts: The facts.
        count: So many of the complete records are left out, evenly over their size, from a million dollars to what an
            unseen pair can be.
    """
    faults: list[Fault] = []
    found = believed_records(facts, faults)
    seen = {pair: one.record.musd for pair, one in found.items()}
    rest = facts.settings.texts["rest"]
    bounds = _bounds(facts)
    whole = sorted(
        (one.record.musd, pair)
        for pair, one in found.items()
        if one.record.coverage == 1
        and rest not in pair
        and LEAST_MUSD <= one.record.musd <= bounds[facts.state(pair[0]), facts.state(pair[1])]
    )
    chosen = [whole[index][1] for index in np.linspace(0, len(whole) - 1, count).astype(int)]
    misses = {}
    for pair in chosen:
        musd, _, _ = fill(facts, {key: value for key, value in seen.items() if key != pair})
        misses[pair] = math.log(float(musd[facts.state(pair[0]), facts.state(pair[1])]) / seen[pair])
    return misses


def _figure(facts: Facts, one: Believed) -> Figure:
    """Return the standing of a pair that some office shows."""
    numbers, record = facts.settings.numbers, one.record
    freight = 0.0 if record.flow == EXPORT else numbers["freight_sd_log"]
    error = min(math.hypot(record.sd_log, freight, one.gap / 2), filled_in_error(facts, record.musd))
    status = "derived" if record.coverage >= numbers["derived_coverage"] else "imputed"
    if record.flow == EXPORT and record.coverage >= numbers["observed_coverage"]:
        status = "observed"
    what = (
        "origin's record, FOB"
        if record.flow == EXPORT
        else f"importer's record less freight ({numbers['cif_over_fob']:g})"
    )
    other = ""
    if one.other is not None:
        other = f"; the other office has {one.other.musd:,.6g} FOB"
    return Figure(record.musd, status, f"{record.source}; {what}{other}", error)


def filled_in_error(facts: Facts, musd: float) -> float:
    """Return the standard error in logs of a filled-in pair, by its size."""
    numbers = facts.settings.numbers
    small = musd < numbers["small_pair_musd"]
    return numbers["imputed_small_sd_log" if small else "imputed_sd_log"]


def _unseen(facts: Facts, musd: Floats, held: Mask, cell: tuple[int, int], seen: Mapping[Pair, Figure]) -> Figure:
    """Return the standing of a pair that no office shows.

    Its error is that of what a published total leaves after its other partners, the total's and theirs together, as far
    as that is below the error of a filled-in pair. It is derived where at most a stated share beside it is filled in.
    """
    row, column = cell
    numbers, value = facts.settings.numbers, float(musd[cell])
    sides = ((row, musd[row], held[row], "exports"), (column, musd[:, column], held[:, column], "imports"))
    alone = filled_in_error(facts, value)
    how = "pair_seeds or gravity scaled by RAS to state_totals_2021, seen pairs held"
    best, least = Figure(value, "imputed", how, alone), alone
    for index, line, shown, what in sides:
        if math.isnan(_totals(facts, f"{what}_musd")[index]):
            continue
        filled = float(line[~shown].sum()) - value
        names = [
            (facts.states[index], code) if what == "exports" else (code, facts.states[index]) for code in facts.states
        ]
        partners = [(seen[name].sd_log or 0.0) * seen[name].musd for name in names if name in seen]
        error = math.hypot(numbers["total_sd_log"] * line.sum(), alone * filled, *partners)
        if error < least * value:
            error /= value
            least = error
            share = filled / value
            source = f"{what} of state_totals_2021 less all other partners, of which filled in {share:.1%} of the value"
            status = "derived" if share <= numbers["derived_filled_share"] else "imputed"
            best = Figure(value, status, source, error)
    return best


def _bounds(facts: Facts) -> Floats:
    """Return the most that an unseen pair can be [S, S]: the largest unseen flow of the exporter to each economy."""
    largest, economies = _totals(facts, "largest_unseen_musd"), _totals(facts, "economies")
    if facts.rest is not None:
        economies[facts.rest] = np.nan
    bounds = np.outer(largest, economies)
    return np.where(np.isnan(bounds), np.inf, bounds)


def _margins(
    facts: Facts, known: Floats, held: Mask, faults: list[Fault]
) -> tuple[Floats, Floats, dict[str, tuple[float, float]]]:
    """Return export and import totals FOB that the held pairs fit into, NaN where none is known."""
    numbers = facts.settings.numbers
    rows = {row.text("state"): row for row in facts.tables["state_totals_2021"]}
    raised: dict[str, tuple[float, float]] = {}
    margins = []
    sides = (
        ("exports", 1.0, known.sum(axis=1), np.asarray(held.all(axis=1))),
        ("imports", numbers["cif_over_fob"], known.sum(axis=0), np.asarray(held.all(axis=0))),
    )
    for what, basis, sums, complete in sides:
        margin = _totals(facts, f"{what}_musd") / basis
        if facts.rest is not None:
            margin[facts.rest] = np.nan
        for index, code in enumerate(facts.states):
            least = sums[index] / (1.0 - numbers["least_unseen_share"])
            if sums[index] > numbers["largest_total_excess"] * margin[index]:
                message = (
                    f"{margin[index]:,.6g} musd FOB lie below the sum of the seen partners, {sums[index]:,.6g}, "
                    f"by more than a factor of {numbers['largest_total_excess']:g} (largest_total_excess)"
                )
                faults.append(facts.fault("state_totals_2021", rows[code], f"{what}_musd", message))
            if complete[index]:
                margin[index] = np.nan
            elif margin[index] < least:
                raised[f"{code} {what}"] = (float(margin[index]), float(least))
                margin[index] = least
        margins.append(margin)
    return margins[0], margins[1], raised


def _totals(facts: Facts, name: str) -> Floats:
    """Return a column of state_totals_2021 by state [S], NaN where nothing is known."""
    found = np.full(len(facts.states), np.nan)
    for row in facts.tables["state_totals_2021"]:
        if row.text("state") in facts.states and row.values[name] != "":
            found[facts.state(row.text("state"))] = row.number(name)
    return found
