"""What a study file may say: a base scenario, levers, uncertainties, a design, replicates and metrics.

A factor is anything that the points of a study differ in: a lever, which a policy maker could pull, or an uncertainty,
which nobody can. Both are named alike (see :mod:`sim.experiments.factors`); they differ in what a point is compared
with, which has other levers and the same uncertainties.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sim.common.fields import Number, StrictModel, Text, no_repeats, not_empty
from sim.common.parsing import wrong
from sim.experiments.point_table import PointTable
from sim.scenario import MonthSpan

MOST_RUNS = 1_000_000
_MOST_NAMES, _MOST_VALUES = 1_000, 10_000
NO_POLICY, BASE = "no_policy", "base"


class Factor(StrictModel):
    """What a lever or an uncertainty may be: a list of values, or a range with a distribution."""

    moves: Annotated[tuple[Text, ...], AfterValidator(no_repeats)] = Field(
        default=(), max_length=_MOST_NAMES, description="What it moves, all alike; left out: what its own name says."
    )
    values: Annotated[tuple[Text, ...], AfterValidator(no_repeats), AfterValidator(not_empty)] | None = Field(
        default=None, max_length=_MOST_VALUES, description="The values that it can take."
    )
    low: Number | None = Field(default=None, description="Least value of the range.")
    high: Number | None = Field(default=None, description="Greatest value of the range.")
    levels: int | None = Field(
        default=None, ge=2, le=10_000, description="Values of the range in a grid, ends included."
    )
    distribution: Literal["uniform", "log_uniform", "triangular", "normal"] = Field(
        default="uniform", description="Of the values in the range; a grid is even in the logarithm for log_uniform."
    )
    peak: Number | None = Field(default=None, description="Likeliest value (triangular, normal).")
    spread: Number | None = Field(default=None, gt=0, description="Standard deviation (normal, cut at low and high).")
    multiply: bool = Field(default=False, description="true: the value multiplies what the base has.")

    @model_validator(mode="after")
    def _says_its_values(self) -> Factor:
        if self.values is not None:
            if len(self.values) < 2:
                raise wrong("a single value never moves; name two or more, or set it under `changes`")
            given = {"low", "high", "levels", "distribution", "peak", "spread"} & self.model_fields_set
            if given:
                raise wrong(f"has `values`, so `{min(given)}` says nothing; remove one of the two")
            return self
        if self.low is None or self.high is None:
            raise wrong("needs `values: [...]`, or a range `low` and `high`")
        if not self.low < self.high:
            raise wrong(f"low {self.low:g} is not below high {self.high:g}")
        self._check_distribution(self.low, self.high)
        return self

    def _check_distribution(self, low: float, high: float) -> None:
        wanted = {"triangular": ("peak",), "normal": ("peak", "spread")}.get(self.distribution, ())
        for name in ("peak", "spread"):
            value = getattr(self, name)
            if (name in wanted) != (value is not None):
                raise wrong(f"`{self.distribution}` {'needs' if name in wanted else 'takes no'} `{name}`")
        if self.distribution == "log_uniform" and low <= 0.0:
            raise wrong(f"log_uniform needs a range above 0, read low {low:g}")
        if self.peak is not None and not low <= self.peak <= high:
            raise wrong(f"the peak {self.peak:g} lies outside {low:g} to {high:g}")


class Design(StrictModel):
    """Which points of the factors are tried: one of grid, latin_hypercube, sobol, listed."""

    grid: bool = Field(default=False, description="true: every value with every other.")
    latin_hypercube: int | None = Field(default=None, ge=2, le=MOST_RUNS, description="So many points, spread evenly.")
    sobol: int | None = Field(default=None, ge=2, le=MOST_RUNS, description="So many points of a Sobol sequence.")
    listed: PointTable | None = Field(
        default=None, description="The points themselves: name: value for each factor; left out: as in the base."
    )
    seed: int = Field(default=1, ge=0, lt=2**63, description="Of the draw (Latin hypercube, Sobol).")

    @model_validator(mode="after")
    def _is_one(self) -> Design:
        chosen = [name for name in ("grid", "latin_hypercube", "sobol", "listed") if getattr(self, name)]
        if self.listed is not None and not self.listed:
            raise wrong("the list of points is empty; name at least one")
        if len(chosen) != 1:
            found = f"read {' and '.join(chosen)}" if chosen else "read none"
            raise wrong(f"{found}, expected one of: grid, latin_hypercube: POINTS, sobol: POINTS, listed: [...]")
        return self


class Designs(StrictModel):
    """One design of all factors together, or one of the levers and one of the uncertainties, crossed."""

    all: Design | None = Field(default=None, description="Of all factors together.")
    levers: Design | None = Field(default=None, description="Of the levers; every package meets every world.")
    uncertainties: Design | None = Field(default=None, description="Of the uncertainties.")


class Draws(StrictModel):
    """Worlds drawn from the calibrated posterior."""

    draws: int = Field(ge=1, le=MOST_RUNS, description="How many, the first ones of the posterior's table.")
    file: Text | None = Field(default=None, description="A posterior's file or folder; left out: the one that ships.")
    world_errors: Literal["on", "off"] = Field(
        default="on", description="Whether each draw but the first has a world within the errors of its flows."
    )


class LeakSearch(StrictModel):
    """A search for the cheapest leak of the base's package, in place of levers and their design."""

    goods: Annotated[tuple[Text, ...], AfterValidator(no_repeats), AfterValidator(not_empty)] = Field(
        default=("all",), description="Goods that closures and replies are about."
    )
    best: int = Field(default=5, ge=0, le=100, description="Best replies of the evader that are tried in pairs.")


class StudyFile(StrictModel):
    """A question put to many runs."""

    title: Text = Field(description="One line that names the study.")
    question: Text = Field(description="The question that it answers.")
    base: Text = Field(description="The scenario that every point starts from: a file, or a shipped one's name.")
    changes: dict[str, object] = Field(
        default={}, description="What differs from it everywhere, as in a scenario file."
    )
    months: MonthSpan | None = Field(default=None, description="Months to run; left out: those of the base.")
    levers: dict[str, Factor] = Field(default={}, description="What policy could choose, by name.")
    uncertainties: dict[str, Factor] = Field(default={}, description="What nobody can choose, by name.")
    posterior: Draws | None = Field(default=None, description="Written as `posterior: N` under uncertainties.")
    design: Designs = Field(default=Designs(), description="Which points are tried.")
    leaks: LeakSearch | None = Field(default=None, description="Searches for the cheapest leak; then without levers.")
    replicates: int = Field(default=1, ge=1, le=100_000, description="Runs of each point, with other random draws.")
    metrics: Annotated[tuple[Text, ...], AfterValidator(no_repeats), AfterValidator(not_empty)] = Field(
        max_length=_MOST_NAMES, description="What is kept of each run."
    )
    compare_with: Text | dict[str, Text] = Field(
        default=NO_POLICY, description="no_policy, base, or a package as name: value for each lever."
    )
