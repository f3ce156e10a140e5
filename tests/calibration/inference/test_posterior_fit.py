"""The method on a simulator whose answer is known, and what must never happen to it."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import invgamma, multivariate_normal, norm

import sim
from calibration.inference import mcmc
from calibration.inference.emulator import train
from calibration.inference.likelihood import COMMON_DISCREPANCY, QUARTERLY, SPREADS, TAILS, Evidence, Marginal
from calibration.inference.mcmc import Posterior, Walk, diagnose
from calibration.inference.posterior_files import (
    chains_table,
    draws_table,
    fit_table,
    representative,
    write_posterior,
)
from calibration.inference.posterior_fit import Fit, Plan, Problem, calibrate, predictive
from calibration.inference.problem import blocks_of, evidence_of, model_runs
from calibration.inference.runs import CHUNK, runs_at, sobol_points
from calibration.targets.priors import load_priors
from calibration.targets.targets import TARGETS, codes_of, load_targets
from calibration.validation.simulation_based_calibration import judge

TRUTH = np.array([0.8, -0.6, 0.3])
PLAN = Plan(
    points=192, about=192, iterations=6, waves=(64,), trained_on=448, steps=6000, chains=8, draws=100, processes=1,
    seed=3,
)  # fmt: skip


@dataclass(frozen=True)
class Toy:
    """Six targets of three parameters, one of which (the last) no target shows."""

    stops_after: int = 1_000_000

    def __call__(self, z: np.ndarray) -> np.ndarray:
        if len(z) > self.stops_after:
            raise KeyboardInterrupt
        a, b = z[:, 0], z[:, 1]
        return np.column_stack([a, b, a * b, np.exp(0.3 * a), a - b**2, np.sin(a + b)])


def evidence(figures: np.ndarray, sd: float = 0.02) -> Evidence:
    place = np.arange(6)
    return Evidence(tuple("abcdef"), figures, figures, np.full(6, sd), place * 0, place // 2, ("all",), 3.0 * place)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem(Toy(), "toy", evidence(Toy()(TRUTH[None])[0]), 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toy")


@pytest.fixture(scope="module")
def fit(problem: Problem, folder: Path) -> Fit:
    return calibrate(problem, folder, PLAN)


def test_the_posterior_covers_the_truth(fit: Fit) -> None:
    low, high = np.quantile(fit.points, [0.025, 0.975], axis=0)
    assert np.all((low < TRUTH) & (high > TRUTH))


def test_what_the_figures_show_is_learnt_and_the_rest_is_not(fit: Fit) -> None:
    width = fit.chain.points.std(axis=0)
    assert np.all(width[:2] < 0.4)
    assert 0.8 < width[2] < 1.2


def test_the_sampler_has_converged(fit: Fit) -> None:
    assert fit.chain.rhat < 1.02
    assert 0.1 < fit.chain.acceptance < 0.5
    assert min(fit.chain.ess_bulk, fit.chain.ess_tail) > 300 and len(fit.chain.by_parameter.rhat) == 3


def test_the_emulators_posterior_is_the_models(fit: Fit, problem: Problem) -> None:
    """The toy itself is cheap enough to be sampled: same middle, same width."""
    exact = mcmc.sample(Posterior(problem.seen, Toy(), np.zeros(6), 3), Walk(6000, 8, seed=1))
    spread = exact.points.std(axis=0)
    assert np.all(np.abs(np.median(fit.chain.points, axis=0) - np.median(exact.points, axis=0)) < 0.25 * spread)
    assert fit.chain.points.std(axis=0) == pytest.approx(spread, rel=0.25)
    assert np.all(np.abs(fit.moved_by_half) < 0.5)


def test_bands_hold_the_figures(fit: Fit, problem: Problem) -> None:
    low, high = np.quantile(predictive(fit, problem.seen, 1), [0.05, 0.95], axis=0)
    assert np.mean((low <= problem.seen.low) & (problem.seen.low <= high)) >= 5 / 6


def test_kept_draws_are_the_models_own(fit: Fit) -> None:
    assert np.allclose(fit.found, Toy()(fit.points))


def test_how_many_processes_does_not_matter(problem: Problem) -> None:
    posterior = Posterior(problem.seen, Toy(), np.zeros(6), 3)
    one, two = (mcmc.sample(posterior, Walk(240, 4), processes=count) for count in (1, 2))
    assert np.array_equal(one.walks, two.walks)


def test_the_same_seed_gives_the_same_draws(fit: Fit, problem: Problem, tmp_path: Path) -> None:
    again = calibrate(problem, tmp_path, PLAN)
    assert np.array_equal(again.points, fit.points)
    assert np.array_equal(again.discrepancy, fit.discrepancy)


def test_resuming_gives_the_same(fit: Fit, problem: Problem, folder: Path) -> None:
    (runs,) = folder.iterdir()
    (prior,) = runs.glob("prior-*")
    (draws,) = runs.glob("draws-*")
    lost = [prior / "runs-00001.npz", draws / "runs-00002.npz", runs / "chains-3.npz"]
    for path in lost:
        path.unlink()
    again = calibrate(problem, folder, PLAN)
    assert np.array_equal(again.points, fit.points)
    assert all(path.exists() for path in lost)


def test_chains_that_are_there_are_not_walked_again(
    fit: Fit, problem: Problem, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcmc, "sample", lambda *_, **__: pytest.fail("walked again"))
    assert np.array_equal(calibrate(problem, folder, PLAN).chain.walks, fit.chain.walks)


def test_damaged_chains_are_walked_again(
    fit: Fit, problem: Problem, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = folder.glob("*/chains-2.npz")
    path.write_bytes(path.read_bytes()[:1000])
    assert np.array_equal(calibrate(problem, folder, PLAN).chain.walks, fit.chain.walks)
    assert "is damaged" in capsys.readouterr().err


def test_a_stop_loses_only_the_chunk_in_work(tmp_path: Path) -> None:
    points = np.concatenate([sobol_points(2 * CHUNK, 3, 1), np.zeros((5, 3))])
    with pytest.raises(KeyboardInterrupt):
        runs_at(points[::-1], Toy(stops_after=CHUNK - 1), tmp_path / "none", "toy", processes=1)
    assert not list((tmp_path / "none").glob("runs-*"))
    runs_at(points[:CHUNK], Toy(), tmp_path / "one", "toy", processes=1)
    before = (tmp_path / "one" / "runs-00000.npz").stat().st_mtime_ns
    found = runs_at(points[:CHUNK], Toy(stops_after=0), tmp_path / "one", "toy", processes=1)
    assert np.array_equal(found, Toy()(points[:CHUNK]))
    assert (tmp_path / "one" / "runs-00000.npz").stat().st_mtime_ns == before


@pytest.mark.parametrize("change", ["points", "made_from"])
def test_runs_of_something_else_are_not_mixed_in(tmp_path: Path, change: str) -> None:
    points = sobol_points(8, 3, 1)
    runs_at(points, Toy(), tmp_path, "toy", processes=1)
    with pytest.raises(sim.SimError, match="made from other"):
        runs_at(points + (change == "points"), Toy(), tmp_path, "toy" if change == "points" else "new", processes=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_run_with_a_target_that_is_no_number_is_named_and_never_learnt(tmp_path: Path, bad: float) -> None:
    def spoilt(points: np.ndarray) -> np.ndarray:
        found = Toy()(points)
        found[3, 1] = bad
        return found

    with pytest.raises(sim.SimError, match=r"1 of 8 runs have a target that is no number \(run 3, target 1; counted"):
        runs_at(sobol_points(8, 3, 1), spoilt, tmp_path, "toy", processes=1)


def test_a_posterior_that_is_a_number_nowhere_is_told() -> None:
    class Nowhere:
        dimensions = 2

        def __call__(self, z: np.ndarray) -> np.ndarray:
            return np.full(len(z), -np.inf)

    with pytest.raises(sim.SimError, match="a number at none of the 32 points"):
        mcmc.sample(Nowhere(), Walk(20, chains=8))


def test_processes_do_not_change_the_runs(tmp_path: Path) -> None:
    points = sobol_points(3 * CHUNK, 3, 1)
    one, two = (runs_at(points, Toy(), tmp_path / str(n), "toy", processes=n) for n in (1, 2))
    assert np.array_equal(one, two)


def test_the_emulator_is_honest_about_its_error() -> None:
    z, fresh = sobol_points(160, 3, 5), sobol_points(400, 3, 6)
    emulator = train(z, Toy()(z))
    true_error = np.sqrt(np.mean((emulator(fresh) - Toy()(fresh)) ** 2, axis=0))
    assert np.all(emulator.r2 > 0.75)
    assert np.all(true_error < 2.5 * emulator.error + 0.01)


# ------------------------------------------------------------------------------------------------- draws as a file
def test_draws_are_written_as_they_are_read(fit: Fit, tmp_path: Path) -> None:
    shown = [prior for prior in load_priors() if prior.fitted][:3]
    priors = (*shown, next(prior for prior in load_priors() if not prior.fitted))
    table = draws_table(fit, priors, 1)
    write_posterior(tmp_path, {"draws": table}, {"scenario": "reference", "world": "reference", "said": {}})
    read = sim.load_posterior(tmp_path)
    assert read.names == tuple(prior.address for prior in priors)
    assert np.allclose(read.draws, table.to_numpy(), rtol=1e-5)
    assert read.count == len(fit.points)


def test_chains_are_written_as_they_walked(fit: Fit) -> None:
    priors = tuple(prior for prior in load_priors() if prior.fitted)[:3]
    table = chains_table(fit, priors)
    steps, chains, _ = fit.chain.walks.shape
    assert list(table.columns) == ["chain", "draw", *(prior.address for prior in priors)]
    assert set(table["chain"]) == set(range(chains)) and chains == PLAN.chains
    first = table[table["chain"] == 1].iloc[0]
    assert first[priors[0].address] == pytest.approx(priors[0].value(fit.chain.walks[:1, 1, 0])[0])
    assert len(table) <= 2 * 60 * chains < 2 * steps * chains


def test_bands_that_lean_less_on_the_models_error_hold_no_more_figures(fit: Fit, problem: Problem) -> None:
    rows = load_targets(TARGETS, codes_of(sim.load("reference").world))[:6]
    rows = tuple(replace(row, low=low, high=low, value=low) for row, low in zip(rows, problem.seen.low, strict=True))
    table = fit_table(fit, problem.seen, rows, 1)
    held = [table[f"inside{name}"].sum() for name in ("_alone", "_measured", "_common")]
    assert held == sorted(held)
    assert table["discrepancy_share"].between(0.0, 1.0).all()
    assert (table["prior_p95"] - table["prior_p05"] > table["model_p95"] - table["model_p05"]).all()


def test_the_first_draw_lies_in_the_middle_of_what_draws_do() -> None:
    rng = np.random.default_rng(2)
    found, unseen = rng.standard_normal((200, 30)) * np.geomspace(0.01, 100, 30), rng.standard_normal((200, 3))
    assert representative(found, unseen) != 7
    found[7], unseen[7] = np.median(found, axis=0), np.median(unseen, axis=0)
    assert representative(found, unseen) == 7
    found[:, 0] = -np.inf
    assert representative(found, unseen) == 7
    assert representative(found, unseen[:, :0]) == 7


# ---------------------------------------------------------------------------------------------------- likelihood
def log_likelihood(seen: Evidence, model: np.ndarray, discrepancy: np.ndarray) -> float:
    """By definition: a normal law of all numbers, correlated over time, and an integral for each interval."""
    together = seen.series[:, None] == seen.series[None, :]
    quarters = np.abs(seen.when[:, None] - seen.when[None, :]) / 3.0
    size = discrepancy[seen.series]
    covariance = np.diag(seen.sd**2) + together * QUARTERLY**quarters * size[:, None] * size
    exact = np.flatnonzero(seen.high <= seen.low)
    law = multivariate_normal(model[exact], covariance[np.ix_(exact, exact)]) if len(exact) else None
    wide = np.flatnonzero(seen.high > seen.low)
    scales = np.sqrt(np.diag(covariance))
    within = [log_within(seen.low[k] - model[k], seen.high[k] - model[k], scales[k]) for k in wide]
    return float(sum(within) + (law.logpdf(seen.low[exact]) if law else 0.0))


@cache
def log_within(low: float, high: float, scale: float) -> float:
    """Log probability of a centred normal between two ends, counted from its densest point: tails keep digits."""
    top = np.clip(0.0, low, high)
    ends = max(low, top - 12 * scale), min(high, top + 12 * scale)
    area, _ = quad(lambda x: np.exp(norm.logpdf(x, 0, scale) - norm.logpdf(top, 0, scale)), *ends, epsabs=0, limit=200)
    return float(norm.logpdf(top, 0, scale) + np.log(area))


def weighed(seen: Evidence, model: np.ndarray) -> float:
    """The likelihood weighed over the discrepancies of every series, by their prior on the grid."""
    variance = SPREADS**2
    prior = np.log(variance) + invgamma.logpdf(variance, TAILS / 2.0, scale=TAILS / 2.0 * COMMON_DISCREPANCY**2)
    prior -= logsumexp(prior)
    chosen = list(product(range(len(SPREADS)), repeat=int(seen.series.max()) + 1))
    return float(
        logsumexp([prior[list(one)].sum() + log_likelihood(seen, model, SPREADS[list(one)]) for one in chosen])
    )


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.9), (-np.inf, 0.4), (0.4, np.inf), (30.0, 31.0), (-31.0, -30.0)])
def test_intervals_are_the_probability_of_lying_inside(low: float, high: float) -> None:
    seen = evidence(np.zeros(6)).part(np.arange(6) < 1).but(np.array([low]), np.array([high]))
    model = np.array([0.1])
    assert Marginal(seen, np.zeros(1))(model[None])[0] == pytest.approx(weighed(seen, model), rel=1e-9)


def mixed(rng: np.random.Generator) -> Evidence:
    """Two groups, three series, two intervals among the figures."""
    figures = rng.standard_normal(6)
    wide = np.where(np.arange(6) % 3 == 2, 0.4, 0.0)
    place = np.arange(6)
    return Evidence(
        tuple("abcdef"), figures, figures + wide, np.full(6, 0.1), place // 4, place // 2, ("one", "two"), 2.0 * place
    )


def test_the_marginal_is_the_likelihood_weighed_over_discrepancies() -> None:
    """The emulator's error counts as one more measurement error."""
    rng = np.random.default_rng(2)
    seen, model, emulator = mixed(rng), rng.standard_normal((3, 6)), np.full(6, 0.05)
    found = Marginal(seen, emulator)(model)
    known = replace(seen, sd=np.hypot(seen.sd, emulator))
    assert found == pytest.approx([weighed(known, row) for row in model], rel=1e-9)


