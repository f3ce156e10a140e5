"""A group in a scenario, an address, a pair or a target is the goods of the group, no more and no less."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.targets.simulated_targets import simulated
from calibration.targets.targets import codes_of, load_targets
from sim.common.package_data import shipped
from sim.metrics import measure
from sim.metrics.mirror_gap import Pair, mirror_gap

SCENARIO = """
title: A ban on arms
question: What does a ban on a group do?
sources: [stylised]
world: {world}
episode: none
months: {{first: 2021-01, last: 2022-12}}
seed: 1
agents: {{exporters: 2000, intermediaries: 50, mode: expected}}
policies:
  - id: ban
    kind: export_ban
    by: [coalition]
    towards: [target]
    goods: [{goods}]
    effective: 2022-02-26
    strength: 0.9
    source: stylised
"""
TARGET = (
    "id,period,base,ledger,reporter,flow,partner,good,brand,measure,value,low,high,sd_log,unit,source,quality,"
    "conflict_with,role\n"
    "one,2022,2021,recorded,EU27,export,RUS,{good},all,growth,0,0,0,0.1,log_ratio,stylised,exact,,fit\n"
)
MEMBERS = ("body_armour", "drones")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("grouped")
    shutil.copytree(shipped("scenarios/worlds/reference"), place / "world")
    path = place / "world" / "goods.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["groups"] = ["arms" if code in MEMBERS else "" for code in table["code"]]
    table.to_csv(path, index=False, lineterminator="\n")
    return place


def case(folder: Path, goods: str) -> sim.Case:
    path = folder / f"{goods.replace(', ', '-')}.yaml"
    path.write_text(SCENARIO.format(world=folder / "world", goods=goods), encoding="utf-8")
    return sim.load(path, posterior="none")


@pytest.fixture(scope="module")
def run(folder: Path) -> sim.Results:
    return case(folder, "arms").run()


def test_a_clause_on_a_group_is_the_clause_on_its_goods(folder: Path, run: sim.Results) -> None:
    named = case(folder, ", ".join(MEMBERS)).run()
    pd.testing.assert_frame_equal(run.flows, named.flows)
    assert run.record["good_groups"] == {"arms": [*MEMBERS]}


def test_a_metric_of_a_group_adds_up_its_goods(folder: Path) -> None:
    pair = sim.compare(case(folder, "arms"))
    names = [f"deliveries_volume[{good}]@2022-06:2022-12" for good in ("arms", *MEMBERS)]
    found = measure(pair.policy.source, names, pair.baseline.source)
    assert found[names[0]] == pytest.approx(found[names[1]] + found[names[2]], rel=1e-12)


def test_an_unknown_group_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(sim.FaultList, match=r"unknown good 'arm'; did you mean 'arms'\?"):
        case(folder, "arm")


def test_two_offices_records_of_a_group_add_up(run: sim.Results) -> None:
    names = ["exports_musd", "mirror_musd", "true_musd"]
    whole = mirror_gap(run, Pair("EU27", "KAZ", "arms"))[names]
    parts = [mirror_gap(run, Pair("EU27", "KAZ", good))[names] for good in MEMBERS]
    np.testing.assert_allclose(whole, parts[0] + parts[1])


def test_a_target_on_a_group_is_the_target_on_its_goods(folder: Path, run: sim.Results, tmp_path: Path) -> None:
    found = []
    for good in ("arms", "+".join(MEMBERS)):
        path = tmp_path / "targets.csv"
        path.write_text(TARGET.format(good=good), encoding="utf-8")
        found.append(simulated(run, load_targets(path, codes_of(case(folder, "arms").world))))
    np.testing.assert_allclose(found[0], found[1])
