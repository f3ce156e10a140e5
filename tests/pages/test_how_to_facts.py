"""The recipes of docs/how-to/facts.md: each is carried out on a copy of the shipped facts, built and run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.common.errors import FaultList
from sim.common.package_data import shipped
from sim.report.world_audit import audit_tables
from sim.simulation.parameter_source import beliefs
from sim.world import World, load_world
from sim.world.build import build_world
from tests.pages.reading import DOCS, blocks

PAGE = (DOCS / "how-to" / "facts.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
HELPERS = blocks(PAGE.partition("\n## ")[0], "python")[0]
POSTERIOR = shipped("calibration/posterior")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader of the page works: a copy of the facts lies there."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped("calibration/figures"), tmp_path / "my-facts")
    (scenario,) = (block for block in blocks(PAGE, "yaml") if "world: my-world" in block)
    (tmp_path / "mine.yaml").write_text(scenario, encoding="utf-8")
    return tmp_path


def carried_out(section: str, folder: Path) -> World:
    """The world after a recipe: rows are appended and blocks of Python run, then it is built."""
    for file, rows in re.findall(r"^```text\n# append: (\S+)\n(.*?)^```$", SECTIONS[section], flags=re.M | re.S):
        table = folder / "my-facts" / file
        table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + "\n" + rows, encoding="utf-8")
    known: dict[str, object] = {}
    for block in (HELPERS, *blocks(SECTIONS[section], "python")):
        exec(compile(block, "facts.md", "exec"), known)
    build_world(folder / "my-facts", folder / "my-world")
    return load_world(folder / "my-world")


def stands_still_and_obeys(world: World) -> None:
    """Without law nothing moves; with the ban of the page less listed goods arrive straight from the coalition."""
    case = sim.load("mine.yaml", posterior="none")
    still = case.with_changes(without=["ban"]).run().to_target().groupby("month")["value_musd"].sum()
    np.testing.assert_allclose(still, still.iloc[0], rtol=1e-9)
    pair = sim.compare(case)
    change = pair.to_target(["good", "route"]).set_index(["good", "route"])["difference_musd"]
    assert change["high_priority", "direct"] < 0
    told = "\n".join(str(part) for part in audit_tables(world))
    assert "nan" not in told.lower()


def test_a_state_more(folder: Path) -> None:
    world = carried_out("A state more", folder)
    at = world.states.index("DELTA")
    assert at in world.hubs
    exports = 12 * world.recorded_musd[at].sum()
    assert exports == pytest.approx(40000, rel=1e-3)
    assert 12 * world.recorded_musd[at, world.target].sum() == pytest.approx(3000, rel=1e-3)
    left = world.leaving_musd[world.hubs.index(at)].sum() / world.recorded_musd[at, world.target].sum()
    assert left == pytest.approx(0.05, rel=0.02)
    reference = load_world("reference")
    for code in (code for code, musd in zip(reference.states, reference.published_exports_musd, strict=True) if musd):
        before = reference.recorded_musd[reference.states.index(code)].sum()
        assert world.recorded_musd[world.states.index(code)].sum() == pytest.approx(before, rel=0.02), code
    stands_still_and_obeys(world)


def test_a_state_without_its_rows_is_told_what_is_missing(folder: Path) -> None:
    table = folder / "my-facts" / "state_facts.csv"
    (rows,) = re.findall(r"# append: state_facts.csv\n(.*?)^```$", SECTIONS["A state more"], flags=re.M | re.S)
    table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + "\n" + rows, encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        build_world(folder / "my-facts", folder / "my-world")
    files = {Path(fault.file).stem for fault in caught.value.faults}
    assert files == {"state_facts", "customs_offices", "state_totals_2021", "trade_mix_2021"}
    assert not (folder / "my-world").exists()


def test_a_good_in_two(folder: Path) -> None:
    world, reference = carried_out("A good in two", folder), load_world("reference")
    assert {"optics_thermal", "optics_other"} < set(world.goods) and "optics" not in world.goods
    both = list(world.good_groups["optics"])
    parts = world.recorded_musd[:, :, both].sum(axis=2)
    before = reference.recorded_musd[:, :, reference.goods.index("optics")]
    np.testing.assert_allclose(parts, before, rtol=2e-2, atol=1e-3)
    np.testing.assert_allclose(
        world.recorded_musd.sum(axis=2), reference.recorded_musd.sum(axis=2), rtol=1e-5, atol=1e-9
    )
    stands_still_and_obeys(world)


def test_another_target(folder: Path) -> None:
    world = carried_out("Another target", folder)
    assert world.states[world.target] == "CHN"
    assert [world.states[hub] for hub in world.hubs] == ["HKG"]
    assert np.all(world.season == 1)
    assert world.alignment[world.target] == 1 and np.all(world.alignment[world.is_coalition] == -1)
    assert set(world.other_buyers) == set()
    notes = (folder / "my-world" / "world.yaml").read_text(encoding="utf-8")
    assert "No state_traits.csv: traits of states are neutral (assumption)." in notes
    stands_still_and_obeys(world)


def test_traits_about_another_target_are_refused(folder: Path) -> None:
    recipe = SECTIONS["Another target"].replace('(FACTS / "state_traits.csv").unlink()', "pass")
    known: dict[str, object] = {}
    for block in (HELPERS, *blocks(recipe, "python")):
        exec(compile(block, "facts.md", "exec"), known)
    with pytest.raises(FaultList, match="from 'CHN' to itself; traits are about the target"):
        build_world(folder / "my-facts", folder / "my-world")


def test_what_of_the_posterior_transfers(folder: Path) -> None:
    """Parameters do; effects of hubs where the hub and the target are the same."""
    carried_out("A state more", folder)
    case = sim.load("mine.yaml", posterior="none")
    assert "my-world' (--posterior takes one fitted on another)" in beliefs(case, None, 0).words
    chosen = beliefs(case, str(POSTERIOR), 0)
    assert chosen.posterior is not None and chosen.case.drawn is not None
    there = [name for name in chosen.posterior.names if name.startswith("hub_effects.")]
    assert there and not set(there) & {*chosen.case.drawn.absent, *chosen.case.drawn.elsewhere}
    assert "DELTA" in case.world.states and "hub_effects.DELTA" not in chosen.posterior.names
    assert "it was fitted on world 'reference', not on '" in chosen.words
    parameters = [name for name in chosen.posterior.names if name.startswith("parameters.")]
    values = chosen.posterior.values()
    assert all(chosen.case.settings()[name] == values[name] for name in (*parameters, *there))
    chosen.case.run()


def test_what_transfers_to_another_target(folder: Path) -> None:
    carried_out("Another target", folder)
    chosen = beliefs(sim.load("mine.yaml", posterior="none"), str(POSTERIOR), 0)
    assert chosen.case.drawn is not None
    assert chosen.case.drawn.elsewhere == ("hub_effects.HKG",)
    assert {"hub_effects.TUR", "hub_effects.CHN"} <= set(chosen.case.drawn.absent)
    assert "1 of hubs on the way to 'RUS' (hub_effects.HKG)" in chosen.words
    assert "of what the scenario or its world lacks" in chosen.words
    record = chosen.case.run().record
    assert record["posterior"]["elsewhere"] == ("hub_effects.HKG",)
