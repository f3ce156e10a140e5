"""How much effort states put into enforcing, this month."""

from __future__ import annotations

import numpy as np

from sim.compiling import compiled, inlined
from sim.rules.enforcement import wanted_effort


@compiled
def set_efforts(states, signals, trade, numbers, effort):  # type: ignore[no-untyped-def]
    """Moves every third state part-way to the effort it wants.

    Args:
        states: whether the state decides (third states do), base effort, alignment, exposure; each (state,).
        signals: threat, pressure; each (state,).
        trade: with the target by state last month and in the base year (state,); watched military flow, same (state,).
        numbers: parameters, see :func:`sim.parameters.for_loops`.
        effort: updated, (state,).
    """
    values = numbers[0]
    decides, base, alignment, exposure = states
    threat, pressure = signals
    now, usual, watched_now, watched_usual = trade
    for s in range(len(effort)):
        if not decides[s]:
            continue
        gain = max(0.0, _log_ratio(now[s], usual[s]))
        visible = max(0.0, _log_ratio(watched_now[s], watched_usual[s]))
        push = values.weight_threat * threat[s] * exposure[s] + values.weight_pressure * pressure[s]
        push += values.weight_visible * visible * exposure[s]
        pull = values.weight_gain * gain + values.weight_alignment * max(0.0, alignment[s])
        wanted = wanted_effort(base[s], push, pull)
        effort[s] += values.effort_speed * (wanted - effort[s])


@inlined
def _log_ratio(now, usual):  # type: ignore[no-untyped-def]
    """Log of growth, damped where the base is tiny; 0 where there is neither."""
    return np.log((now + 1e-3) / (usual + 1e-3))
