"""Blocking law: a third state forbids its own firms to obey other states' measures against the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class BlockingLaw(Policy):
    """Keeps a share of other states' law and threats off the firms in the states that make it.

    Form: the Rules on Counteracting Unjustified Extra-territorial Application of Foreign Legislation of China's
    ministry of commerce (Order No. 1 of 2021, 9 January 2021) and its Anti-Foreign Sanctions Law of 10 June 2021; the
    EU's blocking statute, Regulation (EC) No 2271/96. Firms that need the coalition's markets tend to obey both, so a
    share well below 1 is the prior.
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach("firms in `by`, which it shields", "sales to `towards`", "every route")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"by": ("third",), "towards": ("target",), "strength": 0.4}

    kind: Literal["blocking_law"] = "blocking_law"
    strength: Share = Field(description="Share of foreign law and threats kept off the firms.", examples=[0.2])

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the shield on the lanes of all firms in those states, direct and through hubs."""
        if (share := self.strength * self.in_force_share(month)) > 0.0:
            regime.impose("shield", regime.index.lanes(self.by, self.goods, self.towards), share)
