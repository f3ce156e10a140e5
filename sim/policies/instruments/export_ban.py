"""Export ban: the sale of a share of a good's lines to the target is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share
from sim.policies.base import Policy, Reach
from sim.policies.regime import COALITION_BRAND

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class ExportBan(Policy):
    """Forbids a share of the lines of its goods.

    It binds every firm in the states that make it, on the direct route and (hidden, so less) through hubs.
    ``subsidiaries`` extends it to plants that the coalition's firms run elsewhere, as the US foreign direct product
    rule does. While contracts may be wound down, the share that is forbidden grows evenly from nil; to be caught with a
    new contract costs the same from the first day.

    Forms covered: the annexes to Regulation (EU) No 833/2014, the US export administration rules, a third state's own
    ban. Contracts signed before a package could often still be carried out: six months under the EU's import ban on
    crude oil, eight under that on oil products (sixth package: Council of the EU, 3 June 2022).
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach(
        "firms in `by`; by `subsidiaries` plants of coalition brands in third states",
        "sales to `towards`",
        "direct, hidden through every hub; a hub in `towards` is shut itself",
    )
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "strength": 0.7, "subsidiaries": 0.4,
    }  # fmt: skip

    kind: Literal["export_ban"] = "export_ban"
    strength: Share = Field(description="Share of the goods' lines, by value, whose sale is forbidden.", examples=[0.5])
    penalty: Share = Field(default=1.0, description="Severity of the law: 1 is that of an arms embargo.")
    subsidiaries: Share = Field(default=0.0, description="Severity for plants of coalition firms in other states.")
    wind_down_months: float = Field(
        default=0.0, ge=0, le=60, description="Months from the effective day in which old contracts may be wound down."
    )

    def signature(self, month: int) -> tuple[float, ...]:
        """Adds how far the ban has come, which stands still once contracts are wound down."""
        return (*super().signature(month), self.built_up(month, self.wind_down_months))

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the banned share and the hazard of selling it; before, tells of what is coming."""
        index = regime.index
        home = index.lanes(self.by, self.goods, self.towards)
        if (coming := self.strength * self.coming_share(month)) > 0.0:
            regime.impose("coming", home, coming)
        share = self.strength * self.in_force_share(month) * self.built_up(month, self.wind_down_months)
        if share == 0.0:
            return
        towards = index.states(self.towards)
        # Where a hub is itself a forbidden destination, a sale through it is not even lawful on its face.
        shut = tuple(index.world.states[hub] for hub in index.hub_states if hub in towards)
        if shut:
            to_shut_hubs = index.through_only(self.by, self.goods, shut)
            regime.impose("declared_hazard", to_shut_hubs, self.penalty)
            regime.impose("banned_share", index.together(home, to_shut_hubs), share)
        else:
            regime.impose("banned_share", home, share)
        regime.impose("domestic_hazard", home, self.penalty)
        if self.subsidiaries > 0.0:
            elsewhere = tuple(
                code for code, role in zip(index.world.states, index.world.role, strict=True)
                if role in ("third", "rest")
            )  # fmt: skip
            abroad = index.lanes(elsewhere, self.goods, self.towards, headquarters=COALITION_BRAND)
            regime.impose("banned_share", abroad, share)
            regime.impose("foreign_hazard", abroad, self.subsidiaries)
