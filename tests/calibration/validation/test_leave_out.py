"""Leaving out hubs and sources, on an emulator whose posterior is known; no run of the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

import sim
from calibration.inference.likelihood import Evidence
from calibration.inference.mcmc import Posterior, Walk, sample
from calibration.inference.posterior_fit import Plan
from calibration.targets.targets import TARGETS, Target, WorldCodes, codes_of, load_targets, of_role
from calibration.validation import leave_out
from calibration.validation.leave_out import (
    SAMPLED_HOW,
    WEIGHED_HOW,
    Known,
    hubs_left_out,
    hubs_of,
    source_of,
    sources_left_out,
    whole,
    without,
    write,
)

CODES = WorldCodes(("SELLER", "OTHER", "HUBA", "HUBB", "TARGET"), ("goods",), ("HUBA", "HUBB"), ("SELLER",))
TRUTH = np.array([0.9, -0.7, 0.4])
PLAN = Plan(steps=24_000, chains=8, processes=1, seed=5)


@dataclass(frozen=True, eq=False)
class Lines:
    """Six targets that are lines in three parameters: the second shows in figures of HUBA only, the third in none."""

    error: np.ndarray

    def __call__(self, z: np.ndarray) -> np.ndarray:
        a, b = z[:, 0], z[:, 1]
        return np.column_stack([a, b, a + b, 0.5 * a, a - b, 0.2 * a])


OFFICES = ("SELLER", "HUBA", "SELLER", "OTHER", "HUBA+HUBB", "HUBB")
PARTNERS = ("TARGET", "TARGET", "HUBA", "TARGET", "TARGET", "TARGET")
SOURCES = ("a.csv: First; note", "b.csv: Second", "b.csv: Second", "a.csv: First", "b.csv: Second", "UN Comtrade: x")


def targets() -> tuple[Target, ...]:
    values = Lines(np.zeros(6))(TRUTH[None])[0]
    return tuple(
        Target(
            name, ("2022-01", "2022-12"), ("2021-01", "2021-12"), "recorded", office, "export", partner, "all", "all",
            "growth", value, value, value, 0.05, "fit", source, "exact", (),
        )
        for name, office, partner, value, source in zip("abcdef", OFFICES, PARTNERS, values, SOURCES, strict=True)
    )  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Known:
    rows = targets()
    figures = np.array([row.value for row in rows])
    place = np.arange(6)
    seen = Evidence(tuple("abcdef"), figures, figures, np.full(6, 0.05), place * 0, place, ("all",), 3.0 * place)
    emulator = Lines(np.full(6, 0.02))
    chain = sample(Posterior(seen, emulator, emulator.error, 3), Walk(PLAN.steps, PLAN.chains, PLAN.seed))
    return Known(seen, emulator, chain, ("direct", "opening", "unseen"), PLAN)


def test_a_hubs_figures_are_all_that_name_it() -> None:
    found = hubs_of(targets(), CODES)
    assert {hub: list(np.flatnonzero(left)) for hub, left in found.items()} == {"HUBA": [1, 2, 4], "HUBB": [4, 5]}


def test_what_only_the_hub_shows_falls_back_to_its_prior(known: Known) -> None:
    found = hubs_left_out(known, targets(), CODES)
    summary = found["hubs_left_out_summary"].set_index("hub")
    assert summary.loc["HUBA", "known_from_prior_only"] == "opening"
    assert summary.loc["HUBB", "known_from_prior_only"] == ""
    one = without(known, whole(known), hubs_of(targets(), CODES)["HUBA"])
    # A standard normal prior: mean nil, width one.
    assert abs(one.points[:, 1].mean()) < 0.15 and 0.8 < one.points[:, 1].std() < 1.2
    assert one.points[:, 0].std() < 0.6


def test_a_prediction_without_the_hub_is_wider_and_worse(known: Known) -> None:
    rows = hubs_left_out(known, targets(), CODES)["hubs_left_out"]
    own = rows[(rows["hub"] == "HUBA") & (rows["id"] == "b")].iloc[0]
    assert own["left_p95"] - own["left_p05"] > 1.5 * (own["full_p95"] - own["full_p05"])
    assert abs(own["left_miss"]) > abs(own["full_miss"])
    # The prior's centre says that nothing happens, and so does no change.
    assert own["left_miss"] == pytest.approx(own["no_change_miss"], abs=25.0)


def test_a_hub_may_be_held_against_what_the_others_did() -> None:
    """HUBA's exports to the target, beside those of HUBB in the same year; nobody else buys from the seller."""
    found = leave_out.as_at_other_hubs("HUBA", targets(), ("HUBA", "HUBB"))
    values = {row.id: row.value for row in targets()}
    assert found[1] == pytest.approx(values["f"])
    assert np.isnan(np.delete(found, 1)).all()


