"""Trade promotion: fairs, credit and insurance make it cheaper to sell to a destination directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class TradePromotion(Policy):
    """Takes a share of the cost off the direct routes of the firms in the states that make it.

    Form: export promotion agencies raise exports with strongly diminishing returns (Lederman, Olarreaga and Payton,
    "Export promotion agencies revisited", World Bank Policy Research Working Paper 5125, 2009); 1 % more budget brings
    0.074 % more exports (ITC, "Investing in trade promotion generates revenue", 2016). That the help is worth a share
    of the cost is an assumption.
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach("sellers in `by`", "sales to `towards`", "direct")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"by": ("third",), "towards": ("target",), "strength": 0.1}

    kind: Literal["trade_promotion"] = "trade_promotion"
    strength: float = Field(ge=0, le=0.5, description="Share of the cost of selling taken off.", examples=[0.05])

    def shape(self, regime: Regime, month: int) -> None:
        """Cheapens the direct lanes."""
        if (share := self.in_force_share(month)) > 0.0 and self.strength > 0.0:
            lanes = regime.index.lanes(self.by, self.goods, self.towards, through=())
            regime.impose("promotion", lanes, -float(np.log1p(-self.strength)) * share)
