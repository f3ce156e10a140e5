"""Secondary sanctions on traders: firms of third states that sell to the target risk the coalition's markets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class SecondaryTraders(Policy):
    """Threatens firms of the states named, and leans on their governments, while it is announced or in force.

    Forms covered: joint notices of the coalition's export control offices, warnings to firms that backfill, and the
    power to ban sales of listed goods to a third state as such, the anti-circumvention tool of Regulation (EU)
    2023/1214 of 23 June 2023.
    """

    wielder: ClassVar[str] = "Threats to third states"
    reach: ClassVar[Reach] = Reach("`by`", "sales to `towards`", "every route", "firms of `against`")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("third",), "strength": 0.8,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True

    kind: Literal["secondary_traders"] = "secondary_traders"
    against: States = Field(description="Third states whose firms are threatened.")
    strength: float = Field(
        ge=0, le=20, description="Hazard in log points for a firm that lives by coalition markets.", examples=[1.0]
    )

    def shape(self, regime: Regime, month: int) -> None:
        """Adds the threat to the lanes of those firms, and to their states."""
        in_force = self.strength * self.in_force_share(month)
        announced = self.strength * self.announced_share(month) - in_force
        lanes = regime.index.lanes(self.against, self.goods, self.towards)
        if in_force > 0.0:
            regime.impose("secondary_threat", lanes, in_force)
            regime.impose_states("threat", self.against, in_force)
        if announced > 0.0:
            regime.impose("secondary_announced", lanes, announced)
