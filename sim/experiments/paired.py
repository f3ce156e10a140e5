"""A run and what it is compared with, and the same pair at draws of a posterior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.common.progress import Progress
from sim.experiments.ensemble import ensemble
from sim.simulation.comparison import compare as run_both
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from sim.simulation.comparison import Comparison
    from sim.simulation.posterior import Posterior


def compare(  # noqa: PLR0913 (each is asked for by its name)
    policy: Case | str,
    baseline: Case | str | None = None,
    progress: Progress | bool | None = None,
    *,
    draws: int = 0,
    posterior: Posterior | str | Path | None = None,
    world_errors: bool = True,
    workers: int = 1,
) -> Comparison:
    """Runs a case and what it is compared with; with draws, both at each draw of a posterior as well.

    Args:
        policy: a case, a scenario file, or the name of a shipped scenario.
        baseline: what to compare with; the same case without its policies by default.
        progress: called after each month with (months done, months in all), over both runs, then after each draw; False
            for no bar in a notebook (see :func:`sim.show_progress`).
        draws: how many draws of the posterior are run, small and in expected mode, for medians and bands: 24 as
            ``sim run`` does; none by default. At each draw both packages have the same parameters, world and firms.
        posterior: one that was read, or its folder; the one that ships with the world by default.
        world_errors: whether each draw has a world of its own, see :func:`sim.ensemble`.
        workers: processes for the draws.

    Raises:
        SimError: the two cases differ in world, months, seed or agents, so that they cannot be paired; or there is no
            such posterior, or it has fewer draws.

    Example:
        >>> import sim
        >>> case = sim.load("classroom")
        >>> harder = case.with_changes(parameters={"aversion": 9.0})
        >>> sim.compare(harder, case)
        <Comparison of 'The classroom, three months by hand' with 'The classroom, three months by hand'>
    """
    first = policy if isinstance(policy, Case) else load(policy)
    second = baseline if isinstance(baseline, Case) or baseline is None else load(baseline)
    pair = run_both(first, second, progress)
    if not draws:
        return pair
    found = ensemble(
        first, draws, posterior, pair, progress, against=second, workers=workers, world_errors=world_errors
    )
    return pair.with_bands(found.bands)
