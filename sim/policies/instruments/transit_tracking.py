"""Transit tracking: a hub follows consignments through its territory, so that what is passed on is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class TransitTracking(Policy):
    """Shows a share of the passage of goods through the hubs that make it; what is done about it is another clause's.

    Form: Kazakhstan's online tracking of goods that enter and leave, from 1 April 2023 (Eurasianet, 24 March 2023;
    Baker McKenzie's sanctions blog).
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach("hubs in `by`", "the target", "the hubs in `by`", "goods of every other origin")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("hubs",), "towards": ("target",), "strength": 0.7, "fidelity": 0.5,
    }  # fmt: skip

    kind: Literal["transit_tracking"] = "transit_tracking"
    strength: Share = Field(
        description="Share of the goods' passage, by value, that has to be declared.", examples=[0.7]
    )
    fidelity: Share = Field(default=1.0, description="Practice against the letter: 1 applies the law as written.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the tracked share of the hubs."""
        share = self.strength * self.fidelity * self.in_force_share(month)
        if share > 0.0 and self.aims_at_target(regime.index):
            regime.impose_cells("tracking", self.by, self.goods, share)
