"""Which way of drawing pairs two runs better: inverse CDF with the target's roads first (as shipped), or Gumbel-max?

``python -m benchmarks.pairing`` runs policy and no policy under both, for many seeds, and prints the variance over seeds of
the paired difference in what reaches the target, beside the cost. Under Gumbel-max every road of every firm has a draw of its
own, so a firm moves only if its best road changed; under inverse CDF a change of one pull shifts the borders behind it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np
from numba import njit, uint64

from sim import load, noise
from sim.arithmetic import _log_double
from sim.cases import Case
from sim.engine import choice, settlement
from sim.engine.choice import BLOCK, block_pulls

_IDENTITIES = 1 << 32
_ROADS = 256  # draws set aside for one firm and month


@njit(error_model="numpy")
def gumbel_block(n, key, firm, pull, best, picked):  # type: ignore[no-untyped-def]
    """Road of each firm of a block by an exponential race: the least waiting time -ln(u)/pull, one draw for each road."""
    for j in range(n):
        best[j] = 1e300
        picked[j] = 0
    for k in range(pull.shape[0]):
        for j in range(n):
            before = pull[k - 1, j] if k > 0 else np.float32(0.0)
            own = np.float64(pull[k, j]) - np.float64(before)
            u = noise.uniform(key, firm[j] * uint64(_ROADS) + uint64(k))
            wait = -_log_double(u) / own if own > 0.0 else 1e300
            picked[j] = np.int32(k) if wait < best[j] else picked[j]
            best[j] = min(best[j], wait)


@njit(cache=True, error_model="numpy")
def choose_by_race(chunks, start, keys, month, prospects, ending, closed, nest, columns, moves):  # type: ignore[no-untyped-def]
    """:func:`sim.engine.choice.choose` with the draw by Gumbel-max, all else equal."""
    aversion, exposure, reputation, listed, road, since = columns
    n_roads = prospects.shape[2]
    pull = np.zeros((n_roads, BLOCK), dtype=np.float32)
    trait = np.zeros((4, BLOCK), dtype=np.float32)
    firm = np.zeros(BLOCK, dtype=np.uint64)
    best = np.empty(BLOCK)
    used, picked = np.zeros(BLOCK, dtype=np.int32), np.zeros(BLOCK, dtype=np.int32)
    rows = np.empty(BLOCK, dtype=np.int64)
    for c in range(chunks.shape[0]):
        t, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
        first = t * _IDENTITIES - start[t]
        moves[c, :] = 0
        n = 0
        for i in range(low, high):
            if noise.uniform(keys[0], first + i) < ending[t, road[i]]:
                rows[n] = i
                n += 1
            if n == BLOCK or (i == high - 1 and n > 0):
                for j in range(n):
                    r = rows[j]
                    trait[0, j], trait[1, j], trait[2, j] = aversion[r], exposure[r], reputation[r]
                    trait[3, j] = np.float32(listed[r])
                    used[j] = road[r]
                    firm[j] = noise.mix(uint64(first + r))
                block_pulls(n, used, trait, prospects[t], closed, nest, pull)
                gumbel_block(n, keys[1], firm, pull, best, picked)
                for j in range(n):
                    moves[c, used[j]] -= 1
                    moves[c, picked[j]] += 1
                    road[rows[j]] = picked[j]
                    since[rows[j]] = month
                n = 0


def delivered(case: Case, choose: Any) -> np.ndarray[Any, Any]:
    """Quantity delivered to the target in a run by good and road to it, million USD at base-year prices, (good, road)."""
    model = case.model()
    model.loops.choose = choose
    total = np.zeros((len(model.base.volume), int(model.ends_at_target.sum())))
    for _ in range(case.scenario.months.count):
        model.step()
        total += model.work.fate[settlement.DELIVERED][:, : total.shape[1]]
    out = np.zeros((len(model.world.goods), total.shape[1]))
    np.add.at(out, model.base.good, total)
    return out


def paired(case: Case, seeds: int, choose: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], float]:
    """Policy and no policy by seed, each (seed, good, road), and the median seconds of one run."""
    runs: list[list[np.ndarray[Any, Any]]] = [[], []]
    seconds = []
    for seed in range(1, seeds + 1):
        with_law = case.with_changes(seed=seed)
        for place, one in enumerate((with_law, with_law.without_policies())):
            started = time.perf_counter()
            runs[place].append(delivered(one, choose))
            seconds.append(time.perf_counter() - started)
    return np.array(runs[0]), np.array(runs[1]), statistics.median(seconds)


def _figures(policy: Any, baseline: Any) -> dict[str, tuple[float, float, float]]:
    """Mean and variance of the paired difference and variance of an unpaired one, in all, direct, by hubs, and cell by cell."""
    cuts = {
        "all": lambda x: x.sum(axis=(1, 2))[:, None],
        "direct": lambda x: x[:, :, 0].sum(axis=1)[:, None],
        "through hubs": lambda x: x[:, :, 1:].sum(axis=(1, 2))[:, None],
        "by good": lambda x: x.sum(axis=2),
        "by good and road": lambda x: x.reshape(len(x), -1),
    }
    figures = {}
    for name, cut in cuts.items():
        a, b = cut(policy), cut(baseline)
        apart = a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)
        figures[name] = (float((a - b).mean(axis=0).sum()), (a - b).var(axis=0, ddof=1), apart)
    return figures


def seconds_per_call(case: Case, choose: Any, repeats: int = 15) -> float:
    """Median seconds of one month's choice on the state that a run has reached after 20 months."""
    model = case.model()
    for _ in range(min(20, case.scenario.months.count)):
        model.step()
    work, seconds = model.work, []
    moves = np.empty((len(model._chunks), len(model.base.roads)), dtype=np.int64)
    closed = model.closed_to_listed.astype(np.float32)
    for month in range(repeats):
        keys = np.array([noise.stream(1, d, 100 + month) for d in (noise.CONTRACT_ENDS, noise.ROAD)], dtype=np.uint64)
        started = time.perf_counter()
        choose(
            model._chunks, model.columns.start, keys, month, work.prospects, work.ending, closed, model.nest,
            model.choice_columns, moves,
        )  # fmt: skip
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def main() -> None:
    """Runs the comparison and prints it."""
    parser = argparse.ArgumentParser(description="Variance of paired differences by the way of drawing.")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--exporters", type=int, default=4000)
    parser.add_argument("--scenario", default="reference")
    chosen = parser.parse_args()
    case = load(chosen.scenario).with_changes(agents={"exporters": chosen.exporters, "mode": "sampled"})
    ways = {"inverse CDF": choice.choose, "Gumbel-max": choose_by_race}
    made = {name: paired(case, chosen.seeds, way) for name, way in ways.items()}
    inverse, race = (_figures(*made[name][:2]) for name in ways)
    print(f"{chosen.seeds} seeds, {chosen.exporters} exporters; what reaches the target, policy less no policy")
    print(f"{'':18}{'mean, musd':>24}{'Var inverse/Var Gumbel':>24}{'Var paired/unpaired':>24}")
    print(f"{'':18}{'inverse':>12}{'Gumbel':>12}{'':24}{'inverse':>12}{'Gumbel':>12}")
    for cut, (mean, variance, apart) in inverse.items():
        mean_race, variance_race, apart_race = race[cut]
        seen = (variance > 0) & (variance_race > 0)
        ratio = float(np.exp(np.mean(np.log(variance[seen] / variance_race[seen]))))
        own = [float(np.sum(v) / np.sum(a)) for v, a in ((variance, apart), (variance_race, apart_race))]
        print(f"{cut:18}{mean:12.0f}{mean_race:12.0f}{ratio:24.2f}{own[0]:12.3f}{own[1]:12.3f}")
    print(f"an F ratio of equal variances lies within {_band(chosen.seeds):.2f} times of 1 in 95 % of such trials")
    large = case.with_changes(agents={"exporters": 200_000})
    cost = {name: seconds_per_call(large, way) for name, way in ways.items()}
    print(f"one month's choice of 200,000 exporters, one thread: {1e3 * cost['inverse CDF']:.2f} ms by inverse CDF, "
          f"{1e3 * cost['Gumbel-max']:.2f} ms by Gumbel-max ({cost['Gumbel-max'] / cost['inverse CDF']:.1f} times)")  # fmt: skip


def _band(seeds: int) -> float:
    """Upper 97.5 % point of the ratio of two equal variances, from the normal law of its logarithm."""
    return float(np.exp(1.96 * np.sqrt(4.0 / (seeds - 1))))


if __name__ == "__main__":
    main()
