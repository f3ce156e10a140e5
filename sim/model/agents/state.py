"""The state: a member of the coalition, the target, or a third state that decides what to say, forbid and enforce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.common.errors import SimError
from sim.common.renamed import keeps_old_names
from sim.model.records import DELIVERED

if TYPE_CHECKING:
    from sim.model.interface import Model


@keeps_old_names("attribute of a state")
class State(mesa.Agent):  # type: ignore[misc]
    """One state.

    Rules it follows. A third state: :func:`sim.rules.enforcement.wanted_effort` (what it says and does),
    :func:`sim.rules.governments.wanted_law` (what it forbids itself),
    :func:`sim.rules.governments.state_protection` (how far it protects its firms). The coalition:
    :func:`sim.rules.governments.red_line_crossed` (whether a red line is crossed),
    :func:`sim.rules.governments.resolve` (what its losses leave of its threats),
    :func:`sim.rules.enforcement.licence_odds`, :func:`sim.rules.enforcement.listing_odds`. Its banks' refusals make
    room for payment intermediaries: :func:`sim.rules.intermediation.payment_workaround`.

    Attributes:
        model: the model it lives in.
        position: its position in the world's tables.

    Example:
        >>> import sim
        >>> model = sim.load("classroom").model()
        >>> [state.code for state in model.agents.select(agent_type=sim.State)]
        ['ALPHA', 'BETA', 'GAMMA']
    """

    def __init__(self, model: Model, position: int) -> None:
        # Mesa 3.3 numbers agents through a table that keeps every model alive (fixed in 3.4.2): a sweep would fill
        # memory.
        self.model = model
        self.position = position
        self.unique_id = position + 1
        self.pos = None
        model.register_agent(self)

    def remove(self) -> None:
        """Refuses: every table of the run has a place for each state.

        Raises:
            SimError: always.
        """
        raise SimError(f"{self.code} cannot be removed: states are those of the world; build a world without it")

    @property
    def code(self) -> str:
        """Its code in the world's tables."""
        return str(self.model.world.states[self.position])

    @property
    def role(self) -> str:
        """``coalition``, ``target``, ``third``, ``buyer`` or ``rest``."""
        return str(self.model.world.role[self.position])

    @property
    def enforcement_effort(self) -> float:
        """Enforcement effort, 0..1; what is done, not what is written."""
        return float(self.model.state.governments.enforcement_effort[self.position])

    @enforcement_effort.setter
    def enforcement_effort(self, value: float) -> None:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"enforcement effort is a share of 0 to 1, not {value}")
        self.model.state.governments.enforcement_effort[self.position] = value

    @property
    def announced_policy(self) -> float:
        """What it has announced that it will not let pass, share of the controlled goods, 0..1; cheap talk."""
        return float(self.model.state.governments.announced_policy[self.position])

    @property
    def enacted_law(self) -> float:
        """Share of the controlled goods that its own law, adopted by itself, keeps from the target, 0..1."""
        return float(self.model.state.governments.enacted_law[self.position])

    @property
    def state_protection(self) -> float:
        """Part of the fear of this month's listings all over the state that it keeps off its firms, 0..1."""
        return float(self.model.state.governments.state_protection[self.position])

    @property
    def triggered_threat(self) -> float:
        """Threat that it drew on its firms by crossing a red line, log points."""
        return float(self.model.state.governments.triggered_threat[self.position])

    @property
    def resolve(self) -> float:
        """Part of its threats and checks that it carries out as a member of the coalition; 1 for the others."""
        return float(self.model.state.governments.resolve[self.position])

    @property
    def payment_intermediaries(self) -> float:
        """Share of the payments that banks refuse which payment intermediaries carry on its routes, 0..1."""
        return float(self.model.state.governments.payment_intermediaries[self.position])

    @property
    def firms_listed(self) -> float:
        """Exporters of it that the coalition has listed since the run began, firms."""
        return float(self.model.state.governments.firms_listed[self.position])

    @property
    def alignment(self) -> float:
        """Alignment with the target, -1..1."""
        return float(self.model.world.alignment[self.position])

    @property
    def pressure(self) -> float:
        """Diplomatic pressure on it this month."""
        return float(self.model.regime.state("pressure")[self.position])

    @property
    def threat(self) -> float:
        """Threat announced to its firms and banks this month, log points."""
        return float(self.model.regime.state("threat")[self.position])

    @property
    def leverage(self) -> float:
        """Pressure on it through another market, such as a duty that is reviewed, this month."""
        return float(self.model.regime.state("leverage")[self.position])

    @property
    def courting(self) -> float:
        """Favours that clauses of the target do it this month, envoys' visits; what trade growth earns comes on top."""
        return float(self.model.regime.state("courting")[self.position])

    @property
    def commitment(self) -> float:
        """How far it is bound to the target by supply commitments this month; adds to its alignment."""
        return float(self.model.regime.state("commitment")[self.position])

    @property
    def sold_to_target_musd(self) -> float:
        """Own goods delivered to the target this month, by every route, at base-year prices."""
        model = self.model
        mine = model.base.origin == self.position
        return float(model.state.shipments.order_status[DELIVERED][mine].sum())

    def __repr__(self) -> str:
        return (
            f"<State {self.code}: {self.role}, announced {self.announced_policy:.2f}, enacted {self.enacted_law:.2f}, "
            f"effort {self.enforcement_effort:.2f}>"
        )


def enlist_states(model: Model) -> None:
    """Registers every state of the model's world with it, in the world's order."""
    for position in range(len(model.world.states)):
        State(model, position)
