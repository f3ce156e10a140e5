"""Currency ban: a currency's issuer clears no payment for the target, until traders invoice in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach, fading

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class CurrencyBan(Policy):
    """Refuses payments in the issuer's currency, whoever sells, and makes those that switch pay for it.

    What was invoiced in the currency is refused at first; it halves every ``switch_months`` as contracts are written in
    another, and what has switched pays a fee for the worse currency.

    Form: payments in dollars clear through US banks, so that shutting the target's banks out reaches every seller.
    Dollars and euros invoiced some 80 % of Russia's imports before 2022 and 67 % in 2022, the yuan 3 % and 20 %
    (Chupilkin, Javorcik, Peeva and Plekhanov, "Exorbitant privilege and economic sanctions", EBRD Working Paper 281,
    2023, as reported by GTR and Reuters); the Bank of Russia saw 65 % of import payments in January 2022 and 46 % in
    December, which halves in about 22 months under partial bans. The default of 12 under a full one, and the fee, are
    priors.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("the issuer, for the record", "payments of `towards`", "every route", "every seller")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "strength": 0.6, "invoiced_share": 0.4,
    }  # fmt: skip
    drifts: ClassVar[bool] = True

    kind: Literal["currency_ban"] = "currency_ban"
    strength: Share = Field(description="Share of payments in the currency that are refused.", examples=[0.5])
    invoiced_share: Share = Field(
        description="Share of the target's imports invoiced in the currency on the effective day.", examples=[0.4]
    )
    switch_months: float = Field(default=12.0, gt=0, le=600, description="Months until half has changed its currency.")
    fee: float = Field(default=0.02, ge=0, le=1, description="Cost of the other currency, share of the payment.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises refusals and fees on every lane to the destinations, direct and through hubs."""
        hit = self.strength * self.invoiced_share * self.in_force_share(month)
        if hit == 0.0:
            return
        left = fading(self.months_before(month), self.switch_months)
        lanes = regime.index.lanes(("all",), self.goods, self.towards)
        regime.impose("payment_refusal", lanes, hit * left)
        regime.impose("payment_fee", lanes, float(np.log1p(self.fee)) * hit * (1.0 - left))
