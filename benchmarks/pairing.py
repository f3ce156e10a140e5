"""Which draw pairs two runs better: inverse CDF with the target's routes first (as shipped), or Gumbel-max?

``python -m benchmarks.pairing`` runs policy and no policy under both, for many seeds, and prints the variance over
seeds of the paired difference in what reaches the target, beside the cost. Under Gumbel-max every route of a firm
has a draw of its own, so a firm moves only if its best route changed; under inverse CDF a change of one weight shifts
the borders behind it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np
from numba import njit, uint64

from sim import load
from sim.common import random_streams
from sim.common.numerics import _log_double
from sim.model.kernels import route_choice
from sim.model.kernels.block_weights import BLOCK, block_weights
from sim.simulation.simulation import Case

_ROUTES = 256  # draws set aside for one firm and month


@njit(error_model="numpy")
def gumbel_block(n, key, firm, weight, race):  # type: ignore[no-untyped-def]
    """Route of each firm of a block by an exponential race: least waiting time -ln(u)/weight, one draw per route."""
    best, picked = race
    for j in range(n):
        best[j] = 1e300
        picked[j] = 0
    for k in range(weight.shape[0]):
        for j in range(n):
            before = weight[k - 1, j] if k > 0 else np.float32(0.0)
            own = np.float64(weight[k, j]) - np.float64(before)
            u = random_streams.uniform(key, firm[j] * uint64(_ROUTES) + uint64(k))
            wait = -_log_double(u) / own if own > 0.0 else 1e300
            picked[j] = np.int32(k) if wait < best[j] else picked[j]
            best[j] = min(best[j], wait)


@njit(cache=True, error_model="numpy")
def choose_by_race(rows, draws, choices, exporters, moves):  # type: ignore[no-untyped-def]
    """:func:`sim.model.kernels.route_choice.choose` with the draw by Gumbel-max, all else equal."""
    chunks, route, since = rows.chunks, exporters.route, exporters.since
    participates, listed = exporters.participates, exporters.listed
    prospects, contract_end_odds = choices.prospects, choices.contract_end_odds
    n_routes = prospects.shape[2]
    weight = np.zeros((n_routes, BLOCK), dtype=np.float32)
    trait = np.zeros((5, BLOCK), dtype=np.float32)
    firm = np.zeros(BLOCK, dtype=np.uint64)
    best = np.empty(BLOCK)
    used, picked = np.zeros(BLOCK, dtype=np.int32), np.zeros(BLOCK, dtype=np.int32)
    block = np.empty(BLOCK, dtype=np.int64)
    odds_of_switch = np.zeros(2)  # of those outside, of participants
    for c in range(chunks.shape[0]):
        t, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
        first = t * random_streams.IDENTITIES_PER_TYPE - exporters.start[t]
        odds_of_switch[0], odds_of_switch[1] = choices.entering[t], choices.leaving[t]
        n = 0
        for i in range(low, high):
            chance = random_streams.uniform(draws.contract_end, first + i)
            switch = odds_of_switch[participates[i]] * (1 - listed[i])
            if chance < switch:
                moves[c, n_routes] += 1 - 2 * np.int64(participates[i])
                participates[i] = 1 - participates[i]
            if chance < switch + (1.0 - switch) * contract_end_odds[t, route[i]]:
                block[n] = i
                n += 1
            if n == BLOCK or (i == high - 1 and n > 0):
                for j in range(n):
                    r = block[j]
                    trait[0, j], trait[1, j] = exporters.aversion[r], exporters.exposure[r]
                    trait[2, j], trait[3, j] = exporters.reputation[r], np.float32(listed[r])
                    trait[4, j] = np.float32(participates[r])
                    used[j] = route[r]
                    firm[j] = random_streams.mix(uint64(first + r))
                block_weights(n, trait, prospects[t], choices.loss_if_listed, choices.home[t], weight)
                gumbel_block(n, draws.route, firm, weight, (best, picked))
                for j in range(n):
                    moves[c, used[j]] -= 1
                    moves[c, picked[j]] += 1
                    route[block[j]] = picked[j]
                    since[block[j]] = draws.month
                n = 0


def delivered(case: Case, choose: Any) -> np.ndarray[Any, Any]:
    """Delivered to the target in a run by good and route to it, million USD at base-year prices, (good, route)."""
    model = case.model()
    model.loops.choose = model.loops.choose_parallel = choose
    total = np.zeros((len(model.base.volume), model.constants.routes.target_routes))
    for _ in range(case.scenario.months.count):
        model.step()
        total += model.state.shipments.delivered[:, : total.shape[1]]
    out = np.zeros((len(model.world.goods), total.shape[1]))
    np.add.at(out, model.base.good, total)
    return out


def paired(case: Case, seeds: int, choose: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], float]:
    """Policy and no policy by seed, each (seed, good, route), and the median seconds of one run."""
    runs: list[list[np.ndarray[Any, Any]]] = [[], []]
    seconds = []
    for seed in range(1, seeds + 1):
        with_law = case.with_changes(seed=seed)
        for place, one in enumerate((with_law, with_law.without_policies())):
            started = time.perf_counter()
            runs[place].append(delivered(one, choose))
            seconds.append(time.perf_counter() - started)
    return np.array(runs[0]), np.array(runs[1]), statistics.median(seconds)


def _figures(policy: Any, baseline: Any) -> dict[str, tuple[float, Any, Any]]:
    """Mean and variance of the paired difference, and variance of an unpaired one: in all, by route, cell by cell."""
    cuts = {
        "all": lambda x: x.sum(axis=(1, 2))[:, None],
        "direct": lambda x: x[:, :, 0].sum(axis=1)[:, None],
        "through hubs": lambda x: x[:, :, 1:].sum(axis=(1, 2))[:, None],
        "by good": lambda x: x.sum(axis=2),
        "by good and route": lambda x: x.reshape(len(x), -1),
    }
    figures = {}
    for name, cut in cuts.items():
        a, b = cut(policy), cut(baseline)
        apart = a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)
        figures[name] = (float((a - b).mean(axis=0).sum()), (a - b).var(axis=0, ddof=1), apart)
    return figures


def seconds_per_month(case: Case, choose: Any) -> float:
    """Median seconds of one month's choice in a run, one thread."""
    model, seconds = case.model(), []

    def timed(*args: Any) -> None:
        started = time.perf_counter()
        choose(*args)
        seconds.append(time.perf_counter() - started)

    model.loops.choose = model.loops.choose_parallel = timed
    for _ in range(case.scenario.months.count):
        model.step()
    return statistics.median(seconds[1:])


