"""Roads through two hubs: every customs record is met, and the faults of the new columns and table are named."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_world_load import faults_of
from world_text import as_text

from sim.common.arrays import Floats
from sim.report.world_audit import audit, audit_tables
from sim.world import World, load_world
from sim.world.hub_flows import LARGEST_THROUGH_SHARE, entering, onward_chains, own_use, split_through


def records_met(direct: Floats, through: Floats, onward: Floats, hubs: tuple[int, ...], target: int) -> Floats:
    """What every office records if own goods go straight and the others by their hubs, hop by hop."""
    records = direct.copy()
    entry = through.sum(axis=0)
    for i, hub in enumerate(hubs):
        records[:, hub] += through[:, i]
        for j, second in enumerate(hubs):
            passed_on = onward[i, j] * entry[i]
            records[hub, second] += passed_on
            records[second, target] += passed_on
        records[hub, target] += (1.0 - onward[i].sum(axis=0)) * entry[i]
    return records


def test_the_records_of_the_shipped_world_are_met(world: World) -> None:
    met = records_met(world.direct_musd, world.through_musd, world.onward, world.hubs, world.target)
    np.testing.assert_allclose(met, world.recorded_musd, rtol=1e-9)
    assert np.all(world.direct_musd[~np.eye(len(world.states), dtype=bool)] > 0)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(max_examples=80, deadline=None)
def test_records_are_met_whatever_the_shares(seed: int, size: float, most: float) -> None:
    rng = np.random.default_rng(seed)
    hubs, target, count = (1, 3, 4), 5, 6
    recorded = rng.lognormal(0, 2, (count, count, 2))
    recorded[np.arange(count), np.arange(count)] = 0
    reexports = size * rng.random((3, 2)) * recorded[list(hubs), target]
    shares = rng.random((3, 3)) * (1 - np.eye(3))
    shares *= most / np.maximum(shares.sum(axis=0), 1.0)
    chains = onward_chains(recorded, reexports, shares[:, :, None], hubs)
    entry = entering(reexports, chains)
    through = split_through(recorded, entry, hubs, target, chains)
    onward = np.divide(chains, entry[:, None], out=np.zeros_like(chains), where=chains > 0)
    direct = own_use(recorded, through, hubs, target, onward)
    assert np.all(direct >= 0)
    assert np.all(onward >= 0)
    assert np.all(onward.sum(axis=1) <= 1 + 1e-12)
    assert np.all(through <= LARGEST_THROUGH_SHARE * recorded[:, list(hubs)] * (1 + 1e-12))
    np.testing.assert_allclose(records_met(direct, through, onward, hubs, target), recorded, rtol=1e-9, atol=1e-12)


def test_a_chain_by_hand() -> None:
    """Maker 0, hubs 1 and 2, target 3. Hub 2 re-exports 20, a quarter of it from hub 1, which re-exports 10 itself."""
    recorded = np.zeros((4, 4, 1))
    recorded[0, 1], recorded[0, 2], recorded[0, 3] = 100.0, 60.0, 200.0
    recorded[1, 2], recorded[1, 3], recorded[2, 3] = 40.0, 30.0, 50.0
    reexports = np.array([[10.0], [20.0]])
    shares = np.array([[0.0, 0.25], [0.0, 0.0]])
    chains = onward_chains(recorded, reexports, shares[:, :, None], (1, 2))
    assert chains[0, 1, 0] == pytest.approx(5.0)
    entry = entering(reexports, chains)
    np.testing.assert_allclose(entry[:, 0], [15.0, 15.0])
    through = split_through(recorded, entry, (1, 2), 3, chains)
    # Hub 2 buys 60 of the maker and 35 of hub 1's own goods (40 less the 5 that are not its own).
    np.testing.assert_allclose(through[:, 0, 0], [15.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(through[:, 1, 0], [15.0 * 60 / 95, 15.0 * 35 / 95, 0.0, 0.0])
    direct = own_use(recorded, through, (1, 2), 3, chains / entry[:, None])
    assert direct[0, 1, 0] == pytest.approx(85.0)
    assert direct[1, 2, 0] == pytest.approx(40.0 - 5.0 - 15.0 * 35 / 95)
    assert direct[1, 3, 0] == pytest.approx(30.0 - 10.0)
    assert direct[2, 3, 0] == pytest.approx(50.0 - 20.0)


def test_a_chain_is_bounded_by_the_first_hubs_record() -> None:
    recorded = np.ones((4, 4, 1))
    recorded[2, 3] = 50.0
    chains = onward_chains(recorded, np.array([[0.5], [40.0]]), np.array([[[0.0], [0.5]], [[0.0], [0.0]]]), (1, 2))
    assert chains[0, 1, 0] == LARGEST_THROUGH_SHARE


def test_a_world_without_the_table_is_what_it_was(copy: Path) -> None:
    """To the last bit: the split of the re-exports over origins, taken out of both records."""
    (copy / "onward.csv").unlink(missing_ok=True)
    plain = load_world(copy)
    assert not plain.onward.any()
    hubs, target = list(plain.hubs), plain.target
    at = {code: place for place, code in enumerate(plain.states)}
    reexports = np.zeros((len(hubs), len(plain.goods)))
    for line in (copy / "reexports.csv").read_text(encoding="utf-8").splitlines()[1:]:
        hub, good, value = line.split(",")[:3]
        reexports[hubs.index(at[hub]), plain.goods.index(good)] = float(value) / 12
    supplied = plain.recorded_musd[:, hubs].copy()
    supplied[target] = 0.0
    through = supplied * np.minimum(reexports / supplied.sum(axis=0), LARGEST_THROUGH_SHARE)
    direct = plain.recorded_musd.copy()
    direct[:, hubs] -= through
    direct[hubs, target] -= through.sum(axis=0)
    np.testing.assert_array_equal(plain.through_musd, through)
    np.testing.assert_array_equal(plain.direct_musd, np.maximum(direct, 0.0))


def change_column(path: Path, name: str, value: str | None, row: int = 0) -> None:
    """Drop a column of a table, or put a value into one of its rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    place = header.index(name)
    if value is None:
        for cells in (header, *rows):
            del cells[place]
    else:
        rows[row][place] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def test_columns_that_are_left_out_read_as_their_default(copy: Path, world: World) -> None:
    change_column(copy / "goods.csv", "parts", None)
    for name in ("publication_lag_months", "reexport_habit"):
        change_column(copy / "states.csv", name, None)
    plain = load_world(copy)
    assert np.all(plain.parts == -1)
    assert not plain.publication_lag.any()
    assert set(plain.reexport_habit) == {"flagged"}
    np.testing.assert_array_equal(plain.direct_musd, world.direct_musd)


