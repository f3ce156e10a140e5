"""What governments do this month: the coalition reads red lines and weighs its losses, third states speak and act."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled, inlined
from sim.common.numerics import normal_quantile
from sim.rules.enforcement import wanted_effort
from sim.rules.expectations import believed_hazard
from sim.rules.governments import red_line_crossed, resolve, wanted_law

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import StateTraits
    from sim.rules.parameters import LoopParameters


class EnforcementSignals(NamedTuple):
    """What governments of third states weigh.

    Attributes:
        threat: to the state's firms and banks, by clauses and for a crossed red line, log points, (state,).
        pressure: diplomatic pressure, (state,).
        leverage: pressure through another market, envoys' visits, (state,).
        courting: favours of the target, envoys' visits, (state,).
        commitment: alignment with the target that long-term supply adds, (state,).
        recent_listings: share of the state's trade whose sellers were lately listed, (state,).
        trade: with the target last month, (state,).
        military_trade: the same as it looks, weighted by how military it is, (state, good).
        controlled: share of a good's lines that the coalition bans, (good,).
    """

    threat: Floats
    pressure: Floats
    leverage: Floats
    courting: Floats
    commitment: Floats
    recent_listings: Floats
    trade: Floats
    military_trade: Floats
    controlled: Floats


class Stance(NamedTuple):
    """What a state announces, enacts and enforces, (state,); see :class:`sim.model.state.Governments`."""

    announced_policy: Floats
    enacted_law: Floats
    enforcement_effort: Floats


@compiled
def observe_trade(key: np.uint64, error: float, military: Floats, observed: Floats) -> None:
    """What the coalition's services see of military trade by (state, good): the truth times a lognormal error.

    Args:
        key: random stream of the month.
        error: log sd; 0 sees all.
        military: (state, good).
        observed: filled.
    """
    for s in range(military.shape[0]):
        for g in range(military.shape[1]):
            observed[s, g] = military[s, g]
            if error > 0.0:
                z = normal_quantile(random_streams.uniform(key, s * military.shape[1] + g))
                observed[s, g] *= np.exp(error * z - 0.5 * error * error)


@compiled
def trigger_red_lines(
    red_line: Floats,
    red_line_threat: Floats,
    observed: Floats,
    usual: Floats,
    parameters: LoopParameters,
    triggered: Floats,
) -> None:
    """Threat that the coalition holds against the states whose military trade crossed a red line.

    Args:
        red_line: multiple of the base year at which the line lies, infinite for none, (state, good).
        red_line_threat: threat once it is crossed, log points, (state, good).
        observed: military trade with the target as the coalition sees it this month, (state, good).
        usual: the same in the base year.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        triggered: updated, log points, (state,).
    """
    values = parameters[0]
    for s in range(len(triggered)):
        shown = 0.0
        for g in range(observed.shape[1]):
            if red_line_threat[s, g] > 0.0:
                crossed = red_line_crossed(_log_ratio(observed[s, g], usual[s, g]), np.log(red_line[s, g]))
                shown = max(shown, red_line_threat[s, g] * crossed)
        if shown != 0.0 or triggered[s] != 0.0:
            triggered[s] = believed_hazard(triggered[s], shown, values.red_line_speed, values.forgetting)


@compiled
def weigh_losses(
    states: StateTraits,
    trade: Floats,
    retaliation: Floats,
    parameters: LoopParameters,
    firmness: Floats,
    effort: Floats,
) -> None:
    """Coalition members carry out less of what they threaten once it costs them more than they bear.

    Args:
        states: what states are.
        trade: with the target last month, (state,).
        retaliation: further loss, share of exports, (state,).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        firmness: resolve, filled for members, (state,).
        effort: enforcement effort, updated for members, (state,).
    """
    values = parameters[0]
    members, exports, usual, usual_effort = states.members, states.exports, states.usual_trade, states.usual_effort
    for s in range(len(exports)):
        if not members[s]:
            continue
        pain = retaliation[s]
        if exports[s] > 0.0:
            pain += max(0.0, usual[s] - trade[s]) / exports[s]
        firmness[s] = resolve(pain, values.pain_limit)
        effort[s] += values.effort_speed * (usual_effort[s] * firmness[s] - effort[s])


@compiled
def set_enforcement(
    states: StateTraits, signals: EnforcementSignals, parameters: LoopParameters, stance: Stance
) -> None:
    """Every third state moves part-way to the announcements, the law and the effort it wants.

    Args:
        states: what states are.
        signals: what is asked of governments, offered to them, and seen.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        stance: updated.
    """
    values = parameters[0]
    decides, base, alignment, exposure = states.decides, states.usual_effort, states.alignment, states.exposure
    usual, usual_military_trade = states.usual_trade, states.usual_military_trade
    threat, pressure, leverage = signals.threat, signals.pressure, signals.leverage
    courting, commitment, own = signals.courting, signals.commitment, signals.recent_listings
    now, military_trade, controlled = signals.trade, signals.military_trade, signals.controlled
    announced, enacted, effort = stance.announced_policy, stance.enacted_law, stance.enforcement_effort
    grown = 0.0
    for s in range(len(effort)):
        grown += max(0.0, now[s] - usual[s]) if decides[s] else 0.0
    for s in range(len(effort)):
        if not decides[s]:
            continue
        near = max(0.0, alignment[s]) + commitment[s]
        courted = courting[s]
        if grown > 0.0:
            courted += values.courting * max(0.0, now[s] - usual[s]) / grown
        asked = values.weight_pressure * pressure[s] * (1.0 - values.cheap_talk * announced[s])
        asked += values.weight_leverage * leverage[s]
        military = _controlled_trade(military_trade, controlled, s)
        usual_military = _controlled_trade(usual_military_trade, controlled, s)
        visible = max(0.0, _log_ratio(military, usual_military))
        asked += exposure[s] * (values.weight_threat * threat[s] + values.weight_visible * visible)
        asked += exposure[s] * values.weight_listing * own[s]
        against = values.weight_gain * max(0.0, _log_ratio(now[s], usual[s]))
        against += values.weight_alignment * near + values.weight_courting * courted
        said = wanted_law(base[s], wanted_effort(base[s], asked, 0.0)) if asked > 0.0 else 0.0
        wanted = wanted_effort(base[s], asked, against)
        written = wanted_law(base[s], wanted) if asked > against else 0.0
        announced[s] += values.announcement_speed * (said - announced[s])
        enacted[s] += values.law_speed * (written - enacted[s])
        effort[s] += values.effort_speed * (wanted - effort[s])


@inlined
def _controlled_trade(military: Floats, controlled: Floats, s: int) -> float:
    """Military trade of a state in the goods that the coalition bans."""
    total = 0.0
    for g in range(len(controlled)):
        total += military[s, g] * controlled[g]
    return total


@inlined
def _log_ratio(now: float, usual: float) -> float:
    """Log of growth, damped where the base is tiny; 0 where there is neither."""
    ratio: float = np.log((now + 1e-3) / (usual + 1e-3))
    return ratio
