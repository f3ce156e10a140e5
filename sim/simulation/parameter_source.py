"""Where the parameters of a run come from, as a command line asks for it: priors, or draws of a posterior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.common.errors import SimError
from sim.simulation.intervals import DRAWS
from sim.simulation.posterior import HUB_EFFECTS, NONE, Posterior, load_posterior, shipped_posterior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.simulation.simulation import Case


@dataclass(frozen=True)
class Beliefs:
    """Where the parameters of a run come from.

    Attributes:
        case: what runs: with the representative draw, if there is a posterior.
        undrawn: the same before the draw.
        posterior: None where the parameters are priors.
        draws: how many are run for bands.
        words: all this, for the screen.
        unfitted: hubs of the world of which the posterior has no effect, though it has some of others.
    """

    case: Case
    undrawn: Case
    posterior: Posterior | None
    draws: int
    words: str
    unfitted: tuple[str, ...] = ()


def beliefs(case: Case, asked: str | None, draws: int | None) -> Beliefs:
    """Chooses the parameters of a run.

    Args:
        case: as the scenario and the command line say.
        asked: folder of a posterior, ``none``, or None for the one that ships with the world.
        draws: how many are run for bands; None for the usual number.

    Raises:
        SimError: the posterior is faulty, or has not as many draws.
    """
    found = shipped_posterior(case.scenario.world) if asked is None else None if asked == NONE else asked
    if found is None:
        none = f"no posterior ships with world '{case.scenario.world}' (--posterior takes one fitted on another)"
        why = "as asked" if asked else none
        if draws:
            raise SimError(f"--draws {draws}: there is nothing to draw from ({why})")
        return Beliefs(case, case, None, 0, f"parameters: priors; {why}")
    posterior = load_posterior(found)
    drawn = case.with_posterior(posterior=posterior)
    assert drawn.drawn is not None
    outside = {
        "of the scenario's own": drawn.drawn.kept,
        "of what the scenario or its world lacks": drawn.drawn.absent,
        f"of hubs on the way to '{posterior.record.get('target')}'": drawn.drawn.elsewhere,
    }
    left = [f"{len(names)} {why} ({_some(names)})" for why, names in outside.items() if names]
    used = len(posterior.names) - sum(map(len, outside.values()))
    said = f"; left out: {', '.join(left)}" if left else ""
    said += f"; {doubts}" if (doubts := posterior.doubts(case.scenario, case.world)) else ""
    effects = {name for name in posterior.names if name.startswith(f"{HUB_EFFECTS}.")}
    own = [case.world.states[hub] for hub in case.world.hubs]
    unfitted = tuple(hub for hub in own if effects and f"{HUB_EFFECTS}.{hub}" not in effects)
    if unfitted:
        said += f"; hubs whose opening is not fitted: {_some(unfitted)}"
    which = f"posterior '{posterior.name}' ({posterior.digest[:10]})"
    if not used:
        return Beliefs(case, case, None, 0, f"parameters: the scenario's; {which} would change none{said}")
    count = min(DRAWS, posterior.count) if draws is None else len(posterior.spread(draws))
    drawn_as = f"{count} draws" if count > 1 else "the representative draw"
    words = f"parameters: {used} values from {drawn_as} of {which}{said}"
    return Beliefs(drawn, case, posterior, count, words, unfitted)


def in_both(first: Beliefs, second: Beliefs) -> str:
    """Where the parameters of two runs come from, for the screen."""
    return first.words if first.words == second.words else f"first, {first.words}\nsecond, {second.words}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
