"""Where filling in unseen pairs starts from: trade of an earlier year, else gravity."""

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.world.build.facts import Facts
from sim.world.distance import great_circle_km


def start(facts: Facts, known: Floats, held: Mask, by_gravity: Floats) -> Floats:
    """Return what filling in starts from [S, S]: trade of an earlier year, at today's level, else gravity.

    Args:
        facts: The facts; `pair_seeds` has the earlier year.
        known: [S, S] seen pairs, musd a year.
        held: [S, S] which pairs are seen, and the diagonal.
        by_gravity: [S, S] the gravity seed.
    """
    before = np.zeros(known.shape)
    for row in facts.tables["pair_seeds"]:
        before[facts.state(row.text("exporter")), facts.state(row.text("importer"))] = row.number("value_musd")
    shown: Mask = np.asarray(held & (known > 0) & (before > 0))
    level = float(np.exp(np.median(np.log(known[shown] / before[shown])))) if shown.any() else 1.0
    return np.where(before > 0, before * level, by_gravity)


def gravity(facts: Facts, known: Floats, held: Mask, exports: Floats, imports: Floats) -> Floats:
    """Return the gravity seed [S, S]: exports x imports x distance to the elasticity, zero on the diagonal.

    Its level is that of the seen pairs (the median ratio). What a state without a total sells is taken from its seen
    partners by their size; what the rest of the world buys, where there is one, is what the exporters' totals leave,
    and what it sells, where no record shows any, what the importers' leave.

    Args:
        facts: The facts.
        known: [S, S] seen pairs, musd a year.
        held: [S, S] which pairs are seen, and the diagonal.
        exports: [S] totals, NaN where none is known.
        imports: [S] totals FOB, NaN where none is known.
    """
    bought = np.where(np.isnan(imports), known.sum(axis=0), imports)
    if facts.rest is not None:
        bought[facts.rest] = max(bought[facts.rest], float(np.nansum(exports - known.sum(axis=1))))
    reached = (held * bought[None, :]).sum(axis=1) / max(float(bought.sum()), 1e-300)
    sold = np.where(np.isnan(exports), known.sum(axis=1) / np.maximum(reached, 1e-9), exports)
    if facts.rest is not None and sold[facts.rest] == 0.0:
        sold[facts.rest] = max(0.0, float(np.nansum(imports - known.sum(axis=0))))
    distance = great_circle_km(
        np.array([row.number("latitude") for row in facts.tables["state_facts"]]),
        np.array([row.number("longitude") for row in facts.tables["state_facts"]]),
    )
    np.fill_diagonal(distance, 1.0)
    seed = np.outer(sold, bought) * distance ** facts.settings.numbers["distance_elasticity"]
    np.fill_diagonal(seed, 0.0)
    seed /= max(float(seed.max()), 1e-300)
    shown: Mask = np.asarray(held & (known > 0) & (seed > 0))
    level = float(np.exp(np.median(np.log(known[shown] / seed[shown])))) if shown.any() else 1.0
    return np.asarray(seed * level, dtype=np.float64)