def test_discrepancies_are_drawn_as_the_figures_say() -> None:
    rng = np.random.default_rng(3)
    seen = mixed(rng)
    marginal = Marginal(seen, np.zeros(6))
    exact, missed = seen.middle()[None], seen.middle()[None] + 1.5
    near, far = (marginal.draw(np.repeat(model, 4000, axis=0), rng) for model in (exact, missed))
    assert np.all(np.median(near, axis=0) < 0.5 * np.median(far, axis=0))
    assert near.min() > 0.5 * SPREADS[0] and far.max() < 2.0 * SPREADS[-1]


def test_diagnostics_see_chains_apart_and_slow_ones() -> None:
    rng = np.random.default_rng(0)
    chains = rng.standard_normal((400, 8, 3))
    found = diagnose(chains)
    assert np.all(found.rhat < 1.02) and np.all(np.minimum(found.ess_bulk, found.ess_tail) > 1_500)
    chains[:, 0, 1] += 5.0
    # Other spread at the same place: a mean of chains does not see it, ranks of distances from the median do.
    chains[:, 0, 2] *= 20.0
    rhat = diagnose(chains).rhat
    assert rhat[1] > 1.2 and rhat[2] > 1.05 and rhat[0] < 1.02
    walk = np.cumsum(rng.standard_normal((400, 8, 1)), axis=0)
    assert diagnose(walk).ess_bulk[0] < 100