def test_an_empty_cell_reads_as_the_default(copy: Path) -> None:
    change_column(copy / "states.csv", "publication_lag_months", "")
    change_column(copy / "states.csv", "reexport_habit", "", row=1)
    assert load_world(copy).publication_lag[load_world(copy).states.index("EU27")] == 0


def test_parts_and_habits_of_the_shipped_world(world: World) -> None:
    drones = world.goods.index("drones")
    assert world.goods[world.parts[drones]] == "electrical_free"
    assert (world.parts >= 0).sum() == 1
    assert world.military_sensitivity[world.parts[drones]] < world.military_sensitivity[drones]
    habit = dict(zip(world.states, world.reexport_habit, strict=True))
    assert habit["HKG"] == habit["ARE"] == "flagged"
    assert {habit[code] for code in ("ARM", "KGZ", "KAZ")} <= {"merged", "overland"}
    assert np.all(world.publication_lag >= 1)
    assert world.publication_lag.max() == world.publication_lag[world.states.index("ARE")]


def test_no_hub_lives_on_what_it_sends_to_other_hubs(world: World) -> None:
    """A share of the second hub's trade may be most of the first's: then the row is wrong, not the loader."""
    entering = world.through_musd.sum(axis=0)
    counted = 12 * entering > 5.0  # a few shipments of one class say nothing
    assert 0 < world.onward.sum(axis=1)[counted].max() < 0.5
    passing = (world.onward * world.through_musd.sum(axis=0)[:, None]).sum()
    assert 0.01 < passing / world.through_musd.sum() < 0.2
    table = audit(world).onward
    assert table["musd"].sum() == pytest.approx(12 * passing)
    assert "What passes two hubs" in as_text(audit_tables(world))


@pytest.mark.parametrize(
    ("file", "name", "value", "expected"),
    [
        ("goods.csv", "parts", "electricals", "unknown good 'electricals'; did you mean 'electrical_"),
        ("goods.csv", "parts", "high_priority", "goods.csv:2"),
        ("states.csv", "publication_lag_months", "1.5", "read 1.5, expected a whole number from 0 to 60"),
        ("states.csv", "publication_lag_months", "-1", "read -1, expected 0 to 60"),
        ("states.csv", "reexport_habit", "flaged", "unknown habit 'flaged'; did you mean 'flagged'?"),
    ],
)
def test_faults_of_the_new_columns_are_named(copy: Path, file: str, name: str, value: str, expected: str) -> None:
    change_column(copy / file, name, value)
    assert any(fault.startswith(f"{file}:2:") and expected in fault and name in fault for fault in faults_of(copy))


ONWARD = "first,second,share,status,source"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["RUS,KAZ,0.1,imputed,x"], "onward.csv:2:1: first: unknown hub 'RUS'"),
        (["TUR,KAS,0.1,imputed,x"], "onward.csv:2:5: second: unknown hub 'KAS'; did you mean 'KAZ'?"),
        (["TUR,TUR,0.1,imputed,x"], "onward.csv:2:5: second: is the first hub itself"),
        (["TUR,KAZ,1.1,imputed,x"], "onward.csv:2:9: share: read 1.1, expected 0 to 1"),
        (["TUR,KAZ,0.1,seen,x"], "onward.csv:2:13: status: unknown status 'seen'"),
        (["TUR,KAZ,0.1,imputed,"], "onward.csv:2:21: source: is blank"),
        (["TUR,KAZ,0.6,imputed,x", "ARE,KAZ,0.5,imputed,x"], "onward.csv:3:9: share: brings what 'KAZ' has from other"),
        (["TUR,KAZ,0.1,imputed,x", "TUR,KAZ,0.2,imputed,x"], "onward.csv:3:1: first: repeats line 2"),
    ],
)
def test_faults_of_the_table_are_named(copy: Path, rows: list[str], expected: str) -> None:
    (copy / "onward.csv").write_text("\n".join([ONWARD, *rows]) + "\n", encoding="utf-8")
    assert any(expected in fault for fault in faults_of(copy)), faults_of(copy)


def test_the_table_enters_the_digest(copy: Path) -> None:
    before = load_world(copy).digest
    (copy / "onward.csv").write_text(f"{ONWARD}\nTUR,KAZ,0.01,imputed,x\n", encoding="utf-8")
    assert load_world(copy).digest != before
