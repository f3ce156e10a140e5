"""Plants of coalition brands in the target work as far as their parts come; what they do not make, others sell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from tests.truths.test_economics import BAN, still

GOOD = "vehicles_2022"
EXIT = {
    "id": "exit", "kind": "corporate_exit", "by": ["coalition"], "towards": ["target"], "goods": [GOOD],
    "strength": 3, "effective": "2022-02-01", "source": "a question",
}  # fmt: skip


def making(case: sim.Case, musd_per_year: float) -> sim.Case:
    """The same where plants add so much to the parts of one good, and none to others."""
    output = np.zeros(len(case.world.goods))
    output[case.world.goods.index(GOOD)] = musd_per_year / 12
    return sim.Case(case.scenario, replace(case.world, home_output_musd=output))


def neutral_sales(case: sim.Case) -> float:
    """What others than the coalition sell of the good to the target by the end, musd per month."""
    flows = case.run().to_target()
    coalition = [code for code, held in zip(case.world.states, case.world.is_coalition, strict=True) if held]
    mine = (flows["good"] == GOOD) & ~flows["origin"].isin(coalition) & (flows["month"] == flows["month"].max())
    return float(flows[mine & (flows["brand_origin"] == "neutral")]["volume_musd"].sum())


def test_while_parts_come_the_output_of_plants_moves_nothing():
    case = still("reference")
    one, other = (making(case, output).run().source.record for output in (0.0, 50_000.0))
    np.testing.assert_allclose(other.delivered, one.delivered, rtol=1e-9, atol=1e-9)
    assert np.abs(other.log_price).max() < 1e-9


@pytest.mark.parametrize("law", [BAN, EXIT], ids=["ban", "exit"])
def test_where_parts_stop_neutral_sellers_sell_more_the_more_plants_had_made(law):
    case = still("reference").with_changes(policies=[law])
    sold = [neutral_sales(making(case, output)) for output in (0.0, 3_000.0, 6_500.0, 13_000.0)]
    assert (np.diff(sold) > 0.01 * sold[0]).all(), sold


def test_the_lost_output_of_plants_is_felt_in_the_targets_market_alone():
    case = still("reference").with_changes(policies=[BAN])
    none, some = (making(case, output) for output in (0.0, 6_500.0))
    assert np.count_nonzero(some.model().constants.markets.home_output) == 1
    one, other = (case.run().source.record.log_price[1] for case in (none, some))  # the month of the ban
    moved = np.unique(np.argwhere(one != other)[:, 0])
    assert moved.tolist() == [case.world.target]
