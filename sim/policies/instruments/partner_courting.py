"""Partner courting: the target's visits, credits and discounts move a government for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class PartnerCourting(Policy):
    """Woos governments of third states; the favour halves every ``half_life_months``.

    Form: the mirror of diplomatic pressure, in the same unit, so that a visit from either side weighs the same; that it
    does, and the half-life, are priors.
    """

    wielder: ClassVar[str] = "The target"
    reach: ClassVar[Reach] = Reach("the target", "the record", "", "governments of `partners`")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {
        "by": ("target",), "towards": ("target",), "partners": ("hubs",), "strength": 1.5,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True
    drifts: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["partner_courting"] = "partner_courting"
    partners: States = Field(description="States whose governments are wooed.")
    strength: float = Field(
        ge=0, le=10, description="Favour at its start, in units of a first-rank envoy's visit.", examples=[1.0]
    )
    half_life_months: float = Field(default=6.0, gt=0, le=600, description="Months until half of it is forgotten.")

    def shape(self, regime: Regime, month: int) -> None:
        """Adds what is left of the favour to the partners."""
        if (share := self.in_force_share(month)) > 0.0:
            left = fading(self.months_before(month), self.half_life_months)
            regime.impose_states("courting", self.partners, self.strength * share * left)
