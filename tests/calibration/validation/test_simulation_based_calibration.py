"""Recovery from synthetic data: what its runs are made from, and that it can be made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.validation import simulation_based_calibration
from calibration.validation.simulation_based_calibration import (
    BINS,
    FREE,
    Size,
    allowed,
    judge,
    made_from,
    small_world,
    trials,
)

SIZE = Size(sets=3, learnt=24, steps=80, seed=3, processes=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recovery")


def test_every_free_parameter_is_fitted_in_the_small_world() -> None:
    assert {prior.name for prior in small_world().fitted} == set(FREE)


def test_runs_rest_on_the_code_that_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_world()
    before = made_from(model)
    assert before != model.digest() and {"targets/simulated_targets", "targets/priors", "inference/problem"} <= set(
        simulation_based_calibration.OWN_CODE
    )
    monkeypatch.setattr(simulation_based_calibration, "OWN_CODE", simulation_based_calibration.OWN_CODE[1:])
    assert made_from(model) != before


def test_a_set_knows_its_truth_and_the_emulator_does_not(folder: Path) -> None:
    work = trials(SIZE, folder)
    again = trials(SIZE, folder)
    assert len(work) == SIZE.sets
    for one, other in zip(work, again, strict=True):
        assert np.array_equal(one.seen.low, other.seen.low) and np.array_equal(one.truth, other.truth)
    learnt = np.load(next(folder.rglob("learnt/runs-00000.npz")))["points"]
    assert not any(np.allclose(point, one.truth) for point in learnt for one in work)
    rank, mean = work[0].ranks()
    assert rank.shape == mean.shape == (len(FREE),) and np.all((rank >= 0.0) & (rank <= 1.0))


def test_other_sizes_lie_apart(folder: Path) -> None:
    trials(SIZE, folder)
    before = len(list(folder.iterdir()))
    trials(Size(sets=2, learnt=24, steps=80, seed=3, processes=1), folder)
    assert len(list(folder.iterdir())) == before + 1


def test_chance_allows_less_with_more_sets() -> None:
    assert allowed(200) == pytest.approx(3 * np.sqrt(0.9 * 0.1 / 200))
    rng = np.random.default_rng(1)
    ranks = rng.random((200, 2))
    table = judge(ranks, ranks, ranks)
    assert (np.abs(table["coverage_90"] - 0.9) <= allowed(200)).all()
    assert table[[f"bin_{number}" for number in range(BINS)]].sum(axis=1).eq(200).all()
