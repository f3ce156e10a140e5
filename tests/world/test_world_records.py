"""Which record of a pair is believed, what is filled in, and how far that misses."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from changed_facts import changed, instead
from world_paths import FIGURES

from sim.common.errors import FaultList
from sim.world.build import build_world
from sim.world.build.facts import Facts, read_facts
from sim.world.build.pair_totals import PairTotals, left_out, pair_totals
from sim.world.build.records import Believed, Pair, believed_records


@pytest.fixture(scope="module")
def believed(facts: Facts) -> dict[Pair, Believed]:
    return believed_records(facts, [])


@pytest.fixture(scope="module")
def pairs(facts: Facts) -> PairTotals:
    return pair_totals(facts)


def test_the_origins_record_wins_over_the_importers(pairs: PairTotals, facts: Facts) -> None:
    assert pairs.figures["EU27", "RUS"].status == "observed"
    assert pairs.figures["KAZ", "RUS"].musd == pytest.approx(7018.7458)
    assert pairs.figures["ARE", "USA"].musd == pytest.approx(7674.5, rel=1e-4)
    derived = pairs.figures["GEO", "RUS"]
    assert derived.status == "derived"
    assert derived.musd == pytest.approx(637.8622 / 1.06)
    assert pairs.figures["ROW", "RUS"].status == "derived"
    assert np.all(pairs.musd[~np.eye(len(facts.states), dtype=bool)] > 0)


def test_a_sum_of_which_much_is_missing_gives_way(believed: dict[Pair, Believed]) -> None:
    """Two members of 27 say little of what a neighbour sells to the union; the union's own record is whole."""
    assert believed["KAZ", "EU27"].record.flow == "import"
    assert believed["SRB", "EU27"].record.publisher == "published"
    assert ("UKR", "EU27") not in believed


def test_two_records_that_differ_widen_the_error(believed: dict[Pair, Believed], pairs: PairTotals) -> None:
    both = {pair: one for pair, one in believed.items() if one.gap}
    assert len(both) > 40
    for pair, one in both.items():
        least = min(abs(one.gap) / 2, 0.68)
        assert (pairs.figures[pair].sd_log or 0.0) >= least - 1e-9, pair


def test_a_declared_difference_of_concepts_is_no_error(believed: dict[Pair, Believed], pairs: PairTotals) -> None:
    one = believed["USA", "RUS"]
    assert one.other is not None
    assert one.other.musd > 2 * one.record.musd
    assert pairs.figures["USA", "RUS"].sd_log == pytest.approx(0.02)


def test_published_records_are_met_or_the_choice_says_why(facts: Facts, pairs: PairTotals) -> None:
    """Every complete record of an exporter is the pair's value, or another record is that the choices name."""
    chosen = {(row.text("exporter"), row.text("importer")) for row in facts.tables["record_choices"]}
    off = []
    for row in facts.tables["pair_records_2021"]:
        pair = row.text("exporter"), row.text("importer")
        if row.text("flow") == "export" and row.number("coverage") == 1 and (pair[0], "*") not in chosen:
            value = pairs.figures[pair].musd
            if abs(math.log(value / row.number("value_musd"))) > math.log(1.25):
                off.append(pair)
    assert set(off) <= chosen


def test_no_filled_in_pair_is_above_what_is_known_of_it(facts: Facts, pairs: PairTotals) -> None:
    """The tenth largest flow of an exporter bounds whatever the ten largest leave out."""
    rows = {row.text("state"): row for row in facts.tables["state_totals_2021"]}
    for (origin, destination), figure in pairs.figures.items():
        bound, places = rows[origin].values["largest_unseen_musd"], rows[destination].values["economies"]
        if figure.status == "imputed" and "RAS" in figure.source and bound != "" and places != "":
            assert figure.musd <= float(bound) * float(places) * (1 + 1e-9), (origin, destination)


def test_most_of_the_value_was_seen(facts: Facts, pairs: PairTotals) -> None:
    value = dict.fromkeys(("observed", "derived", "imputed"), 0.0)
    for (origin, destination), figure in pairs.figures.items():
        value[figure.status] += pairs.musd[facts.state(origin), facts.state(destination)]
    total = sum(value.values())
    assert value["observed"] > 0.6 * total
    assert value["imputed"] < 0.25 * total


def test_filling_in_misses_as_the_settings_say(facts: Facts) -> None:
    numbers = facts.settings.numbers
    misses = left_out(facts, 400)
    seen = believed_records(facts, [])
    large = [miss for pair, miss in misses.items() if seen[pair].record.musd >= numbers["small_pair_musd"]]
    small = [miss for pair, miss in misses.items() if seen[pair].record.musd < numbers["small_pair_musd"]]
    assert len(large) > 50
    assert np.sqrt(np.mean(np.square(large))) == pytest.approx(numbers["imputed_sd_log"], abs=0.1)
    # Of small pairs the middle of the misses counts: the largest are pairs of a few millions.
    assert np.median(np.abs(small)) / 0.6745 == pytest.approx(numbers["imputed_small_sd_log"], abs=0.2)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("record_choices.csv", "USA,RUS,export", "USA,UKR,export", "customs_annual.csv:{line}:"),
        (
            "pair_records_2021.csv",
            "\nARE,CHN,",
            "\nARX,CHN,",
            "'ARX' is no state of state_facts.csv; did you mean 'ARM'",
        ),
        ("pair_records_2021.csv", "\nARE,CHN,export", "\nARE,CHN,exprt", "flow: unknown flow 'exprt'; did you mean"),
        ("state_totals_2021.csv", "\nIND,394814,570000", "\nIND,394814,200000", "by more than a factor of 1.3"),
    ],
)
def test_contradictions_are_faults_with_their_place(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    folder = changed(tmp_path / "figures", {name: instead(old, new, -1)})
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    line = next(
        number
        for number, row in enumerate((FIGURES / "customs_annual.csv").read_text(encoding="utf-8").splitlines(), start=1)
        if row.startswith("2021,A,RUS,import,USA,RUS,all")
    )
    assert told.format(line=line) in str(caught.value)
    assert all(fault.line and fault.column for fault in caught.value.faults)
    assert not (tmp_path / "out").exists()


def test_all_contradictions_are_told_at_once(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    path = folder / "record_choices.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    assert len(caught.value.faults) > 10
    assert read_facts(FIGURES).tables["record_choices"]
