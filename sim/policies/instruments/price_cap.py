"""Price cap: the target's exports may use the coalition's services only below a price, which costs it income."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class PriceCap(Policy):
    """Takes part of the export income of the states it is aimed at, which then import less.

    The loss is the discount on covered sales times the covered share of exports. It fades to a lasting part as the
    target finds ships and insurers of its own. How imports follow income is the parameter ``import_propensity``.

    Form: the cap of the G7, the EU and Australia of 5 December 2022, 60 dollars a barrel of seaborne Russian crude, and
    of 5 February 2023 on products. Tankers owned and insured outside the cap's states carried 13 % of Russian oil
    before the invasion and 42 % in July 2023 (CREA, "Shedding light on shadow tankers", 2023): the covered part fell
    from 87 % to 58 % in 17 months, which with a lasting part of 0.3 is one half-life of about 18 months. That the
    discount fades as coverage does is an assumption.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("the makers, for the record", "exports of `towards`")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "strength": 0.25, "coverage": 0.4,
    }  # fmt: skip
    drifts: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["price_cap"] = "price_cap"
    strength: Share = Field(description="Discount that it forces on covered sales, share of the price.", examples=[0.2])
    coverage: Share = Field(
        description="Share of the target's export income from sales that use the cap's services.", examples=[0.3]
    )
    evasion_months: float = Field(default=18.0, gt=0, le=600, description="Months until half of the coverage is lost.")
    lasting: Share = Field(default=0.3, description="Part of the coverage that is not lost.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the income lost by the states it is aimed at."""
        loss = self.strength * self.coverage * self.in_force_share(month)
        if loss > 0.0:
            left = fading(self.months_before(month), self.evasion_months, self.lasting)
            regime.impose_states("revenue_loss", self.towards, loss * left)
