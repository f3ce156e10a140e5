"""Draws of a posterior draw the world, too: bands hold what is not known of the base year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.experiments import Local, Sweep
from sim.experiments.ensemble import mirror_bands
from sim.metrics.mirror_gap import Pair
from sim.policies.schedule import lane_index
from sim.world.draws import drawn_world
from tests.posteriors import write_posterior


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> sim.Posterior:
    return sim.load_posterior(
        write_posterior(tmp_path_factory.mktemp("mine"), {"parameters.aversion": [6.0, 6.0, 6.0]})
    )


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("classroom").with_changes(agents={"mode": "expected", "exporters": 40})


def test_a_draw_has_a_world_of_its_own_and_the_representative_one_the_world_itself(case, posterior) -> None:
    kept = case.with_posterior(2, posterior)
    assert kept.world is case.world and not kept.drawn.world_errors
    drawn = case.with_posterior(2, posterior, world_errors=True)
    assert drawn.world.digest == drawn_world(case.world, 2).digest != case.world.digest
    assert drawn.drawn.world_errors
    assert case.with_posterior(0, posterior, world_errors=True).world is case.world


def test_run_and_counterfactual_share_the_drawn_world(case, posterior) -> None:
    pair = sim.compare(case.with_posterior(2, posterior, world_errors=True))
    assert pair.policy.record["world_digest"] == pair.baseline.record["world_digest"] != case.world.digest
    assert pair.policy.record["posterior"]["world_errors"]
    still = pair.baseline.to_target().groupby("month")["value_musd"].sum()
    np.testing.assert_allclose(still, still.iloc[0], rtol=1e-9)


def test_bands_hold_the_world_unless_asked_not_to(case, posterior) -> None:
    """All draws have the same parameters: what spreads them is the world."""
    with_errors, without = (sim.ensemble(case, 3, posterior, world_errors=on) for on in (True, False))
    key = ("deliveries", "", "2022", "direct_busd")
    assert with_errors.samples.loc[key].nunique() == 3
    assert without.samples.loc[key].nunique() == 1
    assert with_errors.samples.loc[key].iloc[0] == without.samples.loc[key].iloc[0]
    assert "on a world drawn within the errors of its flows" in with_errors.bands.words
    assert "on the same world" in without.bands.words


def test_the_numbers_do_not_depend_on_what_was_drawn_before(case, posterior) -> None:
    whole = sim.ensemble(case, 3, posterior).samples
    last = sim.compare(case.with_posterior(2, posterior, world_errors=True)).summary()
    assert whole.loc["deliveries", "", "2022", "policy_busd"].iloc[2] == pytest.approx(last.loc["2022", "policy_busd"])


def test_a_saved_run_is_set_against_drawn_worlds(case, posterior, tmp_path: Path) -> None:
    folder = case.with_posterior(posterior=posterior).run().save(tmp_path)
    saved = sim.Results.open(folder)
    pair = Pair("ALPHA", "BETA", None)
    drawn, same = (mirror_bands(saved, pair, posterior, 3, world_errors=on).table for on in (True, False))
    assert (same["low"] == same["high"]).all()
    assert (drawn["low"] < drawn["high"]).any()


def test_draws_of_a_world_share_their_selections(case) -> None:
    """A band of many draws keeps no tables of law for each of its worlds."""
    lanes = [
        lane_index(world).lanes(("ALPHA",), ("wares",), ("GAMMA",))
        for world in (case.world, drawn_world(case.world, 3))
    ]
    assert lanes[0] is lanes[1]


STUDY = """title: T
question: Q
base: classroom
changes: {agents: {mode: expected, exporters: 40}}
uncertainties:
  posterior: {draws: 3, file: FOLDER, world_errors: HOW}
metrics: [deliveries_volume]
"""


@pytest.mark.parametrize(("how", "different"), [("on", 3), ("off", 1)])
def test_a_study_draws_worlds_where_its_file_does_not_say_no(
    posterior, tmp_path: Path, how: str, different: int
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.replace("FOLDER", str(posterior.path.parent)).replace("HOW", how), encoding="utf-8")
    runs = Sweep(sim.load_study(path), tmp_path / "runs").run(Local(1)).runs
    under_law = runs["deliveries_volume"].iloc[1::2]
    assert under_law.round(9).nunique() == different
