"""Bands over draws of a posterior for the series behind the figures, and for the mirror gap of two states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.common.errors import SimError
from sim.common.progress import Progress, watched
from sim.metrics.mirror_gap import mirror_gap
from sim.metrics.run_pair import RunPair, run_pair
from sim.metrics.series import series_of
from sim.scenario import parse_scenario
from sim.simulation.ensemble import DRAWS, Draws, Ensemble, few_rows, record_of_draws
from sim.simulation.intervals import MIRROR, Bands, side_by_side, tall
from sim.simulation.posterior import Posterior, load_posterior
from sim.simulation.run_record import SCENARIO
from sim.simulation.simulation import Case, case_of, load

if TYPE_CHECKING:
    from pathlib import Path

    from sim.metrics.mirror_gap import Pair
    from sim.simulation.comparison import Comparison
    from sim.simulation.results import Results


def ensemble(  # noqa: PLR0913 (each is asked for by its name)
    case: Case | str,
    draws: int = DRAWS,
    posterior: Posterior | str | Path | None = None,
    like: Comparison | Results | None = None,
    progress: Progress | bool | None = None,
    *,
    outputs: Callable[[RunPair], pd.Series[float]] = series_of,
    workers: int = 1,
) -> Ensemble:
    """Runs a case, and its counterfactual, at draws of a posterior.

    Args:
        case: a case without a draw, a scenario file, or the name of a shipped scenario.
        draws: how many, the representative one among them.
        posterior: one that was read, or its folder; the one that ships with the world by default.
        like: whose figures get the bands; states are grouped as there, and one run alone needs no counterfactual. The
            pair of the first draw by default.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.
        outputs: what is kept of the runs at a draw, by figure, series, period and column; the series behind the figures
            by default.
        workers: processes; 1 for none beside this one. The numbers do not depend on it.

    Raises:
        SimError: there is no such posterior, it has fewer draws or does not fit the scenario; or workers could not
            import a rule of the case.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 400})
        >>> sim.ensemble(few, draws=2, progress=False)
        <Ensemble of 2 draws of posterior 'reference'>
    """
    for said, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise SimError(f"{number} {said} asked for; an ensemble needs one at least")
    case = load(case) if isinstance(case, str) else case
    if not isinstance(posterior, Posterior):
        posterior = load_posterior(posterior, case.scenario.world)
    numbers = posterior.spread(draws)
    guide, kept = None if like is None else run_pair(like), {}
    runs = Draws(few_rows(case), posterior, paired=guide is None or guide.baseline is not None)
    with watched(progress, f"{case.scenario.title}: draws of the posterior", "draws") as step:
        if guide is None:
            guide = RunPair(*runs.runs(numbers[0]))
            kept[numbers[0]] = outputs(guide)
            step(1, draws)
        left = numbers[len(kept) :]
        found = runs.outputs(left, partial(_like, guide, outputs), workers)
        for done, (number, one) in enumerate(zip(left, found, strict=True), len(kept) + 1):
            kept[number] = one
            step(done, draws)
    record = record_of_draws(posterior, numbers, runs.case.scenario.agents)
    # A ribbon that a draw lacks is nil in it.
    return Ensemble(side_by_side(kept), record)


def _like(
    guide: RunPair, outputs: Callable[[RunPair], pd.Series[float]], policy: Results, baseline: Results | None
) -> pd.Series[float]:
    """What is kept of two runs whose states are grouped as in the guide."""
    return outputs(RunPair(policy, baseline, guide))


def mirror_bands(
    results: Results,
    pair: Pair,
    posterior: Posterior,
    draws: int = DRAWS,
    progress: Progress | bool | None = None,
) -> Bands:
    """Bands for the mirror gap of two states in a saved run, which is run again at draws of its posterior.

    Args:
        results: a run with a draw of the posterior.
        pair: the two states, and a good if not all.
        posterior: the one that the run's draw is of.
        draws: how many.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.

    Raises:
        SimError: the run has no draw of this posterior, or rules that its scenario does not name.
    """
    drawn = results.record.get("posterior")
    if drawn is None:
        raise SimError(f"'{results.title}' was run without a posterior; there is nothing to draw from")
    file = results.source / SCENARIO if isinstance(results.source, Path) else "scenario.yaml of the run"
    scenario = parse_scenario(results.scenario_yaml, str(file))
    replaced = results.record["rules_replaced"]
    if missing := sorted(name for name, said in replaced.items() if scenario.rules.get(name) != said):
        raise SimError(f"cannot run '{results.title}' again: rules replaced in Python ({', '.join(missing)})")
    case, kept, numbers = case_of(scenario, allow_code=results.allow_code), {}, posterior.spread(draws)
    with watched(progress, f"{results.title}: draws of the posterior", "draws") as step:
        for done, draw in enumerate(numbers, start=1):
            run = few_rows(replace(case, scenario=posterior.replace_draw(scenario, drawn, draw))).run()
            table = mirror_gap(run, pair)
            kept[draw] = tall(MIRROR, table, [str(name) for name in table if str(name).endswith("_musd")])
            step(done, draws)
    agents = few_rows(case).scenario.agents
    return Bands.over(side_by_side(kept), record_of_draws(posterior, numbers, agents))
