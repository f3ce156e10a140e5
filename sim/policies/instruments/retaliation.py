"""Retaliation: counter-measures against members of the coalition, which make the coalition's resolve costly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach
from sim.policies.instruments.duties import impose_duty

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class Retaliation(Policy):
    """Makes coalition members lose exports, and may tax their goods at one's own border.

    Pain beyond the parameter ``pain_limit`` weakens a member's resolve. ``towards`` names the state over whose supply
    the quarrel is.

    Form: Russia's food import ban (Decree No. 560 of 6 and Resolution No. 778 of 7 August 2014) and measures under
    China's Anti-Foreign Sanctions Law of 10 June 2021. Sanctions and counter-sanctions cost the sanctioning countries
    0.3 % of their exports in 2014-15, most of it in goods under no embargo (Crozet and Hinz, "Friendly fire", Economic
    Policy 35, 2020), so the loss stands apart from the duty.
    """

    wielder: ClassVar[str] = "The target"
    reach: ClassVar[Reach] = Reach("borders of `by`", "the record", "", "members in `against`")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "by": ("target",), "towards": ("target",), "against": ("coalition",), "strength": 0.01, "rate": 0.3,
    }  # fmt: skip

    kind: Literal["retaliation"] = "retaliation"
    against: States = Field(description="Coalition members that it hits.", examples=[["coalition"]])
    strength: float = Field(ge=0, le=1, description="Their loss, share of their exports.", examples=[0.01])
    rate: float = Field(default=0.0, ge=0, le=5, description="Duty on their goods, share of the price.")

    def shape(self, regime: Regime, month: int) -> None:
        """Adds the loss, and levies the duty."""
        if (loss := self.strength * (in_force := self.in_force_share(month))) > 0.0:
            regime.impose_states("retaliation", self.against, loss)
            points = float(np.log1p(self.rate)) * in_force
            impose_duty(regime, points, borders=self.by, on=self.against, goods=self.goods)
