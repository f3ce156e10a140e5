"""Logistics hub: new terminals and free zones make the route through a state cheaper and wider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class LogisticsHub(Policy):
    """Takes a share of the cost off the routes through its hubs, for every origin, and gives their intermediaries room.

    Form: dry ports and free zones on the route between China and Europe, such as Khorgos, whose operator took its first
    container train on 29 July 2015. That they are worth a share of the cost is an assumption. Room is there as soon as
    it is in force and gone when it ends.
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach("hubs in `by`", "the target", "the hubs in `by`, for every origin")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "by": ("hubs",), "towards": ("target",), "strength": 0.1, "capacity": 0.5,
    }  # fmt: skip

    kind: Literal["logistics_hub"] = "logistics_hub"
    strength: float = Field(ge=0, le=0.5, description="Share of the cost of the route taken off.", examples=[0.05])
    capacity: float = Field(
        default=0.0, ge=0, le=10, description="Room added to the hub's intermediaries, share of that of the base year."
    )

    def shape(self, regime: Regime, month: int) -> None:
        """Cheapens the routes through the hubs, and adds room."""
        share, index = self.in_force_share(month), regime.index
        if share == 0.0 or self.strength == 0.0 or not self.aims_at_target(index):
            return
        lanes = index.through_only(("all",), self.goods, self.by)
        regime.impose("promotion", lanes, -float(np.log1p(-self.strength)) * share)
        if self.capacity > 0.0:
            regime.impose_states("hub_room", self.by, self.capacity * share)
