"""Transit ban: a hub's own law forbids to pass a good on to the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class TransitBan(Policy):
    """Stops a share of a good's passage through the hubs that make it, as far as their effort goes.

    Form: Turkiye's stop to the transit of sanctioned goods of 1 March 2023, Georgia's to the re-export of cars from the
    US and the EU of 3 August and 26 September 2023.
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach("hubs in `by`", "the target", "the hubs in `by`", "goods of every other origin")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("hubs",), "towards": ("target",), "strength": 0.8, "fidelity": 0.5,
    }  # fmt: skip

    kind: Literal["transit_ban"] = "transit_ban"
    strength: Share = Field(
        description="Share of the goods' lines, by value, that may not be passed on.", examples=[0.5]
    )
    fidelity: Share = Field(default=1.0, description="Practice against the letter: 1 applies the law as written.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the transit ban of the hubs."""
        share = self.strength * self.fidelity * self.in_force_share(month)
        if share > 0.0 and self.aims_at_target(regime.index):
            regime.impose_cells("transit_ban", self.by, self.goods, share)
