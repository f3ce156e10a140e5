"""The state: a member of the coalition, the target, or a third state that decides how hard to enforce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.engine.settlement import DELIVERED

if TYPE_CHECKING:
    from sim.model import SanctionsModel


class State(mesa.Agent):  # type: ignore[misc]
    """One state.

    Rule it follows: :func:`sim.rules.enforcement.wanted_effort`.

    Attributes:
        model: the model it lives in.
        position: its position in the world's tables.
    """

    def __init__(self, model: SanctionsModel, position: int) -> None:
        # Mesa 3.3 numbers agents through a table that keeps every model alive (fixed in 3.4.2): a sweep would fill
        # memory.
        self.model = model
        self.position = position
        self.unique_id = position + 1
        self.pos = None
        model.register_agent(self)

    @property
    def code(self) -> str:
        """Its code in the world's tables."""
        return str(self.model.world.states[self.position])

    @property
    def role(self) -> str:
        """``coalition``, ``target``, ``third``, ``buyer`` or ``rest``."""
        return str(self.model.world.role[self.position])

    @property
    def effort(self) -> float:
        """Enforcement effort, 0..1; what is done, not what is written."""
        return float(self.model.work.effort[self.position])

    @effort.setter
    def effort(self, value: float) -> None:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"effort is a share of 0 to 1, not {value}")
        self.model.work.effort[self.position] = value

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
    def sold_to_target_musd(self) -> float:
        """Own goods delivered to the target this month, by every road, at base-year prices."""
        model = self.model
        mine = model.base.origin == self.position
        return float(model.work.fate[DELIVERED][mine][:, model.layout.ends_at_target].sum())

    def __repr__(self) -> str:
        return f"<State {self.code}: {self.role}, effort {self.effort:.2f}>"


def enlist_states(model: SanctionsModel) -> None:
    """Registers every state of the model's world with it, in the world's order."""
    for position in range(len(model.world.states)):
        State(model, position)
