"""Decomposition, attribution and the search for leaks: they add up, and what does nothing gets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.analysis import variants
from sim.analysis.attribution import attribute, attribute_switches, players_of
from sim.analysis.decomposition import LOST, decompose
from sim.analysis.evasion import find_leaks, still_arriving
from sim.analysis.variants import Variant, Work, measure_variants
from sim.common.errors import FaultList, SimError
from sim.metrics import measure
from sim.simulation.comparison import Comparison
from sim.simulation.simulation import Case

SHORT = {"months": {"last": "2022-06"}, "agents": {"exporters": 1000, "intermediaries": 110, "mode": "expected"}}


@pytest.fixture(scope="module")
def classroom() -> Case:
    return sim.load("classroom")


@pytest.fixture(scope="module")
def short() -> Case:
    return sim.load("reference", posterior="none").with_changes(**SHORT)


def clause(name: str, kind: str = "export_ban", **fields: object) -> Mapping[str, object]:
    return {
        "id": name, "kind": kind, "by": ["ALPHA"], "towards": ["GAMMA"], "effective": "2022-02-01", "strength": 0.5,
        "source": "made up", **fields,
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------------- decomposition
@given(strength=st.floats(0.0, 1.0), aversion=st.floats(0.0, 6.0), misdeclared=st.floats(0.0, 0.9))
@settings(max_examples=10, deadline=None)
def test_the_parts_add_up_in_any_world(classroom: Case, strength: float, aversion: float, misdeclared: float) -> None:
    numbers = {"aversion": aversion, "misdeclared": misdeclared, "inspection": 0.5, "seizure": 0.5}
    changed = classroom.with_changes(policies=[clause("ban-half", strength=strength)], parameters=numbers)
    table = decompose(sim.compare(changed), "2022-02:2022-03")
    assert table[LOST].to_list() == pytest.approx(table.drop(columns=LOST).sum(axis=1).to_list(), rel=1e-12, abs=1e-9)


def test_the_parts_add_up_for_every_good(paired: Comparison) -> None:
    table = decompose(paired, "2023-01:2024-12")
    parts = table.drop(columns=LOST)
    np.testing.assert_allclose(parts.sum(axis=1), table[LOST], rtol=1e-12, atol=1e-9)
    assert (parts.abs().sum() > 0.0).all(), "every part is met somewhere"
    simple = paired.decomposition(first="2023-01")
    true_loss = table[LOST] - table["hidden"]
    np.testing.assert_allclose(true_loss, simple["lost_direct"].loc[table.index], rtol=1e-9, atol=1e-9)
    hubs = [name for name in parts if name.startswith("via ")]
    np.testing.assert_allclose(parts[hubs].sum(axis=1), simple["rerouted"].loc[table.index], rtol=1e-9, atol=1e-9)
    gone = parts["halted"] + parts["deterred"]
    np.testing.assert_allclose(gone, simple["net_loss"].loc[table.index], rtol=1e-9, atol=1e-9)


def test_the_classroom_by_hand(classroom: Case) -> None:
    """February of docs/classroom.md: nothing is stopped or hidden there, so what is gone was not ordered."""
    row = decompose(sim.compare(classroom), "2022-02").loc["wares"]
    assert row[LOST] == pytest.approx(100.0 - 78.6765, abs=1e-4)
    assert row["via BETA"] == pytest.approx(8.5355 - 10.0, abs=1e-4)
    assert row["deterred"] == pytest.approx(110.0 - 78.6765 - 8.5355, abs=1e-4)
    assert row[["hidden", "foreign_subsidiary_supply", "third_country_supply", "halted"]].abs().max() == pytest.approx(
        0.0, abs=1e-12
    )


def test_no_law_loses_nothing(classroom: Case) -> None:
    usual = classroom.without_policies().run()
    assert not decompose(Comparison(usual, usual)).to_numpy().any()


# ------------------------------------------------------------------------------------------------------ attribution
def two_bans(case: Case, first: str = "first", second: str = "second") -> Case:
    idle = clause("idle", "diplomatic_pressure", against=["BETA"], strength=0.0)
    return case.with_changes(
        without=["ban-half"], policies=[clause(first), clause(second, "route_closure", strength=0.2), idle]
    )


METRICS = ["deliveries_volume", "price_index", "shortfall"]


def test_effects_add_up_and_a_clause_that_does_nothing_gets_nothing(classroom: Case) -> None:
    case = two_bans(classroom)
    cases = [case.with_changes(parameters={"aversion": a}) for a in (1.0, 2.0, 3.0)]
    told = attribute(cases, METRICS, players_of(case.scenario, "clause"))
    assert told.orders == 0 and told.runs == 3 * 8
    for metric, rows in told.table.groupby("metric"):
        total = told.totals.set_index("metric").loc[metric]
        assert rows["effect"].sum() == pytest.approx(total["change"], rel=1e-9)
        assert rows["share"].sum() == pytest.approx(1.0)
        idle = rows.set_index("player").loc["idle"]
        assert idle[["effect", "low", "high", "error", "share"]].abs().max() == pytest.approx(0.0, abs=1e-12)
        assert (rows["low"] <= rows["effect"]).all() and (rows["effect"] <= rows["high"]).all()


def test_sampled_orders_add_up_too(short: Case) -> None:
    players = players_of(short.scenario, "clause")
    told = attribute([short], ["deliveries_volume"], players, orders=1)
    assert told.orders == 1 and told.runs == 2 * len(players)
    assert told.table["effect"].sum() == pytest.approx(told.totals["change"].iloc[0], rel=1e-9)


def test_names_do_not_matter(classroom: Case) -> None:
    one, two = two_bans(classroom), two_bans(classroom, "zulu", "able")
    first = attribute([one], ["deliveries_volume"], players_of(one.scenario, "clause")).table.set_index("player")[
        "effect"
    ]
    again = attribute([two], ["deliveries_volume"], players_of(two.scenario, "clause")).table.set_index("player")[
        "effect"
    ]
    assert first["first"] == pytest.approx(again["zulu"]) and first["second"] == pytest.approx(again["able"])


def test_switches_of_a_study_give_the_same_as_the_runs(classroom: Case) -> None:
    case = two_bans(classroom)
    rows = []
    for draw, aversion in enumerate((1.0, 3.0)):
        for a in ("on", "off"):
            for b in ("on", "off"):
                off = [name for name, set_ in (("first", a), ("second", b)) if set_ == "off"]
                run = case.with_changes(without=off, parameters={"aversion": aversion}).run()
                rows.append({"first": a, "second": b, "draw": draw, "deliveries_volume": _reaching(run)})
    table = pd.DataFrame(rows)
    told = attribute_switches(table, ["first", "second"], ["deliveries_volume"])
    cases = [case.with_changes(parameters={"aversion": a}) for a in (1.0, 3.0)]
    players = players_of(case.scenario, "clause")
    straight = attribute(cases, ["deliveries_volume@all"], players).table.set_index("player")["effect"]
    assert told.table.set_index("player")["effect"].to_dict() == pytest.approx(straight.drop("idle").to_dict())
    with pytest.raises(SimError, match="3 of 4 combinations"):
        attribute_switches(table.iloc[1:], ["first", "second"], ["deliveries_volume"])
    with pytest.raises(SimError, match="is no switch"):
        attribute_switches(table.assign(first=0.5), ["first", "second"], ["deliveries_volume"])


def _reaching(run: sim.Results) -> float:
    return float(run.to_target()["volume_musd"].sum()) / 3.0


def test_groups_of_clauses(classroom: Case) -> None:
    scenario = two_bans(classroom).scenario
    assert players_of(scenario, "kind") == {
        "export_ban": frozenset({"first"}), "route_closure": frozenset({"second"}),
        "diplomatic_pressure": frozenset({"idle"}),
    }  # fmt: skip
    assert players_of(scenario, "by") == {"ALPHA": frozenset({"first", "second", "idle"})}
    mine = players_of(scenario, "clause", {"bans": ["first", "second"]})
    assert mine == {"bans": frozenset({"first", "second"}), "idle": frozenset({"idle"})}
    for groups, said in (({"x": ["frist"]}, "did you mean 'first'"), ({"x": ["idle"], "y": ["idle"]}, "two groups")):
        with pytest.raises(SimError, match=said):
            players_of(scenario, "clause", groups)
    with pytest.raises(SimError, match="unknown grouping"):
        players_of(scenario, "colour")


def test_a_metric_without_a_number_is_refused(classroom: Case) -> None:
    case = two_bans(classroom)
    with pytest.raises(SimError, match="diversion_ratio is not a number with these clauses: none"):
        attribute([case], ["diversion_ratio"], players_of(case.scenario, "clause"))
    with pytest.raises(SimError, match="no clause"):
        attribute([case], ["deliveries_volume"], {})


# ---------------------------------------------------------------------------------------------------------- variants
def adding(one: dict[str, Any]) -> dict[str, Any]:
    """The values that add a clause."""
    return {f"policies.{one['id']}": one}


def test_workers_do_not_change_a_number(classroom: Case) -> None:
    changed = [Variant(f"v{n}", adding(clause("more", towards=["BETA"], strength=n / 60.0))) for n in range(30)]
    alone = measure_variants([classroom], changed, ["deliveries_volume", "shortfall"])
    done: list[tuple[int, int]] = []
    work = Work(2, lambda *counts: done.append(counts))
    pd.testing.assert_frame_equal(
        alone, measure_variants([classroom], changed, ["deliveries_volume", "shortfall"], work)
    )
    assert done[-1] == (30, 30)
    with pytest.raises(FaultList, match="unknown metric 'deliveries'"):
        measure_variants([classroom], changed, ["deliveries"])


class Stop:
    """Progress that stops after so many runs, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, done: int, total: int) -> None:
        if done >= self.after:
            raise KeyboardInterrupt


