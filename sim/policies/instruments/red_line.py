"""Red line: beyond so much military trade the coalition will act against a state's firms, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class RedLine(Policy):
    """Threatens a state's firms once its trade in a good with the target passes a multiple of the base year's.

    Below the line nothing happens, so a state can stay there; what the coalition sees of the trade is blurred.

    Form: a conditional threat (Schelling, "The Strategy of Conflict", 1960): G7 statements that supplying
    the war would have consequences name no number, so the multiple is a prior.
    """

    wielder: ClassVar[str] = "Threats to third states"
    reach: ClassVar[Reach] = Reach("`by`", "the target", "", "states in `against`, by what they sell there")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("third",), "strength": 1.2, "multiple": 3.0,
    }  # fmt: skip

    kind: Literal["red_line"] = "red_line"
    against: States = Field(description="States whose trade is watched.")
    strength: float = Field(
        ge=0, le=20, description="Threat to their firms once the line is passed, log points.", examples=[1.0]
    )
    multiple: float = Field(
        gt=0, le=1000, description="Trade with the target that provokes, in multiples of the base year.", examples=[3]
    )

    def shape(self, regime: Regime, month: int) -> None:
        """Draws the line and its threat for the states and goods."""
        threat = self.strength * self.in_force_share(month)
        if threat > 0.0 and self.aims_at_target(regime.index):
            regime.impose_cells("red_line", self.against, self.goods, self.multiple)
            regime.impose_cells("red_line_threat", self.against, self.goods, threat)
