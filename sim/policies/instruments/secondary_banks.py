"""Secondary sanctions on banks: banks of third states refuse payments of the target until work-arounds grow back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.common.fields import Share, States
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class SecondaryBanks(Policy):
    """Makes banks refuse a share of payments and charge for the rest.

    Refusals build up as compliance departments act and decay to a lasting part as regional banks and agents take over.

    Form: Executive Order 14114 of 22 December 2023; big banks limited payments two months later, and payments recovered
    in part from June 2024.
    """

    wielder: ClassVar[str] = "Threats to third states"
    reach: ClassVar[Reach] = Reach(
        "`by`", "payments of `towards`", "direct with, and through hubs among, `against`", "banks in `against`"
    )
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "against": ("hubs",), "strength": 0.4,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True
    drifts: ClassVar[bool] = True

    kind: Literal["secondary_banks"] = "secondary_banks"
    against: States = Field(description="Third states whose banks are threatened.")
    strength: Share = Field(description="Share of payments refused at the height.", examples=[0.3])
    build_up_months: float = Field(default=1.0, gt=0, le=60, description="Half-life of the gap to the height.")
    workaround_months: float = Field(
        default=6.0, gt=0, le=600, description="Half-life of refusals as payers find other ways."
    )
    lasting: Share = Field(default=0.3, description="Part of the refusals that no work-around removes.")
    fee: float = Field(
        default=0.05, ge=0, le=1, description="Cost of the ways left, share of the payment, at the height."
    )

    def shape(self, regime: Regime, month: int) -> None:
        """Raises refusals and fees on payments from the target to the states named, direct or through their hubs."""
        if (share := self.in_force_share(month)) == 0.0 or self.strength == 0.0:
            return
        age = self.months_since_effective(month)
        height = 1.0 - fading(age, self.build_up_months)
        left = fading(age, self.workaround_months, self.lasting)
        index = regime.index
        where = [index.lanes(self.against, self.goods, self.towards, through=())]
        hubs = tuple(index.world.states[i] for i in index.states(self.against) if i in index.hub_states)
        if hubs and self.aims_at_target(index):
            where.append(index.through_only(("all",), self.goods, hubs))
        for lanes in where:
            regime.impose("payment_refusal", lanes, self.strength * height * left * share)
            regime.impose("payment_fee", lanes, float(np.log1p(self.fee)) * height * share)
        regime.impose_states("threat", self.against, self.strength * height * share)
