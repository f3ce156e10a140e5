"""Parallel imports: the target lets goods in without the brand owner's consent, so that grey routes cost less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach
from sim.policies.regime import COALITION_BRAND

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class ParallelImports(Policy):
    """Takes a share of the cost off the routes through its hubs for goods of coalition brands, wherever they are made.

    Form: Russia's Resolution No. 506 of 29 March 2022 and the list of goods in Order No. 1532 of its ministry of
    industry and trade of 19 April 2022, in force on 7 May 2022: rights in the listed brands are exhausted once the
    goods are sold abroad. That this is worth a share of the cost is an assumption.
    """

    wielder: ClassVar[str] = "The target"
    reach: ClassVar[Reach] = Reach("the target", "the target", "hubs in `through`", "coalition brands, wherever made")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"by": ("target",), "towards": ("target",), "strength": 0.1}

    kind: Literal["parallel_imports"] = "parallel_imports"
    strength: float = Field(ge=0, le=0.5, description="Share of the cost of the route taken off.", examples=[0.05])
    through: States = Field(default=("hubs",), description="Hubs whose routes it eases; all by default.")

    def shape(self, regime: Regime, month: int) -> None:
        """Cheapens the routes through the hubs named for firms of coalition headquarters."""
        share, index = self.in_force_share(month), regime.index
        if share > 0.0 and self.strength > 0.0 and self.aims_at_target(index):
            lanes = index.through_only(("all",), self.goods, self.through, headquarters=COALITION_BRAND)
            regime.impose("promotion", lanes, -float(np.log1p(-self.strength)) * share)
