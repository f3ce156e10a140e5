"""Tariff: a duty on another state's goods, as a threat about whom it supplies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.common.fields import Share, States
from sim.policies.base import Policy, Reach
from sim.policies.instruments.duties import impose_duty

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class Tariff(Policy):
    """Taxes goods of other states at one's own border, and leans on their governments through that market.

    The duty falls where it is levied; ``towards`` says whose supply it is meant to change, and pressure
    (``leverage``) is felt only if that is the target. A duty that is announced but not yet levied, such as an
    investigation that may end in one, presses with a part of that weight (``review``).

    Form: the investigations and duties of Section 301 of the US Trade Act of 1974, and Executive Order 14329 of 6
    August 2025: 25 % on goods of India over its purchases of Russian oil, from 27 August, on top of other duties.
    Leverage and review are priors.
    """

    wielder: ClassVar[str] = "Threats to third states"
    reach: ClassVar[Reach] = Reach(
        "borders of `by`", "pressure if `towards` holds the target", "", "goods of `against`"
    )
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("third",), "strength": 0.25, "leverage": 2.0,
    }  # fmt: skip

    kind: Literal["tariff"] = "tariff"
    against: States = Field(description="States whose goods pay the duty.")
    strength: float = Field(ge=0, le=5, description="Duty, share of the price.", examples=[0.25])
    leverage: float = Field(
        default=0.0, ge=0, le=10, description="Pressure on their governments, in units of a first-rank envoy's visit."
    )
    review: Share = Field(default=0.3, description="Part of the pressure felt while it is only announced.")

    def shape(self, regime: Regime, month: int) -> None:
        """Levies the duty, and presses the governments."""
        if self.strength == 0.0:
            return
        in_force, announced = self.in_force_share(month), self.announced_share(month)
        points = float(np.log1p(self.strength)) * in_force
        impose_duty(regime, points, borders=self.by, on=self.against, goods=self.goods)
        weight = self.leverage * (in_force + self.review * (announced - in_force))
        if weight > 0.0 and self.aims_at_target(regime.index):
            regime.impose_states("leverage", self.against, weight)
