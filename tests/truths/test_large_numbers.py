"""Truth 5: sampled tends to expected as one over the square root of the number of firms."""

from __future__ import annotations

import numpy as np

import sim


def spread_around(expected, case, exporters, seeds):
    """Root mean square distance of imports from the expected run: norm over goods, relative to the total."""
    distances, usual = [], imports(expected)
    for seed in seeds:
        run = case.with_changes(agents={"exporters": exporters, "mode": "sampled"}, seed=seed).run()
        distances.append(np.linalg.norm(imports(run) - usual, axis=1) / usual.sum(axis=1))
    return float(np.sqrt(np.mean(np.square(distances))))


def imports(run):
    base, world = run.source.base, run.source.world
    mine = (base.origin != world.target)[:, None] & (base.destination == world.target)[None, :]
    by_type = (run.source.record.delivered * mine).sum(axis=2)
    goods = range(len(world.goods))
    return np.stack([by_type[:, base.good == g].sum(axis=1) for g in goods], axis=1)


def test_noise_falls_with_the_root_of_the_number_of_firms():
    # A package of law without price feedback beyond a few months, so that the limit is reached from moderate numbers.
    case = sim.load("reference", posterior="none").with_changes(
        months={"first": "2022-01", "last": "2022-08"}, agents={"intermediaries": 11_000}
    )
    expected = case.with_changes(agents={"exporters": 40_000, "mode": "expected"}).run()
    few = spread_around(expected, case, 3_000, range(8))
    many = spread_around(expected, case, 48_000, range(8))
    # Sixteen times the firms: a quarter of the noise, give or take what eight seeds tell.
    assert 2.4 < few / many < 6.5


def test_the_mean_over_seeds_is_the_expected_run():
    # Many firms: prices answer to what arrives, so that chance moves the mean as well, by a part that falls with the
    # number of firms (imports of the second month: 0.6 % at 40,000 firms, 0.2 % at 160,000, 0.1 % at 640,000).
    case = sim.load("reference", posterior="none").with_changes(
        months={"first": "2022-01", "last": "2022-06"}, agents={"intermediaries": 11_000}
    )
    # Few rows are enough for the expected run, whose nodes are converged, and keep it small.
    expected = imports(case.with_changes(agents={"exporters": 20_000, "mode": "expected"}).run())
    runs = [
        imports(case.with_changes(agents={"exporters": 400_000, "mode": "sampled"}, seed=seed).run())
        for seed in range(12)
    ]
    error = np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    assert (np.abs(np.mean(runs, axis=0) - expected) < 5 * error + 2e-3 * expected).all()