def main() -> None:
    """Runs the comparison and prints it."""
    parser = argparse.ArgumentParser(description="Variance of paired differences by the way of drawing.")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--exporters", type=int, default=4000)
    parser.add_argument("--scenario", default="reference")
    chosen = parser.parse_args()
    case = load(chosen.scenario, posterior="none").with_changes(
        agents={"exporters": chosen.exporters, "mode": "sampled"}
    )
    ways = {"inverse CDF": route_choice.choose, "Gumbel-max": choose_by_race}
    made = {name: paired(case, chosen.seeds, way) for name, way in ways.items()}
    inverse, race = (_figures(*made[name][:2]) for name in ways)
    print(f"{chosen.seeds} seeds, {chosen.exporters} exporters; what reaches the target, policy less no policy")
    print(f"{'':18}{'mean, musd':>24}{'Var inverse/Var Gumbel':>24}{'Var paired/unpaired':>24}")
    print(f"{'':18}{'inverse':>12}{'Gumbel':>12}{'':24}{'inverse':>12}{'Gumbel':>12}")
    for cut, (mean, variance, apart) in inverse.items():
        mean_race, variance_race, apart_race = race[cut]
        # Cells so thin that a few firms make them would drown the others in a mean of logarithms.
        seen = (apart > 1e-4 * apart.sum()) & (variance > 0) & (variance_race > 0)
        ratio = float(np.exp(np.mean(np.log(variance[seen] / variance_race[seen]))))
        own = [float(np.sum(v) / np.sum(a)) for v, a in ((variance, apart), (variance_race, apart_race))]
        print(f"{cut:18}{mean:12.0f}{mean_race:12.0f}{ratio:24.2f}{own[0]:12.3f}{own[1]:12.3f}")
    print(f"an F ratio of equal variances lies within {_band(chosen.seeds):.2f} times of 1 in 95 % of such trials")
    large = case.with_changes(agents={"exporters": 200_000})
    cost = {name: seconds_per_month(large, way) for name, way in ways.items()}
    by_inverse, by_race = (1e3 * cost[name] for name in ways)
    print(f"one month's choice of 200,000 exporters, one thread: {by_inverse:.2f} ms by inverse CDF,")
    print(f"{by_race:.2f} ms by Gumbel-max, {by_race / by_inverse:.1f} times as long")


def _band(seeds: int) -> float:
    """Upper 97.5 % point of the ratio of two equal variances, from the normal law of its logarithm."""
    return float(np.exp(1.96 * np.sqrt(4.0 / (seeds - 1))))


if __name__ == "__main__":
    main()
