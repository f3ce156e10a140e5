"""What a scenario shows: the mechanism that it is about, and where to look for it in the tables of a run.

Neither block acts on the simulation. They say which clauses, drivers or parameters make the behaviour, so that it can
be switched off, and what has to change when it is (`sim.analysis.mechanism_test` runs both and compares).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from sim.common.fields import (
    ALL,
    NAMES_MARK,
    AnyStates,
    Codes,
    Goods,
    Number,
    States,
    StrictModel,
    Text,
    UnknownNameError,
    no_repeats,
    not_empty,
)
from sim.common.parsing import shown, wrong
from sim.scenario.blocks import MonthSpan

ROAD_GROUPS = (ALL, "direct", "hubs")
_ROW = re.compile(r"[A-Za-z0-9]+([_.-][A-Za-z0-9]+)*")
_TRADE = ("goods", "origins", "roads", "destinations")
_MN = "mn USD a month"
_MN_VOLUME = "mn USD a month at base-year prices"


@dataclass(frozen=True)
class Measure:
    """A figure of a run that a scenario may point at.

    Attributes:
        table: the table of the results that holds it.
        column: its column there.
        unit: its unit, as a figure's axis shows it.
        picks: the keys of a look that choose its rows.
        mean: whether rows of one month are averaged; else they are summed.
    """

    table: str
    column: str
    unit: str
    picks: tuple[str, ...] = _TRADE
    mean: bool = False


def _of_states(*columns: tuple[str, str, str]) -> dict[str, Measure]:
    return {name: Measure("states", column, unit, ("states",), mean=True) for name, column, unit in columns}


MEASURES: dict[str, Measure] = {
    "quantity": Measure("flows", "volume_musd", _MN_VOLUME),
    "value": Measure("flows", "value_musd", _MN),
    "hidden": Measure("flows", "hidden_musd", f"{_MN}, not on record at the origin"),
    "price": Measure("prices", "price_index", "price, base year = 1", ("goods", "destinations"), mean=True),
    "recorded_exports": Measure("recorded", "value_musd", f"{_MN}, FOB", ("goods", "origins", "destinations")),
    "recorded_imports": Measure("recorded", "value_musd", f"{_MN}, CIF", ("goods", "origins", "destinations")),
    **{
        fate: Measure("orders", f"{fate}_volume_musd", _MN_VOLUME)
        for fate in ("ordered", "seized", "stopped", "refused", "denied", "held", "unsold")
    },
    **_of_states(
        ("effort", "enforcement_effort", "enforcement effort, 0 to 1"),
        ("word", "announced_policy", "announced, 0 to 1"), ("law", "enacted_law", "share of controlled goods"),
        ("agents", "payment_intermediaries", "payment intermediaries, share"),
        ("provoked", "triggered_threat", "log points"), ("resolve", "resolve", "resolve, 0 to 1"),
        ("pressure", "pressure", "log points"), ("threat", "threat", "log points"),
        ("firms_listed", "firms_listed", "firms listed so far"),
    ),
    "traders_open": Measure("hubs", "active_firms", "intermediaries open", ("states",), mean=True),
    "traders_listed": Measure("hubs", "firms_listed", "intermediaries listed", ("states",), mean=True),
    "fullness": Measure("hubs", "capacity_utilisation", "share of capacity in use", ("states",), mean=True),
    "markup": Measure("hubs", "markup", "mark-up, base year = 1", ("states",), mean=True),
    "onward": Measure("network", "volume_musd", _MN_VOLUME, ("goods", "roads")),
}  # fmt: skip


def _row(value: str) -> str:
    if not _ROW.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected the id of a row, such as M2")
    return value


def _road(value: str, info: ValidationInfo) -> str:
    codes = info.context
    if not isinstance(codes, Codes) or value in ROAD_GROUPS:
        return value
    hubs = codes.states if codes.hubs is None else codes.hubs
    if value not in hubs:
        raise UnknownNameError("road", value, (*hubs, *ROAD_GROUPS))
    return value


def _measure(value: str) -> str:
    if value not in MEASURES:
        raise UnknownNameError("measure", value, MEASURES)
    return value


Row = Annotated[str, AfterValidator(_row), Field(json_schema_extra={"pattern": f"^{_ROW.pattern}$"})]
RoadName = Annotated[str, AfterValidator(_road), Field(json_schema_extra={NAMES_MARK: "road"})]
Roads = Annotated[
    tuple[RoadName, ...],
    AfterValidator(no_repeats),
    AfterValidator(not_empty),
    Field(json_schema_extra={"minItems": 1}),
]
MeasureName = Annotated[str, AfterValidator(_measure), Field(json_schema_extra={"enum": sorted(MEASURES)})]


class Mechanism(StrictModel):
    """The behaviour that a scenario is about, and what switches it off."""

    shows: Text = Field(description="What the mechanism is, one sentence.")
    rows: Annotated[tuple[Row, ...], AfterValidator(no_repeats)] = Field(
        default=(), description="Rows of the source documents' table that it stands for, such as M2."
    )
    clauses: Annotated[tuple[Text, ...], AfterValidator(no_repeats)] = Field(
        default=(), description="Ids of the clauses and drivers that are the mechanism."
    )
    without: dict[str, Number] = Field(default={}, description="Parameter values that switch the behaviour off.")

    @model_validator(mode="after")
    def _has_a_switch(self) -> "Mechanism":
        if not self.clauses and not self.without:
            raise wrong("nothing switches the mechanism off; name `clauses`, or parameter values under `without`")
        return self

    def among(self, ids: Collection[str]) -> "Mechanism | None":
        """Return the mechanism with only those of its clauses that are there; None where nothing is left of it."""
        left = tuple(name for name in self.clauses if name in ids)
        if not left and not self.without:
            return None
        return self if left == self.clauses else self.model_copy(update={"clauses": left})


class Look(StrictModel):
    """One place to look at in a run with the mechanism and in one without it, and what to expect there."""

    what: Text = Field(description="What to look at and what to expect, one sentence.")
    measure: MeasureName = Field(description="The figure to look at, mean per month over the months.")
    goods: Goods = Field(default=(ALL,), description="Goods counted.")
    origins: States = Field(default=(ALL,), description="States (codes or groups) whose goods are counted.")
    roads: Roads = Field(
        default=(ALL,), description="Roads counted: all, direct, hubs, or hub states (of `onward`: by which it enters)."
    )
    destinations: States = Field(default=("target",), description="States (codes or groups) that the goods go to.")
    states: AnyStates = Field(default=(), description="States (codes or groups) looked at, for measures of states.")
    months: MonthSpan = Field(description="The months looked at, both ends included.")
    expect: Literal["rises", "falls", "stays"] = Field(
        description="How it differs with the mechanism from what it is without it."
    )
    by: float = Field(
        default=0.01, ge=0, le=1000, description="Least change (rises, falls) or most (stays), share of what it is."
    )

    @field_validator("by")
    @classmethod
    def _can_hold(cls, by: float, info: ValidationInfo) -> float:
        expect = info.data.get("expect")
        if expect in ("rises", "falls") and by == 0.0:
            raise wrong(f"{expect} by nothing holds for no change too; expected a number above 0")
        if expect == "falls" and by > 1.0:
            raise wrong(f"read {by:g}; nothing falls by more than all of it, so write a share up to 1")
        return by

    @model_validator(mode="after")
    def _chooses_rows_of_its_measure(self) -> "Look":
        measure = MEASURES[self.measure]
        if "states" in measure.picks and not self.states:
            raise wrong(f"'{self.measure}' is a measure of states and names none; add `states: [...]`")
        for key in (*_TRADE, "states"):
            if key not in measure.picks and getattr(self, key) != Look.model_fields[key].default:
                known = ", ".join(measure.picks)
                raise wrong(f"'{key}' chooses nothing of '{self.measure}', which knows {known}; remove it")
        return self
