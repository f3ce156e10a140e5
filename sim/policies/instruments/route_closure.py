"""Route closure: a border, a strait or a line is shut, whoever owns the goods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import AnyStates, Share, States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class RouteClosure(Policy):
    """Closes a share of the passage: of direct routes, or, if hubs are named, of the routes through them only.

    ``by`` says who shut it; ``origins`` whose goods can no longer pass.

    Form: Maersk, MSC and CMA CGM stopped booking for Russia on 1 March 2022 and the days after; Regulation (EU)
    2022/576 of 8 April 2022 shut EU roads to Russian hauliers and, from 16 April, EU ports to ships under Russian flag.
    """

    wielder: ClassVar[str] = "Others"
    reach: ClassVar[Reach] = Reach(
        "whoever shuts it, for the record",
        "what goes to `towards`",
        "direct, or the hubs in `through`",
        "goods of `origins`",
    )
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "through": ("hubs",), "origins": ("coalition",), "strength": 0.6,
    }  # fmt: skip

    kind: Literal["route_closure"] = "route_closure"
    strength: Share = Field(description="Share of the passage that is shut.", examples=[0.3])
    origins: States = Field(default=("all",), description="States whose goods can no longer pass.")
    through: AnyStates = Field(default=(), description="Hubs whose passage is shut; left out: the direct routes.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the closure of the routes."""
        share, index = self.strength * self.in_force_share(month), regime.index
        if share == 0.0:
            return
        if not self.through:
            regime.impose("closure", index.lanes(self.origins, self.goods, self.towards, through=()), share)
        elif self.aims_at_target(index):
            regime.impose("closure", index.through_only(self.origins, self.goods, self.through), share)
