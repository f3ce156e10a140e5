"""The parts of a scenario: the months that it runs, its agents, and the dated drivers of demand."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from sim.common.fields import Goods, Month, Number, Slug, StateName, StrictModel, Text
from sim.common.months import MONTHS_PER_YEAR, format_month, month_range
from sim.common.parsing import read_number, wrong
from sim.rules.parameters import LARGEST_HUB_EFFECT

# What a hub has over its traits: from hardly any intermediary to a hundred times as many.
HubEffect = Annotated[float, BeforeValidator(read_number), Field(ge=-LARGEST_HUB_EFFECT, le=LARGEST_HUB_EFFECT)]
MOST_MONTHS = 600
# What was next to nothing before may grow a lot, a thousandfold in war; beyond this a figure is in another unit.
MOST_TIMES = 1_000_000
MOST_EXPORTERS = 20_000_000


class MonthSpan(StrictModel):
    """The months that a scenario tells of, both ends included; month indices (see `sim.common.months`)."""

    first: Month = Field(description="First month that is told, YYYY-MM.")
    last: Month = Field(description="Last month, YYYY-MM.")
    run_from: Month | None = Field(
        default=None,
        description="Month that the run begins in, at rest as in the base year. Left out, it is `first`; where that is "
        "later than the January after the base year, the January of the base year, so that law and drivers of the "
        "months between have done their work by then.",
    )

    @field_validator("last")
    @classmethod
    def _after_first(cls, last: int, info: ValidationInfo) -> int:
        first = info.data.get("first")
        if first is None:
            return last
        if last < first:
            raise wrong(f"the last month, {format_month(last)}, comes before the first, {format_month(first)}")
        if last - first >= MOST_MONTHS:
            raise wrong(f"{last - first + 1} months from {format_month(first)}; expected at most {MOST_MONTHS}")
        return last

    @field_validator("run_from")
    @classmethod
    def _before_first(cls, run_from: int | None, info: ValidationInfo) -> int | None:
        first, last = info.data.get("first"), info.data.get("last")
        if run_from is None or first is None or last is None:
            return run_from
        if run_from > first:
            raise wrong(f"the run begins in {format_month(run_from)}, after the first month, {format_month(first)}")
        if last - run_from >= MOST_MONTHS:
            raise wrong(f"{last - run_from + 1} months from {format_month(run_from)}; expected at most {MOST_MONTHS}")
        return run_from

    def begins(self, base_year: int) -> int:
        """Return the month that the run begins in, for a world of a base year."""
        if self.run_from is not None:
            return self.run_from
        january = base_year * MONTHS_PER_YEAR
        return january if self.first > january + MONTHS_PER_YEAR else self.first

    @property
    def count(self) -> int:
        """How many months the scenario tells of."""
        return self.last - self.first + 1

    def range(self) -> range:
        """Return the month indices of the run, in order."""
        return month_range(self.first, self.last)


class Agents(StrictModel):
    """How many agents there are, and how they draw."""

    exporters: int = Field(default=20_000, ge=1, le=MOST_EXPORTERS, description="Exporting firms.")
    intermediaries: int = Field(
        default=11_000, ge=0, le=MOST_EXPORTERS, description="Rows of intermediaries, shared evenly among the hubs."
    )
    mode: Literal["sampled", "expected"] = Field(
        default="sampled", description="sampled: each firm draws its route; expected: it spreads by its odds, no noise."
    )


class Driver(StrictModel):
    """A dated, sourced multiplier of a destination's demand or an origin's shipments; never an effect of law."""

    id: Slug = Field(description="Name of the driver, unique in the scenario.")
    what: Literal["season", "macro", "war_need", "supply"] = Field(
        description="What drives demand; `supply` drives what exporters ship."
    )
    destination: StateName | None = Field(
        default=None, description="State (code or group) whose demand it multiplies; required but for `supply`."
    )
    origin: StateName | None = Field(
        default=None, description="State (code or group) whose shipments a driver `supply` multiplies; for it alone."
    )
    goods: Goods = Field(default=("all",), description="Goods that it moves.")
    path: dict[Month, Number] | None = Field(
        default=None, description="Month -> multiplier, held until the next month named; 1 before the first."
    )
    source: Text = Field(description="Where the figures come from.")
    note: str = Field(default="", description="Remark for the reader; the model ignores it.")
    enabled: bool = Field(default=True, description="false switches the driver off.")

    @field_validator("path")
    @classmethod
    def _in_order(cls, path: dict[int, float] | None) -> dict[int, float] | None:
        if path is None:
            return None
        if not path:
            raise wrong("the path is empty; expected at least one month, such as 2022-03: 0.55")
        for month, multiplier in path.items():
            if not 0 <= multiplier <= MOST_TIMES:
                expected = f"expected a multiplier of at least 0 and at most {MOST_TIMES:,}"
                raise wrong(f"read {multiplier:g} in {format_month(month)}, {expected}")
        return dict(sorted(path.items()))

    @model_validator(mode="after")
    def _one_side(self) -> "Driver":
        wanted, other = ("origin", "destination") if self.what == "supply" else ("destination", "origin")
        if getattr(self, wanted) is None:
            raise wrong(f"a driver `{self.what}` needs the field `{wanted}`, a state such as RUS")
        if getattr(self, other) is not None:
            raise wrong(f"a driver `{self.what}` takes no `{other}`; remove it, the field is `{wanted}`")
        return self

    @property
    def state(self) -> str:
        """State (code or group) that it acts on: the origin of a driver `supply`, else the destination."""
        return self.origin or self.destination or ""

    @model_validator(mode="after")
    def _path_where_needed(self) -> "Driver":
        if self.what == "season" and self.path is not None:
            raise wrong("a season takes no path; it uses the world's season table, so remove `path`")
        if self.what != "season" and self.path is None:
            raise wrong(f"a driver `{self.what}` needs a path, such as path: {{2022-03: 0.55}}")
        return self

    def multiplier(self, month: int) -> float:
        """Return the multiplier of a month: that of the latest month named up to it, 1 before the first.

        A season returns 1; its factors stand in the world's season table.
        """
        return self.multipliers([month])[0]

    def multipliers(self, months: Iterable[int]) -> list[float]:
        """Return the multiplier of each of some months."""
        named = sorted(self.path or {})
        held = [1.0, *((self.path or {})[month] for month in named)]
        return [held[bisect_right(named, month)] for month in months]
