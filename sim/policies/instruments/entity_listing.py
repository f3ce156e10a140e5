"""Entity listing: the coalition names firms abroad, which cuts them off from its markets and frightens their peers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from sim.common.fields import STATE_GROUPS, AnyFirms, States
from sim.common.good_groups import ALL
from sim.common.months import month_of
from sim.common.parsing import wrong
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class EntityListing(Policy):
    """Lists a number of firms in each state named, of those that sell its goods to the target.

    ``select: suspects`` takes those in the most military goods first, by chance among equals, as most lists do;
    ``largest`` takes the largest sellers first, as a list meant to be felt does. ``names`` keeps the firms on record
    and changes nothing.

    Forms covered: the US Entity List (Supplement No. 4 to Part 744 of the export administration rules), OFAC's list of
    blocked persons, and Annex IV to Regulation (EU) No 833/2014.
    """

    wielder: ClassVar[str] = "Law of the coalition"
    reach: ClassVar[Reach] = Reach("`by`", "the record", "", "firms in `firms_in`")
    example: ClassVar[Mapping[str, object]] = {
        "by": ("coalition",), "towards": ("target",), "firms_in": ("third",), "who": "exporters", "strength": 7.0,
    }  # fmt: skip
    adds_up: ClassVar[bool] = True

    kind: Literal["entity_listing"] = "entity_listing"
    firms_in: States = Field(description="States where the listed firms reside.")
    strength: float = Field(ge=0, le=100_000, description="Firms listed in each of these states.", examples=[12])
    who: Literal["exporters", "traders"] = Field(description="Producers that export, or intermediaries of hubs.")
    every_month: bool = Field(default=False, description="true: so many each month; false: once, in the first month.")
    select: Literal["suspects", "largest"] = Field(
        default="suspects", description="Exporters in the most military goods first, or the largest first."
    )
    names: AnyFirms = Field(default=(), description="The firms by name, for the record: one state, each once.")

    @field_validator("who")
    @classmethod
    def _houses_sell_anything(cls, who: str, info: ValidationInfo) -> str:
        if who == "traders" and info.data.get("goods", (ALL,)) != (ALL,):
            raise wrong("intermediaries sell any good; leave `goods` out, or list exporters")
        return who

    @field_validator("select")
    @classmethod
    def _only_exporters_are_selected(cls, select: str, info: ValidationInfo) -> str:
        if select != "suspects" and info.data.get("who") == "traders":
            raise wrong("intermediaries are listed by chance; leave this key out, or list exporters")
        return select

    @field_validator("names")
    @classmethod
    def _as_many_as_listed(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        states, number = info.data.get("firms_in"), info.data.get("strength")
        if not names or states is None or number is None:
            return names
        if len(states) > 1 or states[0] in STATE_GROUPS:
            raise wrong("names firms of several states; write one clause for each state")
        if len(names) != number:
            raise wrong(f"names {len(names)} firms, but strength lists {number:g}; make them equal")
        return names

    def signature(self, month: int) -> tuple[float, ...]:
        """Adds whether this is the month of a list that comes out once."""
        return (*super().signature(month), float(month == month_of(self.effective)))

    def shape(self, regime: Regime, month: int) -> None:
        """Adds to the number of firms to be listed this month."""
        if self.every_month:
            firms = self.strength * self.in_force_share(month)
        else:
            firms = self.strength if self.enabled and month == month_of(self.effective) else 0.0
        if firms == 0.0:
            return
        if self.who == "traders":
            regime.impose_states("traders_listed", self.firms_in, firms)
        else:
            field = "exporters_listed" if self.select == "suspects" else "largest_listed"
            regime.impose_cells(field, self.firms_in, self.goods, firms)
