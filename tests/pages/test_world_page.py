"""docs/world.md says what the world and the tables beside it say."""

from __future__ import annotations

import csv

import pandas as pd

from docs.pages.world import IMAGES, SENSITIVITY, world_page
from sim.common.package_data import shipped
from sim.world import load_world
from sim.world.draws import PARTS
from tests.pages.reading import DOCS

PAGE = (DOCS / "world.md").read_text(encoding="utf-8")


def test_the_page_is_that_of_the_code():
    """Make it anew with `make reference`."""
    assert world_page() == PAGE
    assert all((IMAGES / f"{name}.png").is_file() for name in ("world_pairs", "world_goods"))


def test_corrections_are_the_largest_differences_to_the_world_before():
    world = load_world("reference")
    with shipped("calibration/figures/world_before.csv").open(encoding="utf-8", newline="") as stream:
        before = {(row["exporter"], row["importer"]): float(row["value_musd"]) for row in csv.DictReader(stream)}
    code = world.states.index
    moved = {
        pair: abs(12 * world.recorded_musd[code(pair[0]), code(pair[1])].sum() - musd)
        for pair, musd in before.items()
        if set(pair) <= set(world.states) - {"ROW"}
    }
    told = PAGE.partition("## Largest corrections")[2].partition("## What results")[0]
    for pair in sorted(moved, key=lambda one: -moved[one])[:10]:
        assert f"| {pair[0]} | {pair[1]} |" in told


def test_shares_of_the_sensitivity_sum_to_one():
    table = pd.read_csv(SENSITIVITY)
    assert (table[list(PARTS)].sum(axis=1).round(6) == 1).all()
    assert (table["metric"] == "shortfall").any()
