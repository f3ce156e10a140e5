"""Diplomatic pressure: a statement, a visit, a demarche moves a government for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import States
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class DiplomaticPressure(Policy):
    """Presses governments of third states; the pressure halves every ``half_life_months``.

    Form: visits of the EU's envoy for sanctions, appointed in December 2022, and of those of its partners. The
    half-life is a prior.
    """

    wielder: ClassVar[str] = "Threats to third states"
    reach: ClassVar[Reach] = Reach("`by`", "the record", "", "governments of `against`")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("hubs",), "strength": 0.9,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True
    drifts: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["diplomatic_pressure"] = "diplomatic_pressure"
    against: States = Field(description="Third states whose governments are pressed.")
    strength: float = Field(
        ge=0, le=10, description="Pressure at its start, in units of a first-rank envoy's visit.", examples=[1.0]
    )
    half_life_months: float = Field(default=4.0, gt=0, le=600, description="Months until half of it is forgotten.")

    def shape(self, regime: Regime, month: int) -> None:
        """Adds what is left of the pressure to the states named."""
        if (share := self.in_force_share(month)) > 0.0:
            left = fading(self.months_before(month), self.half_life_months)
            regime.impose_states("pressure", self.against, self.strength * share * left)
