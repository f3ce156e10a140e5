"""Which results rest on what is not known of the base year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.analysis.world_sensitivity import default_metrics, world_sensitivity
from sim.common.errors import SimError
from sim.world.draws import PARTS
from sim.world.schema import STATUSES


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("classroom").with_changes(agents={"mode": "expected", "exporters": 40})


def test_shares_sum_to_one_and_lie_with_what_can_move(case: sim.Case) -> None:
    """All flows of the classroom are imputed; so nothing can rest on flows that were seen."""
    table = world_sensitivity(case, ["shortfall", "hub_share"], draws=4)
    np.testing.assert_allclose(table[list(PARTS)].sum(axis=1), 1.0)
    assert (table[["observed", "derived"]] == 0).all(axis=None)
    assert (table["sd"] > 0).all()


def test_what_is_known_exactly_moves_nothing(case: sim.Case) -> None:
    world = case.world
    sure = replace(world, flow_sd_log=0 * world.flow_sd_log, pair_sd_log=0 * world.pair_sd_log)
    table = world_sensitivity(replace(case, world=sure), ["shortfall"], draws=3)
    assert table["re-exports"].tolist() == [1.0]
    still = replace(sure, reexport_sd_log=0 * world.reexport_sd_log)
    nothing = world_sensitivity(replace(case, world=still), ["shortfall"], draws=3)
    assert nothing[list(PARTS)].isna().all(axis=None)
    assert nothing["sd"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_a_status_that_is_drawn_alone_gets_the_share(case: sim.Case) -> None:
    world = case.world
    seen = replace(
        world,
        flow_status=np.full_like(world.flow_status, STATUSES.index("observed")),
        reexport_sd_log=0 * world.reexport_sd_log,
    )
    table = world_sensitivity(replace(case, world=seen), ["shortfall"], draws=3)
    assert table["observed"].tolist() == [1.0]


def test_the_value_is_that_of_the_world_itself(case: sim.Case) -> None:
    table = world_sensitivity(case, ["shortfall"], draws=2)
    pair = sim.compare(case)
    flows = [run.to_target() for run in (pair.policy, pair.baseline)]
    year = sorted(set(flows[0]["month"]))[-12:]
    sums = [one[one["month"].isin(year)]["volume_musd"].sum() for one in flows]
    assert table["value"].iloc[0] == pytest.approx(1 - sums[0] / sums[1])


def test_a_spread_needs_two_draws(case: sim.Case) -> None:
    with pytest.raises(SimError, match="1 draws asked for; a spread needs two at least"):
        world_sensitivity(case, draws=1)


def test_the_usual_metrics_name_listed_goods_and_every_hub() -> None:
    names = default_metrics(sim.load("reference", posterior="none"))
    assert "shortfall[high_priority]" in names and "hub_share[KGZ]" in names
    assert len(names) == len(set(names))
