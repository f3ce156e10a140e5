"""What governments do this month: the coalition takes offence and weighs its losses, third states speak and act."""

from __future__ import annotations

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled, inlined
from sim.model.population import normal_quantile
from sim.rules.enforcement import wanted_effort
from sim.rules.expectations import believed_hazard
from sim.rules.governments import cover, offence, resolve, wanted_law


@compiled
def see(key, error, military, seen):  # type: ignore[no-untyped-def]
    """What the coalition's services see of military trade by (state, good): the truth times a lognormal error.

    Args:
        key: noise stream of the month.
        error: log sd; 0 sees all.
        military: (state, good).
        seen: filled.
    """
    for s in range(military.shape[0]):
        for g in range(military.shape[1]):
            seen[s, g] = military[s, g]
            if error > 0.0:
                z = normal_quantile(random_streams.uniform(key, s * military.shape[1] + g))
                seen[s, g] *= np.exp(error * z - 0.5 * error * error)


@compiled
def take_offence(red_line, red_line_threat, seen, usual, numbers, provoked):  # type: ignore[no-untyped-def]
    """Threat that the coalition holds against the states whose military trade crossed a red line.

    Args:
        red_line: multiple of the base year at which the line lies, infinite for none, (state, good).
        red_line_threat: threat once it is crossed, log points, (state, good).
        seen: military trade with the target seen this month, (state, good).
        usual: the same in the base year.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        provoked: updated, log points, (state,).
    """
    values = numbers[0]
    for s in range(len(provoked)):
        shown = 0.0
        for g in range(seen.shape[1]):
            if red_line_threat[s, g] > 0.0:
                crossed = offence(_log_ratio(seen[s, g], usual[s, g]), np.log(red_line[s, g]))
                shown = max(shown, red_line_threat[s, g] * crossed)
        if shown != 0.0 or provoked[s] != 0.0:
            provoked[s] = believed_hazard(provoked[s], shown, values.red_line_speed, values.forgetting)


@compiled
def weigh_losses(members, exports, trade, retaliation, usual_effort, numbers, standing):  # type: ignore[no-untyped-def]
    """Coalition members carry out less of what they threaten once it costs them more than they bear.

    Args:
        members: whether a state belongs to the coalition, (state,).
        exports: of the base year, all destinations, (state,).
        trade: with the target last month and in the base year, each (state,).
        retaliation: further loss, share of exports, (state,).
        usual_effort: (state,).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        standing: resolve (state,) filled; effort (state,) updated for members.
    """
    values = numbers[0]
    now, usual = trade
    firmness, effort = standing
    for s in range(len(members)):
        if not members[s]:
            continue
        pain = retaliation[s]
        if exports[s] > 0.0:
            pain += max(0.0, usual[s] - now[s]) / exports[s]
        firmness[s] = resolve(pain, values.pain_limit)
        effort[s] += values.effort_speed * (usual_effort[s] * firmness[s] - effort[s])


@compiled
def set_efforts(states, signals, trade, own, numbers, stance):  # type: ignore[no-untyped-def]
    """Every third state moves part-way to the words, the law and the effort it wants.

    Args:
        states: whether the state decides (third states do), base effort, alignment, exposure; each (state,).
        signals: threat, pressure, leverage, courting, commitment; each (state,).
        trade: with the target last month and in the base year (state,); military trade, same, (state, good); share of
            each good's lines that the coalition bans, (good,).
        own: share of the state's trade with the target whose sellers were lately listed, (state,).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        stance: word, law, effort, cover; all updated, (state,).
    """
    values = numbers[0]
    decides, base, alignment, exposure = states
    threat, pressure, leverage, courting, commitment = signals
    now, usual, military, usual_military, watched = trade
    word, law, effort, covered = stance
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
        asked = values.weight_pressure * pressure[s] * (1.0 - values.cheap_talk * word[s])
        asked += values.weight_leverage * leverage[s]
        visible = max(0.0, _log_ratio(_seen(military, watched, s), _seen(usual_military, watched, s)))
        asked += exposure[s] * (values.weight_threat * threat[s] + values.weight_visible * visible)
        asked += exposure[s] * values.weight_listing * own[s]
        against = values.weight_gain * max(0.0, _log_ratio(now[s], usual[s]))
        against += values.weight_alignment * near + values.weight_courting * courted
        said = wanted_law(base[s], wanted_effort(base[s], asked, 0.0)) if asked > 0.0 else 0.0
        wanted = wanted_effort(base[s], asked, against)
        written = wanted_law(base[s], wanted) if asked > against else 0.0
        word[s] += values.word_speed * (said - word[s])
        law[s] += values.law_speed * (written - law[s])
        effort[s] += values.effort_speed * (wanted - effort[s])
        covered[s] = cover(own[s], near, values.weight_shield) if own[s] > 0.0 else 0.0


@inlined
def _seen(military, watched, s):  # type: ignore[no-untyped-def]
    """Military trade of a state in the goods that the coalition bans."""
    total = 0.0
    for g in range(len(watched)):
        total += military[s, g] * watched[g]
    return total


@inlined
def _log_ratio(now, usual):  # type: ignore[no-untyped-def]
    """Log of growth, damped where the base is tiny; 0 where there is neither."""
    return np.log((now + 1e-3) / (usual + 1e-3))
