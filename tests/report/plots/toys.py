"""Worlds of three or four states and one or two goods, written to disk, and short runs of them."""

from __future__ import annotations

from copy import copy
from itertools import product
from pathlib import Path

import sim
from sim.simulation.results import Results
from sim.simulation.simulation import Case

STATES = (
    "code,name,role,is_hub,latitude,longitude,coalition_hq_share,alignment,technology_exposure,finance_exposure,"
    "enforcement_effort,customs_union,publishes_until,records,source"
)
GOODS = (
    "code,name,hs_codes,control_tier,military_sensitivity,ambiguity,coalition_brand_share,price_elasticity,source\n"
    "wares,Wares of $ and $ kinds,*,,0.1,0.1,0.5,4,made up\n"
)
ROLES = {"AAA": "coalition", "HHH": "third", "TTT": "target"}


def write_world(folder: Path, *, hubs: bool = True, coalition: bool = True, trade: float = 1200.0) -> Path:
    """A world of three states and one good."""
    folder.mkdir(parents=True)
    rows = [STATES]
    for code, role in ROLES.items():
        part = role if coalition or role != "coalition" else "third"
        hub = int(hubs and code == "HHH")
        share = 1 if part == "coalition" else 0.3
        rows.append(f"{code},Land of {code},{part},{hub},10,20,{share},0,0.3,0.3,0.1,,,origin,made up")
    flows = ["origin,destination,good,value_musd_per_year,status,source"]
    flows += [f"{a},{b},wares,{trade},observed,made up" for a, b in product(ROLES, ROLES) if a != b]
    passing = ["hub,good,value_musd_per_year,status,source"]
    passing += [f"HHH,wares,{trade / 20},imputed,made up"] if hubs else []
    season = "destination,calendar_month,factor,source\n"
    settings = (
        'title: "Three lands"\nbase_year: "2021"\ntarget: "TTT"\nother_buyers: []\ncurrency: "USD"\n'
        'notes: ["made up"]\nsources: ["made up"]\n'
    )
    for name, text in (
        ("states.csv", "\n".join(rows) + "\n"),
        ("goods.csv", GOODS),
        ("baseline.csv", "\n".join(flows) + "\n"),
        ("reexports.csv", "\n".join(passing) + "\n"),
        ("season.csv", season),
        ("world.yaml", settings),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def toy_case(folder: Path, last: str = "2022-02", **world: float | bool) -> Case:
    """A ban on one good between three states, from 2022-01 to a month."""
    place = write_world(folder / "lands", **world)  # type: ignore[arg-type]
    ban = (
        "policies:\n  - {id: ban, kind: export_ban, by: [AAA], towards: [TTT], goods: [wares], "
        "effective: 2022-01-13, strength: 0.9, source: made up}\n"
    )
    text = (
        f"title: Toys for $5 and $6\nquestion: What is drawn?\nsources: [made up]\nworld: {place}\n"
        f"months: {{first: 2022-01, last: {last}}}\nseed: 3\n"
        "agents: {exporters: 60, intermediaries: 12, mode: expected}\n"
        f"{ban}"
    )
    scenario = folder / "toys.yaml"
    scenario.write_text(text, encoding="utf-8")
    return sim.load(scenario, posterior="none")


def emptied(results: Results) -> Results:
    """The run as if nothing had been traded in it."""
    bare = copy(results)
    # Tables are read once and kept on the object; these stand in for them.
    for table in ("flows", "orders", "recorded", "transit"):
        vars(bare)[table] = getattr(results, table).iloc[:0]
    return bare
