"""Runs at draws of a posterior: how far apart the outputs of a run may lie, given what the customs figures say.

Every draw is a pair of runs, with the policies and without, in expected mode and with few rows: there is no sampling
error to average out, so what is left is what is not known of the parameters. Of each pair only what the caller names
is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.common.errors import SimError, nearest
from sim.common.labelled import dataset
from sim.common.progress import Progress, watched
from sim.experiments.runner import make_runs
from sim.metrics.mirror_gap import mirror_gap
from sim.metrics.run_pair import RunPair, run_pair
from sim.metrics.series import series_of
from sim.metrics.title_numbers import mirror_numbers, numbered
from sim.rules.user_rules import refuse_unshared
from sim.scenario import parse_scenario
from sim.simulation.comparison import compare
from sim.simulation.intervals import DRAWS, MIRROR, TITLES, Bands, side_by_side, tall
from sim.simulation.posterior import Posterior, load_posterior
from sim.simulation.run_record import SCENARIO
from sim.simulation.simulation import Case, case_of, load
from sim.world.draws import world_at

if TYPE_CHECKING:
    from sim.metrics.mirror_gap import Pair
    from sim.scenario import Agents
    from sim.simulation.comparison import Comparison
    from sim.simulation.results import Results

# Rows as in the calibration.
EXPORTERS, INTERMEDIARIES = 1500, 330


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What draws of a posterior do to the series behind the figures.

    Attributes:
        samples: rows by figure, series, period and column (see :mod:`sim.simulation.intervals`), one column per draw,
            by its number.
        record: which posterior and draws, and how they were run.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 1000})
        >>> spread = sim.ensemble(few, draws=2, progress=False)
        >>> spread.samples.shape[1]
        2
    """

    samples: pd.DataFrame
    record: dict[str, Any]

    @property
    def bands(self) -> Bands:
        """Medians and 90 % bands over the draws."""
        return Bands.over(self.samples, self.record)

    def to_xarray(self, figure: str) -> Any:
        """The samples behind a figure as an ``xarray.Dataset`` by series, period and draw.

        Raises:
            SimError: there is no such figure among them, or xarray is missing (extra ``exchange``).
        """
        known = list(dict.fromkeys(self.samples.index.get_level_values("figure")))
        if figure not in known:
            raise SimError(f"unknown figure '{figure}'; {nearest(figure, known)}")
        rows = pd.DataFrame(self.samples.xs(figure, level="figure")).rename_axis("draw", axis="columns")
        wide = pd.DataFrame(rows.stack().unstack("column")).reset_index()
        values = [str(name) for name in wide if name not in ("series", "period", "draw")]
        about = {name: self.record[name] for name in ("posterior", "digest", "mode", "exporters")}
        return dataset(wide, ["series", "period", "draw"], values, about)

    def __repr__(self) -> str:
        return f"<Ensemble of {self.samples.shape[1]} draws of posterior {self.record['posterior']!r}>"


def ensemble(  # noqa: PLR0913 (each is asked for by its name)
    case: Case | str,
    draws: int = DRAWS,
    posterior: Posterior | str | Path | None = None,
    like: Comparison | Results | RunPair | None = None,
    progress: Progress | bool | None = None,
    *,
    against: Case | None = None,
    outputs: Callable[[RunPair], pd.Series[float]] = series_of,
    workers: int = 1,
    world_errors: bool = True,
) -> Ensemble:
    """Runs a case, and its counterfactual, at draws of a posterior.

    Every draw but the representative one also has a world of its own, drawn within the errors of the base year's flows
    (see :func:`sim.world.draws.drawn_world`); a run and its counterfactual share it.

    Args:
        case: a case without a draw of its own, a scenario file, or the name of a shipped scenario.
        draws: how many, the representative one among them.
        posterior: one that was read, or its folder; the one that ships with the world by default.
        like: whose figures get the bands; states are grouped as there, and one run alone needs no counterfactual. The
            pair of the first draw by default.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.
        against: what each draw is compared with, at the same draw and on the same world; the case without its policies
            by default.
        outputs: what is kept of the runs at a draw, by figure, series, period and column; the series behind the figures
            by default.
        workers: processes; 1 for none beside this one. The numbers do not depend on it.
        world_errors: whether worlds are drawn; else all draws run on the world as it is.

    Raises:
        SimError: there is no such posterior, it has fewer draws or does not fit the scenario; or workers could not
            import a rule of the case.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 1000})
        >>> sim.ensemble(few, draws=2, progress=False)
        <Ensemble of 2 draws of posterior 'reference'>
    """
    for said, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise SimError(f"{number} {said} asked for; an ensemble needs one at least")
    case = load(case) if isinstance(case, str) else case
    case = case if case.undrawn is None else case.undrawn
    if not isinstance(posterior, Posterior):
        posterior = load_posterior(posterior, case.scenario.world)
    numbers = posterior.spread(draws)
    if workers > 1:
        refuse_unshared(case.rules)
        refuse_unshared({"outputs": outputs}, "argument")
    guide, kept = None if like is None else run_pair(like), {}
    case_at = partial(posterior.case_at, few_rows(case), world_errors=world_errors)
    other_at = None
    if against is not None:
        against = against if against.undrawn is None else against.undrawn
        other_at = partial(posterior.case_at, few_rows(against), world_errors=world_errors)
    pair_at = partial(_pair_at, case_at, other_at, paired=guide is None or guide.baseline is not None)
    with watched(progress, f"{case.scenario.title}: draws of the posterior", "draws") as step:
        if guide is None:
            guide = pair_at(None, numbers[0])
            kept[numbers[0]] = outputs(guide)
            step(1, draws)
        left = numbers[len(kept) :]
        for place, one in make_runs(partial(_kept_of, outputs, pair_at, guide), left, workers=workers):
            kept[left[place]] = one
            step(len(kept), draws)
    record = record_of_draws(posterior, numbers, few_rows(case).scenario.agents, world_errors=world_errors)
    # A ribbon that a draw lacks is nil in it.
    return Ensemble(side_by_side({number: kept[number] for number in numbers}), record)