def test_coverage_is_told_as_it_is() -> None:
    rng = np.random.default_rng(0)
    right, sure = rng.random((400, 1)), np.round(rng.random((400, 1)))
    nothing = rng.standard_normal((400, 1))
    good, bad = judge(right, nothing, nothing), judge(sure, nothing, nothing)
    assert good["coverage_90"][0] == pytest.approx(0.9, abs=0.05)
    assert good["uniform_p"][0] > 0.01
    assert bad["coverage_90"][0] == 0.0
    assert bad["uniform_p"][0] < 1e-6


# ------------------------------------------------------------------------------------------------- what is judged
@pytest.fixture(scope="module")
def world() -> sim.World:
    return sim.load("reference", posterior="none").world


def test_judged_rows_stay_out_of_the_likelihood(world: sim.World) -> None:
    every = load_targets(TARGETS, codes_of(world))
    held = [row for row in every if row.role != "fit"]
    assert any(row.role == "judge" for row in held)
    model = model_runs("reference", blocks_of(1500, 330, "2023-12"))
    assert not {row.id for row in model.targets} & {row.id for row in held}
    assert max(row.period[1] for row in model.targets) <= "2023-12"
    target = world.states[world.target]
    for row in held:
        with pytest.raises(sim.SimError, match="held out"):
            evidence_of((*model.targets, row), codes_of(world), target)


def test_a_figure_that_is_no_number_is_not_fitted(world: sim.World) -> None:
    model = model_runs("reference", blocks_of(1500, 330, "2023-12"))
    wrong = replace(model.targets[0], low=float("nan"))
    with pytest.raises(sim.SimError, match="not a number"):
        evidence_of((wrong, *model.targets[1:]), codes_of(world), world.states[world.target])
