"""Roads through two hubs: every customs record is met, and the faults of the new columns and table are named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_world_load import edit, faults_of

from sim.world import World, load_world
from sim.world.world import (
    LARGEST_THROUGH_SHARE,
    Floats,
    entering,
    onward_chains,
    own_use,
    split_through,
)


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
    chains = onward_chains(recorded, reexports, shares, hubs)
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
    chains = onward_chains(recorded, reexports, shares, (1, 2))
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
    chains = onward_chains(recorded, np.array([[0.5], [40.0]]), np.array([[0.0, 0.5], [0.0, 0.0]]), (1, 2))
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


def without_column(path: Path, name: str) -> None:
    """Drop a plain column that stands before every quoted one, counted from the header."""

    def change(lines: list[str]) -> None:
        place = lines[0].split(",")[::-1].index(name)
        for number, line in enumerate(lines):
            if line:
                # The last column is a quoted source; the others of these tables are plain from the right.
                head, quote, source = line.partition(',"') if place and number else (line, "", "")
                cells = (head if quote else line).split(",")
                del cells[len(cells) - place if quote else len(cells) - 1 - place]
                lines[number] = ",".join(cells) + quote + source

    edit(path, change)


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
