"""What firms believe that their routes may cost them, and how plainly they label what they sell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.common.compilation import compiled
from sim.rules.evasion import label
from sim.rules.expectations import believed_hazard
from sim.rules.governments import state_protection

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import Routes
    from sim.rules.parameters import LoopParameters


class BeliefSignals(NamedTuple):
    """What may frighten firms, and whom.

    Attributes:
        secondary_threat, secondary_announced: threats of clauses in force and announced, (type, route to the target).
        listed_share: share of the trade with the target whose sellers were listed this month, (state, good).
        state_listed_share: the same over goods, (state,).
        intermediaries_listed: share of the hub's intermediaries listed this month, (hub,).
        near_target: how near a state that decides stands to the target, alignment and commitments, 0 or more, (state,).
        triggered_threat: threat against states that crossed a red line, log points, (state,).
        new_controls: share of what an army needs that the coalition newly bans.
        exposure: mean share of the firm's business that needs the coalition, (type,).
        ambiguity: how hard civil and military use are told apart, 0..1, (good,).
        coalition_share: share of the world's supply of a good that carries a coalition brand, (good,).
    """

    secondary_threat: Floats
    secondary_announced: Floats
    listed_share: Floats
    state_listed_share: Floats
    intermediaries_listed: Floats
    near_target: Floats
    triggered_threat: Floats
    new_controls: float
    exposure: Floats
    ambiguity: Floats
    coalition_share: Floats


@compiled
def update_beliefs(
    routes: Routes,
    signals: BeliefSignals,
    parameters: LoopParameters,
    believed: Floats,
    labels: Floats,
    protection: Floats,
) -> None:
    """Updates the believed hazard of every type and route from threats, listings and new law, and the labels used.

    Args:
        routes: who sells what by which routes.
        signals: what may frighten firms, and whom.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        believed: updated, (type, route to the target).
        labels: filled, share of military use that the label hides, (type,).
        protection: filled, part of the fear of listings all over a state that it keeps off its firms, (state,).
    """
    values = parameters[0]
    origin, good, hub, hub_states, near = routes.origin, routes.good, routes.hub, routes.hub_states, values.listing_near
    in_force, announced, triggered = signals.secondary_threat, signals.secondary_announced, signals.triggered_threat
    listed_share, state_listed_share = signals.listed_share, signals.state_listed_share
    intermediaries_listed, coalition_share = signals.intermediaries_listed, signals.coalition_share
    ambiguity, exposure, near_target = signals.ambiguity, signals.exposure, signals.near_target
    for s in range(len(protection)):
        listed = state_listed_share[s]
        protection[s] = state_protection(listed, near_target[s], values.weight_shield) if listed > 0.0 else 0.0
    for t in range(believed.shape[0]):
        o, g = origin[t], good[t]
        for k in range(routes.target_routes):
            if hub[k] < 0:
                share = (1.0 - near) * listed_share[o, g] + near * state_listed_share[o]
                where = o
            else:
                share, where = intermediaries_listed[hub[k]], hub_states[hub[k]]
            shown = in_force[t, k] + values.anticipation * announced[t, k]
            if share > 0.0:
                # Of this month's listings alone: were it of earlier ones too, a listing would blunt the next.
                kept_off = state_protection(share, near_target[where], values.weight_shield)
                shown += values.listing_fear * share * (1.0 - kept_off)
            over_compliance = values.overcompliance * signals.new_controls * coalition_share[g]
            shown += triggered[where] + over_compliance
            if shown != 0.0 or believed[t, k] != 0.0:
                believed[t, k] = believed_hazard(believed[t, k], shown, values.learning, values.forgetting)
        labels[t] = label(ambiguity[g], exposure[t] * believed[t, 0], values.label_response)
