"""Supply commitment: long contracts for energy or grain bind a buyer's government to the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share, States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class SupplyCommitment(Policy):
    """Binds the target and its partners to each other, which adds to the partners' alignment as it is built up.

    Form: asymmetric dependence as a means of power (Hirschman, "National Power and the Structure of Foreign Trade",
    1945), such as the gas contract of 21 May 2014 between Gazprom and CNPC, 38 billion cubic metres a year
    for 30 years (OSW, 16 June 2014). How much alignment it adds is a prior.
    """

    wielder: ClassVar[str] = "The target"
    reach: ClassVar[Reach] = Reach("the target", "the record", "", "governments of `partners`")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "by": ("target",), "towards": ("target",), "partners": ("third",), "strength": 0.3,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["supply_commitment"] = "supply_commitment"
    partners: States = Field(description="States that buy from the target, and so are bound.")
    strength: Share = Field(description="Alignment with the target that it adds once built up.", examples=[0.2])
    build_up_months: float = Field(default=12.0, ge=0, le=600, description="Months over which it is built up, evenly.")

    def signature(self, month: int) -> tuple[float, ...]:
        """Adds how far it is built up, which stands still in the end."""
        return (*super().signature(month), self.built_up(month, self.build_up_months))

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the commitment of the partners."""
        bound = self.strength * self.in_force_share(month) * self.built_up(month, self.build_up_months)
        if bound > 0.0:
            regime.impose_states("commitment", self.partners, bound)