def _pair_at(
    case_at: Callable[[int], Case], other_at: Callable[[int], Case] | None, like: RunPair | None, number: int, *,
    paired: bool,
) -> RunPair:  # fmt: skip
    """The run at a draw and what it is compared with, condensed, with states grouped as in another pair."""
    drawn = case_at(number)
    if not paired:
        return RunPair(drawn.run().condensed(), None, like)
    pair = compare(drawn, None if other_at is None else other_at(number))
    return RunPair(pair.policy.condensed(), pair.baseline.condensed(), like)


def _kept_of(
    outputs: Callable[[RunPair], pd.Series[float]], pair_at: Callable[..., RunPair], like: RunPair, number: int
) -> pd.Series[float]:
    return outputs(pair_at(like, number))


def mirror_bands(  # noqa: PLR0913 (each is asked for by its name)
    results: Results,
    pair: Pair,
    posterior: Posterior,
    draws: int = DRAWS,
    progress: Progress | bool | None = None,
    *,
    world_errors: bool = True,
) -> Bands:
    """Bands for the mirror gap of two states in a saved run, which is run again at draws of its posterior.

    Args:
        results: a run with a draw of the posterior.
        pair: the two states, and a good if not all.
        posterior: the one that the run's draw is of.
        draws: how many.
        progress: called after each draw with (draws done, draws in all); False for no bar in a notebook.
        world_errors: whether each draw has a world of its own, as in :func:`ensemble`.

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
            world = world_at(case.world, draw) if world_errors else case.world
            run = few_rows(replace(case, scenario=posterior.replace_draw(scenario, drawn, draw), world=world)).run()
            table = mirror_gap(run, pair)
            told = {(TITLES, MIRROR, "", name): one for name, one in mirror_numbers(RunPair(run), table).items()}
            amounts = tall(MIRROR, table, [str(name) for name in table if str(name).endswith("_musd")])
            kept[draw] = pd.concat([amounts, numbered(told)])
            step(done, draws)
    agents = few_rows(case).scenario.agents
    return Bands.over(side_by_side(kept), record_of_draws(posterior, numbers, agents, world_errors=world_errors))


def record_of_draws(
    posterior: Posterior, numbers: Sequence[int], agents: Agents, *, world_errors: bool
) -> dict[str, Any]:
    """Which draws were run, and how."""
    return {
        "posterior": posterior.name, "digest": posterior.digest, "draws": len(numbers), "numbers": list(numbers),
        "mode": agents.mode, "exporters": agents.exporters, "intermediaries": agents.intermediaries,
        "world_errors": world_errors,
    }  # fmt: skip


def few_rows(case: Case) -> Case:
    """The case in expected mode with no more rows than the calibration has."""
    agents = case.scenario.agents
    few = {
        "exporters": min(agents.exporters, EXPORTERS),
        "intermediaries": min(agents.intermediaries, INTERMEDIARIES),
    }
    return case.with_changes(agents={"mode": "expected", **few})
