"""The form that every policy instrument shares: who, what, towards whom, from when to when, how strong, source.

An instrument is one small file in `sim/policies/instruments` with one subclass. It says who wields it and gives an
example, sets `kind`, may narrow `strength` (to a `Share`, say), may add fields of the types in `sim.common.fields`, and
writes `shape`. Fields that name states or goods are typed `States`, `AnyStates` (may be empty), `Goods` or `AnyGoods`:
this is what has the loader check the names against the world.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from sim.common.fields import Goods, Label, Slug, States, StrictModel, Text
from sim.common.good_groups import ALL
from sim.common.months import months_since, share_in_force
from sim.common.parsing import wrong

if TYPE_CHECKING:
    from sim.policies.lane_index import LaneIndex
    from sim.policies.regime import Regime

# Who wields an instrument, in the order in which pages tell of them.
WIELDERS = ("Law of the coalition", "Threats to third states", "Third states", "The target", "Others")


def fading(months: float, half_life: float, lasting: float = 0.0) -> float:
    """Return what is left (0..1) after `months` of what halves every `half_life` months down to a part that stays."""
    left: float = lasting + (1.0 - lasting) * 0.5 ** (months / half_life)
    return left


class Reach(NamedTuple):
    """Whom a clause of an instrument binds or hits, in words; a field of the clause stands in single backticks.

    Attributes:
        who: Whose law or act it is, or who is bound by it.
        towards: What it is aimed at.
        through: On which routes it acts; empty where it acts on none.
        against: Who or whose goods are hit beside those that it binds; empty where nobody is.
    """

    who: str
    towards: str = ""
    through: str = ""
    against: str = ""


class Policy(StrictModel, ABC):
    """One dated clause of a package of law; a clause shapes the month's regime and touches nobody.

    Attributes:
        wielder: Who wields the instrument, one of `WIELDERS`.
        reach: Whom a clause binds or hits, in words for the page on instruments.
        example: Fields that a clause of it sets beside id, dates and source, in the codes of the reference world: pages
            show it where no shipped scenario has a clause of the kind, and tests try it.
        adds_up: Whether two clauses of the instrument on the same lanes at the same time add up, as listings do; where
            they do not, the loader calls them a contradiction.
        drifts: Whether the effect changes while the clause is in force (build-up, decay, a date that strikes once).
        restricts: Whether it only ever hinders trade with the target; what eases it, or moves trade there, does not.
        by_good: Whether it distinguishes goods; one aimed at firms or governments as such leaves `goods` out.
    """

    wielder: ClassVar[str]
    reach: ClassVar[Reach] = Reach("`by`", "`towards`")
    example: ClassVar[Mapping[str, object]]
    adds_up: ClassVar[bool] = False
    drifts: ClassVar[bool] = False
    restricts: ClassVar[bool] = True
    by_good: ClassVar[bool] = True

    kind: str = Field(description="The instrument.")
    id: Slug = Field(description="Name of the clause, unique in the scenario.")
    label: Label | None = Field(default=None, description="What figures, tables and the page call it; else its id.")
    by: States = Field(description="States (codes or groups) whose law or act it is.")
    towards: States = Field(description="Destination states (codes or groups) that it is aimed at.")
    goods: Goods = Field(default=("all",), description="Goods that it covers.")
    effective: dt.date = Field(description="First day in force.")
    announced: dt.date | None = Field(default=None, description="Day it was announced; left out: the effective day.")
    ends: dt.date | None = Field(default=None, description="Last day in force; left out: no end.")
    strength: float = Field(description="How strong it is, in the unit that the instrument names.")
    source: Text = Field(description="Where this clause is on record: act, article, date, address.")
    note: str = Field(default="", description="Remark for the reader; the model ignores it.")
    enabled: bool = Field(default=True, description="false switches the clause off.")

    @field_validator("goods")
    @classmethod
    def _goods_matter(cls, goods: tuple[str, ...]) -> tuple[str, ...]:
        if not cls.by_good and goods != (ALL,):
            raise wrong("does not distinguish goods; leave this key out")
        return goods

    @field_validator("announced", "ends")
    @classmethod
    def _dates_in_order(cls, day: dt.date | None, info: ValidationInfo) -> dt.date | None:
        effective = info.data.get("effective")
        if day is None or effective is None:
            return day
        if info.field_name == "ends" and day < effective:
            raise wrong(f"ends on {day}, before its first day in force, {effective}")
        if info.field_name == "announced" and day > effective:
            raise wrong(f"announced on {day}, after its first day in force, {effective}")
        return day

    def in_force_share(self, month: int) -> float:
        """Return the share (0..1) of the days of a month on which the clause is in force; 0 if it is switched off."""
        return share_in_force(month, self.effective, self.ends) if self.enabled else 0.0

    def announced_share(self, month: int) -> float:
        """Return the share (0..1) of the days of a month on which the clause is announced and has not ended.

        A clause without a day of announcement is announced on its first day in force.
        """
        return share_in_force(month, self.announced or self.effective, self.ends) if self.enabled else 0.0

    def coming_share(self, month: int) -> float:
        """Return the share (0..1) of the days of a month on which the clause is announced but not yet in force."""
        return self.announced_share(month) - self.in_force_share(month)

    def months_since_effective(self, month: int) -> float:
        """Return the months from the first day in force to the end of `month`, 0 before it; its end is ignored."""
        return months_since(self.effective, month)

    def months_before(self, month: int) -> float:
        """Return the months in force before `month` begins, 0 in its first: what fades is at its height then."""
        return self.months_since_effective(month - 1)

    def built_up(self, month: int, months: float) -> float:
        """Return how far (0..1) something has come that is built up evenly over `months`, on average over the month.

        The average is over the days since it took effect; a build-up of no months is full at once.
        """
        begins, ends = self.months_before(month), self.months_since_effective(month)
        if begins >= months:
            return 1.0
        reached = [t * t / (2.0 * months) if t < months else t - months / 2.0 for t in (begins, ends)]
        return (reached[1] - reached[0]) / (ends - begins) if ends > begins else 0.0

    def aims_at_target(self, index: "LaneIndex") -> bool:
        """Return whether the target is among the destinations; only then do routes through hubs matter to it."""
        return index.world.target in index.states(self.towards)

    def signature(self, month: int) -> tuple[float, ...]:
        """Return what the clause's effect depends on; months of equal signatures have the same regime."""
        shares = (self.in_force_share(month), self.announced_share(month))
        return (*shares, self.months_since_effective(month)) if self.drifts and shares[1] > 0.0 else shares

    @abstractmethod
    def shape(self, regime: "Regime", month: int) -> None:
        """Add what this clause does in a month to the regime of that month.

        Args:
            regime: The regime under construction; combiners make the order of clauses irrelevant.
            month: Month index (see `sim.common.months`).
        """
