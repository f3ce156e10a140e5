"""What a scenario shows: the mechanism that it is about, and what to expect of which numbers of its run.

Neither block acts on the simulation. They say which clauses, drivers or parameters make the behaviour, so that it can
be switched off, and what has to change when it is (`sim.analysis.mechanism_test` runs both and compares).
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from sim.common.fields import Codes, Number, StrictModel, Text, UnknownNameError, no_repeats
from sim.common.parsing import shown, wrong
from sim.common.renamed import RENAMED, hint
from sim.scenario.blocks import MonthSpan
from sim.scenario.metric_address import FROM, HUBS, TO, AddressProblem, MetricAddress, parse_address
from sim.scenario.metrics import METRICS

_ROW = re.compile(r"[A-Za-z0-9]+([_.-][A-Za-z0-9]+)*")


def _row(value: str) -> str:
    if not _ROW.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected the id of a row, such as M2")
    return value


def _metric(value: str, info: ValidationInfo) -> str:
    """Return the address of a number that one run has by itself, in months that are named."""
    try:
        address = parse_address(value)
        if isinstance(info.context, Codes):
            address.sorted_words(info.context)
    except AddressProblem as problem:
        if problem.near is None:
            raise wrong(problem.message) from None
        raise UnknownNameError("", *problem.near, message=problem.message) from None
    if address.metric.paired:
        raise wrong(f"{shown(value)} compares with a run without policies; expected one that a run has by itself")
    if address.months is None:
        raise wrong(f"{shown(value)} names no months; add them, such as {address.name}@2022-03:2022-12")
    return str(address)


Row = Annotated[str, AfterValidator(_row), Field(json_schema_extra={"pattern": f"^{_ROW.pattern}$"})]
MetricText = Annotated[
    str,
    AfterValidator(_metric),
    Field(
        json_schema_extra={"pattern": rf"^({'|'.join(METRICS)})(\[[^\[\]@]+\])?@\d{{4}}-\d{{2}}(:\d{{4}}-\d{{2}})?$"}
    ),
]


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


class ExpectedOutcome(StrictModel):
    """One number of a run with the mechanism and of one without it, and how they are expected to differ."""

    what: Text = Field(description="What to look at and what to expect, one sentence.")
    metric: MetricText = Field(
        description="Address of the number, with its months: METRIC[WORDS]@FIRST:LAST; `sim list metrics` names them."
    )
    expect: Literal["rises", "falls", "stays"] = Field(
        description="How it differs with the mechanism from what it is without it."
    )
    by: float = Field(
        default=0.01, ge=0, le=1000, description="Least change (rises, falls) or most (stays), share of what it is."
    )

    @property
    def address(self) -> MetricAddress:
        """The address of the number."""
        return parse_address(self.metric)

    @property
    def months(self) -> MonthSpan:
        """The months that count."""
        first, last = self.address.months or (0, 0)  # the field has seen to it that there are some
        return MonthSpan(first=first, last=last)

    @model_validator(mode="before")
    @classmethod
    def _in_words_of_before(cls, data: Any, info: ValidationInfo) -> Any:
        """Return the data with an address in place of a measure and the keys that narrowed it down, and hint at it."""
        if not isinstance(data, Mapping) or "measure" not in data or "metric" in data:
            return data
        address = address_of_look(data, info.context if isinstance(info.context, Codes) else None)
        if address is None:
            return data
        hint(f"`measure: {data['measure']}` with its keys", f"`metric: {address}`")
        return {**{name: value for name, value in data.items() if name not in _KEYS_OF_BEFORE}, "metric": address}

    @field_validator("by")
    @classmethod
    def _can_hold(cls, by: float, info: ValidationInfo) -> float:
        expect = info.data.get("expect")
        if expect in ("rises", "falls") and by == 0.0:
            raise wrong(f"{expect} by nothing holds for no change too; expected a number above 0")
        if expect == "falls" and by > 1.0:
            raise wrong(f"read {by:g}; nothing falls by more than all of it, so write a share up to 1")
        return by


# -------------------------------------------------------------------------------- read in this version only
# Keys of an expected outcome before it had an address; what each put before its words, and the word for everything.
_PREFIXES = {"goods": "", "origins": FROM, "roads": "", "destinations": TO, "states": ""}
_KEYS_OF_BEFORE = ("measure", "months", *_PREFIXES)
_EVERYTHING = {"goods": "all", "origins": "all", "roads": "all", "destinations": "target"}


def address_of_look(data: Mapping[str, Any], names: Codes | None) -> str | None:
    """Return the address that stands for a measure with its keys; None where they are not of the form that they had.

    Args:
        data: the entry, as read.
        names: what the world knows.
    """
    months = data.get("months")
    lists = {key: data.get(key, ()) for key in _PREFIXES}
    if not isinstance(months, Mapping) or set(months) != {"first", "last"}:
        return None
    if not all(isinstance(words, list | tuple) and all(isinstance(w, str) for w in words) for words in lists.values()):
        return None
    measure = str(data["measure"])
    name = RENAMED["measure"].get(measure, measure)
    takes = METRICS[name].takes if name in METRICS else ()
    target = {code for code, role in names.states.items() if role == "target"} if names is not None else set()
    words = []
    for key, prefix in _PREFIXES.items():
        chosen = [word for word in lists[key] if word != _EVERYTHING.get(key)]
        # What had no other destination took a list of them all the same.
        if key == "destinations" and set(chosen) <= (target if "destination" in takes else {*target, "all"}):
            continue
        if key == "states" and "hub" in takes:
            chosen = [word for word in chosen if word not in (HUBS, "third", "all")]
        words += [f"{prefix}{word}" for word in chosen]
    narrowed = f"[{','.join(words)}]" if words else ""
    return f"{name}{narrowed}@{months['first']}:{months['last']}"
