"""Metrics say what the tables of a run say, and what a hand computes in the classroom."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from sim.common import renamed as room
from sim.common.errors import FaultList, SimError
from sim.common.renamed import RENAMED, OldName
from sim.metrics import METRICS, by_month, check_metrics, measure
from sim.metrics.mirror_gap import Pair, mirror_gap
from sim.metrics.parse import ask
from sim.metrics.registry import COMPUTE
from sim.scenario.metric_address import parse_address
from sim.simulation.comparison import Comparison

LAST_YEAR = "2024-01", "2024-12"
NEAR = {"rel": 1e-9, "abs": 1e-9}


@pytest.fixture(scope="module")
def class_pair() -> Comparison:
    return sim.compare("classroom")


def one(pair: Comparison, name: str) -> float:
    return measure(pair.policy.source, [name], pair.baseline.source)[name]


def test_the_classroom_by_hand(class_pair: Comparison) -> None:
    """February: docs/classroom.md has these numbers."""
    direct, through, abroad = 78.6765, 8.5355, 96.6176
    came = direct + through + 50.0
    for name, hand in {
        "deliveries_volume": came,
        "deliveries_volume[direct]": direct + 50.0,
        "deliveries_volume[BETA,coalition_brand]": through,
        "deliveries_volume[from_ALPHA]": direct + through,
        "deliveries_volume[neutral_brand,direct,from_third]": 50.0,
        "shortfall": (160.0 - came) / 160.0,
        "lost_direct": 100.0 - direct,
        "rerouted": through - 10.0,
        "third_country_supply": 0.0,
        "foreign_subsidiary_supply": 0.0,
        "net_loss": 160.0 - came,
        "diversion_ratio": (through - 10.0) / (100.0 - direct),
        "hub_share[BETA]": through / came,
        "price_index[coalition_brand]": 1.1848,
        "price_premium": (110.0 * 1.1848 + 50.0 * 1.1194) / 160.0 - 1.0,
        "coalition_sales_lost": 200.0 - direct - through - abroad,
        "third_sales_lost": 0.0,
        "unrecorded_share": through / came,
        "mirror_gap": 1.1 * came / (direct + 50.0 + through) - 1.0,
        "delay": 0.0,
        "enforcement_effort[ALPHA,BETA]": 0.5,
    }.items():
        assert one(class_pair, f"{name}@2022-02") == pytest.approx(hand, abs=1e-4), name
    # Of the banned half of January's 100, what effort leaves.
    assert one(class_pair, "deliveries_volume[banned,direct]@2022-02") == pytest.approx(25.0, abs=1e-4)


def test_a_metric_that_can_be_undefined_says_so(class_pair: Comparison) -> None:
    """January has no law: nothing is lost, so nothing can be a share of it; the classroom has no other buyer."""
    for name in ("diversion_ratio@2022-01", "other_buyers_price_premium", "other_buyers_shortfall"):
        assert math.isnan(one(class_pair, name))
        assert "NaN" in METRICS[name.partition("@")[0]].meaning
    for name, metric in METRICS.items():
        if "NaN" not in metric.meaning:
            assert not math.isnan(one(class_pair, name)), name


def test_deliveries_are_those_of_the_table(paired: Comparison) -> None:
    flows = paired.policy.to_target()
    late = flows[flows["month"].between(*LAST_YEAR)]
    through, good = late["route"] != "direct", late["good"]
    world = paired.policy.source.world
    tier = {world.goods[i] for i, one_tier in enumerate(world.control_tier) if one_tier}
    hub, seller = "via KAZ", late["origin"] == "CHN"
    for name, rows in {
        "deliveries_volume": late,
        "deliveries_volume[high_priority]": late[good == "high_priority"],
        "deliveries_volume[optics,drones,hubs]": late[good.isin(["optics", "drones"]) & through],
        "deliveries_volume[tier_1]": late[good.isin(tier)],
        "deliveries_volume[tier_none]": late[~good.isin(tier)],
        "deliveries_volume[KAZ]": late[late["route"] == hub],
        "deliveries_volume[coalition_brand,from_CHN]": late[(late["brand_origin"] == "coalition") & seller],
    }.items():
        assert one(paired, name) == pytest.approx(rows["volume_musd"].sum() / 12.0), name
        if name != "deliveries_volume":
            value = name.replace("deliveries_volume", "deliveries_value")
            assert one(paired, value) == pytest.approx(rows["value_musd"].sum() / 12.0), value
    assert one(paired, "hub_share[KAZ,optics]") == pytest.approx(
        late[(good == "optics") & (late["route"] == hub)]["volume_musd"].sum()
        / late[good == "optics"]["volume_musd"].sum()
    )


def test_months_in_the_name(paired: Comparison) -> None:
    flows = paired.policy.to_target()
    months = flows.groupby("month")["volume_musd"].sum()
    assert one(paired, "deliveries_volume@2022-03") == pytest.approx(months["2022-03"])
    assert one(paired, "deliveries_volume@2022-03:2022-05") == pytest.approx(months["2022-03":"2022-05"].mean())
    assert one(paired, "deliveries_volume@all") == pytest.approx(months.mean())


def test_the_decomposition_is_that_of_the_comparison(paired: Comparison) -> None:
    table = paired.decomposition(first="2024-01")
    for part in table.columns:
        assert one(paired, part) == pytest.approx(table[part].sum()), part
        assert one(paired, f"{part}[machinery_2022]") == pytest.approx(table.loc["machinery_2022", part]), part
    parts = ("rerouted", "foreign_subsidiary_supply", "third_country_supply", "net_loss")
    for good in paired.policy.source.world.goods:
        whole = one(paired, f"lost_direct[{good}]")
        assert sum(one(paired, f"{part}[{good}]") for part in parts) == pytest.approx(whole, **NEAR)
    rate = one(paired, "rerouted[machinery]") / one(paired, "lost_direct[machinery]")
    assert one(paired, "diversion_ratio[machinery]") == pytest.approx(rate)


def test_fates_are_those_of_the_table_of_orders(paired: Comparison) -> None:
    orders = paired.policy.orders
    late = orders[orders["month"].between(*LAST_YEAR)]
    fates = {"licences_denied": "denied", "refused": "refused", "seized": "seized", "stopped": "stopped"}
    for name, fate in fates.items():
        assert one(paired, name) == pytest.approx(late[f"{fate}_volume_musd"].sum() / 12.0), name
        assert one(paired, name) > 0.0
    queue = orders.groupby("month")["held_volume_musd"].sum().cumsum()["2024-01":].mean()
    assert one(paired, "licences_queued") == pytest.approx(queue)
    assert one(paired, "delay") == pytest.approx(queue / (late["ordered_volume_musd"].sum() / 12.0))


def test_states_and_hubs_are_those_of_the_tables(paired: Comparison) -> None:
    run = paired.policy
    states = run.states[run.states["month"].between(*LAST_YEAR)]
    effort = states.groupby("state")["enforcement_effort"].mean()
    assert one(paired, "enforcement_effort[CHN]") == pytest.approx(effort["CHN"])
    assert one(paired, "enforcement_effort[hubs]") == pytest.approx(effort[list(run.hubs["hub"].unique())].mean())
    last = run.states[run.states["month"] == "2024-12"]
    assert one(paired, "exporters_listed") == pytest.approx(last["firms_listed"].sum())
    hubs = run.hubs.pivot(index="month", columns="hub")
    assert one(paired, "intermediaries_listed[TUR]") == pytest.approx(hubs["firms_listed"].loc["2024-12", "TUR"])
    born = hubs["reentries"].loc["2024-12"] - hubs["reentries"].loc["2023-12"]
    assert one(paired, "intermediary_reentries") == pytest.approx(born.sum())
    assert one(paired, "intermediary_reentries") > 1.0


def test_trade_between_states_is_that_of_the_table(paired: Comparison) -> None:
    flows = paired.policy.flows
    late = flows[flows["month"].between(*LAST_YEAR)]
    world, coalition = paired.policy.source.world, paired.policy.record["coalition"]
    hubs = [world.states[hub] for hub in world.hubs]
    for words, rows in {
        "from_CHN,to_USA": late[(late["origin"] == "CHN") & (late["destination"] == "USA")],
        "optics,from_coalition,to_hubs": late[
            (late["good"] == "optics") & late["origin"].isin(coalition) & late["destination"].isin(hubs)
        ],
        "to_RUS,hubs": late[(late["destination"] == "RUS") & (late["route"] != "direct")],
        "coalition_brand,to_all,KAZ": late[(late["brand_origin"] == "coalition") & (late["route"] == "via KAZ")],
        "from_all,to_all": late,
    }.items():
        value, recorded = rows["value_musd"].sum() / 12.0, rows["recorded_musd"].sum() / 12.0
        assert one(paired, f"deliveries_volume[{words}]") == pytest.approx(rows["volume_musd"].sum() / 12.0), words
        assert one(paired, f"deliveries_value[{words}]") == pytest.approx(value), words
        assert one(paired, f"unrecorded_value[{words}]") == pytest.approx(value - recorded, abs=1e-9), words
        assert len(rows)
    assert one(paired, "unrecorded_value") > 0.0
    for name in ("deliveries_volume", "deliveries_value"):
        assert one(paired, f"{name}[to_target]") == pytest.approx(one(paired, name))
    with pytest.raises(SimError, match="known of goods to the target only"):
        one(paired, "deliveries_volume[banned,to_USA]")


def test_records_are_those_of_the_offices(paired: Comparison) -> None:
    books = paired.policy.recorded
    books = books[books["month"].between(*LAST_YEAR)]
    sent = books[(books["flow"] == "export") & (books["reporter"] == "CHN") & (books["partner"] == "RUS")]
    came = books[(books["flow"] == "import") & (books["reporter"] == "KAZ") & (books["partner"] == "CHN")]
    china = one(paired, "recorded_exports[from_CHN]")
    assert china == pytest.approx(sent["value_musd"].sum() / 12.0) and china > 0.0
    optics = came[came["good"] == "optics"]["value_musd"].sum() / 12.0
    assert one(paired, "recorded_imports[optics,from_CHN,to_KAZ]") == pytest.approx(optics)


def test_onward_trade_is_what_leaves_by_another_hub_than_it_came(paired: Comparison) -> None:
    network = paired.policy.network
    late = network[network["month"].between(*LAST_YEAR) & (network["entry"] != network["exit"])]
    assert one(paired, "onward_volume") == pytest.approx(late["volume_musd"].sum() / 12.0)
    some = late[(late["entry"] == "TUR") & (late["good"] == "optics")]
    assert one(paired, "onward_volume[TUR,optics]") == pytest.approx(some["volume_musd"].sum() / 12.0)
    assert one(paired, "onward_volume[TUR,optics]") > 0.0


def test_means_of_states_and_hubs_are_those_of_the_tables(paired: Comparison) -> None:
    run = paired.policy
    states, hubs = (table[table["month"].between(*LAST_YEAR)] for table in (run.states, run.hubs))
    for name in ("announced_policy", "enacted_law", "payment_intermediaries", "pressure", "threat", "triggered_threat"):
        assert one(paired, f"{name}[CHN]") == pytest.approx(states[states["state"] == "CHN"][name].mean()), name
    assert one(paired, "exporters_on_list[CHN]") == pytest.approx(
        states[states["state"] == "CHN"]["firms_listed"].mean()
    )
    for name, column in (("capacity_utilisation", None), ("intermediaries_active", "active_firms"),
                         ("intermediaries_on_list", "firms_listed")):  # fmt: skip
        assert one(paired, name) == pytest.approx(hubs[column or name].mean()), name
    assert one(paired, "hub_markup") == pytest.approx(np.exp(hubs["log_markup_change"]).mean())
    prices = run.prices[run.prices["month"].between(*LAST_YEAR) & (run.prices["good"] == "vehicles_2022")]
    for place, words in (("RUS", "vehicles_2022"), ("UKR", "vehicles_2022,to_UKR")):
        mean = prices[prices["destination"] == place]["price_index"].mean()
        assert one(paired, f"mean_price_index[{words}]") == pytest.approx(mean)


def test_parts_add_up_to_the_whole(paired: Comparison) -> None:
    world = paired.policy.source.world
    whole, hubs = one(paired, "deliveries_volume"), [world.states[hub] for hub in world.hubs]
    direct, through = (one(paired, f"deliveries_volume[{way}]") for way in ("direct", "hubs"))
    assert direct + through == pytest.approx(whole)
    assert sum(one(paired, f"deliveries_volume[{hub}]") for hub in hubs) == pytest.approx(through)
    assert sum(one(paired, f"deliveries_volume[{good}]") for good in world.goods) == pytest.approx(whole)
    roles = {f"from_{role}" for role in world.role}
    assert sum(one(paired, f"deliveries_volume[{role}]") for role in roles) == pytest.approx(whole)
    orders = ("seized", "stopped", "refused", "licences_denied", "licences_held", "unsold")
    assert sum(one(paired, name) for name in orders) + one(paired, "deliveries_volume") == pytest.approx(
        one(paired, "ordered")
    )


def test_by_month_is_the_metric_month_by_month(paired: Comparison) -> None:
    for name in ("deliveries_volume[hubs]", "enforcement_effort[CHN]", "exporters_listed", "mean_price_index"):
        months = by_month(paired.policy.source, f"{name}@2022-03")
        assert len(months) == 48
        assert months[14] == one(paired, f"{name}@2022-03")
    with pytest.raises(SimError, match="compared with a paired run"):
        by_month(paired.policy.source, "shortfall")


def test_prices_are_those_of_the_table(paired: Comparison) -> None:
    def mean(run: sim.Results, place: str) -> float:
        rows = run.prices[run.prices["month"].between(*LAST_YEAR)]
        here = rows[(rows["destination"] == place) & (rows["good"] == "optics") & (rows["brand_origin"] == "coalition")]
        return float(here["price_index"].mean())

    for place, name in (("RUS", "price_premium"), ("UKR", "other_buyers_price_premium")):
        over = mean(paired.policy, place) / mean(paired.baseline, place) - 1.0
        assert one(paired, f"{name}[optics,coalition_brand]") == pytest.approx(over), name
    came = [
        run.flows[(run.flows["destination"] == "UKR") & (run.flows["good"] == "optics")] for run in
        (paired.policy, paired.baseline)
    ]  # fmt: skip
    policy, usual = (rows[rows["month"] >= "2024-01"]["volume_musd"].sum() for rows in came)
    assert one(paired, "other_buyers_shortfall[optics]") == pytest.approx(1.0 - policy / usual)


def test_the_mirror_gap_is_that_of_the_pair(paired: Comparison) -> None:
    late = mirror_gap(paired.policy, Pair("CHN", "RUS"))
    late = late[late["month"] >= "2024-01"]
    expected = late["gap_musd"].sum() / late["recorded_musd"].sum()
    assert one(paired, "mirror_gap[CHN]") == pytest.approx(expected)


def test_two_runs_alike_differ_by_nothing(paired: Comparison) -> None:
    same = paired.policy.source
    for name, metric in METRICS.items():
        if metric.paired and name != "diversion_ratio":
            assert measure(same, [name], same)[name] == pytest.approx(0.0, abs=1e-9), name
    assert math.isnan(measure(same, ["diversion_ratio"], same)["diversion_ratio"])


def test_every_fault_of_a_list_at_once(paired: Comparison) -> None:
    wrong = [
        "deliveries_volum",
        "deliveries_volume[high_prority]",
        "delay@2026-01",
        "net_loss@2024-13",
        "intermediary_reentries[direct]",
        "enacted_law[]",
        "@",
    ]
    with pytest.raises(FaultList) as caught:
        measure(paired.policy.source, wrong, paired.baseline.source)
    said = str(caught.value)
    assert said.endswith("7 faults")
    for hint in (
        "did you mean 'deliveries_volume'?",
        "did you mean 'high_priority'?",
        "2021-01 to 2024-12",
        "month from 01 to 12",
    ):
        assert hint in said
    run = paired.policy.source
    assert len(check_metrics(wrong, run.world, run.first_month, 48)) == 7
    assert check_metrics(list(METRICS), run.world, run.first_month, 48) == []


def test_what_cannot_be_measured_is_said(paired: Comparison) -> None:
    run = paired.policy.source
    with pytest.raises(SimError, match="net_loss: compared with a paired run"):
        measure(run, ["deliveries_volume", "net_loss"])
    with pytest.raises(SimError, match="no good is all of these"):
        ask("deliveries_volume[machinery,tier_1]", run.world, run.first_month, 48)


def test_a_metric_of_before_is_the_one_of_today(paired: Comparison) -> None:
    for known in (room._SAID, parse_address, ask):
        (known.clear if isinstance(known, dict) else known.cache_clear)()
    for old, new in RENAMED["metric"].items():
        with pytest.warns(OldName, match=f"metric '{old}' is an old name, .*; write '{new}'"):
            before = one(paired, old)
        assert before == one(paired, new) or math.isnan(before)


def test_every_metric_has_a_unit_and_a_meaning() -> None:
    assert list(COMPUTE) == list(METRICS)
    for name, metric in METRICS.items():
        assert name == metric.name and metric.unit and metric.meaning
        assert name.isidentifier()
