"""Entity listing: the coalition names firms abroad, which cuts them off from its markets and frightens their peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.fields import States
from sim.months import month_of
from sim.policies.base import Policy

if TYPE_CHECKING:
    from sim.regime import Regime


class EntityListing(Policy):
    """Lists a number of firms in each state named: those in the most military goods first, by chance among equals."""

    adds_up: ClassVar[bool] = True
    drifts: ClassVar[bool] = True
    by_good: ClassVar[bool] = False

    kind: Literal["entity_listing"] = "entity_listing"
    firms_in: States = Field(description="States where the listed firms reside.")
    strength: float = Field(ge=0, le=100_000, description="Firms listed in each of these states.")
    who: Literal["exporters", "traders"] = Field(description="Producers that export, or trading houses of hubs.")
    every_month: bool = Field(default=False, description="true: so many each month; false: once, in the first month.")

    def shape(self, regime: Regime, month: int) -> None:
        """Adds to the number of firms to be listed this month."""
        if self.every_month:
            firms = self.strength * self.in_force_share(month)
        else:
            firms = self.strength if self.enabled and month == month_of(self.effective) else 0.0
        if firms > 0.0:
            field = "exporters_listed" if self.who == "exporters" else "traders_listed"
            regime.impose_states(field, self.firms_in, firms)