def test_weighing_and_sampling_anew_agree(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    left = np.array([False, False, False, True, False, True])
    drawn = whole(known)
    weighed = without(known, drawn, left)
    monkeypatch.setattr(leave_out, "LEAST_EFFECTIVE", np.inf)
    sampled = without(known, drawn, left)
    assert (weighed.how, sampled.how) == (WEIGHED_HOW, SAMPLED_HOW)
    width = sampled.points.std(axis=0)
    assert np.all(np.abs(weighed.points.mean(axis=0) - sampled.points.mean(axis=0)) < 0.35 * width)
    assert np.allclose(weighed.points.std(axis=0), width, rtol=0.35)


def test_nothing_left_out_changes_nothing(known: Known) -> None:
    drawn = whole(known)
    same = without(known, drawn, np.zeros(6, dtype=bool))
    assert same.effective == pytest.approx(len(drawn.points))
    assert np.allclose(np.sort(same.points, axis=0), np.sort(drawn.points, axis=0))


def test_everything_left_out_is_refused(known: Known) -> None:
    alone = [replace(row, source="one.csv: Only") for row in targets()]
    assert sources_left_out(known, alone) == {}
    with pytest.raises(sim.SimError, match="nothing is left to fit"):
        without(known, whole(known), np.ones(6, dtype=bool))


def test_a_source_that_carries_a_parameter_moves_it(known: Known) -> None:
    found = sources_left_out(known, targets())
    table = found["sources_left_out"].set_index(["source", "parameter"])
    assert set(found["sources_left_out_summary"]["source"]) == {"First", "Second", "UN Comtrade"}
    assert table.loc[("Second", "opening"), "width_ratio"] > 1.5
    assert abs(table.loc[("Second", "opening"), "moved_prior"]) > 0.4
    assert table.loc[("UN Comtrade", "opening"), "width_ratio"] < 1.3
    assert 0.8 < table.loc[("Second", "unseen"), "width_ratio"] < 1.2


def test_every_shipped_target_has_a_source_with_a_name() -> None:
    world = sim.load("reference", posterior="none").world
    rows = of_role(load_targets(TARGETS, codes_of(world)), "fit")
    names = [source_of(row) for row in rows]
    assert {"Eurostat", "GACC", "Armstat", "national statistics of KGZ", "published effects"} <= set(names)
    assert all(names) and len(set(names)) < 20
    assert source_of(replace(rows[0], source="UN Comtrade: mine.csv, other.csv")) == "UN Comtrade"


def test_pictures_have_their_tables_beside_them(known: Known, tmp_path: Path) -> None:
    tables = {**hubs_left_out(known, targets(), CODES), **sources_left_out(known, targets())}
    written = write(tables, tmp_path / "posterior", tmp_path / "results")
    assert {path.name for path in written if path.suffix == ".png"} == {"hubs_left_out.png", "sources_left_out.png"}
    for name in ("hubs_left_out", "sources_left_out"):
        image = matplotlib.image.imread(tmp_path / "results" / f"{name}.png")
        assert image.shape[0] > 200 and np.ptp(image[..., :3]) > 0.5
        behind = pd.read_csv(tmp_path / "results" / f"{name}.csv")
        assert len(behind) == len(tables[name]) == len(pd.read_csv(tmp_path / "posterior" / f"{name}.csv"))


def test_the_same_seed_gives_the_same_tables(known: Known) -> None:
    one, two = (hubs_left_out(known, targets(), CODES)["hubs_left_out"] for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_chains_of_any_length_will_do(known: Known) -> None:
    short = replace(known.chain, points=known.chain.points[:50], discrepancy=known.chain.discrepancy[:50])
    assert len(whole(replace(known, chain=short)).points) == 50
