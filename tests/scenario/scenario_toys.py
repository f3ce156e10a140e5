"""Two toy instruments, three toy parameters and a toy world, so that these tests stand on their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from sim.common.fields import Share, States
from sim.policies.base import Policy
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.world_codes import read_codes

HERE = Path(__file__).parent
CODES = read_codes(HERE / "world")


class Ban(Policy):
    kind: Literal["ban"] = "ban"
    strength: Share
    delay_days: float = Field(default=0.0, ge=0)
    steps: int = Field(default=1, ge=1, le=9)

    def shape(self, regime: object, month: int) -> None:
        """Nothing: these tests are about the form."""


class Listing(Policy):
    adds_up: ClassVar[bool] = True
    kind: Literal["listing"] = "listing"
    firms_in: States
    strength: float = Field(ge=0)

    def shape(self, regime: object, month: int) -> None:
        """Nothing: these tests are about the form."""


@dataclass(frozen=True)
class ToyParameter:
    low: float
    high: float
    unit: str


VOCABULARY = Vocabulary(
    instruments={"ban": Ban, "listing": Listing},
    parameters={
        "loyalty": ToyParameter(0, 4, "log points"),
        "fear": ToyParameter(0, 12, "log points"),
        "home_share": ToyParameter(0, 1, "share"),
    },
    rules=("route_weight", "hub_markup"),
)

VALID = f"""\
title: Valid
question: Is everything here right?
sources: [a made-up gazette, "another: with a colon"]
world: {HERE / "world"}
months: {{first: 2021-01, last: 2024-12}}
seed: 7
agents: {{exporters: 500, intermediaries: 50, mode: expected}}
parameters: {{loyalty: 1.5, home_share: 5e-1}}
rules: {{route_weight: default, hub_markup: default}}
drivers:
  - {{id: season, what: season, destination: target, source: table}}
  - id: freeze
    what: macro
    destination: TTT
    goods: [chips, 0302]
    path:
      2022-06: 0.9
      2022-03: 0.55
    source: central bank
policies:
  - kind: ban
    id: chips
    by: [coalition]
    towards: [TTT]
    goods: [chips]
    announced: 2022-02-20
    effective: 2022-02-24
    ends: 2023-12-31
    strength: 0.9
    source: act 1
    note: NO, and 0302, stay text
  - {{kind: ban, id: fish, by: [NO], towards: [TTT], goods: [0302], effective: 2023-03-15, strength: 1, source: act 2}}
  - {{kind: listing, id: list, by: [all], towards: [TTT], firms_in: [hubs, NO], effective: 2023-05-01, strength: 12,
     source: act 3}}
mechanism:
  shows: A ban and a frozen market cut the direct road
  rows: [M2, ref]
  clauses: [chips, freeze]
  without: {{fear: 0}}
expected_outcomes:
  - what: Fewer chips arrive through hubs
    metric: deliveries_volume[chips,from_coalition,hubs]@2022-04:2022-12
    expect: falls
    by: 0.25
  - {{what: Kappa looks closer, metric: "enforcement_effort[KAZ]@2023-01:2024-12", expect: rises}}
"""
