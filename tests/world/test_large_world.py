"""The world of `benchmarks/large_world.py`, small: it is sound, builds, stands still and runs."""

from pathlib import Path

import numpy as np
import pytest

import sim
from benchmarks.large_world import SCENARIO, write_facts
from sim.world.draws import drawn_world


@pytest.mark.parametrize(("states", "goods"), [(9, 4), (24, 11)])
def test_a_made_up_world_builds_and_runs(tmp_path: Path, states: int, goods: int) -> None:
    write_facts(tmp_path / "facts", states, goods)
    sim.build_world(tmp_path / "facts", tmp_path / "world")
    text = SCENARIO.format(world=tmp_path / "world", exporters=4 * states * goods)
    (tmp_path / "large.yaml").write_text(text, encoding="utf-8")
    case = sim.load(tmp_path / "large.yaml", posterior="none")
    assert (len(case.world.states), len(case.world.goods)) == (states, goods)
    published = np.array([musd or np.nan for musd in case.world.published_exports_musd])
    found = 12 * case.world.recorded_musd.sum(axis=(1, 2))
    np.testing.assert_allclose(found[np.isfinite(published)], published[np.isfinite(published)], rtol=0.05)
    still = case.with_changes(without=["ban"]).run().to_target().groupby("month")["value_musd"].sum()
    np.testing.assert_allclose(still, still.iloc[0], rtol=1e-9)
    assert sim.compare(case).summary().loc["2022", "change_percent"] < 0
    assert np.isfinite(drawn_world(case.world, 1).direct_musd).all()
