"""Inspection campaign: a state's customs check more shipments than they usually do, until zeal fades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class InspectionCampaign(Policy):
    """Raises the share of shipments inspected at the borders of the states that make it; it halves as zeal fades.

    Form: a crackdown, whose effect decays even while it lasts: of 18 case studies 15 saw an effect at first, which in
    most long ones soon faded (Sherman, "Police crackdowns: initial and residual deterrence", Crime and Justice 12,
    1990). The half-life is a prior.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("borders of `by`", "the record", "every route that leaves there")
    example: ClassVar[Mapping[str, object]] = {"by": ("hubs",), "towards": ("target",), "strength": 0.2}
    adds_up: ClassVar[bool] = True
    drifts: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["inspection_campaign"] = "inspection_campaign"
    strength: Share = Field(description="Shipments inspected beyond the usual share, at its start.", examples=[0.2])
    half_life_months: float = Field(default=6.0, gt=0, le=600, description="Months until half of the zeal is gone.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises inspections by what is left of the campaign."""
        if (share := self.strength * self.in_force_share(month)) > 0.0:
            left = fading(self.months_before(month), self.half_life_months)
            regime.impose_states("inspection", self.by, share * left)
