"""Corporate exit: coalition firms leave the target's market for their name's sake, before and beyond the law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach
from sim.policies.regime import COALITION_BRAND

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class CorporateExit(Policy):
    """Puts a reputational cost on dealing with the target on firms of the states named, wherever their plant stands.

    Form: the exits on record at Yale's Chief Executive Leadership Institute, about 1,000 of some 1,200 firms by May
    2022 (Sonnenfeld et al., SSRN 4112885). What is felt abroad and through hubs is a prior.
    """

    wielder: ClassVar[str] = "Others"
    reach: ClassVar[Reach] = Reach(
        "firms of the coalition's members in `by`; by `abroad` their plants elsewhere",
        "sales to `towards`",
        "direct; by `hidden` through every hub",
    )
    example: ClassVar[Mapping[str, object]] = {"by": ("coalition",), "towards": ("target",), "strength": 1.3}

    kind: Literal["corporate_exit"] = "corporate_exit"
    strength: float = Field(
        ge=0, le=20, description="Cost in log points for a firm of mean sensitivity.", examples=[1.5]
    )
    months_to_full: float = Field(default=2.0, gt=0, le=60, description="Months over which firms announce their exit.")
    abroad: Share = Field(default=0.4, description="Part of the cost felt by plants in states outside the coalition.")
    hidden: Share = Field(default=0.3, description="Part of the cost felt when the sale goes through a hub.")

    def signature(self, month: int) -> tuple[float, ...]:
        """Adds how many firms have gone, which stands still in the end."""
        return (*super().signature(month), self._gone(month))

    def _gone(self, month: int) -> float:
        """Share (0..1) of the firms that leave which have announced it by the end of the month."""
        return min(1.0, self.months_since_effective(month) / self.months_to_full)

    def shape(self, regime: Regime, month: int) -> None:
        """Adds the cost on coalition firms' lanes to the target."""
        in_force = self.in_force_share(month)
        cost = self.strength * self._gone(month) * (1.0 if in_force > 0.0 else 0.0)
        if cost == 0.0:
            return
        index, brand = regime.index, COALITION_BRAND
        world = index.world
        members = [code for code, member in zip(world.states, world.is_coalition, strict=True) if member]
        home = tuple(code for code in members if index.state[code] in index.states(self.by))
        others = tuple(code for code in world.states if code not in members)
        # Whose plants stand abroad is not known: as much of them is taken to leave as of the trade from home.
        sold = world.direct_musd[:, world.target].sum(axis=1)
        total = sum(float(sold[index.state[code]]) for code in members)
        share = sum(float(sold[index.state[code]]) for code in home) / total if total > 0.0 else 0.0
        for origins, part in ((home, 1.0), (others, self.abroad * share)):
            direct = index.lanes(origins, self.goods, self.towards, headquarters=brand, through=())
            regime.impose("reputation", direct, cost * part)
            if self.aims_at_target(index):
                hidden = index.through_only(origins, self.goods, ("hubs",), headquarters=brand)
                regime.impose("reputation", hidden, cost * part * self.hidden)
