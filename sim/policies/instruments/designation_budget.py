"""Designation budget: how many firms a sanctions office can list each month, wherever it sees military trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class DesignationBudget(Policy):
    """Lets the states that make it list so many firms a month, in the states within reach, where they see cause.

    A list on record is an entity listing; a budget is what an office does of itself when trade moves on: each case
    needs a file, so the number a month is bounded. It is shared equally among the states that make it.

    Form: OFAC and the US Bureau of Industry and Security list in rounds some weeks apart, 28 entities on 12 April 2023
    and 123 on 23 August 2024; that a steady number a month stands for such rounds is an assumption.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("`by`, in equal parts", "the record", "", "firms in `against`")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("third",), "who": "exporters", "strength": 9.0,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["designation_budget"] = "designation_budget"
    against: States = Field(description="States whose firms are within reach.")
    who: Literal["exporters", "traders"] = Field(description="Producers that export, or intermediaries of hubs.")
    strength: float = Field(ge=0, le=100_000, description="Firms a month that can be listed, in all.", examples=[10])

    def shape(self, regime: Regime, month: int) -> None:
        """Adds to the budgets of the states that make it, and marks those within reach."""
        firms = self.strength * self.in_force_share(month)
        if firms == 0.0:
            return
        field = "exporter_budget" if self.who == "exporters" else "trader_budget"
        regime.impose_states(field, self.by, firms / len(regime.index.states(self.by)))
        regime.impose_states("in_reach", self.against, 1.0)
