"""Every gap between two offices' records is made up of its causes, and each cause is what the law of the run allows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.metrics.mirror_gap import PARTS, Pair, mirror_gap
from sim.policies.instruments.transit_tracking import TransitTracking
from sim.simulation.results import Results

PAIRS = [
    ("EU27", "TUR"), ("EU27", "KGZ"), ("HKG", "RUS"), ("CHN", "RUS"), ("KAZ", "RUS"), ("KGZ", "RUS"), ("EU27", "RUS"),
    ("BLR", "RUS"), ("ARE", "ARM"), ("TUR", "KGZ"), ("HKG", "CHN"), ("RUS", "CHN"), ("EU27", "USA"),
]  # fmt: skip
ADDED = [f"{part}_musd" for part in PARTS]


@pytest.fixture(params=["expected", "sampled"], scope="module")
def run(request, paired, drawn):
    return paired.policy if request.param == "expected" else drawn


@pytest.fixture(scope="module")
def hard(reference):
    """All banned goods in ghost transit but where it is tracked, many false codes, few re-exports on record."""
    tracked = TransitTracking(
        id="tracked", by=("TUR", "KGZ"), goods=("all",), towards=("RUS",), effective=dt.date(2022, 4, 1), strength=0.8,
        source="made up",
    )  # fmt: skip
    return reference.with_changes(
        months={"first": "2022-01", "last": "2022-12"},
        policies=[*reference.scenario.policies, tracked],
        parameters={"ghost": 1.0, "misdeclared": 0.5, "reexport_recorded": 0.2, "cif": 0.11},
    ).run()


@pytest.mark.parametrize("good", [None, "high_priority", "other"])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_parts_add_up_to_the_gap(run, pair, good):
    table = mirror_gap(run, Pair(*pair, good))
    np.testing.assert_allclose(table[ADDED].sum(axis=1), table["gap_musd"], rtol=1e-9, atol=1e-9)
    assert table["true_musd"].gt(0.0).any() and len(table) == 48
    assert table[["unrecorded_musd", "freight_musd"]].min().min() >= 0.0
    assert table[["stopped_musd", "unsold_musd"]].max().max() <= 0.0


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_they_add_up_at_other_strengths_too(hard, pair):
    table = mirror_gap(hard, Pair(*pair))
    np.testing.assert_allclose(table[ADDED].sum(axis=1), table["gap_musd"], rtol=1e-9, atol=1e-9)
    assert hard.source.record.tracking.max() > 0.5


@pytest.mark.parametrize("by", ["origin", "consignment"])
def test_a_target_that_counts_by_consignment_sees_what_hubs_pass_on(reference, by):
    case = reference.with_changes(months={"first": "2022-01", "last": "2022-06"})
    records = tuple(by if s == case.world.target else how for s, how in enumerate(case.world.records))
    made = sim.Case(case.scenario, replace(case.world, records=records)).run()
    table = mirror_gap(made, Pair("HKG", "RUS"))
    np.testing.assert_allclose(table[ADDED].sum(axis=1), table["gap_musd"], rtol=1e-9, atol=1e-9)
    landed = table["mirror_musd"] / 1.06
    if by == "consignment":
        np.testing.assert_allclose(landed, table["true_musd"], rtol=1e-9)
    else:
        assert (landed < 0.5 * table["true_musd"]).all()


def test_without_policies_only_freight_and_origin_open_a_gap(standing):
    for pair in PAIRS:
        table = mirror_gap(standing, Pair(*pair))
        hidden = table[["unrecorded_musd", "ghost_musd", "other_codes_musd", "stopped_musd"]]
        assert np.abs(hidden.to_numpy()).max() < 1e-9, pair
        np.testing.assert_allclose(table["recorded_musd"], table["true_musd"], rtol=1e-9)
    for pair in (("EU27", "USA"), ("USA", "IND"), ("RUS", "CHN"), ("EU27", "HKG"), ("EU27", "ARM")):
        table = mirror_gap(standing, Pair(*pair))
        np.testing.assert_allclose(table["gap_share"], 0.06, rtol=1e-9, err_msg=str(pair))


def test_codes_cancel_over_goods_and_are_what_the_ledgers_hid(run):
    """What is missing under one code stands under another; towards the target it is the ledgers' own account of it."""
    world, record = run.source.world, run.source.record
    exporter = world.states.index("EU27")
    by_good = {good: mirror_gap(run, Pair("EU27", "RUS", good))["other_codes_musd"].to_numpy() for good in world.goods}
    assert np.abs(sum(by_good.values())).max() < 1e-9
    through = run.transit[run.transit["origin"] == "EU27"].groupby(["month", "good"])["sent_musd"].sum()
    through = through.unstack().reindex(index=sorted(set(run.states["month"])), columns=world.goods).fillna(0.0)
    for position, good in enumerate(world.goods):
        straight = record.hidden[:, exporter, position] - through[good].to_numpy()
        np.testing.assert_allclose(by_good[good], straight - record.borrowed[:, exporter, position], atol=1e-8)
    assert by_good["high_priority"].max() > 0.0


def test_what_is_sent_is_stopped_left_or_arrives(run):
    transit = run.transit
    rest = transit[["stopped_musd", "unsold_musd", "arrived_musd"]].sum(axis=1)
    np.testing.assert_allclose(rest, transit["sent_musd"], rtol=1e-9)
    assert (transit["ghost_transit_sent_musd"] <= transit["sent_musd"]).all() and transit["stopped_musd"].sum() > 0.0
    through = run.to_target()
    through = through[through["route"] != "direct"]["value_musd"].sum()
    assert transit["arrived_musd"].sum() == pytest.approx(through)


def test_publication_is_told(paired):
    table = mirror_gap(paired.policy, Pair("KGZ", "RUS")).set_index("month")
    assert table["importer_publishes"][:"2022-01"].all() and not table["importer_publishes"]["2022-02":].any()
    assert set(table["reexports_under"]) == {"export"} and table["exporter_publishes"].all()
    assert set(mirror_gap(paired.policy, Pair("HKG", "RUS"))["reexports_under"]) == {"re-export"}
    assert not mirror_gap(paired.policy, Pair("RUS", "CHN"))["exporter_publishes"].all()


def test_a_saved_run_has_the_same_gap(paired, tmp_path):
    saved = Results.open(paired.policy.save(tmp_path))
    for pair in (Pair("EU27", "KGZ"), Pair("KGZ", "RUS", "high_priority")):
        assert mirror_gap(saved, pair).equals(mirror_gap(paired.policy, pair))


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("EU", "RUS"), "unknown state 'EU'"),
        (("TUR", "KGS"), "did you mean 'KGZ'"),
        (("TUR", "TUR"), "needs two states"),
        (("TUR", "RUS", "high_prioity"), "did you mean 'high_priority'"),
    ],
)
def test_a_faulty_pair_is_named(standing, pair, said):
    with pytest.raises(sim.SimError, match=said):
        mirror_gap(standing, Pair(*pair))
