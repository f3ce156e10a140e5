"""Chains on the model itself: what they draw from is the model's posterior, however wrong the emulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from calibration.inference.likelihood import Evidence, Marginal
from calibration.inference.surrogate_transition import Place, Stage, Walk, Walked, walk_chains

FIGURES = np.array([0.6, -0.2, 0.3])
PLACE = np.arange(3)
SEEN = Evidence(("a", "b", "c"), FIGURES, FIGURES, np.full(3, 0.3), 0 * PLACE, PLACE, ("all",), 3.0 * PLACE)


def model(z: np.ndarray) -> np.ndarray:
    """Three figures of two parameters."""
    return np.column_stack([z[:, 0], z[:, 1], 0.5 * z[:, 0] ** 2 - z[:, 1]])


def model_with_holes(z: np.ndarray) -> np.ndarray:
    """The same, but nothing can be simulated on one side."""
    found = model(z)
    found[z[:, 0] > 0.5] = np.nan
    return found


@dataclass(frozen=True)
class Wrong:
    """An emulator that is off in place and scale."""

    error: np.ndarray = field(default_factory=lambda: np.full(3, 0.2))

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return 0.7 * model(z) + np.array([0.3, -0.2, 0.1])


def walked(folder: Path, steps: int = 600, simulator=model, processes: int = 1) -> Walked:
    start = np.random.default_rng(1).standard_normal((4, 2)) * 0.3
    stage = Stage(simulator, SEEN, Wrong(), 0.3 * np.eye(2))
    return walk_chains(stage, Place(start, simulator(start)), Walk(steps, 5, 7), folder, processes)


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the model's posterior, by a grid."""
    axis = np.linspace(-4.0, 4.0, 321)
    z = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    parts = [Marginal(SEEN, np.zeros(3))(model(part)) for part in np.array_split(z, 100)]
    log = np.concatenate(parts) - 0.5 * np.sum(z**2, axis=1)
    weight = np.exp(log - log.max())
    mean = weight @ z / weight.sum()
    return mean, np.sqrt(weight @ (z - mean) ** 2 / weight.sum())


def test_a_wrong_emulator_costs_refusals_and_no_truth(tmp_path: Path) -> None:
    chains = walked(tmp_path, 2500)
    kept = chains.points[200:].reshape(-1, 2)
    mean, sd = exact()
    assert chains.acceptance < 0.95
    # Some 2,000 effective draws: five standard errors of the mean are a ninth of a standard deviation.
    assert np.all(np.abs(kept.mean(axis=0) - mean) < sd / 9.0)
    assert np.all(np.abs(kept.std(axis=0) / sd - 1.0) < 0.1)
    stand_in = Wrong()(kept) - model(kept)
    assert np.abs(stand_in.mean(axis=0)).max() > 0.1, "the emulator is wrong where the chains walk"


def test_what_is_found_is_the_models_own(tmp_path: Path) -> None:
    chains = walked(tmp_path, 40)
    assert np.array_equal(chains.found.reshape(-1, 3), model(chains.points.reshape(-1, 2)))
    assert np.array_equal(chains.answered, model(chains.proposed)) and len(chains.proposed) == 4 * 40


def test_where_nothing_can_be_simulated_no_chain_goes(tmp_path: Path) -> None:
    start = np.full((2, 2), 0.1)
    stage = Stage(model_with_holes, SEEN, Wrong(), 0.3 * np.eye(2))
    chains = walk_chains(stage, Place(start, model(start)), Walk(200, 5, 7), tmp_path)
    assert chains.points[..., 0].max() <= 0.5 and np.isfinite(chains.answered).all()
    assert chains.points[..., 0].max() > 0.3


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_stopped_walk_goes_on_to_the_same_draws(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = walked(tmp_path, 60)
    block = tmp_path / "chains-01-block-0001.npz"
    if damage == "gone":
        block.unlink()
    else:
        block.write_bytes(block.read_bytes()[:100])
    again = walked(tmp_path, 60)
    assert np.array_equal(again.points, before.points) and np.array_equal(again.found, before.found)
    assert ("is damaged" in capsys.readouterr().err) == (damage == "cut")


def test_processes_do_not_change_the_draws(tmp_path: Path) -> None:
    one, two = (walked(tmp_path / str(number), 40, processes=number) for number in (1, 2))
    assert np.array_equal(one.points, two.points)