@pytest.mark.parametrize("workers", [1, 2])
def test_finished_runs_are_kept_and_never_made_again(
    classroom: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    made: list[int] = []
    make = variants.Maker.make

    def counted(self: variants.Maker, backend: Any, some: Any, progress: Any = None) -> int:
        made.append(len(some))
        return make(self, backend, some, progress)

    monkeypatch.setattr(variants.Maker, "make", counted)
    changed = [Variant(f"v{n}", adding(clause("more", towards=["BETA"], strength=n / 60.0))) for n in range(30)]
    cases = [classroom, classroom.with_changes(parameters={"aversion": 1.0})]
    with pytest.raises(KeyboardInterrupt):
        measure_variants(cases, changed, ["deliveries_volume", "shortfall"], Work(workers, Stop(7), tmp_path))
    whole = measure_variants(cases, changed, ["deliveries_volume", "shortfall"], Work(workers, None, tmp_path))
    assert made[0] == 60 and 0 < made[1] <= 53
    pd.testing.assert_frame_equal(whole, measure_variants(cases, changed, ["deliveries_volume", "shortfall"]))
    again = measure_variants(cases[:1], changed[:5], ["deliveries_volume", "shortfall"], Work(1, None, tmp_path))
    pd.testing.assert_frame_equal(again, whole.iloc[:5])
    assert len(made) == 3, "the last one made none; the third kept its own for the time being"
    # Other metrics are other runs, beside the first.
    measure_variants(cases[:1], changed[:2], ["deliveries_volume"], Work(1, None, tmp_path))
    assert made[3] == 2


def test_variants_are_those_of_a_changed_case(classroom: Case) -> None:
    other, harder = clause("other", towards=["BETA"], strength=0.3), clause("ban-half", strength=0.9)
    one = Variant("one", {"policies.ban-half": "off", **adding(other), "parameters.aversion": 1.5})
    replaced = Variant("replaced", adding(harder))
    found = measure_variants([classroom], [one, replaced], ["deliveries_volume", "shortfall"]).set_index("variant")
    usual = classroom.without_policies().run().source
    for variant, blocks in (
        (one, {"without": ["ban-half"], "policies": [other], "parameters": {"aversion": 1.5}}),
        (replaced, {"policies": [harder]}),
    ):
        changed = classroom.with_changes(**blocks)
        expected = measure(changed.run().source, ["deliveries_volume", "shortfall"], usual)
        assert found.loc[variant.name, ["deliveries_volume", "shortfall"]].to_dict() == expected
    with pytest.raises(SimError, match="no clause or driver 'nobody'"):
        measure_variants([classroom], [Variant("x", {"policies.nobody": "off"})], ["deliveries_volume"])
    with pytest.raises(FaultList, match="did you mean 'wares'"):
        measure_variants([classroom], [Variant("x", adding(clause("y", goods=["warez"])))], ["deliveries_volume"])


def test_a_variant_that_fails_is_told(classroom: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = [Variant("a"), Variant("b", {"parameters.aversion": 99.0})]
    with pytest.raises(FaultList, match=r"parameters.aversion: 99 is outside 0 to 20"):
        measure_variants([classroom], tried, ["deliveries_volume"])
    monkeypatch.setattr(variants, "_check", lambda case, values: None)
    with pytest.raises(SimError, match=r"1 of 2 runs failed: .*aversion"):
        measure_variants([classroom], tried, ["deliveries_volume"])


# ------------------------------------------------------------------------------------------------------------- leaks
def test_the_adversary_in_the_classroom(classroom: Case) -> None:
    cases = [classroom.with_changes(parameters={"aversion": a}) for a in (1.0, 2.0)]
    leaks = find_leaks(cases, best=2)
    arriving = leaks.arriving.set_index("way")["musd_a_month"]
    assert set(arriving.index) == {"direct from ALPHA", "through BETA", "direct from BETA"}
    assert leaks.arriving["share"].sum() == pytest.approx(1.0)
    closing = leaks.closing.set_index("way")
    assert closing.loc["direct from ALPHA", "change"] < closing.loc["through BETA", "change"] < 0.0
    assert (closing["kept_out"].dropna() > 0.0).all()
    replies = leaks.replies.set_index("reply")
    assert replies["gain"].is_monotonic_decreasing
    assert replies.loc["trade promotion by BETA", "gain"] > 0.0
    assert replies.loc["courting of BETA", "gain"] == pytest.approx(0.0, abs=1e-9), "governments stand still there"


def test_what_still_arrives_is_all_that_arrives(paired: Comparison) -> None:
    table = still_arriving(paired.policy, "2024-01", "2024-12")
    flows = paired.policy.to_target()
    late = flows[flows["month"] >= "2024-01"]["volume_musd"].sum() / 12.0
    assert table["musd_a_month"].sum() == pytest.approx(late) and table["share"].sum() == pytest.approx(1.0)
    assert table["musd_a_month"].is_monotonic_decreasing
    assert {"way", "good"} <= set(table.columns)


def test_a_package_of_nothing_has_no_leak(classroom: Case) -> None:
    with pytest.raises(SimError, match="no clause"):
        find_leaks([classroom.without_policies()])
