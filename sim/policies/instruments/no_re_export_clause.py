"""No-re-export clause: contracts with buyers in third states have to forbid selling on to the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share, States
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class NoReExportClause(Policy):
    """Makes the seller answer for what a hub's buyer does: a breach hurts in full, hidden or not.

    It acts on the routes through hubs only; the direct route is a ban's.

    Form: Article 12g of Regulation (EU) No 833/2014, added on 18 December 2023: from 20 March 2024 exporters of listed
    goods must forbid re-export to Russia in contracts with buyers outside partner states, with adequate remedies;
    contracts signed before 19 December 2023 had until 20 December 2024. A softer form is the duty of Article 8a, in
    force from 25 June 2024 (Regulation (EU) 2024/1745), of best efforts over subsidiaries abroad.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("sellers in `by`", "the target", "hubs in `against`", "their buyers there")
    example: ClassVar[Mapping[str, object]] = {"by": ("coalition",), "towards": ("target",), "strength": 0.3}

    kind: Literal["no_re_export_clause"] = "no_re_export_clause"
    strength: Share = Field(
        description="Share of sales to hubs whose contract forbids passing on, times how surely a breach is punished.",
        examples=[0.3],
    )

    against: States = Field(
        default=("hubs",), description="Hubs that the contracts forbid to pass on through; all by default."
    )

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the hazard of a broken pledge on the routes through the hubs that it binds."""
        hazard = self.strength * self.in_force_share(month)
        if hazard > 0.0 and self.aims_at_target(regime.index):
            regime.impose("pledge_hazard", regime.index.through_only(self.by, self.goods, self.against), hazard)
